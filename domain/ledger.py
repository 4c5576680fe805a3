"""The day's ledger: what the trading day started with, what is at risk, what was lost, whether the limit is latched.

It is folded from the journal; each execution counts once. What the broker says of the account's P&L, and bids, are
handed in beside it and are gone after a restart: until they are heard again the loss is not known.
All amounts are USD, days are New York trading days.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from types import MappingProxyType
from typing import Any, Final

from domain.adopted_fill import purchase
from domain.bracket_reopened import BracketReopened
from domain.events import (
    BracketClosed,
    BracketPlanned,
    DayOpened,
    FeesCharged,
    FillCorrected,
    Journaled,
    LegFilled,
    LossLimitReached,
    RiskReleased,
    RiskReserved,
)
from domain.exposures import ZERO, Exposure, reserved_exposure, with_correction, with_fill, with_plan, with_reopened
from domain.ids import ConId, ExecId, IntentId, Symbol
from domain.reports import Side
from domain.sizing import known

PNL_UNKNOWN_SECONDS: Final = 60
REPEATED_FOR: Final = timedelta(days=7)
_NOTHING: Final[Mapping[Any, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """One trading day's risk. ``day`` is None before the first day was opened: then nothing may be reserved."""

    day: date | None = None
    start_equity: Decimal = ZERO
    exposures: Mapping[IntentId, Exposure] = field(default_factory=lambda: _NOTHING)
    counted: Mapping[ExecId, date | None] = field(
        default_factory=lambda: _NOTHING
    )  # Executions of this day and the last week's.
    fills: Mapping[ExecId, LegFilled] = field(default_factory=lambda: _NOTHING)  # The same, as they count now.
    fees: Mapping[ExecId, Decimal] = field(default_factory=lambda: _NOTHING)
    closed: Mapping[IntentId, date | None] = field(default_factory=lambda: _NOTHING)  # Of the last week.
    closed_pnl: Decimal = ZERO  # Of the brackets closed today, from our fills, fees not counted.
    entries_today: int = 0
    losses_in_row: int = 0
    latched: LossLimitReached | None = None
    marks: Mapping[ConId, Decimal | None] = field(default_factory=lambda: _NOTHING)  # None: quoted without a bid.
    broker_daily: Decimal | None = None  # The last one known.
    broker_unknown_since: datetime | None = None
    foreign: Mapping[Symbol, str] = field(default_factory=lambda: _NOTHING)  # Where others hold what, unsettled.
    theirs: frozenset[ConId] = frozenset()  # Contracts that others hold or work, settled or not.

    @property
    def at_risk(self) -> Decimal:
        """Return reserved and committed risk together: what everything open may lose at most."""
        return sum((exposure.at_risk for exposure in self.exposures.values()), ZERO)

    @property
    def realised(self) -> Decimal:
        """Return what today's sales made, fees not counted."""
        return self.closed_pnl + sum((exposure.realised for exposure in self.exposures.values()), ZERO)

    @property
    def fees_total(self) -> Decimal:
        """Return the fees charged today."""
        return sum(self.fees.values(), ZERO)

    def mark(self, exposure: Exposure) -> Decimal | None:
        """Return the bid that values this exposure: 0 when quoted without one, None when never quoted."""
        if exposure.con_id not in self.marks:
            return None
        return self.marks[exposure.con_id] or ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """The day's loss, positive when money was lost. ``known`` is False when entries must wait for better news."""

    ours: Decimal
    broker: Decimal | None
    worst: Decimal
    known: bool


def folded(events: Iterable[Journaled], ledger: Ledger | None = None) -> Ledger:
    """Return the ledger after these events, oldest first."""
    return reduce(apply, events, ledger or Ledger())


def apply(ledger: Ledger, event: Journaled) -> Ledger:
    """Return the ledger after an event; events of others change nothing, repetitions neither."""
    handler = _HANDLERS.get(type(event))
    return ledger if handler is None else handler(ledger, event)


def marked(ledger: Ledger, con_id: ConId, bid: Decimal | None) -> Ledger:
    """Return the ledger with a fresh quote's bid; None is a quote without a bid, and counts as 0."""
    if con_id in ledger.marks and ledger.marks[con_id] == bid:
        return ledger
    return replace(ledger, marks={**ledger.marks, con_id: bid})


def with_broker_pnl(ledger: Ledger, daily: Decimal | None, at: datetime) -> Ledger:
    """Return the ledger with the account's daily P&L as the broker gave it; also call it with None on a lost link.

    The last known one goes on counting while it is unknown, so that a loss does not shrink by a failed call.
    """
    value = known(daily)
    if value is None:
        return replace(ledger, broker_unknown_since=ledger.broker_unknown_since or at)
    return replace(ledger, broker_daily=value, broker_unknown_since=None)


def with_foreign(ledger: Ledger, foreign: Mapping[Symbol, str], theirs: Iterable[ConId] = ()) -> Ledger:
    """Return the ledger that knows where others hold what: nothing is opened in these symbols, nor contracts."""
    return replace(ledger, foreign=foreign, theirs=frozenset(theirs))


def loss(ledger: Ledger, now: datetime, unknown_after_seconds: int = PNL_UNKNOWN_SECONDS) -> Loss:
    """Return the day's loss twice, by our fills and by the broker's account; the worse counts.

    A position held and never quoted is valued at its cost; after as many seconds the loss is no longer known.
    """
    traded = [one for one in ledger.exposures.values() if one.is_traded]  # All others made nothing, by any mark.
    open_pnl = sum((one.pnl(ledger.mark(one)) for one in traded), ZERO)
    ours = ledger.fees_total - ledger.closed_pnl - open_pnl
    broker = None if ledger.broker_daily is None else -ledger.broker_daily
    unmarked = [one for one in traded if one.held > 0 and ledger.mark(one) is None]
    since = [ledger.broker_unknown_since, *(one.bought_at for one in unmarked)]
    known_now = all(at is None or (now - at).total_seconds() <= unknown_after_seconds for at in since)
    return Loss(ours=ours, broker=broker, worst=ours if broker is None else max(ours, broker), known=known_now)


def limit(ledger: Ledger, max_daily_loss_fraction: Decimal) -> Decimal:
    """Return how much the day may lose."""
    return ledger.start_equity * max_daily_loss_fraction


def check_limit(
    ledger: Ledger, max_daily_loss_fraction: Decimal, now: datetime
) -> tuple[Ledger, LossLimitReached | None]:
    """Return the ledger latched, and the event to journal, the first time in a day that the loss reaches the limit."""
    most = limit(ledger, max_daily_loss_fraction)
    worst = loss(ledger, now).worst
    if ledger.day is None or ledger.latched is not None or worst < most:
        return ledger, None
    event = LossLimitReached(at=now, day=ledger.day, loss=worst, limit=most)
    return apply(ledger, event), event


def _opened(ledger: Ledger, event: DayOpened) -> Ledger:
    """Begin a day. What is open goes along; a day that is not later than ours is a repetition or a clock gone back."""
    if ledger.day is not None and event.day <= ledger.day:
        return ledger
    exposures = {intent: one.carried(ledger.mark(one)) for intent, one in ledger.exposures.items() if one.is_open}
    open_contracts = {one.con_id for one in exposures.values()}
    counted = {exec_id: day for exec_id, day in ledger.counted.items() if _may_come_again(day, ledger, event)}
    return Ledger(
        day=event.day,
        start_equity=event.start_equity,
        exposures=exposures,
        counted=counted,
        fills={exec_id: ledger.fills[exec_id] for exec_id in counted},
        closed={intent: day for intent, day in ledger.closed.items() if _may_come_again(day, ledger, event)},
        marks={con_id: bid for con_id, bid in ledger.marks.items() if con_id in open_contracts},
        broker_unknown_since=event.at,
        foreign=ledger.foreign,
        theirs=ledger.theirs,
    )


def _may_come_again(day: date | None, ledger: Ledger, event: DayOpened) -> bool:
    """Return whether the broker may repeat what was counted on this day: executions go back a week at the most."""
    return day == ledger.day if day is None else event.day - day <= REPEATED_FOR


def _reserved(ledger: Ledger, event: RiskReserved) -> Ledger:
    if event.intent in ledger.exposures or event.intent in ledger.closed:
        return ledger
    return replace(
        ledger,
        exposures={**ledger.exposures, event.intent: reserved_exposure(event)},
        entries_today=ledger.entries_today + (event.day == ledger.day),
    )


def _planned(ledger: Ledger, event: BracketPlanned) -> Ledger:
    if event.plan.intent in ledger.closed:
        return ledger
    exposures, booked = with_plan(ledger.exposures, event.plan)
    after = replace(ledger, exposures=exposures, closed_pnl=ledger.closed_pnl + booked)
    if not event.plan.adopted:
        return after
    fill, fees = purchase(event.plan)
    return _charged(_filled(after, fill), fees)


def _released(ledger: Ledger, event: RiskReleased) -> Ledger:
    """Give back what was reserved. An entry of which nothing was sent does not count as one of the day's."""
    exposure = ledger.exposures.get(event.intent)
    if exposure is None:
        return ledger
    if exposure.is_traded:
        freed = replace(exposure, reserved=ZERO)
        return replace(ledger, exposures={**ledger.exposures, event.intent: freed})
    return replace(
        ledger,
        exposures=_without(ledger.exposures, event.intent),
        entries_today=ledger.entries_today - (exposure.reserved_on == ledger.day),
    )


def _filled(ledger: Ledger, event: LegFilled) -> Ledger:
    if event.exec_id in ledger.counted:
        return ledger
    exposure = with_fill(ledger.exposures.get(event.intent), event)
    return replace(
        ledger,
        exposures={**ledger.exposures, event.intent: exposure},
        counted={**ledger.counted, event.exec_id: ledger.day},
        fills={**ledger.fills, event.exec_id: event},
    )


def _corrected(ledger: Ledger, event: FillCorrected) -> Ledger:
    """Count an execution as it is told now. One of an earlier day is that day's profit or loss, not this one's."""
    fill, known = event.fill, ledger.fills.get(event.fill.exec_id)
    if known is None or fill.revision <= known.revision:
        return ledger
    after = replace(ledger, fills={**ledger.fills, fill.exec_id: fill})
    if ledger.counted[fill.exec_id] != ledger.day:
        return after
    exposure = ledger.exposures.get(fill.intent)
    if exposure is None:
        more = fill.cash - known.cash
        return replace(after, closed_pnl=ledger.closed_pnl + (more if fill.side is Side.SELL else -more))
    return replace(after, exposures={**ledger.exposures, fill.intent: with_correction(exposure, known, fill)})


def _charged(ledger: Ledger, event: FeesCharged) -> Ledger:
    """Count an execution's fees once; a corrected report replaces the earlier one."""
    if ledger.counted.get(event.exec_id, ledger.day) != ledger.day:
        return ledger
    return replace(ledger, fees={**ledger.fees, event.exec_id: event.fees})


def _closed(ledger: Ledger, event: BracketClosed) -> Ledger:
    """Free the intent's risk. What our fills still hold then was closed by others, and is valued at its last bid."""
    exposure = ledger.exposures.get(event.intent)
    if exposure is None and event.intent in ledger.closed:
        return ledger
    pnl = ZERO if exposure is None else exposure.pnl(ledger.mark(exposure))
    lost = ledger.losses_in_row + 1 if event.pnl < 0 else 0
    return replace(
        ledger,
        exposures=_without(ledger.exposures, event.intent),
        closed={**ledger.closed, event.intent: ledger.day},
        closed_pnl=ledger.closed_pnl + pnl,
        losses_in_row=lost if event.quantity else ledger.losses_in_row,
        # Bought again it would otherwise be valued at a bid of long ago.
        marks={con_id: bid for con_id, bid in ledger.marks.items() if con_id != event.con_id},
    )


def _reopened(ledger: Ledger, event: BracketReopened) -> Ledger:
    """Count on with an intent that was closed; what it made until then stays where it is."""
    exposures, closed = with_reopened(ledger.exposures, event), _without(ledger.closed, event.intent)
    return replace(ledger, exposures=exposures, closed=closed)


def _latched(ledger: Ledger, event: LossLimitReached) -> Ledger:
    return replace(ledger, latched=event) if event.day == ledger.day else ledger


def _without(rows: Mapping[IntentId, Any], intent: IntentId) -> Mapping[IntentId, Any]:
    return {key: row for key, row in rows.items() if key != intent}


_HANDLERS: Final[Mapping[type, Callable[[Ledger, Any], Ledger]]] = {
    DayOpened: _opened,
    BracketPlanned: _planned,
    RiskReserved: _reserved,
    RiskReleased: _released,
    LegFilled: _filled,
    FillCorrected: _corrected,
    FeesCharged: _charged,
    BracketClosed: _closed,
    BracketReopened: _reopened,
    LossLimitReached: _latched,
}
