"""What to do about a bracket: one function of its facts, run after everything that happens to it.

(state, input, now) -> (state, effects). There is no list of situations: ``_steer`` looks at what is held, what works
and what is wanted, and asks for the next thing that brings them together. A start, a crash, a reconnection and a
quiet minute all take that same path.
"""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from domain.bracket_close import wind_up
from domain.bracket_due import due, is_quiet
from domain.bracket_effects import (
    AskBook,
    Begin,
    BookFailed,
    BracketInput,
    Disconnected,
    Due,
    Gone,
    Liquidate,
    NotSent,
    Resume,
    Say,
    Send,
    SetTimer,
    Starved,
    StopEntry,
)
from domain.bracket_exits import cancelled
from domain.bracket_expiry import kept, lacking
from domain.bracket_facts import (
    Step,
    after_book,
    after_commission,
    after_error_report,
    after_execution,
    after_open_order,
    after_status_report,
    claim_watched,
    not_sent,
)
from domain.bracket_glance import differs, until_look
from domain.bracket_gone import after_gone
from domain.bracket_guard import watch_guard
from domain.bracket_outside import sold_outside
from domain.bracket_touch import on_quote, starved
from domain.brackets import Bracket, entry_of, family, position, with_order
from domain.exit_numbers import numbers_from
from domain.orders import Order, OrderStatus
from domain.quotes import Quote
from domain.reports import (
    BookReport,
    CommissionReport,
    ExecutionReport,
    HoldingsReport,
    OpenOrderReport,
    OrderErrorReport,
    OrderStatusReport,
)


def step(bracket: Bracket, message: BracketInput, now: datetime) -> Step:
    """Return the bracket after this input, and what is to be done about it, in order."""
    if bracket.closed is not None:
        return bracket, ()
    after, effects = _learned(bracket, message, now)
    after, more = _steer(after, now)
    watched, said = watch_guard(after, now)
    return watched, (*effects, *more, *said)


def _learned(bracket: Bracket, message: BracketInput, now: datetime) -> Step:
    match message:
        case ExecutionReport():
            return after_execution(bracket, message)
        case CommissionReport():
            return after_commission(bracket, message)
        case OrderStatusReport():
            return _doubted(after_status_report(bracket, message))
        case OpenOrderReport():
            return _doubted((after_open_order(bracket, message), ()))
        case OrderErrorReport():
            return _doubted(after_error_report(bracket, message))
        case Quote():
            return on_quote(bracket, message, now)
        case BookReport():
            return _after_book(bracket, message, now)
        case HoldingsReport():
            return _looked(bracket, message)
        case _:
            return _told(bracket, message, now)


def _told(
    bracket: Bracket,
    message: Begin | Resume | Disconnected | BookFailed | NotSent | Starved | StopEntry | Liquidate | Gone | Due,
    now: datetime,
) -> Step:
    match message:
        case Begin():
            return _begun(bracket, now)
        case Resume():
            return _resumed(bracket, now)
        case Disconnected():
            # Only what the broker says after the connection is back counts.
            return replace(bracket, connected=False, book_wanted=True), ()
        case BookFailed():
            return bracket, (SetTimer(timer="book", seconds=bracket.policy.book_retry_seconds),)
        case NotSent():
            return _refused(bracket, message)
        case Starved():
            return starved(bracket, now)
        case StopEntry():
            return replace(bracket, entry_stopped=True), ()
        case Liquidate():
            closing = bracket.closing or message.why
            return replace(bracket, entry_stopped=True, closing=closing), ()
        case Gone():
            return after_gone(bracket, message)
        case Due():
            return due(bracket, message.timer)
        case _:
            assert_never(message)


def _begun(bracket: Bracket, now: datetime) -> Step:
    orders = family(bracket)
    after = bracket
    for spec in orders:
        after = with_order(after, Order(spec=spec, sent_at=now))
    return after, (
        Send(orders=orders, opens=True, valid_until=bracket.plan.valid_until),
        SetTimer(timer="entry", seconds=bracket.policy.entry_unfilled_seconds),
        SetTimer(timer="silence", seconds=bracket.policy.in_flight_seconds),
    )


def _resumed(bracket: Bracket, now: datetime) -> Step:
    """Ask the broker; the entry gets only what is left of its patience, and exits get numbers of this life."""
    waited = (now - bracket.plan.decided_at).total_seconds()
    left = max(0.0, bracket.policy.entry_unfilled_seconds - waited)
    line = Say(event="oco_adopted", fields={"intent": bracket.plan.intent, "position": position(bracket)})
    after = replace(bracket, book_wanted=True, numbers_from=numbers_from(bracket.plan, now))
    return after, (line, AskBook(), SetTimer(timer="entry", seconds=left))


def _refused(bracket: Bracket, message: NotSent) -> Step:
    """Nothing left. An entry is over; an exit is wanted still, once the broker can be asked again."""
    after = not_sent(bracket, message.refs)
    line = Say(event="order_refused", fields={"refs": ",".join(message.refs), "reason": message.reason})
    if position(after) <= 0:
        return after, (line,)
    return replace(after, book_wanted=True), (line, SetTimer(timer="book", seconds=after.policy.book_retry_seconds))


def _after_book(bracket: Bracket, book: BookReport, now: datetime) -> Step:
    known = sold_outside(after_book(bracket, book), book)
    after, effects = claim_watched(lacking(known, book, now))
    if after.book_wanted:
        return after, (*effects, SetTimer(timer="book", seconds=after.policy.book_retry_seconds))
    return after, effects


def _doubted(result: Step) -> Step:
    """Ask the broker at once when something became unknown, and in a moment when fills are claimed and do not come."""
    after, effects = claim_watched(result)
    unknown = any(order.status is OrderStatus.UNKNOWN for order in after.orders)
    if not unknown or after.book_wanted:
        return after, effects
    return replace(after, book_wanted=True, absences=0), (*effects, AskBook())


def _looked(bracket: Bracket, holdings: HoldingsReport) -> Step:
    """Ask for the whole book where the look shows something else than what is known; the book alone teaches."""
    return bracket, ((AskBook(),) if is_quiet(bracket) and differs(bracket, holdings) else ())


def _steer(bracket: Bracket, now: datetime) -> Step:
    """Bring what is held, what works and what is wanted together, as far as one step can."""
    entry = entry_of(bracket)
    if entry is None or bracket.book_wanted or not bracket.connected:
        return bracket, ()
    if not entry.done:
        return _steer_entry(bracket, entry)
    if position(bracket) <= 0:
        return wind_up(bracket, now)
    after, effects = kept(bracket, now)
    if "look" in after.timers:
        return after, effects
    look = SetTimer(timer="look", seconds=until_look(after.policy.look_seconds, now))
    return replace(after, timers=after.timers | {"look"}), (*effects, look)


def _steer_entry(bracket: Bracket, entry: Order) -> Step:
    if bracket.entry_stopped and entry.status is not OrderStatus.PENDING_CANCEL:
        return cancelled(bracket, entry)
    if position(bracket) > 0 and "partial" not in bracket.timers:
        after = replace(bracket, timers=bracket.timers | {"partial"})
        return after, (SetTimer(timer="partial", seconds=bracket.policy.partial_entry_seconds),)
    return bracket, ()
