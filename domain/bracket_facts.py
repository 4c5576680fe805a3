"""From reports to facts: what a bracket knows after it heard something. Nothing is decided here."""

from dataclasses import replace
from decimal import Decimal

from domain.bracket_effects import Alarm, Cancel, Effect, Record, Say, SetTimer
from domain.brackets import (
    Bracket,
    counted,
    entry_of,
    order_of,
    position,
    with_correction,
    with_fees,
    with_fill,
    with_order,
)
from domain.events import FeesCharged, FillCorrected, LegFilled
from domain.ids import Leg, split_ref
from domain.order_specs import OrderKind, OrderSpec, TimeInForce
from domain.orders import Order, OrderEvent, OrderStatus, after_error, after_status, moved
from domain.reports import (
    BookReport,
    CommissionReport,
    ExecutionReport,
    OpenOrderReport,
    OrderErrorReport,
    OrderStatusReport,
    Side,
)

Step = tuple[Bracket, tuple[Effect, ...]]
ABSENCES_BEFORE_BELIEVED = 2  # One book may have been written while the order was on its way.


def after_execution(bracket: Bracket, report: ExecutionReport) -> Step:
    """Count an execution once, journal it, say it; journal a correction of it."""
    parts = split_ref(report.ref) if report.ref is not None else None
    if report.ref is None or parts is None:
        return bracket, ()
    fill = LegFilled(
        at=report.executed_at,
        intent=bracket.plan.intent,
        leg=parts[1],
        ref=report.ref,
        exec_id=report.exec_id,
        con_id=report.con_id,
        side=report.side,
        quantity=report.quantity,
        price=report.price,
        multiplier=report.multiplier,
        revision=report.revision,
    )
    if counted(bracket, fill.exec_id):
        after = with_correction(bracket, fill)
        return after, ((Record(record=FillCorrected(at=report.at, fill=fill)),) if after is not bracket else ())
    after = with_fill(bracket, fill)
    effects: list[Effect] = [Record(record=fill), _fill_line(after, fill)]
    if position(after) < 0:
        text = f"{bracket.plan.contract.label}: sold more than held, the position is short"
        effects.append(Alarm(kind="oversold", text=text, level="CRITICAL"))
    return after, tuple(effects)


def _fill_line(bracket: Bracket, fill: LegFilled) -> Say:
    return Say(
        event="entry_filled" if fill.leg is Leg.ENTRY else "exit_filled",
        fields={
            "intent": fill.intent,
            "contract": bracket.plan.contract.label,
            "leg": fill.leg.name,
            "quantity": fill.quantity,
            "price": fill.price,
            "multiplier": fill.multiplier,
            "position": position(bracket),
            "exec_id": fill.exec_id,
        },
    )


def after_commission(bracket: Bracket, report: CommissionReport) -> Step:
    """Count a fee once, if it belongs to a fill of ours."""
    known = any(charged.exec_id == report.exec_id for charged in bracket.fees)
    if known or not counted(bracket, report.exec_id):
        return bracket, ()
    fees = FeesCharged(at=report.at, intent=bracket.plan.intent, exec_id=report.exec_id, fees=report.fees)
    return with_fees(bracket, fees), (Record(record=fees),)


def after_status_report(bracket: Bracket, report: OrderStatusReport) -> Step:
    """Move the order that the report names."""
    order = order_of(bracket, report.ref)
    if order is None:
        return bracket, ()
    return with_order(bracket, after_status(order, report.status, report.filled)), ()


def after_error_report(bracket: Bracket, report: OrderErrorReport) -> Step:
    """Move the order that the error names."""
    order = order_of(bracket, report.ref)
    if order is None:
        return bracket, ()
    line = Say(
        event="order_error",
        fields={"ref": report.ref, "code": report.code, "text": report.text, "effect": report.effect.value},
    )
    return with_order(bracket, after_error(order, report.effect)), (line,)


def after_open_order(bracket: Bracket, report: OpenOrderReport) -> Bracket:
    """Believe the broker's own picture of an order: its quantity, its prices, its state. Adopt one we forgot."""
    parts = split_ref(report.ref) if report.ref is not None else None
    if parts is None or parts[0] != bracket.plan.intent:
        return bracket
    order = order_of(bracket, report.ref) or _adopted(bracket, report)
    spec = replace(
        order.spec,
        quantity=report.quantity or order.spec.quantity,
        limit=report.limit if report.limit is not None else order.spec.limit,
        trigger=report.trigger if report.trigger is not None else order.spec.trigger,
    )
    return with_order(bracket, after_status(replace(order, spec=spec), report.status, report.filled))


def _adopted(bracket: Bracket, report: OpenOrderReport) -> Order:
    """Return the order that a predecessor sent and did not live to tell of; its fills may be known already."""
    assert report.ref is not None, "only orders with a ref of ours are adopted"
    fills = [fill for fill in bracket.fills if fill.ref == report.ref]
    spec = OrderSpec(
        ref=report.ref,
        contract=bracket.plan.contract,
        side=report.side,
        quantity=report.quantity,
        kind=OrderKind(report.order_type),
        tif=TimeInForce.GTC,
        limit=report.limit,
        trigger=report.trigger,
        oca_group=report.oca_group,  # A change that left it out would be refused, or take the order out of it.
    )
    return Order(
        spec=spec,
        sent_at=report.at,
        status=OrderStatus.UNKNOWN,
        filled=sum(fill.quantity for fill in fills),
        notional=sum((fill.price * fill.quantity for fill in fills), Decimal(0)),
    )


def after_book(bracket: Bracket, book: BookReport) -> Step:
    """Derive what was missed: executions first, then what is open, then what completed; what is nowhere is absent.

    A book that was asked for before an order was sent says nothing about it. The first that misses an order proves
    nothing either, since both may have been on their way at once; the second does. What a status told of since the
    question is not missed, whatever became of its row.
    """
    effects: list[Effect] = []
    after = replace(bracket, connected=True)
    for execution in book.executions:
        if is_ours(bracket, execution.ref):
            after, said = after_execution(after, execution)
            effects.extend(said)
    for commission in book.commissions:
        after, said = after_commission(after, commission)
        effects.extend(said)
    seen: set[str | None] = {*book.heard}
    for report in (*book.completed, *book.open_orders):
        if is_ours(bracket, report.ref):
            after = after_open_order(after, report)
            seen.add(report.ref)
    missing = [o for o in after.orders if not o.done and o.ref not in seen and o.sent_at < book.asked_at]
    if not missing:
        return replace(after, book_wanted=_doubtful(after), absences=0), tuple(effects)
    after, cancels = _without(after, missing)
    return after, (*effects, *cancels)


def _without(bracket: Bracket, missing: list[Order]) -> Step:
    """Believe the second book in a row that misses these orders.

    What is given up is cancelled too. An entry whose last child was lost rests at the broker untransmitted, an order
    may be kept back on its way, and no book tells of either; what arrives later would trade beside what took its place.
    Children go along with their parent. Of one that never arrived the broker says so.
    """
    absences = bracket.absences + 1
    if absences < ABSENCES_BEFORE_BELIEVED:
        return replace(bracket, absences=absences, book_wanted=True), ()
    after = bracket
    for order in missing:
        after = with_order(after, moved(order, OrderEvent.ABSENT))
    refs = {order.ref for order in missing}
    cancels = tuple(Cancel(ref=order.ref) for order in missing if order.spec.parent not in refs)
    return replace(after, absences=0, book_wanted=_doubtful(after)), cancels


def _doubtful(bracket: Bracket) -> bool:
    return any(order.status is OrderStatus.UNKNOWN for order in bracket.orders)


def is_ours(bracket: Bracket, ref: str | None) -> bool:
    """Return whether this ref is of an order of this bracket."""
    parts = split_ref(ref) if ref is not None else None
    return parts is not None and parts[0] == bracket.plan.intent


def not_sent(bracket: Bracket, refs: tuple[str, ...]) -> Bracket:
    """Mark orders of which no byte left as rejected."""
    after = bracket
    for order in bracket.orders:
        if order.ref in refs and not order.done:
            after = with_order(after, moved(order, OrderEvent.REJECTED))
    return after


def claims_more(bracket: Bracket) -> bool:
    """Return whether the broker claims fills whose executions never came."""
    return any(order.claimed_filled > order.filled for order in bracket.orders)


def buys_claimed(bracket: Bracket) -> bool:
    """Return whether the entry is said to have bought more than its executions tell: more is held than is known."""
    entry = entry_of(bracket)
    return entry is not None and entry.claimed_filled > entry.filled


def sales_claimed(bracket: Bracket) -> bool:
    """Return whether exits are said to have sold more than their executions tell: less is held than is known."""
    return any(order.spec.side is Side.SELL and order.claimed_filled > order.filled for order in bracket.orders)


def sold_out_by_claim(bracket: Bracket) -> bool:
    """Return whether an exit is said to have filled whole, and its executions have not come: it sells nothing more."""
    return any(
        order.spec.side is Side.SELL and order.claimed_filled >= order.spec.quantity > order.filled
        for order in bracket.orders
    )


def claim_watched(result: Step) -> Step:
    """Ask in a moment for fills that are claimed and do not come."""
    after, effects = result
    if not claims_more(after) or "claim" in after.timers:
        return result
    timer = SetTimer(timer="claim", seconds=after.policy.in_flight_seconds)
    return replace(after, timers=after.timers | {"claim"}), (*effects, timer)


def silent(bracket: Bracket) -> bool:
    """Return whether an order, its cancel or its change was sent and nothing was heard of it."""
    return any(
        order.status in (OrderStatus.IN_FLIGHT, OrderStatus.PENDING_CANCEL) or (order.change_unheard and not order.done)
        for order in bracket.orders
    )


def guarded(bracket: Bracket) -> bool:
    """Return whether what is held could be stopped out now: by a live stop or exit, or by its quotes when emulated."""
    held = position(bracket)
    if held <= 0:
        return True
    entry = entry_of(bracket)
    entering = entry is not None and not entry.done
    live = [o for o in bracket.orders if _protects(o)]
    if any(o.remaining >= held or entering for o in live):
        return True
    return not bracket.plan.native and bracket.connected and bracket.quote is not None


def _protects(order: Order) -> bool:
    parts = split_ref(order.ref)
    leg = parts[1] if parts else Leg.ENTRY
    acknowledged = order.status in (OrderStatus.HELD, OrderStatus.WORKING)
    return acknowledged and order.spec.side is Side.SELL and leg in (Leg.STOP, Leg.EXIT)


def needs_quotes(bracket: Bracket) -> bool:
    """Return whether what it costs matters: while something is held, or is said to be, or may yet be bought."""
    entry = entry_of(bracket)
    may_buy = entry is None or not (entry.done or entry.claimed_filled >= entry.spec.quantity)
    return bracket.closed is None and (may_buy or position(bracket) > 0 or _said_to_be_held(bracket) > 0)


def _said_to_be_held(bracket: Bracket) -> int:
    """Return what is held by statuses, of orders whose executions have not come, and by executions of all others."""
    unheard = ((order.spec.side, max(0, order.claimed_filled - order.filled)) for order in bracket.orders)
    return position(bracket) + sum(quantity if side is Side.BUY else -quantity for side, quantity in unheard)


def touched(order: Order) -> bool:
    """Return whether a stop has triggered and now works as a limit."""
    return order.status is OrderStatus.WORKING and order.spec.kind is OrderKind.STOP_LIMIT
