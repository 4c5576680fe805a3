"""The traps of ``tests.contract.traps``: what the library makes of each, and what we do, over the same gateway."""

import ast
import asyncio
import gc
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from broker.ib.library import IB, NAME
from domain.commands import AskTraffic, FlattenBracket, RequestUnderlying
from domain.connection_reports import DisconnectedReport
from domain.errors import BrokerUnavailableError
from domain.events import ClosedBy
from domain.ids import Symbol
from domain.reports import (
    BrokerStatus,
    Failure,
    OrderEffect,
    PnlReport,
    RequestFailed,
)
from ops.library_logs import capture, release
from ops.memory_log import MemoryLog
from tests.contract.broker_stands import ENTRY, OPTION, IbStand, a_spec, play
from tests.contract.test_ib_over_simgateway import ASK_FOR_BARS
from tests.contract.traps import TRAPS, WIRE
from tests.house import CHECKOUT
from tests.scenarios.bad_days import STRIKES, Life, struck
from tests.simgateway.client_library import Contract, LimitOrder

PATIENCE: Final = 120.0
LIBRARYS_OPTION: Final = Contract(
    conId=OPTION.con_id, symbol="ABC", secType="OPT", exchange="SMART", currency="USD", multiplier="100"
)


def on_ib(story: Callable[[IbStand], Awaitable[None]]) -> None:
    play("ib", story)


def strike(stand: IbStand, kind: str, message: str = "", /, **settings: Any) -> None:
    stand.gateway.faults.add_all((struck(kind, message, **settings),))


async def a_library() -> Any:
    """Return the library as anybody would use it, beside us."""
    library = IB()
    await library.connectAsync("gateway", 4002, clientId=9)
    return library


def a_buy(price: float) -> Any:
    return LimitOrder("BUY", 1, price, tif="DAY")


def working(stand: IbStand) -> set[str]:
    return {row.order_ref for row in stand.gateway.books().open_orders}


def test_every_trap_has_its_tests() -> None:
    assert sorted(TRAPS) == list(range(1, 10))
    for number, trap in TRAPS.items():
        assert trap.tests, number
        for file, name in trap.tests:
            tree = ast.parse((CHECKOUT / file).read_text())
            named = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
            assert name in named, f"trap {number}: {file} has no {name}"


def test_an_order_whose_cancel_is_refused_is_cancelled_to_the_library_and_works_to_us() -> None:
    async def story(stand: IbStand) -> None:
        library = await a_library()
        trade = library.placeOrder(LIBRARYS_OPTION, a_buy(1.05))
        stand.port.place(a_spec(limit=Decimal("1.05")))
        await stand.wait()
        strike(stand, "reject", "cancelOrder", code=10148)
        library.cancelOrder(trade.order)
        stand.port.cancel(ENTRY)
        await stand.wait()

        assert trade.orderStatus.status == "Cancelled"
        assert BrokerStatus.CANCELLED not in stand.heard.statuses(ENTRY)
        assert [report.effect for report in stand.heard.errors(ENTRY)] == [OrderEffect.NOT_CANCELLABLE]
        assert [order.ref for order in (await stand.book()).open_orders if order.ref] == [ENTRY]
        assert len(stand.gateway.books().open_orders) == 2
        library.disconnect()

    on_ib(story)


def test_an_order_whose_change_is_refused_still_works() -> None:
    async def story(stand: IbStand) -> None:
        stand.port.place(a_spec(limit=Decimal("1.05")))
        await stand.wait()
        strike(stand, "reject", "placeOrder", code=105)
        stand.port.modify(a_spec(limit=Decimal("1.07")))
        await stand.wait()

        assert [report.effect for report in stand.heard.errors(ENTRY)] == [OrderEffect.UNCERTAIN]
        assert stand.heard.statuses(ENTRY)[-1] is BrokerStatus.SUBMITTED
        assert [order.limit for order in (await stand.book()).open_orders] == [Decimal("1.05")]

    on_ib(story)


def test_a_price_off_the_grid_is_told_as_a_rejection_whatever_the_library_makes_of_it() -> None:
    async def story(stand: IbStand) -> None:
        library = await a_library()
        trade = library.placeOrder(LIBRARYS_OPTION, a_buy(3.03))
        stand.port.place(a_spec(limit=Decimal("3.03")))
        await stand.wait(PATIENCE)

        assert trade.orderStatus.status == {"ib_insync": "PendingSubmit", "ib_async": "Cancelled"}[NAME]
        assert [(report.code, report.effect) for report in stand.heard.errors(ENTRY)] == [(110, OrderEffect.REJECTED)]
        assert working(stand) == set()
        library.disconnect()

    on_ib(story)


def test_an_own_disconnect_ends_what_waits() -> None:
    async def story(stand: IbStand) -> None:
        library = await a_library()
        strike(stand, "mute", "currentTime")
        its = asyncio.ensure_future(library.reqCurrentTimeAsync())
        ours = asyncio.ensure_future(stand.broker.current_time(PATIENCE))
        await stand.wait(1)
        library.disconnect()
        stand.broker.disconnect()
        await stand.wait(1)

        assert not its.done()
        assert ours.done()
        assert isinstance(ours.result(), RequestFailed)
        its.cancel()

    on_ib(story)


def test_a_position_that_was_closed_while_away_is_no_ghost_on_the_next_connection() -> None:
    async def story(stand: IbStand) -> None:
        await stand.show("1.00", "1.10")
        library = await a_library()
        library.placeOrder(LIBRARYS_OPTION, a_buy(1.10))
        await stand.wait()
        held = [row.quantity for row in (await stand.book()).positions]
        await stand.reconnect()
        stand.broker.disconnect()
        library.placeOrder(LIBRARYS_OPTION, LimitOrder("SELL", 1, 1.00, tif="DAY"))
        await stand.wait()
        await stand.open()

        assert held == [1]
        assert (await stand.book()).positions == ()
        library.disconnect()

    on_ib(story)


def test_without_the_systems_time_zones_fills_and_bars_are_read_all_the_same() -> None:
    tests = (
        "tests/contract/test_broker_contract.py::test_a_limit_at_the_ask_fills_and_is_in_the_book[ib]",
        f"{WIRE}::test_bars_reach_from_the_hour_before_until_now",
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    nowhere = {**os.environ, "PYTHONTZPATH": ""}

    ran = subprocess.run(command, cwd=CHECKOUT, env=nowhere, capture_output=True, text=True, check=False)  # noqa: S603 - pytest

    assert ran.returncode == 0, ran.stdout


def test_a_refused_history_is_empty_to_the_library_and_a_failure_with_its_code_to_us() -> None:
    async def story(stand: IbStand) -> None:
        library = await a_library()
        strike(stand, "pacing_violation")
        its = await library.reqHistoricalDataAsync(LIBRARYS_OPTION, "", "3600 S", "1 min", "TRADES", useRTH=True)
        ours = await stand.broker.bars(ASK_FOR_BARS)

        assert list(its) == []
        assert isinstance(ours, RequestFailed)
        assert (ours.failure, ours.code) == (Failure.PACING, 162)
        library.disconnect()

    on_ib(story)


def test_a_refusal_without_a_number_hangs_the_library_and_ends_our_question() -> None:
    async def story(stand: IbStand) -> None:
        library = await a_library()
        strike(stand, "reject", "reqPositions", code=321)
        its = asyncio.ensure_future(library.reqPositionsAsync())
        asked_at = stand.clock.now()
        ours = await stand.broker.book(10)
        took = stand.clock.now() - asked_at
        await stand.wait(PATIENCE)

        assert not its.done()
        assert isinstance(ours, RequestFailed)
        assert (ours.failure, ours.code) == (Failure.REFUSED, 321)
        assert took < timedelta(seconds=2)
        its.cancel()
        library.disconnect()

    on_ib(story)


def test_an_exit_overtakes_four_hundred_lookups_on_the_wire(tmp_path: Path) -> None:
    with Life.of(tmp_path) as life:
        life.run_until(STRIKES)
        (bracket,) = life.brackets()
        for number in range(428):
            life.tell("broker", RequestUnderlying(symbol=Symbol(f"S{number}")))
        life.run_for(2)
        waiting = life.ask("broker", AskTraffic()).waiting["details"]
        told_at = life.now
        life.tell(f"oco:{bracket.plan.intent}", FlattenBracket(why=ClosedBy.FLATTENED))
        life.run_for(1)

        orders = [frame for frame in (*life.sent("placeOrder"), *life.sent("cancelOrder")) if frame.at >= told_at]
        assert waiting > 300
        assert [frame.at for frame in orders][:1] == [told_at]
        assert life.ask("broker", AskTraffic()).waiting["details"] > 250
        assert life.stop().messages_in_a_second_most <= 50


def test_an_order_for_a_socket_that_is_gone_is_refused_and_never_sent() -> None:
    async def story(stand: IbStand) -> None:
        strike(stand, "drop")
        await stand.wait(1)

        with pytest.raises(BrokerUnavailableError):
            stand.port.place(a_spec(limit=Decimal("1.05")))
        await stand.open()
        await stand.wait()

        assert working(stand) == set()

    on_ib(story)


@pytest.mark.parametrize("value", ["nan", "max", "inf", ""])
def test_a_profit_that_is_none_is_none(value: str) -> None:
    async def story(stand: IbStand) -> None:
        strike(stand, "bad_pnl", value=value)
        stand.broker.watch_pnl()
        await stand.wait(10)

        said = [report for report in stand.heard.all if isinstance(report, PnlReport)]
        assert said
        assert {report.daily for report in said} == {None}

    on_ib(story)


def test_what_a_handler_raises_is_written_down_and_ends_nothing() -> None:
    async def story(stand: IbStand) -> None:
        log = MemoryLog()
        handler = capture(log)
        line = stand.broker._line
        heard, line.sink = line.sink, _raise
        stand.port.place(a_spec(limit=Decimal("1.05")))
        await stand.wait()
        line.sink = heard
        release(handler)
        stand.port.cancel(ENTRY)
        await stand.wait()

        assert any("Decoder" in str(row["logger"]) for row in log.named("library_message"))
        assert stand.heard.statuses(ENTRY)[-1] is BrokerStatus.CANCELLED

    on_ib(story)


def _raise(_: object) -> None:
    raise RuntimeError("a bug of ours")


def test_the_connections_end_is_heard_after_the_garbage_was_collected() -> None:
    async def story(stand: IbStand) -> None:
        gc.collect()
        strike(stand, "drop")
        await stand.wait(1)

        assert [type(report) for report in stand.heard.all].count(DisconnectedReport) == 1

    on_ib(story)


def test_a_log_on_without_positions_succeeds_to_the_library_and_is_no_book_to_us() -> None:
    async def story(stand: IbStand) -> None:
        strike(stand, "mute", "positionEnd")
        library = await a_library()
        ours = await stand.broker.book(10)

        assert library.isConnected()
        assert isinstance(ours, RequestFailed)
        assert ours.failure is Failure.TIMED_OUT
        library.disconnect()

    on_ib(story)
