"""The gateway and the unmodified client in one thread on a loop in virtual time: fast, and the same every time."""

import asyncio
from typing import Any

from actors.runtime.virtual import VirtualLoop
from simgateway.config import GatewayConfig
from simgateway.frames import FrameLog
from simgateway.market.clock import LoopClock
from simgateway.server import Gateway
from tests.simgateway.client_library import IB, Contract, LimitOrder, StopLimitOrder
from tests.simgateway.fake_market import CALL_ID, OPEN, STOCK_ID, FakeMarket

_STOCK = Contract(conId=STOCK_ID, symbol="ABC", secType="STK", exchange="SMART", currency="USD")


async def _trade_for_hours(library: Any, market: FakeMarket) -> None:
    await library.connectAsync("gateway", 4002, clientId=3)
    library.reqPnL("DU1234567")
    for cycle in range(20):
        await library.reqHistoricalDataAsync(_STOCK, "", "3600 S", "1 min", "TRADES", useRTH=True, formatDate=2)
        option = Contract(conId=CALL_ID + cycle % 6, symbol="ABC", secType="OPT", exchange="SMART", currency="USD")
        market.show(option.conId, "1.00", "1.10")
        await library.reqTickersAsync(option)
        _place_bracket(library, option)
        await asyncio.sleep(300)  # virtual seconds
        market.show(option.conId, "1.60", "1.70")
        await asyncio.sleep(60)


def _place_bracket(library: Any, option: Contract) -> None:
    first, second, third = (library.client.getReqId() for _ in range(3))
    library.placeOrder(option, LimitOrder("BUY", 2, 1.10, orderId=first, tif="DAY", transmit=False))
    target = LimitOrder("SELL", 2, 1.50, orderId=second, parentId=first, tif="GTC", transmit=False)
    library.placeOrder(option, target)
    library.placeOrder(option, StopLimitOrder("SELL", 2, 0.78, 0.80, orderId=third, parentId=first, tif="GTC"))


def _run(seed: int) -> Gateway:
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    market = FakeMarket()
    gateway = Gateway(GatewayConfig(seed=seed), market, LoopClock(loop, OPEN), FrameLog())
    loop.hosted["gateway", 4002] = gateway.protocol
    gateway.start()
    library = IB()
    try:
        loop.run_until_complete(_trade_for_hours(library, market))
    finally:
        library.disconnect()
        gateway.close()
        loop.run_until_complete(asyncio.sleep(1))
        loop.close()
        asyncio.set_event_loop(None)
    return gateway


def test_hours_of_trading_run_in_seconds_and_end_flat() -> None:
    gateway = _run(1)

    books = gateway.books()
    assert books.positions == ()
    assert len(gateway.executions()) >= 40
    assert books.cash - 100000 == books.realized > 0


def test_equal_seeds_send_equal_bytes_at_equal_times() -> None:
    digests = [_run(seed).log.digest for seed in (1, 1, 2)]

    assert digests[0] == digests[1]
    assert digests[0] != digests[2]
