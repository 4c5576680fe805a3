from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from broker.dry_run import PaperLedger
from domain.errors import BrokerUnavailableError
from domain.events import LegFilled
from domain.ids import ConId, ExecId, Generation, IntentId, Leg, OrderRef
from domain.order_specs import TimeInForce
from domain.reports import (
    BrokerStatus,
    OrderEffect,
    QuoteReport,
    Side,
    StreamReport,
)
from tests.broker.paper import ENTRY, EXIT, STOP, TARGET, Paper, a_spec
from tests.broker.scripted_gateway import START, TestClock
from tests.builders import a_contract, a_quote


def test_nothing_is_reported_from_inside_a_call() -> None:
    paper = Paper()

    paper.quote()
    paper.ledger.place(a_spec())
    inside = list(paper.reports)
    paper.deliver()

    assert inside == []
    assert paper.fills() == [("A.E.0", 2, "2.02")]


def test_the_same_ref_is_refused() -> None:
    paper = Paper()

    paper.place()
    paper.place()
    paper.quote()

    assert paper.errors() == [("A.E.0", 103, OrderEffect.UNCERTAIN)]
    assert paper.fills() == [("A.E.0", 2, "2.02")]


@pytest.mark.parametrize(
    "changes", [{"limit": None}, {"limit": Decimal("NaN")}, {"quantity": 0}, {"parent": OrderRef("B.E.0")}]
)
def test_what_no_exchange_takes_is_rejected(changes: dict[str, Any]) -> None:
    paper = Paper()

    paper.place(**changes)

    assert paper.errors() == [("A.E.0", 201, OrderEffect.REJECTED)]
    assert paper.book().open_orders == ()


def test_cancel_and_change_answer_as_the_broker_does() -> None:
    paper = Paper()

    paper.ledger.cancel(STOP)
    paper.ledger.modify(a_spec(TARGET))
    paper.place()
    paper.quote()
    paper.ledger.cancel(ENTRY)
    paper.ledger.modify(a_spec(limit=Decimal("2.50")))
    paper.deliver()

    assert paper.errors() == [
        ("A.S.0", 10147, OrderEffect.NOT_FOUND),
        ("A.T.0", 10147, OrderEffect.NOT_FOUND),
        ("A.E.0", 10148, OrderEffect.NOT_CANCELLABLE),
        ("A.E.0", 104, OrderEffect.NOT_CANCELLABLE),
    ]


def test_a_day_order_dies_with_its_day_and_a_gtc_order_does_not() -> None:
    paper = Paper()

    paper.place(limit=Decimal("1.00"))
    paper.place(TARGET, tif=TimeInForce.GTC, limit=Decimal("3.00"))
    paper.clock.advance(24 * 3600)
    paper.quote()

    assert paper.statuses(ENTRY)[-1] is BrokerStatus.CANCELLED
    assert paper.statuses(TARGET) == [BrokerStatus.SUBMITTED]


def test_what_expired_is_held_no_more() -> None:
    paper = Paper()

    paper.place(contract=a_contract(expiry=START.date()))
    paper.quote()
    held = paper.book().positions
    paper.clock.advance(24 * 3600)

    assert [position.quantity for position in held] == [2]
    assert paper.book().positions == ()


def test_the_book_holds_positions_orders_executions_and_fees() -> None:
    paper = Paper()

    paper.place()
    paper.place(TARGET, limit=Decimal("3.00"))
    paper.quote()
    book = paper.book()

    (position,), (resting,), (execution,), (fees,) = book.positions, book.open_orders, book.executions, book.commissions
    assert (position.quantity, position.average_cost, position.con_id) == (2, Decimal(202), 101)
    assert (resting.ref, resting.status, resting.limit) == (TARGET, BrokerStatus.SUBMITTED, Decimal("3.00"))
    assert (execution.ref, fees.exec_id) == (ENTRY, execution.exec_id)
    assert [order.ref for order in book.completed] == [ENTRY]


def test_what_ended_more_than_a_week_ago_is_forgotten_and_what_a_live_order_hangs_on_is_not() -> None:
    paper = Paper()
    paper.quote()
    later = a_contract(expiry=date(2026, 3, 20))
    paper.place(contract=later, transmit=False)
    paper.place(TARGET, contract=later, parent=ENTRY, tif=TimeInForce.GTC, limit=Decimal("9.00"))
    paper.place(EXIT, contract=later, side=Side.SELL)
    paper.ledger.cancel(EXIT)
    before = paper.book()

    paper.clock.advance(7 * 86_400)
    kept = paper.book()
    paper.clock.advance(86_400)
    after = paper.book()

    assert (len(before.executions), len(before.commissions), len(before.completed)) == (1, 1, 2)
    assert (kept.executions, kept.commissions, len(kept.completed)) == (before.executions, before.commissions, 2)
    assert (after.executions, after.commissions) == ((), ())
    assert [order.ref for order in after.completed] == [ENTRY]
    assert [(order.ref, order.order_id) for order in after.open_orders] == [(TARGET, 2)]
    assert [position.quantity for position in after.positions] == [2]
    paper.place(STOP, contract=later, limit=Decimal("8.00"))
    assert {order.order_id for order in paper.book().open_orders} == {2, 4}


def test_a_new_generation_takes_over_what_rests_and_what_is_yet_to_be_said() -> None:
    paper = Paper()
    successor: list[StreamReport] = []

    paper.place()
    paper.clock.advance(1)
    paper.ledger.on_quote(a_quote(at=paper.clock.now()))
    paper.ledger.connect(Generation(2), successor.append)
    paper.deliver()

    assert {type(report).__name__ for report in successor} == {
        "ExecutionReport",
        "OrderStatusReport",
        "CommissionReport",
    }
    assert {report.generation for report in [*successor, *paper.book().executions]} == {2}


def test_a_rebuilt_ledger_holds_the_positions_and_never_repeats_an_execution_id() -> None:
    paper = Paper()
    fill = LegFilled(
        at=START,
        intent=IntentId("A"),
        leg=Leg.EXIT,
        ref=EXIT,
        exec_id=ExecId("paper.A.X.0.1"),
        con_id=ConId(101),
        side=Side.BUY,
        quantity=3,
        price=Decimal(2),
        multiplier=100,
    )

    paper.ledger.restore([fill], {ConId(101): a_contract(expiry=date(2026, 1, 9))})
    paper.place(EXIT, quantity=1, limit=Decimal("1.00"))
    paper.quote()

    (position,), (execution,) = paper.book().positions, paper.book().executions
    assert (position.quantity, position.average_cost) == (2, Decimal(200))
    assert execution.exec_id == "paper.A.X.0.2"


def test_before_anybody_listens_nothing_is_taken() -> None:
    ledger = PaperLedger(clock=TestClock(), soon=lambda _: None)

    with pytest.raises(BrokerUnavailableError):
        ledger.place(a_spec())
    with pytest.raises(BrokerUnavailableError):
        ledger.modify(a_spec())
    with pytest.raises(BrokerUnavailableError):
        ledger.cancel(ENTRY)


def test_a_tapped_sink_fills_from_the_stream_and_passes_it_on() -> None:
    paper = Paper()
    passed: list[StreamReport] = []
    report = QuoteReport(generation=Generation(1), quote=a_quote(at=START + timedelta(seconds=1)))

    paper.place()
    paper.ledger.tap(passed.append)(report)
    paper.deliver()

    assert passed == [report]
    assert paper.fills() == [("A.E.0", 2, "2.02")]
