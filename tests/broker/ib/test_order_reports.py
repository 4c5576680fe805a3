from decimal import Decimal

import pytest

from broker.ib.translate import original_id, revision_of
from domain.ids import OrderId, PermId
from domain.reports import (
    BrokerStatus,
    CommissionReport,
    ExecutionReport,
    OpenOrderReport,
    OrderEffect,
    OrderErrorReport,
    OrderStatusReport,
    Side,
)
from tests.broker.ib.order_desk import ENTRY, STOP, a_spec, run
from tests.broker.orders_on_the_wire import a_status, an_execution, an_open_order
from tests.broker.scripted_gateway import Desk, ScriptedGateway


def test_an_order_of_an_earlier_connection_can_be_changed_and_cancelled() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        await gateway.heard(71)
        gateway.say(an_open_order(order_id=12, ref="A.S.0", client=7))
        await desk.reported(OpenOrderReport)
        desk.broker.modify(a_spec(STOP, side=Side.SELL, parent=ENTRY, limit=Decimal("1.50")))
        desk.broker.cancel(STOP)
        changed, cancelled = await gateway.heard(3), await gateway.heard(4)

        assert (changed[1], changed[28]) == ("12", "0")
        assert cancelled[2] == "12"

    run(scenario)


def test_another_clients_order_is_reported_but_never_ours() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        await gateway.heard(71)
        gateway.say(an_open_order(order_id=12, ref="A.S.0", client=8))
        (report,) = await desk.reported(OpenOrderReport)
        desk.broker.cancel(STOP)
        await desk.reported(OrderErrorReport)

        assert isinstance(report, OpenOrderReport)
        assert (report.client_id, report.ref) == (8, STOP)
        assert gateway.all(4) == []

    run(scenario)


def test_a_new_order_takes_an_id_above_every_id_seen() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        await gateway.heard(71)
        gateway.say(an_open_order(order_id=900, ref="", client=8))
        await desk.reported(OpenOrderReport)
        desk.broker.place(a_spec())
        sent = await gateway.heard(3)

        assert sent[1] == "901"

    run(scenario)


def test_a_status_is_reported_with_its_ref() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        desk.broker.place(a_spec())
        await gateway.heard(3)
        gateway.say(a_status(50, "Submitted", client=7, filled=1, remaining=1, price="2.01", perm=777))
        (report,) = await desk.reported(OrderStatusReport)

        assert report == OrderStatusReport(
            generation=desk.broker.generation,
            at=desk.clock.now(),
            order_id=OrderId(50),
            perm_id=PermId(777),
            ref=ENTRY,
            status=BrokerStatus.SUBMITTED,
            filled=1,
            remaining=1,
            average_price=Decimal("2.01"),
        )

    run(scenario)


def test_a_status_word_nobody_knows_is_unknown() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        await gateway.heard(71)
        gateway.say(a_status(12, "Teleported", client=7))
        (report,) = await desk.reported(OrderStatusReport)

        assert isinstance(report, OrderStatusReport)
        assert (report.status, report.ref) == (BrokerStatus.UNKNOWN, None)

    run(scenario)


@pytest.mark.parametrize(
    ("code", "effect"),
    [
        (110, OrderEffect.REJECTED),
        (201, OrderEffect.REJECTED),
        (202, OrderEffect.CANCELLED),
        (399, OrderEffect.NONE),
        (10349, OrderEffect.NONE),
        (10148, OrderEffect.NOT_CANCELLABLE),
        (10147, OrderEffect.NOT_FOUND),
        (4711, OrderEffect.UNCERTAIN),
    ],
)
def test_an_error_that_names_an_order_becomes_a_report_and_no_status(code: int, effect: OrderEffect) -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        desk.broker.place(a_spec())
        await gateway.heard(3)
        gateway.say((4, 2, 50, code, "why", ""))
        (report,) = await desk.reported(OrderErrorReport)

        assert isinstance(report, OrderErrorReport)
        assert (report.ref, report.code, report.text, report.effect) == (ENTRY, code, "why", effect)
        assert not [other for other in desk.reports if isinstance(other, OrderStatusReport)]

    run(scenario)


def test_executions_are_reported_live_and_replayed_and_their_fees_carry_the_ref() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        await gateway.heard(71)
        gateway.say(an_execution("x.1", request=-1, ref="A.E.0", shares=2, price="2.02"))
        gateway.say((59, 1, "x.1", "1.30", "USD", "1.7976931348623157E308", "", ""))
        (execution,) = await desk.reported(ExecutionReport)
        (fees,) = await desk.reported(CommissionReport)

        assert isinstance(execution, ExecutionReport)
        assert isinstance(fees, CommissionReport)
        assert (execution.ref, execution.side, execution.quantity) == (ENTRY, Side.BUY, 2)
        assert (execution.price, execution.multiplier) == (Decimal("2.02"), 100)
        assert execution.executed_at.isoformat() == "2026-01-05T15:00:01+00:00"
        assert (fees.ref, fees.fees) == (ENTRY, Decimal("1.3"))

    run(scenario)


@pytest.mark.parametrize(
    ("price", "told"), [("0.0", ["x.1", "x.2"]), ("-1", ["x.2"]), ("1.7976931348623157E308", ["x.2"])]
)
def test_what_was_exercised_is_an_execution_at_nothing_and_what_has_no_price_is_none(
    price: str, told: list[str]
) -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        await gateway.heard(71)
        gateway.say(an_execution("x.1", request=-1, ref="", shares=1, price=price))
        gateway.say(an_execution("x.2", request=-1, ref="", shares=1, price="2"))

        reports = await desk.reported(ExecutionReport, len(told))

        assert [one.exec_id for one in reports if isinstance(one, ExecutionReport)] == told

    run(scenario)


def test_an_execution_time_without_a_zone_is_the_configured_ones() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        await gateway.heard(71)
        gateway.say(an_execution("x.1", request=-1, ref="", shares=1, price="2", at="20260105  10:00:01"))
        (execution,) = await desk.reported(ExecutionReport)

        assert isinstance(execution, ExecutionReport)
        assert execution.executed_at.isoformat() == "2026-01-05T15:00:01+00:00"

    run(scenario)


def test_an_execution_of_another_account_is_not_ours() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        await gateway.heard(71)
        gateway.say(an_execution("x.1", request=-1, ref="", shares=1, price="2", account="DU2"))
        gateway.say(an_execution("x.2", request=-1, ref="", shares=1, price="2"))
        (execution,) = await desk.reported(ExecutionReport)

        assert isinstance(execution, ExecutionReport)
        assert execution.exec_id == "x.2"

    run(scenario)


@pytest.mark.parametrize(
    ("told", "original", "revision"),
    [
        ("0000e0d5.5a4b2a0f.01.01", "0000e0d5.5a4b2a0f.01.01", 1),
        ("0000e0d5.5a4b2a0f.01.02", "0000e0d5.5a4b2a0f.01.01", 2),
        ("0000e0d5.5a4b2a0f.02.01", "0000e0d5.5a4b2a0f.02.01", 1),
        ("paper.7", "paper.7", 1),
    ],
)
def test_a_correction_is_the_fill_it_corrects_told_anew(told: str, original: str, revision: int) -> None:
    assert (original_id(told), revision_of(told)) == (original, revision)
