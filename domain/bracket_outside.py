"""A position reduced or closed by somebody else: in TWS by hand, or by another program.

Two things must come together before an exit is cut: executions of others that sold this contract since it was bought,
and fewer contracts in the account than our fills come to. What others held beside ours went first, so of their sales
only as many count as are lacking, the newest ones. Positions lag behind executions, and both behind the wire, so one
answer proves nothing: a second one, whose question left after the first had come, must tell the same with no fill of
ours learned between. Whatever of ours had made the difference would be in its executions.

Until then nothing is sent: exits rest, and whoever would sell more might sell what is not there. What was sold is then
a fill of the bracket like any other, under a leg of its own, so that exits, P&L and the day's ledger follow from it.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from domain.bracket_effects import Alarm, Effect, Record, Say, SetTimer
from domain.bracket_exits import changed, sized
from domain.bracket_facts import Step, after_commission, claims_more
from domain.brackets import Bracket, counted, exits, position, with_fill
from domain.events import LegFilled
from domain.ids import ExecId, Leg, order_ref, split_ref
from domain.orders import LIVE, OrderStatus
from domain.reports import BookReport, ExecutionReport, Side
from domain.shortfall import Shortfall

APART: Final = timedelta(seconds=1)
"""From the first answer to the question of the second, at least: positions are told after their executions."""

CLOCK_SET: Final = timedelta(minutes=2)


def sold_outside(result: Step, book: BookReport) -> Step:
    """Count what others sold of this bracket, once two books agree on it; after the first, want another."""
    bracket, effects = result
    sales = sales_of_others(bracket, book)
    lacking = _lacking(bracket, book, sales)
    if lacking <= 0:
        return replace(bracket, shortfall=None), effects
    known, fills = bracket.shortfall, len(bracket.fills)
    if known is None or not known.still_holds(lacking, fills, book.at) or not _are_told(known, sales):
        known = Shortfall(parts=_parts(sales, lacking), fills=fills, at=book.at)
    if book.asked_at < known.at + APART:
        return replace(bracket, shortfall=known, book_wanted=True), effects
    after, more = _with_sales(bracket, sales, known)
    after, fees = _with_fees(after, book)
    after, again = _looking(after) if lacking > known.quantity else (after, ())
    return after, (*effects, *more, *fees, *again)


def _looking(bracket: Bracket) -> Step:
    """Ask soon about what was sold between the two answers: the cut does not wait for that, there may be no end."""
    look = SetTimer(timer="look", seconds=APART.total_seconds())
    return replace(bracket, timers=bracket.timers | {"look"}), (look,)


def sales_of_others(bracket: Bracket, book: BookReport) -> list[ExecutionReport]:
    """Return what others sold of this contract since it was bought and that was not counted, newest first.

    Both moments are by the broker's clock, which may be set between; what was sold well before the first contract of
    ours was bought was never ours.
    """
    bought = [fill.at for fill in bracket.fills if fill.leg is Leg.ENTRY]
    found = [
        one
        for one in book.executions
        if one.con_id == bracket.plan.contract.con_id
        and one.side is Side.SELL
        and (one.ref is None or split_ref(one.ref) is None)
        and not counted(bracket, one.exec_id)
        and bought
        and one.executed_at >= min(bought) - CLOCK_SET
    ]
    return sorted(found, key=lambda one: (one.executed_at, one.exec_id), reverse=True)


def _lacking(bracket: Bracket, book: BookReport, sales: list[ExecutionReport]) -> int:
    """Return how many of ours others' sales explain the lack of; none while anything of ours is in doubt."""
    if bracket.book_wanted or claims_more(bracket):
        return 0
    held = position(bracket)
    return min(held, held - there(bracket, book), sum(sale.quantity for sale in sales))


def there(bracket: Bracket, book: BookReport) -> int:
    """Return how many contracts of this bracket's the account holds, whoever's they are; below 0 short."""
    return sum(row.quantity for row in book.positions if row.con_id == bracket.plan.contract.con_id)


def _are_told(known: Shortfall, sales: list[ExecutionReport]) -> bool:
    """Return whether this book tells of all these sales again: a row may be lost, or be of yesterday by now."""
    return {exec_id for exec_id, _ in known.parts} <= {sale.exec_id for sale in sales}


def _parts(sales: list[ExecutionReport], lacking: int) -> tuple[tuple[ExecId, int], ...]:
    parts, left = list[tuple[ExecId, int]](), lacking
    for sale in sales:
        part = min(left, sale.quantity)
        if part:
            parts.append((sale.exec_id, part))
            left -= part
    return tuple(parts)


def _with_sales(bracket: Bracket, sales: list[ExecutionReport], sold: Shortfall) -> Step:
    """Count them. The broker cuts no exits for what others sold, nor may it know when all is: no waiting for it."""
    after, effects, by_id = bracket, list[Effect](), {sale.exec_id: sale for sale in sales}
    for exec_id, part in sold.parts:
        fill = _fill(bracket, by_id[exec_id], part)
        after = with_fill(after, fill)
        effects.extend((Record(record=fill), _line(after, fill)))
    label, rest = bracket.plan.contract.label, position(after)
    text = f"{label}: {sold.quantity} sold by somebody else, {rest} left; " + (
        "the exits are cut to that" if rest else "the exits are cancelled"
    )
    after = replace(after, shortfall=None, entry_stopped=True, siblings_overdue=True)
    return after, (*effects, Alarm(kind="sold_outside", text=text))


def fitted(result: Step) -> Step:
    """Cut what could sell more than is left once others sold: also beside an exit that sells part by part already."""
    after, effects = result
    if all(fill.leg is not Leg.OUTSIDE for fill in after.fills):
        return result
    held, cuts = position(after), list[Effect]()
    for order in exits(after):
        if order.status in LIVE - {OrderStatus.PENDING_CANCEL} and order.remaining > held:
            after, more = changed(after, order, sized(order, held))
            cuts.extend(more)
    return after, (*effects, *cuts)


def _fill(bracket: Bracket, sale: ExecutionReport, quantity: int) -> LegFilled:
    intent = bracket.plan.intent
    return LegFilled(
        at=sale.executed_at,
        intent=intent,
        leg=Leg.OUTSIDE,
        ref=order_ref(intent, Leg.OUTSIDE, 0),
        exec_id=sale.exec_id,
        con_id=sale.con_id,
        side=Side.SELL,
        quantity=quantity,
        price=sale.price,
        multiplier=sale.multiplier,
        revision=sale.revision,
    )


def _line(bracket: Bracket, fill: LegFilled) -> Say:
    return Say(
        event="sold_outside",
        fields={
            "intent": fill.intent,
            "contract": bracket.plan.contract.label,
            "quantity": fill.quantity,
            "price": fill.price,
            "position": position(bracket),
            "exec_id": fill.exec_id,
        },
    )


def _with_fees(bracket: Bracket, book: BookReport) -> Step:
    after, effects = bracket, list[Effect]()
    for commission in book.commissions:
        after, more = after_commission(after, commission)
        effects.extend(more)
    return after, tuple(effects)
