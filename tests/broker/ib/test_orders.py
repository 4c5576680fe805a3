import asyncio
from decimal import Decimal
from typing import Any

import pytest

from domain.errors import BrokerUnavailableError
from domain.ids import OrderRef
from domain.order_specs import OrderKind
from domain.reports import (
    OrderEffect,
    OrderErrorReport,
    OrderStatusReport,
    Side,
)
from tests.broker.ib.order_desk import ENTRY, STOP, TARGET, a_spec, run
from tests.broker.orders_on_the_wire import a_status
from tests.broker.scripted_gateway import Desk, ScriptedGateway


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


def test_an_oca_group_is_of_type_two() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        desk.broker.place(a_spec(oca_group="A.oca"))
        sent = await gateway.heard(3)

        assert sent[22] == "A.oca"
        assert sent[47] == "2"

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


@pytest.mark.parametrize("status", ["Filled", "Cancelled", "ApiCancelled"])
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


def test_a_change_names_a_parent_that_may_live_again() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        desk.broker.place(a_spec())
        desk.broker.place(a_spec(STOP, side=Side.SELL, parent=ENTRY))
        await gateway.heard(3, 2)
        gateway.say(a_status(50, "Inactive", client=7))
        await desk.reported(OrderStatusReport)
        desk.broker.modify(a_spec(STOP, side=Side.SELL, parent=ENTRY, limit=Decimal("1.50")))
        sent = await gateway.heard(3, 3)

        assert sent[28] == "50"

    run(scenario)


@pytest.mark.parametrize(("status", "sent"), [("Filled", [("51", "0")]), ("Cancelled", [])])
def test_a_child_after_its_parents_end_works_at_once_or_not_at_all(status: str, sent: list[tuple[str, str]]) -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        desk.broker.place(a_spec())
        await gateway.heard(3)
        gateway.say(a_status(50, status, client=7))
        await desk.reported(OrderStatusReport)
        desk.broker.place(a_spec(STOP, side=Side.SELL, parent=ENTRY))
        desk.broker.cancel(ENTRY)
        await gateway.heard(4)

        assert [(fields[1], fields[28]) for fields in gateway.all(3)[1:]] == sent

    run(scenario)
