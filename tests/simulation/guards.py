"""The guards that keep the invariants, each with how to take it out and the day on which it is missed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import pytest

from actors import journal, symbol
from actors.broker_streams import Streams
from actors.oco import OCOActor
from actors.runtime.supervisor import Supervisor
from cli.system import System
from domain import (
    bracket_exits,
    bracket_expiry,
    bracket_facts,
    bracket_steps,
    ledger,
    ledger_rules,
    option_choice,
    quote_checks,
)
from domain.bracket_facts import Step
from domain.brackets import Bracket, exits, family, leg_of
from domain.commands import CancelOrder
from domain.ids import Epoch, Leg
from domain.ledger import Ledger, Loss
from domain.order_specs import OrderSpec
from simgateway.config import ChildrenOnPartial
from tests.simulation.short_days import PAPER, ShortDay, collapsing, half_unquoted, rising

DAYS: Final = {
    "a position is open when the bot stops": ShortDay(),
    "a target is reached": ShortDay(until="09:36", prices=rising),
    "the broker's actor dies": ShortDay(crashes=(("broker", "09:33"),)),
    "the broker's actor dies, then the bracket's": ShortDay(
        crashes=(("broker", "09:33"), ("oco:*", "09:34")), until="09:36"
    ),
    "a symbol's actor dies": ShortDay(crashes=(("symbol:SPY", "09:33"),)),
    "the rest of an entry is cancelled, and with it its children": ShortDay(
        until="09:32",
        sets=(PAPER, "risk.entry_unfilled_seconds=1"),
        partial_fill_probability=1.0,
        children_on_partial=ChildrenOnPartial.CANCELLED_WITH_REMAINDER,
    ),
    "a position is sold before the end": ShortDay(
        until="09:36", sets=(PAPER, "risk.flatten_before_close_minutes=386", "risk.no_entry_before_close_minutes=386")
    ),
    "the day may lose little more than one option costs": ShortDay(
        until="09:46",
        sets=(PAPER, "risk.max_daily_loss_pct=0.0022", "risk.stop_unfilled_seconds=1"),
        prices=collapsing,
    ),
    "two symbols want what one of them may lose": ShortDay(
        until="09:33", sets=(PAPER, 'symbols=["SPY","QQQ"]', "risk.max_daily_loss_pct=0.0022")
    ),
    "bars stop coming": ShortDay(
        until="09:37", bars_until="09:31", sets=(PAPER, "risk.no_entry_after_open_minutes=5"), entries=0
    ),
    "quotes come late": ShortDay(
        sets=(PAPER, "options.max_quote_age_seconds=5"),
        prices=half_unquoted,
        snapshot_end_ms=(9000, 9000),
        entries=0,
    ),
    "nothing may be sent": ShortDay(sets=("dry_run=true",), entries=0),
}


def _resend_on_restart(bracket: Bracket, now: datetime) -> Step:
    return bracket_steps._begun(bracket, now)


def _place_nothing_anew(bracket: Bracket, now: datetime) -> Step:
    del now
    return bracket, ()


def _family_of_strangers(bracket: Bracket) -> tuple[OrderSpec, ...]:
    return tuple(replace(order, parent=None, transmit=True) for order in family(bracket))


def _unlinked(
    bracket: Bracket, specs: tuple[OrderSpec, ...], number: int, now: datetime, sent: Any = bracket_exits._sent
) -> Step:
    after: Step = sent(bracket, tuple(replace(spec, oca_group="") for spec in specs), number, now)
    return after


def _sell_beside_exits(bracket: Bracket, now: datetime) -> Step:
    sold = any(leg_of(order) is Leg.EXIT for order in bracket.orders)
    return (bracket, ()) if sold else bracket_exits._exit_now(bracket, now)


def _no_loss(**known: Any) -> Loss:
    return Loss(**{**known, "worst": Decimal(0)})


async def _planned_but_not_written(actor: OCOActor) -> Bracket:
    assert actor._plan is not None, "it did not die on these days"
    return Bracket(plan=actor._plan, policy=actor._policy)


def _tidy_up_on_stop(actor: OCOActor, on_stop: Callable[[OCOActor], None] = OCOActor.on_stop) -> None:
    for order in exits(actor._bracket) if actor._bracket is not None else ():
        actor.tell("broker", CancelOrder(sender=actor.name, epoch=Epoch(actor.epoch), ref=order.ref))
    on_stop(actor)


NO_END_TO_A_QUOTE: Final = (option_choice, "_valid_until", lambda *_: None)
"""The door would refuse what is sent too late, whoever sends it."""


@dataclass(frozen=True, slots=True)
class Guard:
    """One guard: the invariant it keeps, what the bot does without it, where it is, what stands there then."""

    invariant: int
    without: str
    owner: object
    name: str
    replacement: object
    day: str
    second: tuple[object, str, object] | None = None
    """Another one, of the same invariant, that would not let the first be missed: owner, name and replacement."""

    def take_out(self, patch: pytest.MonkeyPatch) -> None:
        """Put the version without the guard in its place."""
        patch.setattr(self.owner, self.name, self.replacement)
        if self.second is not None:
            patch.setattr(*self.second)


GUARDS: Final = (
    Guard(
        1,
        "a restarted bracket sends its orders again instead of asking which there are",
        bracket_steps,
        "_resumed",
        _resend_on_restart,
        "the broker's actor dies, then the bracket's",
        second=NO_END_TO_A_QUOTE,
    ),
    Guard(
        2,
        "exits that are gone are not placed anew",
        bracket_expiry,
        "protect",
        _place_nothing_anew,
        "the rest of an entry is cancelled, and with it its children",
    ),
    Guard(
        3,
        "the first exits are not the entry's children",
        bracket_steps,
        "family",
        _family_of_strangers,
        "a position is open when the bot stops",
    ),
    Guard(
        3,
        "exits placed anew do not cancel one another",
        bracket_exits,
        "_sent",
        _unlinked,
        "the rest of an entry is cancelled, and with it its children",
    ),
    Guard(
        3,
        "a position is sold beside the exits that still work",
        bracket_expiry,
        "liquidate",
        _sell_beside_exits,
        "a position is sold before the end",
    ),
    Guard(
        4,
        "what the day has lost is not looked at",
        ledger,
        "Loss",
        _no_loss,
        "the day may lose little more than one option costs",
    ),
    Guard(
        5,
        "an entry may cost more than the day may lose",
        ledger_rules,
        "loss_budget",
        lambda *_: Decimal(1_000_000),
        "the day may lose little more than one option costs",
    ),
    Guard(
        5,
        "what is set aside for one entry may be spent on the next",
        Ledger,
        "at_risk",
        property(lambda _: Decimal(0)),
        "two symbols want what one of them may lose",
    ),
    Guard(
        6,
        "a dry run has no ledger of its own in front of the broker",
        System,
        "_paper_ledger",
        lambda _: None,
        "nothing may be sent",
    ),
    Guard(
        7,
        "a quote never grows old",
        quote_checks,
        "age_seconds",
        lambda *_: 0.0,
        "quotes come late",
        second=NO_END_TO_A_QUOTE,
    ),
    Guard(
        7,
        "a bar never grows old",
        symbol,
        "entry_on_bars",
        lambda *_: None,
        "bars stop coming",
    ),
    Guard(
        8,
        "a plan is sent that was not written",
        OCOActor,
        "_planned",
        _planned_but_not_written,
        "a position is open when the bot stops",
    ),
    Guard(
        9,
        "an execution that is reported again is counted and written again",
        bracket_facts,
        "counted",
        lambda *_: False,
        "the broker's actor dies",
        second=(journal, "key_of", lambda _: object()),
    ),
    Guard(
        10,
        "a quote that nobody watches any more streams on",
        Streams,
        "unwatch",
        lambda *_: None,
        "a target is reached",
    ),
    Guard(11, "nobody mourns a dead actor", Supervisor, "_mourn", lambda *_: None, "a symbol's actor dies"),
    Guard(
        12,
        "a bracket that is stopped tidies its orders up",
        OCOActor,
        "on_stop",
        _tidy_up_on_stop,
        "a position is open when the bot stops",
    ),
)
