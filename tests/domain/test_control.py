from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from domain.control import (
    TABLE,
    Control,
    ControlState,
    Order,
    folded,
    given,
    halt_finding,
    nothing_forbids,
)
from domain.denials import DenialRule
from domain.events import ControlMoved, DayOpened, Journaled
from tests.domain.ledger_builders import an_opening

AT = datetime(2026, 1, 5, 15, tzinfo=UTC)
RUNNING, HALTED, FLATTENING = ControlState.RUNNING, ControlState.HALTED, ControlState.FLATTENING


def after(*orders: Order) -> Control:
    control = Control()
    for order in orders:
        control = given(control, order, "./bot", AT).control
    return control


def a_move(state: ControlState, by: str = "./bot") -> ControlMoved:
    return ControlMoved(at=AT, state=state.value, by=by)


def test_every_order_has_its_row_in_every_state() -> None:
    assert set(TABLE) == set(product(ControlState, Order))


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ((), RUNNING),
        ((Order.HALT,), HALTED),
        ((Order.HALT, Order.RESUME), RUNNING),
        ((Order.FLATTEN,), FLATTENING),
        ((Order.HALT, Order.FLATTEN), FLATTENING),
        ((Order.FLATTEN, Order.HALT), FLATTENING),
        ((Order.FLATTEN, Order.RESUME), FLATTENING),
        ((Order.FLATTEN, Order.FLAT), HALTED),
        ((Order.FLATTEN, Order.FLAT, Order.RESUME), RUNNING),
        ((Order.FLAT,), RUNNING),
        ((Order.HALT, Order.FLAT), HALTED),
    ],
)
def test_orders_lead_to_their_state(orders: tuple[Order, ...], expected: ControlState) -> None:
    assert after(*orders).state is expected


@pytest.mark.parametrize("order", [Order.HALT, Order.FLATTEN, Order.RESUME])
def test_the_same_order_again_changes_nothing_and_is_no_news(order: Order) -> None:
    before = after(Order.HALT, order)

    step = given(before, order, "somebody else", AT + timedelta(hours=1))

    assert step.control is before
    assert step.moved is None
    assert not step.refused


def test_what_changes_something_is_journaled_with_time_and_author() -> None:
    step = given(Control(), Order.HALT, "the HALT file", AT)

    assert step.moved == ControlMoved(at=AT, state="halted", by="the HALT file")
    assert step.control.moved == step.moved


def test_a_flattening_that_ends_is_a_halt_of_whoever_ordered_it_with_the_reason_of_its_end() -> None:
    flattening = given(Control(), Order.FLATTEN, "./bot flatten", AT).control

    step = given(flattening, Order.FLAT, "", AT)

    assert step.moved == ControlMoved(at=AT, state="halted", by="./bot flatten")
    assert step.reason == "./bot flatten; nothing is open any more"


def test_a_halt_and_a_resume_have_nothing_but_their_author_for_a_reason() -> None:
    assert given(Control(), Order.HALT, "./bot halt", AT).reason == "./bot halt"
    assert given(after(Order.HALT), Order.RESUME, "./bot resume", AT).reason == "./bot resume"


def test_while_everything_is_being_closed_a_resume_is_refused_with_the_reason() -> None:
    step = given(after(Order.FLATTEN), Order.RESUME, "./bot resume", AT)

    assert "being closed" in step.refused
    assert step.control.state is FLATTENING


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ((), RUNNING),
        ((a_move(HALTED),), HALTED),
        ((a_move(HALTED), an_opening(), a_move(RUNNING)), RUNNING),
        ((a_move(HALTED), a_move(FLATTENING)), FLATTENING),
    ],
)
def test_the_journal_brings_back_what_was_ordered_last(records: tuple[Journaled, ...], expected: ControlState) -> None:
    assert folded(records).state is expected
    assert DayOpened not in map(type, [folded(records).moved])


@pytest.mark.parametrize("orders", [(a_move(FLATTENING, "./bot flatten"),), ()], ids=["after its order", "alone"])
def test_an_older_records_halt_by_the_last_bracket_is_of_whoever_had_all_closed(
    orders: tuple[ControlMoved, ...],
) -> None:
    control = folded((*orders, a_move(HALTED, "the last of our brackets")))

    assert control.state is HALTED
    assert control.moved == a_move(HALTED, "./bot flatten")


def test_only_while_running_entries_are_not_forbidden() -> None:
    assert after().forbids == ""
    assert after(Order.HALT, Order.RESUME).forbids == ""
    assert after(Order.HALT).forbids == "halted by ./bot since 2026-01-05T15:00:00+00:00"
    assert after(Order.FLATTEN).forbids.startswith("flattening by ./bot")


def test_what_forbids_entries_is_a_finding_and_nothing_is_none() -> None:
    finding = halt_finding("halted by ./bot")

    assert finding is not None
    assert (finding.rule, finding.found) == (DenialRule.HALTED, "halted by ./bot")
    assert halt_finding(nothing_forbids()) is None
