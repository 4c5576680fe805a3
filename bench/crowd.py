"""Everybody who wants the wire at once: the load under which an order has to leave. For `order_latency.py`."""

import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from actors.base import Actor
from actors.runtime.clock import WallClock
from domain.commands import RequestBars, RequestListed, RequestQuote, SubmitOrders
from domain.contracts import OptionContract, PriceGrid, PriceStep, Right, Underlying
from domain.ids import ConId, Epoch, OrderRef, Symbol
from domain.order_specs import OrderKind, OrderSpec, Side, TimeInForce

HUNG, LOOKUPS, SYMBOLS = 50, 428, 1000
CHECKOUT = Path(__file__).resolve().parent.parent
SILENT = """
[[fault]]
kind = "mute"
message = "historicalData"
after = 0

[[fault]]
kind = "mute"
message = "contractData"
after = 0

[[fault]]
kind = "mute"
message = "contractDataEnd"
after = 0
"""


class Crowd(Actor):
    """Asks for bars and contracts that never come, and for quotes without end."""

    def receive(self, message: Any) -> Any:
        """Begin."""
        del message
        for number in range(HUNG):
            self.spawn(self._once(bars_of(number)))
        for number in range(LOOKUPS):
            self.spawn(self._once(listed_of(number)))
        for number in range(SYMBOLS):
            self.spawn(self._forever(RequestQuote(contract=share(number), timeout_seconds=11)))

    async def _once(self, message: Any) -> None:
        await self.ask_or_none("broker", message, timeout_seconds=600)

    async def _forever(self, message: Any) -> None:
        while True:
            await self.ask_or_none("broker", message, timeout_seconds=600)


class Guard(Actor):
    """Sends one order for each (ref, noted) it is told, and writes down when."""

    def receive(self, message: Any) -> Any:
        """Tell the broker; note when."""
        ref, noted = message
        order = an_exit(ref)
        noted[ref] = time.perf_counter()
        self.tell("broker", SubmitOrders(sender="guard", epoch=Epoch(1), orders=(order,), opens=False))


class Silent(Actor):
    """Hears and says nothing."""

    def receive(self, message: Any) -> Any:
        """Leave it alone."""
        del message


def share(number: int) -> Underlying:
    """Return one of the gateway's shares."""
    return Underlying(con_id=ConId(700_000 + number), symbol=Symbol(f"S{number}"), primary_exchange="NYSE")


def bars_of(number: int) -> RequestBars:
    """Return a question that nobody answers."""
    return RequestBars(underlying=share(number), bar_size="1 min", duration="3600 S", timeout_seconds=300)


def listed_of(number: int) -> RequestListed:
    """Return a lookup that nobody answers."""
    today = WallClock().now().date()
    return RequestListed(underlying=share(number), trading_class="X", expiry=today, right=Right.CALL)


def an_exit(ref: str) -> OrderSpec:
    """Return a sale far from the market, which nothing fills."""
    contract = OptionContract(
        con_id=ConId(1),
        symbol=Symbol("SPY"),
        expiry=WallClock().now().date(),
        strike=Decimal(560),
        right=Right.CALL,
        multiplier=100,
        trading_class="SPY",
        grid=PriceGrid(steps=(PriceStep(low_edge=Decimal(0), increment=Decimal("0.01")),)),
    )
    return OrderSpec(
        ref=OrderRef(ref),
        contract=contract,
        side=Side.SELL,
        quantity=1,
        kind=OrderKind.LIMIT,
        tif=TimeInForce.DAY,
        limit=Decimal(99),
    )
