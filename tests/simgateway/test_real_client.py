"""The unmodified client library against the gateway over a real socket, on a clock that runs fast."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from simgateway.config import GatewayConfig
from simgateway.frames import FrameLog
from simgateway.market.clock import LoopClock
from simgateway.server import Gateway
from tests.simgateway.client_library import IB, NAME, Contract, LimitOrder, MarketOrder, Option, Stock, StopLimitOrder
from tests.simgateway.fake_market import CALL_ID, STOCK_ID, FakeMarket
from tests.simgateway.rig import NOON

_PATIENCE_SECONDS = 10.0
_SPEED = 100.0


class Stage:
    """A gateway behind a port, and a connected client."""

    def __init__(self, gateway: Gateway, market: FakeMarket, port: int) -> None:
        self.gateway = gateway
        self.market = market
        self.port = port
        self.ib: Any = IB()

    async def until(self, condition: Callable[[], Any]) -> None:
        """Wait for what the client knows, from one packet to the next."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not condition():
                await self.ib.updateEvent


def play(story: Callable[[Stage], Awaitable[None]]) -> None:
    """Run a story on a real loop."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        market = FakeMarket()
        config = GatewayConfig(partial_fill_probability=0.0, pacing=False)
        gateway = Gateway(config, market, LoopClock(loop, NOON, _SPEED), FrameLog())
        gateway.start()
        server = await loop.create_server(gateway.protocol, "127.0.0.1", 0)
        stage = Stage(gateway, market, server.sockets[0].getsockname()[1])
        try:
            await stage.ib.connectAsync("127.0.0.1", stage.port, clientId=3)
            await story(stage)
        finally:
            stage.ib.disconnect()
            gateway.close()
            server.close()
            await server.wait_closed()

    asyncio.run(run())


@pytest.fixture(autouse=True)
def _no_decoder_errors(caplog: pytest.LogCaptureFixture) -> Any:
    """Every message must be understood: the library only logs what it cannot decode."""
    yield
    bad = [row for row in caplog.get_records("call") if row.name in {f"{NAME}.Decoder", "eventkit.event"}]
    assert not bad


def _codes_of(library: Any) -> list[int]:
    codes: list[int] = []

    def note(*report: Any) -> None:
        codes.append(report[1])

    library.errorEvent += note
    return codes


def _call() -> Contract:
    return Contract(conId=CALL_ID, symbol="ABC", secType="OPT", exchange="SMART", currency="USD")


def test_the_client_connects_and_knows_account_and_values() -> None:
    async def story(stage: Stage) -> None:
        values = {row.tag: row.value for row in stage.ib.accountValues()}
        assert stage.ib.managedAccounts() == ["DU1234567"]
        assert (values["NetLiquidation"], values["AvailableFunds"]) == ("100000.00", "100000.00")
        assert (await stage.ib.reqCurrentTimeAsync()) >= NOON

    play(story)


def test_contracts_chain_rule_and_bars_are_understood() -> None:
    async def story(stage: Stage) -> None:
        (stock,) = await stage.ib.qualifyContractsAsync(Stock("ABC", "SMART", "USD"))
        chain = await stage.ib.reqSecDefOptParamsAsync("ABC", "", "STK", stock.conId)
        details = await stage.ib.reqContractDetailsAsync(Option("ABC", "20251114", 0.0, "C", "SMART"))
        rule = await stage.ib.reqMarketRuleAsync(109)
        bars = await stage.ib.reqHistoricalDataAsync(stock, "", "3600 S", "1 min", "TRADES", useRTH=True, formatDate=1)

        assert stock.conId == STOCK_ID
        assert {(row.exchange, row.tradingClass) for row in chain} == {
            ("SMART", "ABC"),
            ("CBOE", "ABC"),
            ("SMART", "2ABC"),
        }
        assert {row.contract.strike for row in details} == {95.0, 100.0, 105.0}
        assert details[0].timeZoneId == "US/Eastern"
        assert "20251112:0930-20251112:1600" in details[0].liquidHours
        assert [(row.lowEdge, row.increment) for row in rule] == [(0.0, 0.01), (3.0, 0.05)]
        assert (len(bars), bars[-1].date.utcoffset().total_seconds()) == (60, -5 * 3600)

    play(story)


def test_a_snapshot_arrives_whole() -> None:
    async def story(stage: Stage) -> None:
        (ticker,) = await stage.ib.reqTickersAsync(_call())

        assert (ticker.bid, ticker.ask, ticker.bidSize, ticker.last, ticker.close) == (1.0, 1.1, 10, 1.05, 1.2)
        assert ticker.marketDataType == 1

    play(story)


def test_a_bought_position_shows_everywhere() -> None:
    async def story(stage: Stage) -> None:
        profit = stage.ib.reqPnL("DU1234567")
        trade = stage.ib.placeOrder(_call(), MarketOrder("BUY", 2, tif="DAY", orderRef="x.e.1"))
        await stage.until(lambda: stage.ib.positions() and trade.fills and trade.fills[0].commissionReport.commission)
        await stage.until(lambda: profit.dailyPnL < 0)

        (position,) = stage.ib.positions()
        assert (position.contract.conId, position.position, position.avgCost) == (CALL_ID, 2.0, 110.65)
        assert (trade.orderStatus.status, trade.orderStatus.avgFillPrice) == ("Filled", 1.1)
        assert trade.fills[0].commissionReport.commission == 1.30
        assert trade.fills[0].execution.orderRef == "x.e.1"
        assert profit.dailyPnL == pytest.approx(-11.30)
        assert stage.gateway.books().cash == Decimal("99778.70")

    play(story)


def test_a_bracket_lives_through_to_its_target() -> None:
    async def story(stage: Stage) -> None:
        ib = stage.ib
        ids = [ib.client.getReqId() for _ in range(3)]
        entry = LimitOrder("BUY", 1, 1.10, orderId=ids[0], tif="DAY", transmit=False)
        target = LimitOrder("SELL", 1, 1.50, orderId=ids[1], parentId=ids[0], tif="GTC", transmit=False)
        stop = StopLimitOrder("SELL", 1, 0.78, 0.80, orderId=ids[2], parentId=ids[0], tif="GTC", transmit=True)
        parent, profit, loss = (ib.placeOrder(_call(), order) for order in (entry, target, stop))
        await stage.until(lambda: parent.orderStatus.status == "Filled" and profit.orderStatus.status == "Submitted")
        assert loss.orderStatus.status == "PreSubmitted"

        stage.market.show(CALL_ID, "1.55", "1.60")
        await stage.until(lambda: profit.orderStatus.status == "Filled" and loss.orderStatus.status == "Cancelled")

        assert profit.orderStatus.avgFillPrice == 1.5
        assert not ib.openTrades()

    play(story)


def test_a_new_connection_finds_orders_fills_and_positions_again() -> None:
    async def story(stage: Stage) -> None:
        trade = stage.ib.placeOrder(_call(), MarketOrder("BUY", 1, tif="DAY"))
        await stage.until(lambda: trade.orderStatus.status == "Filled")
        resting = stage.ib.placeOrder(_call(), LimitOrder("SELL", 1, 9.00, tif="GTC", orderRef="x.t.1"))
        await stage.until(lambda: resting.orderStatus.status == "Submitted")
        stage.ib.disconnect()

        again = IB()
        await again.connectAsync("127.0.0.1", stage.port, clientId=3)

        (found,) = again.openTrades()
        assert (found.order.orderRef, found.order.permId) == ("x.t.1", resting.order.permId)
        assert [fill.execution.shares for fill in again.fills()] == [1.0]
        assert again.client.getReqId() > resting.order.orderId
        assert [row.order.totalQuantity for row in await again.reqCompletedOrdersAsync(apiOnly=False)] == [1.0]
        again.disconnect()

    play(story)


def test_a_rejection_and_an_off_grid_price_reach_the_client() -> None:
    async def story(stage: Stage) -> None:
        codes = _codes_of(stage.ib)
        short = stage.ib.placeOrder(_call(), LimitOrder("SELL", 1, 1.00, tif="DAY"))
        stage.ib.placeOrder(_call(), LimitOrder("BUY", 1, 3.02, tif="DAY"))
        await stage.until(lambda: {201, 110} <= set(codes))
        await stage.until(lambda: short.orderStatus.status == "Inactive")

    play(story)


def test_a_client_id_in_use_is_refused() -> None:
    async def story(stage: Stage) -> None:
        second = IB()
        codes = _codes_of(second)

        with pytest.raises((ConnectionError, TimeoutError, asyncio.TimeoutError)):
            await second.connectAsync("127.0.0.1", stage.port, clientId=3, timeout=0.5)

        assert 326 in codes

    play(story)


def test_a_stream_follows_the_quote_until_it_is_cancelled() -> None:
    async def story(stage: Stage) -> None:
        contract = _call()
        ticker = stage.ib.reqMktData(contract, "101", snapshot=False, regulatorySnapshot=False)
        await stage.until(lambda: ticker.bid == 1.0 and ticker.callOpenInterest == 1234)

        stage.market.show(CALL_ID, None, "1.30", 4)
        await stage.until(lambda: ticker.bid == -1 and ticker.ask == 1.3)
        stage.ib.cancelMktData(contract)
        await stage.ib.reqCurrentTimeAsync()

        assert (ticker.bidSize, ticker.askSize) == (0, 4)
        assert stage.gateway.counters().subscriptions == 0

    play(story)


def test_a_cancel_and_a_change_reach_the_order() -> None:
    async def story(stage: Stage) -> None:
        order = LimitOrder("BUY", 1, 0.50, tif="GTC")
        trade = stage.ib.placeOrder(_call(), order)
        await stage.until(lambda: trade.orderStatus.status == "Submitted")
        order.lmtPrice = 0.60
        stage.ib.placeOrder(_call(), order)
        await stage.until(lambda: trade.log[-1].message == "Modified")

        stage.ib.cancelOrder(order)
        await stage.until(lambda: trade.orderStatus.status == "Cancelled")

        assert stage.gateway.books().open_orders == ()

    play(story)


def test_a_what_if_tells_margin_and_commission() -> None:
    async def story(stage: Stage) -> None:
        state = await stage.ib.whatIfOrderAsync(_call(), LimitOrder("BUY", 2, 1.00, tif="DAY"))

        assert (state.initMarginChange, state.equityWithLoanChange, state.commission) == ("0.00", "-201.30", 1.30)

    play(story)


def test_account_summary_is_understood() -> None:
    async def story(stage: Stage) -> None:
        rows = await stage.ib.accountSummaryAsync()

        assert {"NetLiquidation", "AvailableFunds", "SettledCash", "BuyingPower"} <= {row.tag for row in rows}

    play(story)
