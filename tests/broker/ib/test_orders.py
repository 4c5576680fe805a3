import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from domain.errors import BrokerUnavailableError
from domain.ids import OrderId, OrderRef, PermId
from domain.order_specs import OrderKind, OrderSpec, TimeInForce
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
from tests.broker.orders_on_the_wire import a_status, an_execution, an_open_order
from tests.broker.scripted_gateway import Desk, ScriptedGateway
from tests.builders import a_contract

ENTRY, TARGET, STOP = OrderRef("A.E.0"), OrderRef("A.T.0"), OrderRef("A.S.0")


def a_spec(ref: OrderRef = ENTRY, **changes: Any) -> OrderSpec:
    fields: dict[str, Any] = {
        "ref": ref,
        "contract": a_contract(),
        "side": Side.BUY,
        "quantity": 2,
        "kind": OrderKind.LIMIT,
        "tif": TimeInForce.DAY,
        "limit": Decimal("2.02"),
    }
    return OrderSpec(**{**fields, **changes})


def run(scenario: Callable[[Desk, ScriptedGateway], Awaitable[None]], **settings: Any) -> None:
    async def whole() -> None:
        async with ScriptedGateway() as gateway, Desk(gateway, **settings) as desk:
            await scenario(desk, gateway)

    asyncio.run(whole())


def test_a_limit_order_is_written_as_the_protocol_wants_it() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        desk.broker.place(a_spec())
        sent = await gateway.heard(3)

        assert sent[1:3] == ["50", "101"]
        assert sent[16:22] == ["BUY", "2", "LMT", "2.02", "", "DAY"]
        assert (sent[23], sent[26], sent[27], sent[28]) == ("DU1", "A.E.0", "1", "0")

    run(scenario)


def test_a_stop_limit_order_carries_limit_and_trigger_in_their_fields() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        spec = a_spec(STOP, side=Side.SELL, kind=OrderKind.STOP_LIMIT, limit=Decimal("1.57"), trigger=Decimal("1.61"))
        desk.broker.place(spec)
        sent = await gateway.heard(3)

        assert sent[16:21] == ["SELL", "2", "STP LMT", "1.57", "1.61"]

    run(scenario)


def test_a_market_order_carries_no_price() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        desk.broker.place(a_spec(kind=OrderKind.MARKET, limit=None))
        sent = await gateway.heard(3)

        assert sent[18:21] == ["MKT", "", ""]

    run(scenario)


def test_children_name_their_parents_id_and_only_the_last_transmits() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        desk.broker.place(a_spec(transmit=False))
        desk.broker.place(a_spec(TARGET, side=Side.SELL, parent=ENTRY, transmit=False))
        desk.broker.place(a_spec(STOP, side=Side.SELL, parent=ENTRY))
        await gateway.heard(3, 3)

        assert [(sent[1], sent[27], sent[28]) for sent in gateway.all(3)] == [
            ("50", "0", "0"),
            ("51", "0", "50"),
            ("52", "1", "50"),
        ]

    run(scenario)


def test_an_oca_group_is_of_type_one() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        desk.broker.place(a_spec(oca_group="A.oca"))
        sent = await gateway.heard(3)

        assert sent[22] == "A.oca"
        assert sent[47] == "1"

    run(scenario)


def test_the_same_ref_is_never_sent_twice() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        desk.broker.place(a_spec())
        desk.broker.place(a_spec())
        desk.broker.cancel(ENTRY)
        await gateway.heard(4)
        (report,) = await desk.reported(OrderErrorReport)

        assert len(gateway.all(3)) == 1
        assert isinstance(report, OrderErrorReport)
        assert (report.code, report.effect) == (103, OrderEffect.UNCERTAIN)

    run(scenario)


@pytest.mark.parametrize(
    "changes",
    [
        {"limit": None},
        {"limit": Decimal("NaN")},
        {"limit": Decimal(0)},
        {"limit": Decimal(-1)},
        {"kind": OrderKind.STOP_LIMIT},
        {"quantity": 0},
        {"parent": OrderRef("B.E.0")},
    ],
)
def test_what_cannot_be_an_order_is_rejected_and_not_sent(changes: dict[str, Any]) -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        desk.broker.place(a_spec(**changes))
        before = list(desk.reports)
        (report,) = await desk.reported(OrderErrorReport)

        assert before == []
        assert isinstance(report, OrderErrorReport)
        assert (report.ref, report.effect) == (ENTRY, OrderEffect.REJECTED)
        assert gateway.all(3) == []

    run(scenario)


def test_read_only_refuses_every_order_message() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        with pytest.raises(BrokerUnavailableError, match="read-only"):
            desk.broker.place(a_spec())
        with pytest.raises(BrokerUnavailableError, match="read-only"):
            desk.broker.modify(a_spec())
        with pytest.raises(BrokerUnavailableError, match="read-only"):
            desk.broker.cancel(ENTRY)
        asked = asyncio.ensure_future(desk.broker.current_time(5))
        await gateway.heard(49)
        gateway.say((49, 1, 1767625200))
        await asked

        assert gateway.all(3) + gateway.all(4) == []

    run(scenario, read_only=True)


def test_an_order_without_a_connection_is_unavailable() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        desk.broker.disconnect()

        with pytest.raises(BrokerUnavailableError):
            desk.broker.place(a_spec())
        assert gateway.all(3) == []

    run(scenario)


def test_a_change_keeps_the_id_and_names_a_living_parent() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        desk.broker.place(a_spec())
        desk.broker.place(a_spec(STOP, side=Side.SELL, parent=ENTRY))
        desk.broker.modify(a_spec(STOP, side=Side.SELL, parent=ENTRY, limit=Decimal("1.50")))
        sent = await gateway.heard(3, 3)

        assert (sent[1], sent[19], sent[28]) == ("51", "1.5", "50")

    run(scenario)


@pytest.mark.parametrize("status", ["Filled", "Cancelled", "Inactive", "ApiCancelled"])
def test_a_change_never_names_a_parent_that_is_gone(status: str) -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        desk.broker.place(a_spec())
        desk.broker.place(a_spec(STOP, side=Side.SELL, parent=ENTRY))
        await gateway.heard(3, 2)
        gateway.say(a_status(50, status, client=7))
        await desk.reported(OrderStatusReport)
        desk.broker.modify(a_spec(STOP, side=Side.SELL, parent=ENTRY, limit=Decimal("1.50")))
        sent = await gateway.heard(3, 3)

        assert (sent[1], sent[28]) == ("51", "0")

    run(scenario)


def test_a_cancel_or_change_of_an_unknown_ref_is_not_found() -> None:
    async def scenario(desk: Desk, _: ScriptedGateway) -> None:
        desk.broker.cancel(STOP)
        desk.broker.modify(a_spec(TARGET))
        reports = await desk.reported(OrderErrorReport, 2)

        effects = [(report.ref, report.effect) for report in reports if isinstance(report, OrderErrorReport)]
        assert effects == [(STOP, OrderEffect.NOT_FOUND), (TARGET, OrderEffect.NOT_FOUND)]

    run(scenario)


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
