"""The numbers that exits are told apart by: none is given twice, whatever was written of the lives before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.bracket_effects import Due, Liquidate, Resume
from domain.brackets import BracketPolicy, folded
from domain.events import BracketPlanned, ClosedBy, ExitNumbered, Journaled
from domain.exit_numbers import next_number, numbers_from
from domain.ids import ORDER_REF_CHARACTERS_MAX, IntentId, Leg, order_ref
from tests.builders import NOW, a_book, a_bracket, a_fill, a_plan, a_quote, a_status, an_open_order, ref
from tests.domain.bracket_life import Life, S, a_guarded_life

A_LATER_LIFE = NOW + timedelta(seconds=3.75)


def a_successor(life: Life, began: datetime, *more: Journaled) -> Life:
    """Return the next life of this bracket, told to go on: its fills are on the disk, of its numbers only these."""
    state = folded((BracketPlanned(at=NOW, plan=life.bracket.plan), *life.bracket.fills, *more), BracketPolicy())
    assert state is not None
    after = Life(state, began)
    after.tell(Resume())
    return after


def without_its_exits(life: Life) -> None:
    """Let two books tell of the entry alone, so that what is held is to be guarded anew."""
    for _ in range(2):
        life.tell(Due(timer="book"), after=1)
        life.tell(a_book(asked_at=life.now, completed=(an_open_order("E", S.FILLED, filled=2),)))


def numbered(leg: Leg, number: int) -> ExitNumbered:
    return ExitNumbered(at=NOW, intent=a_plan().intent, leg=leg, number=number)


def test_the_first_life_of_a_bracket_counts_its_exits_from_zero() -> None:
    life = a_guarded_life()
    life.tell(a_quote(), Liquidate(why=ClosedBy.FLATTENED), after=9)
    life.tell(a_status("T", S.CANCELLED), a_status("S", S.CANCELLED))

    assert [order.ref for order in life.sent()] == [ref("X", 0)]
    assert next_number(life.bracket, Leg.EXIT) == 1


def test_a_successor_gives_no_number_that_a_guard_may_have_given_and_not_written() -> None:
    # Found by search: a sell on its way, of which the disk did not know yet, and another of its name beside it.
    life = a_guarded_life()
    life.tell(a_quote(), Liquidate(why=ClosedBy.FLATTENED), a_status("T", S.CANCELLED), a_status("S", S.CANCELLED))
    on_their_way = {order.ref for order in life.sent()}
    successor = a_successor(life, A_LATER_LIFE)

    successor.tell(a_quote(), Liquidate(why=ClosedBy.FLATTENED))
    without_its_exits(successor)

    assert on_their_way == {ref("X", 0)}
    assert [order.ref for order in successor.sent()] == [ref("X", 376)]
    assert next_number(successor.bracket, Leg.EXIT) == 377


def test_a_pair_that_a_successor_places_shares_a_number_of_its_life() -> None:
    successor = a_successor(a_guarded_life(), A_LATER_LIFE)

    without_its_exits(successor)

    assert [order.ref for order in successor.sent()] == [ref("T", 376), ref("S", 376)]
    assert {order.oca_group for order in successor.sent()} == {f"{successor.bracket.plan.intent}.376"}


def test_an_order_of_an_earlier_life_that_arrives_late_is_told_from_the_one_that_took_its_place() -> None:
    successor = a_successor(a_guarded_life(), A_LATER_LIFE)
    successor.tell(a_quote(), Liquidate(why=ClosedBy.FLATTENED))
    without_its_exits(successor)
    successor.tell(a_status("X", S.SUBMITTED, number=376))

    rows = (an_open_order("X", S.SUBMITTED), an_open_order("X", S.SUBMITTED, number=376))
    successor.tell(a_book(asked_at=successor.now, executions=(a_fill("E", 2, "2.02", exec_id="in"),), open_orders=rows))

    assert len(successor.cancelled()) == 1
    assert {order.ref for order in successor.bracket.orders if not order.done} == {ref("X"), ref("X", 376)}


@pytest.mark.parametrize("seconds", [-3600.0, 0.0, 3.75])
def test_a_clock_that_ran_backwards_lets_no_number_be_given_again_that_is_known(seconds: float) -> None:
    began = NOW + timedelta(seconds=seconds)

    successor = a_successor(a_guarded_life(), began, numbered(Leg.EXIT, 5000))

    assert next_number(successor.bracket, Leg.EXIT) == 5001
    assert 1 <= next_number(successor.bracket, Leg.TARGET) <= 376


def test_each_life_begins_above_the_ones_before() -> None:
    moments = [NOW + timedelta(seconds=seconds) for seconds in (0, 0.01, 0.5, 60, 86_400, 90 * 86_400)]

    assert [numbers_from(a_plan(), now) for now in moments] == [1, 2, 51, 6001, 8_640_001, 777_600_001]


@pytest.mark.parametrize("intent", ["260105GOOG150000", "260105ABCDEF150000A", "x" * 24])
def test_no_clock_makes_a_number_so_long_that_the_ref_would_not_be_sent(intent: str) -> None:
    plan = replace(a_plan(), intent=IntentId(intent), decided_at=datetime(1, 1, 1, tzinfo=UTC))

    first = numbers_from(plan, datetime(9999, 1, 1, tzinfo=UTC))

    assert len(order_ref(plan.intent, Leg.EXIT, first + 1000)) <= ORDER_REF_CHARACTERS_MAX


def test_a_bracket_that_was_never_recovered_has_its_numbers_from_zero() -> None:
    assert next_number(a_bracket(), Leg.EXIT) == 0
