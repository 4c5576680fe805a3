"""What a bracket does when a timer that it asked for is due."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from domain.bracket_effects import AskBook, AskHoldings, SetTimer
from domain.bracket_exits import asked_due
from domain.bracket_facts import Step, claims_more, silent
from domain.bracket_guard import bare_due, unguarded_due
from domain.brackets import Bracket, live_exit, with_order
from domain.ids import Leg
from domain.orders import OrderEvent, OrderStatus, moved


def is_quiet(bracket: Bracket) -> bool:
    """Return whether the broker can be asked, and has nothing to answer already."""
    return bracket.connected and not bracket.book_wanted


def _entry_due(bracket: Bracket) -> Step:
    return replace(bracket, entry_stopped=True), ()


def _partial_due(bracket: Bracket) -> Step:
    target = live_exit(bracket, Leg.TARGET)
    armed = target is not None and target.status is OrderStatus.WORKING
    return (bracket if armed or not bracket.plan.native else replace(bracket, entry_stopped=True)), ()


def _silence_due(bracket: Bracket) -> Step:
    """Silence is neither yes nor no: ask. The timer runs on while anything is unanswered."""
    again = SetTimer(timer="silence", seconds=bracket.policy.in_flight_seconds)
    if not silent(bracket) and not claims_more(bracket):
        return bracket, ()
    if bracket.book_wanted or not bracket.connected:
        return bracket, (again,)
    after = bracket
    for order in bracket.orders:
        if order.status in (OrderStatus.IN_FLIGHT, OrderStatus.PENDING_CANCEL):
            after = with_order(after, moved(order, OrderEvent.DOUBTED))
    return replace(after, book_wanted=True, absences=0), (AskBook(), again)


def _claim_due(bracket: Bracket) -> Step:
    """Ask for executions that a status promised: until they are known, more is believed to be held than is."""
    if not claims_more(bracket):
        return bracket, ()
    after = replace(bracket, timers=bracket.timers | {"claim"})
    again = SetTimer(timer="claim", seconds=bracket.policy.in_flight_seconds)
    if bracket.book_wanted or not bracket.connected:
        return after, (again,)
    return replace(after, book_wanted=True, absences=0), (AskBook(), again)


def _book_due(bracket: Bracket) -> Step:
    """Ask again, also where nothing waits for it: a look that showed a difference is not answered by a failure."""
    return bracket, ((AskBook(),) if bracket.connected else ())


def _chase_due(bracket: Bracket) -> Step:
    return replace(bracket, chases=bracket.chases + 1), ()


def _fees_due(bracket: Bracket) -> Step:
    """Ask once: a fee that overtook its execution reached nobody, and comes again with the book. Then do without."""
    if bracket.fees_asked or not bracket.connected:
        return replace(bracket, fees_given_up=True), ()
    return replace(bracket, fees_asked=True, book_wanted=True), (AskBook(),)


def _look_due(bracket: Bracket) -> Step:
    """Ask, though nothing seems wrong: a fill whose report was lost makes no sound."""
    return bracket, ((AskHoldings(),) if is_quiet(bracket) else ())


def _resize_due(bracket: Bracket) -> Step:
    return replace(bracket, resize_overdue=True), ()


def _nothing_due(bracket: Bracket) -> Step:
    """Only look again: what follows is decided by the facts."""
    return bracket, ()


def _sibling_due(bracket: Bracket) -> Step:
    return replace(bracket, siblings_overdue=True), ()


ON_TIMER: Final[dict[str, Callable[[Bracket], Step]]] = {
    "entry": _entry_due,
    "partial": _partial_due,
    "silence": _silence_due,
    "claim": _claim_due,
    "book": _book_due,
    "chase": _chase_due,
    "stop": _chase_due,
    "fees": _fees_due,
    "look": _look_due,
    "sibling": _sibling_due,
    "unguarded": unguarded_due,
    "bare": bare_due,
    "resize": _resize_due,
    "asked": asked_due,
    "lasting": _nothing_due,
    "anew": _nothing_due,
    "no_bid": _nothing_due,
}


def due(bracket: Bracket, timer: str) -> Step:
    """Return the bracket after this timer. Raises KeyError for one that it never asks for."""
    return ON_TIMER[timer](replace(bracket, timers=bracket.timers - {timer}))
