"""The end of a bracket: nothing held, so nothing may work; then the accounts are made up."""

from dataclasses import replace
from datetime import datetime

from domain.bracket_effects import Finish, Record, Say, SetTimer
from domain.bracket_exits import cancelled_all
from domain.bracket_facts import Step, buys_claimed, claims_more
from domain.bracket_strays import are_cut_together
from domain.brackets import Bracket, entry_of, exits, fees_complete, pnl, total_fees
from domain.events import BracketClosed, ClosedBy
from domain.ids import Leg
from domain.orders import Order, OrderStatus


def wind_up(bracket: Bracket, now: datetime) -> Step:
    """Nothing is held: a working exit would open a short, so each goes; then the life is over.

    While fills are claimed that are not known it is not: what the entry is said to have bought needs its exits.
    """
    working = exits(bracket)
    if buys_claimed(bracket):
        return bracket, ()
    if working:
        return _cancel_siblings(bracket, working)
    if claims_more(bracket):
        return bracket, ()
    if not fees_complete(bracket):
        if "fees" in bracket.timers:
            return bracket, ()
        after = replace(bracket, timers=bracket.timers | {"fees"})
        return after, (SetTimer(timer="fees", seconds=bracket.policy.fees_seconds),)
    return _finished(bracket, now)


def _cancel_siblings(bracket: Bracket, working: tuple[Order, ...]) -> Step:
    """Let the broker cancel what it links; after a moment, or where nothing is linked, ask for it ourselves."""
    if are_cut_together(bracket, working) and not bracket.siblings_overdue:
        if "sibling" in bracket.timers:
            return bracket, ()
        after = replace(bracket, timers=bracket.timers | {"sibling"})
        return after, (SetTimer(timer="sibling", seconds=bracket.policy.sibling_seconds),)
    return cancelled_all(bracket, working)


def _closed_by(bracket: Bracket) -> ClosedBy:
    sells = [fill.leg for fill in bracket.fills if fill.leg is not Leg.ENTRY]
    if not bracket.fills:
        entry = entry_of(bracket)
        rejected = entry is not None and entry.status is OrderStatus.REJECTED
        return ClosedBy.ENTRY_REJECTED if rejected else ClosedBy.ENTRY_EXPIRED
    if sells and sells[-1] is Leg.OUTSIDE:
        return ClosedBy.OUTSIDE
    if bracket.closing is not None:
        return bracket.closing
    return ClosedBy.TARGET if sells and sells[-1] is Leg.TARGET else ClosedBy.STOP


def _finished(bracket: Bracket, now: datetime) -> Step:
    bought = sum(f.quantity for f in bracket.fills if f.leg is Leg.ENTRY)
    closed = BracketClosed(
        at=now,
        intent=bracket.plan.intent,
        symbol=bracket.plan.contract.symbol,
        con_id=bracket.plan.contract.con_id,
        closed_by=_closed_by(bracket),
        quantity=bought,
        pnl=pnl(bracket),
        fees=total_fees(bracket),
        life=bracket.life,
    )
    line = Say(
        event="position_closed",
        fields={
            "intent": closed.intent,
            "contract": bracket.plan.contract.label,
            "reason": closed.closed_by.value,
            "quantity": bought,
            "pnl": closed.pnl,
            "fees": closed.fees,
        },
    )
    return replace(bracket, closed=closed), (Record(record=closed), line, Finish(closed=closed))
