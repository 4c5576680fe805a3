"""The state of one bracket, from intent to flat: facts in, nothing decided here.

``bracket_steps.py`` decides what to do about it; a restart folds the journal into it: no second way to recover.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from domain.adopted_fill import purchase
from domain.bracket_reopened import BracketReopened
from domain.events import (
    BracketClosed,
    BracketPlan,
    BracketPlanned,
    ClosedBy,
    ExitNumbered,
    FeesCharged,
    FillCorrected,
    Journaled,
    LegFilled,
)
from domain.ids import ExecId, Leg, OrderRef, order_ref, split_ref
from domain.order_specs import OrderKind, OrderSpec, TimeInForce
from domain.orders import LIVE, Order, OrderStatus, corrected, filled
from domain.quotes import Quote
from domain.reports import Side
from domain.shortfall import Lack, Shortfall

_AT_THE_BROKER: Final = LIVE - {OrderStatus.PENDING_CANCEL}


@dataclass(frozen=True, slots=True, kw_only=True)
class BracketPolicy:
    """How patient a bracket is; seconds by the bot's clock."""

    entry_unfilled_seconds: float = 30
    stop_unfilled_seconds: float = 10
    partial_entry_seconds: float = 3  # A partly filled entry whose children are not armed is given up after this.
    chase_seconds: float = 2
    in_flight_seconds: float = 2  # Silence after which the broker is asked what it holds.
    book_retry_seconds: float = 1.25  # Two books that miss exits, and the silence before them, fit into the bound.
    fees_seconds: float = 5
    sibling_seconds: float = 2
    look_seconds: float = 60  # How often the broker is asked what is held while something is, all quiet or not.
    unguarded_alarm_seconds: float = 5  # Without protection for so long, a human is called;
    unguarded_seconds_max: float = 30  # for so long, the position is sold.
    quote_age_seconds_max: float = 30
    allow_market_exit: bool = True
    data_loss_exit: bool = True
    changes_max: int = 60  # Of working orders, in one bracket's life; then a human is called.


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """Everything known of one bracket. ``orders`` holds every order ever sent for it."""

    plan: BracketPlan
    policy: BracketPolicy
    orders: tuple[Order, ...] = ()
    fills: tuple[LegFilled, ...] = ()
    fees: tuple[FeesCharged, ...] = ()
    numbers: tuple[tuple[Leg, int], ...] = ()  # Those that are known to have been given to exits.
    numbers_from: int = 0  # Those below may have been given by an earlier life, and not been written.
    connected: bool = True
    book_wanted: bool = False  # Nothing is sent before the broker said what it holds.
    absences: int = 0  # How many books in a row missed an order that should be there.
    entry_stopped: bool = False  # The rest of the entry is no longer wanted.
    closing: ClosedBy | None = None
    unguarded_since: datetime | None = None
    guarded_at: datetime | None = None  # Protection is back since, and may not last.
    placed_anew: int = 0  # How often in a row exits were placed after the first ones, and sold nothing.
    placed_for: int = 0  # What was held when exits were placed last.
    quote: Quote | None = None
    stop_touches: int = 0  # Distinct fresh quotes in a row at or below the trigger.
    chases: int = 0
    changes: int = 0
    asked: tuple[OrderSpec, ...] = ()  # Changes sent a moment ago; a picture from before them is no news.
    repriced: bool = False
    fees_asked: bool = False  # Fees are late, and the broker was asked once for what it knows.
    fees_given_up: bool = False
    resize_overdue: bool = False  # An exit sold a part, and the broker has not cut its sibling.
    siblings_overdue: bool = False  # Flat for a while, and the broker has not cancelled the other exit.
    shortfall: Shortfall | None = None  # Somebody else seems to have sold of it.
    lack: Lack | None = None  # Less is there, and nobody seems to have sold.
    closed: BracketClosed | None = None
    life: int = 0  # How often it was reopened.
    timers: frozenset[str] = field(default_factory=frozenset)  # Those started and not yet due.


def ref_of(bracket: Bracket, leg: Leg, number: int) -> OrderRef:
    """Return the ref of this bracket's number-th order of a leg."""
    return order_ref(bracket.plan.intent, leg, number)


def order_of(bracket: Bracket, ref: OrderRef | None) -> Order | None:
    """Return the order with this ref, if it is of this bracket."""
    return next((order for order in bracket.orders if order.ref == ref), None)


def with_order(bracket: Bracket, order: Order) -> Bracket:
    """Return the bracket with this order added, or put in the place of the one with its ref."""
    if order_of(bracket, order.ref) is None:
        return replace(bracket, orders=(*bracket.orders, order))
    return replace(bracket, orders=tuple(order if old.ref == order.ref else old for old in bracket.orders))


def leg_of(order: Order) -> Leg:
    """Return which leg an order is."""
    parts = split_ref(order.ref)
    assert parts is not None, f"{order.ref} is a ref of ours"
    return parts[1]


def entry_of(bracket: Bracket) -> Order | None:
    """Return the entry, None before it was sent."""
    return order_of(bracket, ref_of(bracket, Leg.ENTRY, 0))


def exits(bracket: Bracket, *legs: Leg) -> tuple[Order, ...]:
    """Return the exits (of these legs, or all) that are not done."""
    wanted = legs or (Leg.TARGET, Leg.STOP, Leg.EXIT)
    return tuple(order for order in bracket.orders if not order.done and leg_of(order) in wanted)


def live_exit(bracket: Bracket, leg: Leg) -> Order | None:
    """Return the newest exit of this leg that the broker has acknowledged and that is not being cancelled."""
    alive = [order for order in exits(bracket, leg) if order.status in _AT_THE_BROKER]
    return alive[-1] if alive else None


def position(bracket: Bracket) -> int:
    """Return what the fills of this bracket add up to, in contracts."""
    return sum(fill.quantity if fill.side is Side.BUY else -fill.quantity for fill in bracket.fills)


def entry_average(bracket: Bracket) -> Decimal:
    """Return the average price of the entry's fills, USD per share; the plan's limit before the first."""
    entry = entry_of(bracket)
    return entry.notional / entry.filled if entry is not None and entry.filled else bracket.plan.entry_limit


def fill_of(bracket: Bracket, exec_id: ExecId) -> LegFilled | None:
    """Return this execution as it counts now, if it is in the book."""
    return next((fill for fill in bracket.fills if fill.exec_id == exec_id), None)


def counted(bracket: Bracket, exec_id: ExecId) -> bool:
    """Return whether this execution is in the book already."""
    return fill_of(bracket, exec_id) is not None


def with_fill(bracket: Bracket, fill: LegFilled) -> Bracket:
    """Return the bracket after a fill; a repeated one changes nothing."""
    if counted(bracket, fill.exec_id):
        return bracket
    order = order_of(bracket, fill.ref)
    after = replace(bracket, fills=(*bracket.fills, fill))
    return after if order is None else with_order(after, filled(order, fill))


def with_correction(bracket: Bracket, fill: LegFilled) -> Bracket:
    """Return the bracket after a correction; one that is no newer than what is known changes nothing.

    The exits follow what was really paid, so they may have to move once more.
    """
    known = fill_of(bracket, fill.exec_id)
    if known is None or fill.revision <= known.revision:
        return bracket
    order, fills = order_of(bracket, fill.ref), tuple(fill if one is known else one for one in bracket.fills)
    after = replace(bracket, fills=fills, repriced=bracket.repriced and fill.leg is not Leg.ENTRY)
    return after if order is None else with_order(after, corrected(order, known, fill))


def with_fees(bracket: Bracket, fees: FeesCharged) -> Bracket:
    """Return the bracket after a fee; a repeated one changes nothing."""
    if any(known.exec_id == fees.exec_id for known in bracket.fees):
        return bracket
    return replace(bracket, fees=(*bracket.fees, fees))


def fees_complete(bracket: Bracket) -> bool:
    """Return whether every fill's fee is known, or waiting for it was given up."""
    return bracket.fees_given_up or {f.exec_id for f in bracket.fills} <= {f.exec_id for f in bracket.fees}


def pnl(bracket: Bracket) -> Decimal:
    """Return sells less buys less fees, USD; the whole P&L once flat."""
    return sum((f.cash if f.side is Side.SELL else -f.cash for f in bracket.fills), Decimal(0)) - total_fees(bracket)


def total_fees(bracket: Bracket) -> Decimal:
    """Return all fees, USD, positive."""
    return sum((charged.fees for charged in bracket.fees), Decimal(0))


def entry_spec(plan: BracketPlan) -> OrderSpec:
    """Return the entry: a day limit that the children, if any, hang on."""
    return OrderSpec(
        ref=order_ref(plan.intent, Leg.ENTRY, 0),
        contract=plan.contract,
        side=Side.BUY,
        quantity=plan.quantity,
        kind=OrderKind.LIMIT,
        tif=TimeInForce.DAY,
        limit=plan.entry_limit,
        transmit=not plan.native,
    )


def exit_spec(bracket: Bracket, leg: Leg, number: int, quantity: int) -> OrderSpec:
    """Return an exit at the plan's prices; GTC, since a DAY child leaves the position bare overnight."""
    plan, stop = bracket.plan, leg is Leg.STOP
    return OrderSpec(
        ref=ref_of(bracket, leg, number),
        contract=plan.contract,
        side=Side.SELL,
        quantity=quantity,
        kind=OrderKind.STOP_LIMIT if stop else OrderKind.LIMIT,
        tif=TimeInForce.GTC,
        limit=plan.stop_limit if stop else plan.target_limit,
        trigger=plan.stop_trigger if stop else None,
    )


def oca_group(bracket: Bracket, number: int) -> str:
    """Return the name that links the number-th pair of exits."""
    return f"{bracket.plan.intent}.{number}"


def family(bracket: Bracket) -> tuple[OrderSpec, ...]:
    """Return what is sent first: the entry alone, or with its children, of which the last one transmits all.

    Of a bracket that was adopted nothing is: its entry stands for what others bought.
    """
    entry = entry_spec(bracket.plan)
    if not bracket.plan.native or bracket.plan.adopted:
        return (entry,)
    target, stop = (exit_spec(bracket, leg, 0, bracket.plan.quantity) for leg in (Leg.TARGET, Leg.STOP))
    return entry, replace(target, parent=entry.ref, transmit=False), replace(stop, parent=entry.ref)


def folded(records: Iterable[Journaled], policy: BracketPolicy) -> Bracket | None:
    """Return the bracket that the journal tells of; its orders' states are unknown until the broker was asked."""
    bracket: Bracket | None = None
    for record in records:
        if isinstance(record, BracketPlanned):
            bracket = resumed(record.plan, policy)
        elif bracket is not None:
            bracket = _after_record(bracket, record)
    return bracket


def resumed(plan: BracketPlan, policy: BracketPolicy) -> Bracket:
    """Return a bracket whose orders may or may not have been sent."""
    fresh = Bracket(plan=plan, policy=policy, book_wanted=True)
    orders = (Order(spec=spec, status=OrderStatus.UNKNOWN, sent_at=plan.decided_at) for spec in family(fresh))
    bracket = replace(fresh, orders=tuple(orders))
    if not plan.adopted:
        return bracket
    fill, fees = purchase(plan)
    return with_fees(with_fill(bracket, fill), fees)


def _after_record(bracket: Bracket, record: Journaled) -> Bracket:
    match record:
        case LegFilled():
            return with_fill(bracket, record)
        case FillCorrected():
            return with_correction(bracket, record.fill)
        case FeesCharged():
            return with_fees(bracket, record)
        case ExitNumbered():
            return _with_numbered(bracket, record)
        case BracketClosed():
            return replace(bracket, closed=record)
        case BracketReopened():
            return replace(bracket, closed=None, life=record.life)
        case _:
            return bracket


def _with_numbered(bracket: Bracket, record: ExitNumbered) -> Bracket:
    """Remember exits that a predecessor numbered: they may be on their way still, and are asked about like any other.

    Their quantity is what was held then; the broker's own picture replaces it.
    """
    after = replace(bracket, numbers=(*bracket.numbers, (record.leg, record.number)))
    legs = (Leg.TARGET, Leg.STOP) if record.leg is Leg.TARGET else (record.leg,)
    for leg in legs:
        spec = exit_spec(bracket, leg, record.number, max(1, position(bracket)))
        grouped = replace(spec, oca_group=oca_group(bracket, record.number) if len(legs) > 1 else "")
        after = with_order(after, Order(spec=grouped, sent_at=record.at, status=OrderStatus.UNKNOWN))
    return after
