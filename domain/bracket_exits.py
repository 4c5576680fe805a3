"""The exits of a position: keep them at the broker, move them, or sell.

Never two unlinked sells at once: before a fresh exit is placed, every older one is confirmed dead.
"""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from domain.bracket_effects import Alarm, Cancel, Change, Effect, Record, Say, Send, SetTimer
from domain.bracket_facts import Step, sales_claimed, silent, sold_out_by_claim, touched
from domain.bracket_prices import ExitPrices, chase_price, exits_of
from domain.brackets import (
    Bracket,
    entry_average,
    exit_spec,
    exits,
    live_exit,
    oca_group,
    position,
    ref_of,
    with_order,
)
from domain.events import ExitNumbered
from domain.exit_numbers import next_number
from domain.ids import Leg
from domain.no_bid import told_of_no_bid
from domain.order_specs import OrderKind, OrderSpec, TimeInForce
from domain.orders import Order, OrderEvent, OrderStatus, moved
from domain.prices import one_tick
from domain.reports import Side

REFUSALS_BEFORE_ALARM = 3
REFUSALS_MANY = 10  # In a row: from then on so many times as long is waited, for it is no moment's matter.
PATIENCE = 5


def cancelled(bracket: Bracket, order: Order) -> Step:
    """Ask for the cancel of one order, and notice if nobody answers."""
    return with_order(bracket, moved(order, OrderEvent.CANCEL_SENT)), (
        Cancel(ref=order.ref),
        SetTimer(timer="silence", seconds=bracket.policy.in_flight_seconds),
    )


def cancelled_all(bracket: Bracket, orders: tuple[Order, ...]) -> Step:
    """Ask for the cancel of each of these that is not being cancelled already."""
    after, effects = bracket, list[Effect]()
    for order in orders:
        if order.status is OrderStatus.PENDING_CANCEL:
            continue
        after, more = cancelled(after, order)
        effects.extend((*more, Say(event="oco_sibling_cancelled", fields={"ref": order.ref})))
    return after, tuple(effects)


def protect(bracket: Bracket, now: datetime) -> Step:
    """Keep a position guarded: both exits alive, of the right size, at the right prices; else place them anew."""
    if not bracket.plan.native:
        return bracket, ()  # The quotes are the guard: ``bracket_touch.py``.
    if sold_out_by_claim(bracket):
        return bracket, ()  # What it sold is asked for; a change would come too late.
    target, stop = live_exit(bracket, Leg.TARGET), live_exit(bracket, Leg.STOP)
    if stop is not None and touched(stop):
        return _chase_stop(bracket, stop)  # It sells already, and needs no target beside it.
    if target is not None and stop is not None:
        return _keep(bracket, target, stop)
    waiting = exits(bracket)
    if any(order.status in (OrderStatus.IN_FLIGHT, OrderStatus.PENDING_CANCEL) for order in waiting):
        return bracket, ()
    if waiting:
        # A lone survivor is not linked to what would replace its sibling: both could sell.
        return cancelled_all(bracket, waiting)
    return _replace_pair(bracket, now)


def _keep(bracket: Bracket, target: Order, stop: Order) -> Step:
    held, prices = position(bracket), None if bracket.repriced else _moved_prices(bracket)
    settled = bracket.repriced and not bracket.resize_overdue
    after = bracket if settled else replace(bracket, repriced=True, resize_overdue=False)
    effects, waiting = list[Effect](), _broker_resizes(bracket)
    for order in (target, stop):
        if prices is None and order.filled + held == order.spec.quantity:
            continue  # As it should be, like nearly always: this is asked with every quote.
        spec = sized(order, held)
        if waiting and spec.quantity != order.spec.quantity:
            spec = replace(spec, quantity=order.spec.quantity)
            after, more = _resize_later(after)
            effects.extend(more)
        if prices is not None:
            is_stop = order is stop
            spec = replace(
                spec,
                limit=prices.limit if is_stop else prices.target,
                trigger=prices.trigger if is_stop else None,
            )
        after, more = changed(after, order, spec)
        effects.extend(more)
    return after, tuple(effects)


def _moved_prices(bracket: Bracket) -> ExitPrices | None:
    """Return the exits for what was really paid, when that is more than a tick from what they were placed for."""
    average = entry_average(bracket)
    moved_far = abs(average - bracket.plan.entry_limit) > one_tick(bracket.plan.contract.grid)
    return exits_of(bracket.plan, average) if moved_far else None


def _broker_resizes(bracket: Bracket) -> bool:
    """Return whether the broker is about to cut the sibling of an exit that sold a part.

    A cut of ours, on its way while more sells, would arrive asking for more than is left. It knows ours alone.
    """
    legs = {fill.leg for fill in bracket.fills} - {Leg.ENTRY}
    return bool(legs) and Leg.OUTSIDE not in legs and not bracket.resize_overdue


def _resize_later(bracket: Bracket) -> Step:
    if "resize" in bracket.timers:
        return bracket, ()
    timer = SetTimer(timer="resize", seconds=bracket.policy.sibling_seconds)
    return replace(bracket, timers=bracket.timers | {"resize"}), (timer,)


def sized(order: Order, held: int) -> OrderSpec:
    """Return the order as it should be to sell just what is held; its parent is gone by now."""
    return replace(order.spec, quantity=order.filled + held, parent=None)


def changed(bracket: Bracket, order: Order, spec: OrderSpec) -> Step:
    """Modify a working order, if that changes anything at the broker; a runaway of changes calls a human.

    A broker that still shows the order as it was may not have read the change, or not follow it: the same is asked for
    again in a moment, not with each of its reports.
    """
    if replace(spec, parent=order.spec.parent) == order.spec or spec in bracket.asked:
        return bracket, ()
    changes = bracket.changes + 1
    if changes > bracket.policy.changes_max:
        return bracket, ()
    after = with_order(bracket, replace(order, spec=replace(spec, parent=order.spec.parent), change_unheard=True))
    after = replace(after, changes=changes, asked=(*bracket.asked, spec))
    effects: tuple[Effect, ...] = (Change(order=spec), SetTimer(timer="asked", seconds=bracket.policy.chase_seconds))
    if not silent(bracket):
        effects = (*effects, SetTimer(timer="silence", seconds=bracket.policy.in_flight_seconds))
    if changes == bracket.policy.changes_max:
        text = f"{bracket.plan.contract.label}: {changes} changes of exits, no more will be tried"
        effects = (*effects, Alarm(kind="unguarded", text=text, level="CRITICAL"))
    return after, effects


def asked_due(bracket: Bracket) -> Step:
    """Let changes that have not shown by now be asked for again."""
    return replace(bracket, asked=()), ()


def _replace_pair(bracket: Bracket, now: datetime) -> Step:
    """Place target and stop as one group of which a fill cancels the other, numbered afresh."""
    prices = exits_of(bracket.plan, entry_average(bracket))
    number = max(next_number(bracket, Leg.TARGET), next_number(bracket, Leg.STOP))
    group = oca_group(bracket, number)
    held, specs = position(bracket), list[OrderSpec]()
    for leg, limit, trigger in (
        (Leg.TARGET, prices.target, None),
        (Leg.STOP, prices.limit, prices.trigger),
    ):
        spec = exit_spec(bracket, leg, number, held)
        specs.append(replace(spec, limit=limit, trigger=trigger, oca_group=group))
    return _sent(bracket, tuple(specs), number, now)


def _sent(bracket: Bracket, specs: tuple[OrderSpec, ...], number: int, now: datetime) -> Step:
    """Place fresh exits, but not again at once: a broker that refuses them would be asked a hundred times a minute.

    Exits that sold a part were not refused: what they leave is guarded anew at once. While it is not known how much
    they sold, nothing is placed: it could sell more than is left.
    """
    if sales_claimed(bracket):
        return bracket, ()
    sold = position(bracket) < bracket.placed_for
    if "anew" in bracket.timers and not sold:
        return bracket, ()
    after = bracket
    for spec in specs:
        after = with_order(after, Order(spec=spec, sent_at=now))
    leg = Leg.EXIT if len(specs) == 1 else Leg.TARGET
    plan, count = bracket.plan, 1 if sold else bracket.placed_anew + 1
    effects: tuple[Effect, ...] = (
        Send(orders=specs, opens=False),
        Record(record=ExitNumbered(at=now, intent=plan.intent, leg=leg, number=number)),
        SetTimer(timer="silence", seconds=bracket.policy.in_flight_seconds),
        SetTimer(timer="anew", seconds=bracket.policy.chase_seconds * (PATIENCE if count > REFUSALS_MANY else 1)),
    )
    if count == REFUSALS_BEFORE_ALARM:
        text = f"{plan.contract.label}: exits were placed {count} times; the broker may be refusing them"
        effects = (*effects, Alarm(kind="unguarded", text=text, level="CRITICAL"))
    numbers = (*after.numbers, (leg, number))
    timers = after.timers | {"anew"}
    return replace(after, numbers=numbers, placed_anew=count, placed_for=position(after), timers=timers), effects


def _chase_stop(bracket: Bracket, stop: Order) -> Step:
    """Give a stop that triggered a while, then lower the limit it rests at step by step."""
    if "stop" in bracket.timers:
        return bracket, ()
    first = bracket.chases == 0
    seconds = bracket.policy.stop_unfilled_seconds if first else bracket.policy.chase_seconds
    after = replace(bracket, timers=bracket.timers | {"stop"})
    timer = SetTimer(timer="stop", seconds=seconds)
    if first:
        line = Say(event="oco_triggered", fields={"intent": bracket.plan.intent, "leg": Leg.STOP.name})
        return told_of_no_bid((after, (line, timer)))
    wanted = chase_price(_bid(bracket), bracket.chases - 1, bracket.plan.contract.grid)
    lower = min(wanted, stop.spec.limit or wanted)
    spec = replace(sized(stop, position(bracket)), limit=lower)
    after, effects = changed(after, stop, spec)
    return told_of_no_bid((after, (*effects, timer)))


def _bid(bracket: Bracket) -> Decimal | None:
    return bracket.quote.bid if bracket.quote is not None else None


def liquidate(bracket: Bracket, now: datetime) -> Step:
    """Sell what is held: by moving an exit that already rests, whose sibling stays linked; else by a fresh order."""
    if sold_out_by_claim(bracket):
        return bracket, ()
    carrier = live_exit(bracket, Leg.EXIT) or _resting_target(bracket)
    if carrier is not None:
        return _chase_exit(bracket, carrier)
    waiting = exits(bracket)
    if any(order.status in (OrderStatus.IN_FLIGHT, OrderStatus.PENDING_CANCEL) for order in waiting):
        return bracket, ()
    if waiting:
        return cancelled_all(bracket, waiting)
    return _exit_now(bracket, now)


def _resting_target(bracket: Bracket) -> Order | None:
    target = live_exit(bracket, Leg.TARGET)
    return target if target is not None and target.status is OrderStatus.WORKING else None


def _chase_exit(bracket: Bracket, order: Order) -> Step:
    """Keep a sell at the bid, lower with each try; a market order needs no chasing."""
    if order.spec.kind is OrderKind.MARKET or "chase" in bracket.timers:
        return bracket, ()
    limit = chase_price(_bid(bracket), bracket.chases, bracket.plan.contract.grid)
    after = replace(bracket, timers=bracket.timers | {"chase"})
    after, effects = changed(after, order, replace(sized(order, position(bracket)), limit=limit))
    return told_of_no_bid((after, (*effects, SetTimer(timer="chase", seconds=bracket.policy.chase_seconds))))


def _exit_now(bracket: Bracket, now: datetime) -> Step:
    number = next_number(bracket, Leg.EXIT)
    market = not bracket.plan.native and bracket.policy.allow_market_exit and _bid(bracket) is not None
    limit = None if market else chase_price(_bid(bracket), bracket.chases, bracket.plan.contract.grid)
    spec = OrderSpec(
        ref=ref_of(bracket, Leg.EXIT, number),
        contract=bracket.plan.contract,
        side=Side.SELL,
        quantity=position(bracket),
        kind=OrderKind.MARKET if market else OrderKind.LIMIT,
        tif=TimeInForce.DAY,
        limit=limit,
    )
    after, effects = _sent(bracket, (spec,), number, now)
    return told_of_no_bid((after, effects))
