from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest

from domain.brackets import entry_spec
from domain.errors import ImpossibleTransitionError
from domain.events import LegFilled
from domain.ids import ExecId, Leg
from domain.orders import (
    NEXT_STATUS,
    TERMINAL,
    Order,
    OrderEvent,
    OrderStatus,
    after_error,
    after_status,
    filled,
    moved,
)
from domain.reports import BrokerStatus, OrderEffect, Side
from tests.builders import INTENT, NOW, a_contract, a_plan, ref


def an_order(status: OrderStatus = OrderStatus.WORKING, quantity: int = 2) -> Order:
    return Order(spec=entry_spec(a_plan(quantity=quantity)), status=status, sent_at=NOW)


def a_leg_fill(quantity: int, price: str = "2.00") -> LegFilled:
    return LegFilled(
        at=NOW,
        intent=INTENT,
        leg=Leg.ENTRY,
        ref=ref(),
        exec_id=ExecId("x"),
        con_id=a_contract().con_id,
        side=Side.BUY,
        quantity=quantity,
        price=Decimal(price),
        multiplier=100,
    )


def test_every_state_has_a_row_for_every_event() -> None:
    missing = [pair for pair in product(OrderStatus, OrderEvent) if pair not in NEXT_STATUS]

    assert missing == []


def test_every_state_that_is_not_an_end_has_a_way_to_one() -> None:
    for status in set(OrderStatus) - TERMINAL:
        after = {NEXT_STATUS[status, event] for event in OrderEvent}
        assert after & TERMINAL, status


def test_a_filled_order_never_leaves_that_state() -> None:
    assert {NEXT_STATUS[OrderStatus.FILLED, event] for event in OrderEvent} == {OrderStatus.FILLED}


@pytest.mark.parametrize("status", OrderStatus)
def test_the_fill_that_completes_an_order_fills_it_from_any_state(status: OrderStatus) -> None:
    after = filled(an_order(status), a_leg_fill(2))

    assert (after.status, after.filled, after.remaining) == (OrderStatus.FILLED, 2, 0)


def test_a_partial_fill_leaves_the_rest_working() -> None:
    after = filled(an_order(), a_leg_fill(1))

    assert (after.status, after.filled, after.remaining) == (OrderStatus.WORKING, 1, 1)
    assert after.notional == after.filled * 2


def test_an_order_cut_to_what_had_filled_before_is_complete_when_the_broker_says_so() -> None:
    partly = filled(an_order(OrderStatus.UNKNOWN), a_leg_fill(1))
    cut = replace(partly, spec=replace(partly.spec, quantity=1))

    assert after_status(cut, BrokerStatus.FILLED, 1).status is OrderStatus.FILLED
    assert after_status(partly, BrokerStatus.FILLED, 2).status is OrderStatus.UNKNOWN


def test_a_claim_of_fills_is_remembered_but_not_believed() -> None:
    after = after_status(an_order(), BrokerStatus.FILLED, 2)

    assert (after.status, after.filled, after.claimed_filled) == (OrderStatus.WORKING, 0, 2)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (BrokerStatus.PENDING_SUBMIT, OrderStatus.IN_FLIGHT),
        (BrokerStatus.PRE_SUBMITTED, OrderStatus.HELD),
        (BrokerStatus.SUBMITTED, OrderStatus.WORKING),
        (BrokerStatus.CANCELLED, OrderStatus.CANCELLED),
        (BrokerStatus.API_CANCELLED, OrderStatus.CANCELLED),
        (BrokerStatus.INACTIVE, OrderStatus.REJECTED),
        (BrokerStatus.UNKNOWN, OrderStatus.UNKNOWN),
    ],
)
def test_an_order_in_flight_believes_the_server(status: BrokerStatus, expected: OrderStatus) -> None:
    assert after_status(an_order(OrderStatus.IN_FLIGHT), status, 0).status is expected


def test_a_refused_change_does_not_kill_a_working_order_but_raises_doubt() -> None:
    assert after_error(an_order(), OrderEffect.REJECTED).status is OrderStatus.UNKNOWN


def test_a_rejection_ends_an_order_in_flight() -> None:
    assert after_error(an_order(OrderStatus.IN_FLIGHT), OrderEffect.REJECTED).status is OrderStatus.REJECTED


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        (OrderEffect.NONE, OrderStatus.PENDING_CANCEL),
        (OrderEffect.CANCELLED, OrderStatus.CANCELLED),
        (OrderEffect.NOT_FOUND, OrderStatus.UNKNOWN),
        (OrderEffect.NOT_CANCELLABLE, OrderStatus.UNKNOWN),
        (OrderEffect.UNCERTAIN, OrderStatus.UNKNOWN),
    ],
)
def test_what_answers_a_cancel_is_an_end_or_a_doubt_never_a_guess(effect: OrderEffect, expected: OrderStatus) -> None:
    assert after_error(an_order(OrderStatus.PENDING_CANCEL), effect).status is expected


def test_an_event_without_a_row_is_impossible() -> None:
    with pytest.raises(ImpossibleTransitionError):
        moved(an_order(), "invented")  # type: ignore[arg-type]  # the type forbids it; the table must too
