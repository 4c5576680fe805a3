"""What no seed meets is true of the machines themselves, or is met here."""

import pytest

from actors import oco
from cli.simulation.coverage import watched_tables
from cli.simulation.reasons import REASONS
from domain.bracket_effects import Begin, BracketInput, Due, Liquidate, StopEntry
from domain.breaker import Breaker, BreakerLimits, ask
from domain.events import ClosedBy
from domain.orders import TERMINAL, OrderStatus
from domain.reports import BrokerStatus, OrderEffect
from tests.builders import NOW, a_book, a_bracket, a_fill, a_status, an_error

S = BrokerStatus
INACTIVE = a_status("E", S.INACTIVE)
DONE = {OrderStatus.CANCELLED: S.CANCELLED, OrderStatus.REJECTED: S.INACTIVE}
ASKED_LATER = a_book(asked_at=NOW.replace(year=NOW.year + 1))


def met(*messages: BracketInput) -> set[str]:
    """Return the transitions of a bracket that is begun and then told these."""
    bracket = a_bracket()
    with watched_tables() as rows:
        for message in (Begin(), *messages):
            bracket, _ = vars(oco)["step"](bracket, message, NOW)
    return rows


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_an_order_that_is_done_is_neither_missed_nor_cancelled(status: OrderStatus) -> None:
    ends = (a_fill("E", 2, "2.02"),) if status is OrderStatus.FILLED else (a_status("E", DONE[status]),)
    missed = (ASKED_LATER, ASKED_LATER, ASKED_LATER)
    unwanted = (StopEntry(reason="loss limit"), Liquidate(why=ClosedBy.FLATTENED), Due(timer="sibling"))

    rows = met(*ends, *missed, *unwanted)

    assert f"order: {status} + absent" in REASONS
    assert f"order: {status} + cancel_sent" in REASONS
    assert not {f"order: {status} + absent", f"order: {status} + cancel_sent"} & rows


def test_a_cancel_is_asked_for_once_and_not_while_the_order_is_unknown() -> None:
    stop = StopEntry(reason="loss limit")

    rows = met(stop, stop, Due(timer="entry"), an_error("E", OrderEffect.UNCERTAIN), stop)

    assert "order: in_flight + cancel_sent" in rows
    assert "order: pending_cancel + doubted" in rows
    assert not {"order: pending_cancel + cancel_sent", "order: unknown + cancel_sent"} & rows


def test_a_closed_breaker_is_not_waited_for() -> None:
    with watched_tables() as rows:
        ask(Breaker(), NOW, BreakerLimits())

    assert rows == set()


@pytest.mark.parametrize(
    ("exits", "row"),
    [
        (S.SUBMITTED, "bracket: flat -> guarded"),
        (S.CANCELLED, "bracket: flat -> unguarded"),
    ],
)
def test_the_rest_of_an_entry_that_comes_after_its_first_part_is_sold_is_held_again(exits: S, row: str) -> None:
    accepted = (a_status("E", S.SUBMITTED), a_status("T", S.SUBMITTED), a_status("S", S.PRE_SUBMITTED))
    first = (a_fill("E", 1, "2.02"), a_fill("T", 1, "3.03", exec_id="sold"))

    rows = met(*accepted, *first, a_status("S", exits), a_fill("E", 1, "2.02", exec_id="rest"))

    assert row in rows


def test_a_fill_after_a_cancellation_and_a_cancellation_after_a_fill_move_an_order_as_the_table_says() -> None:
    crossed = met(a_status("E", S.CANCELLED), a_fill("E", 2, "2.02"))
    too_late = met(a_fill("E", 2, "2.02"), a_status("E", S.CANCELLED))

    assert "order: cancelled + completed" in crossed
    assert "order: filled + cancelled" in too_late


def test_an_exit_that_is_turned_down_moves_as_the_table_says_wherever_it_stands() -> None:
    held = met(a_status("S", S.PRE_SUBMITTED), a_status("S", S.INACTIVE))
    working = met(a_status("T", S.SUBMITTED), a_status("T", S.INACTIVE))

    cancelled = met(
        a_status("S", S.PRE_SUBMITTED), a_status("E", S.SUBMITTED), StopEntry(reason="loss limit"), INACTIVE
    )

    assert "order: pending_cancel + rejected" in cancelled
    assert "order: held + rejected" in held
    assert "order: working + rejected" in working


@pytest.mark.parametrize(
    ("message", "row"),
    [
        (a_status("E", S.CANCELLED), "order: rejected + cancelled"),
        (a_fill("E", 2, "2.02"), "order: rejected + completed"),
        (an_error("E", OrderEffect.UNCERTAIN), "order: rejected + doubted"),
    ],
)
def test_what_was_turned_down_and_is_heard_of_again_moves_as_the_table_says(message: BracketInput, row: str) -> None:
    assert row in REASONS
    assert row in met(INACTIVE, message)


def test_an_order_that_lives_and_is_turned_down_by_an_error_is_asked_about() -> None:
    rows = met(a_status("E", S.SUBMITTED), StopEntry(reason="loss limit"), an_error("E", OrderEffect.REJECTED))

    assert "order: pending_cancel + doubted" in rows
    assert "order: pending_cancel + rejected" not in rows


@pytest.mark.parametrize("status", [OrderStatus.PENDING_CANCEL, OrderStatus.WORKING])
def test_an_order_that_two_books_miss_is_absent_wherever_it_stood(status: OrderStatus) -> None:
    stopped = (StopEntry(reason="loss limit"),) if status is OrderStatus.PENDING_CANCEL else ()

    rows = met(a_status("E", S.SUBMITTED), *stopped, ASKED_LATER, ASKED_LATER)

    assert f"order: {status} + absent" in REASONS
    assert f"order: {status} + absent" in rows
