"""Two brokers to hold to one contract: the adapter on the simulated gateway, and the paper ledger."""

import abc
import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, Protocol

from actors.runtime.clock import LoopClock
from actors.runtime.virtual import VirtualLoop
from broker.dry_run import PaperLedger
from broker.ib.adapter import IbBroker
from broker.ib.config import IbConfig
from domain.contracts import OptionContract, PriceGrid, PriceStep, Right
from domain.ids import ConId, Generation, OrderRef, Symbol
from domain.order_specs import OrderKind, OrderSpec, TimeInForce
from domain.ports import Clock, OrderPort
from domain.quotes import Quote
from domain.reports import (
    BookReport,
    BrokerStatus,
    CommissionReport,
    ExecutionReport,
    OrderErrorReport,
    OrderStatusReport,
    Side,
    StreamReport,
)
from simgateway.config import GatewayConfig
from simgateway.frames import FrameLog
from simgateway.market.clock import LoopClock as GatewayLoopClock
from simgateway.server import Gateway
from tests.simgateway.fake_market import CALL_ID, EXPIRIES, OPEN, FakeMarket

ENTRY, TARGET, STOP, EXIT = (OrderRef(f"A.{leg}.0") for leg in "ETSX")
OPTION = OptionContract(
    con_id=ConId(CALL_ID),
    symbol=Symbol("ABC"),
    expiry=EXPIRIES[-1],
    strike=Decimal(100),
    right=Right.CALL,
    multiplier=100,
    trading_class="ABC",
    grid=PriceGrid(
        steps=(
            PriceStep(low_edge=Decimal(0), increment=Decimal("0.01")),
            PriceStep(low_edge=Decimal(3), increment=Decimal("0.05")),
        )
    ),
)


def a_spec(ref: OrderRef = ENTRY, **changes: Any) -> OrderSpec:
    fields: dict[str, Any] = {
        "ref": ref,
        "contract": OPTION,
        "side": Side.BUY if ref == ENTRY else Side.SELL,
        "quantity": 2,
        "kind": OrderKind.LIMIT,
        "tif": TimeInForce.DAY,
        "limit": Decimal("1.10"),
    }
    return OrderSpec(**{**fields, **changes})


class Heard:
    """What a broker reported, by kind."""

    def __init__(self) -> None:
        self.all: list[StreamReport] = []

    def statuses(self, ref: OrderRef) -> list[BrokerStatus]:
        """Return the order's states, repetitions left out: a broker may say everything twice."""
        said = [r.status for r in self.all if isinstance(r, OrderStatusReport) and r.ref == ref]
        return [status for place, status in enumerate(said) if place == 0 or said[place - 1] is not status]

    def executions(self, ref: OrderRef) -> list[ExecutionReport]:
        """Return the order's executions, replays left out."""
        by_id = {r.exec_id: r for r in self.all if isinstance(r, ExecutionReport) and r.ref == ref}
        return list(by_id.values())

    def filled(self, ref: OrderRef) -> int:
        return sum(report.quantity for report in self.executions(ref))

    def fees(self, ref: OrderRef) -> Decimal:
        by_id = {r.exec_id: r.fees for r in self.all if isinstance(r, CommissionReport) and r.ref == ref}
        return sum(by_id.values(), Decimal(0))

    def errors(self, ref: OrderRef) -> list[OrderErrorReport]:
        return [r for r in self.all if isinstance(r, OrderErrorReport) and r.ref == ref]


class Stand(Protocol):
    """A broker with a market in the hand of the test; time passes only in ``show`` and ``wait``."""

    heard: Heard

    @property
    def port(self) -> OrderPort: ...

    async def open(self) -> None: ...

    async def reconnect(self) -> None: ...

    async def show(self, bid: str | None, ask: str | None, size: int = 10) -> None:
        """Let the quote be seen twice: a stop looks at two of them."""
        ...

    async def wait(self, seconds: float = 5) -> None: ...

    async def book(self) -> BookReport: ...

    def close(self) -> None: ...


class _Stand(abc.ABC):
    def __init__(self, loop: VirtualLoop) -> None:
        self.loop = loop
        self.clock: Clock = LoopClock(loop, OPEN)
        self.heard = Heard()
        self.generation = 0

    async def wait(self, seconds: float = 5) -> None:
        await asyncio.sleep(seconds)

    @property
    @abc.abstractmethod
    def port(self) -> OrderPort: ...

    async def book(self) -> BookReport:
        book = await self.port.book(10)
        assert isinstance(book, BookReport), book
        return book


class IbStand(_Stand):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__(loop)
        self.market = FakeMarket()
        self.log = FrameLog(keep=True)
        config = GatewayConfig(partial_fill_probability=0.0)
        self.gateway = Gateway(config, self.market, GatewayLoopClock(loop, OPEN), self.log)
        loop.hosted["gateway", 4002] = self.gateway.protocol
        self.gateway.start()
        self.broker: IbBroker

    @property
    def port(self) -> OrderPort:
        return self.broker

    async def open(self) -> None:
        self.generation += 1
        config = IbConfig(host="gateway", port=4002, client_id=7)
        self.broker = IbBroker(config, self.clock, Generation(self.generation), self.heard.all.append)
        failure = await self.broker.connect()
        assert failure is None, failure
        await self.book()

    async def reconnect(self) -> None:
        self.broker.disconnect()
        await self.wait()
        await self.open()

    async def show(self, bid: str | None, ask: str | None, size: int = 10) -> None:
        for shown in (size + 1, size):
            self.market.show(CALL_ID, bid, ask, shown)
            await self.wait()

    def close(self) -> None:
        self.broker.disconnect()
        self.gateway.close()


class PaperStand(_Stand):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__(loop)
        self.ledger = PaperLedger(clock=self.clock, soon=loop.call_soon)

    @property
    def port(self) -> OrderPort:
        return self.ledger

    async def open(self) -> None:
        self.generation += 1
        self.ledger.connect(Generation(self.generation), self.heard.all.append)

    async def reconnect(self) -> None:
        await self.open()

    async def show(self, bid: str | None, ask: str | None, size: int = 10) -> None:
        for _ in range(2):
            await asyncio.sleep(1)
            self.ledger.on_quote(_quote(bid, ask, size, self.clock))
        await self.wait()

    def close(self) -> None:
        """Nothing is open."""


def _quote(bid: str | None, ask: str | None, size: int, clock: Clock) -> Quote:
    return Quote(
        con_id=OPTION.con_id,
        bid=Decimal(bid) if bid else None,
        ask=Decimal(ask) if ask else None,
        bid_size=size,
        ask_size=size,
        last=None,
        close=None,
        volume=None,
        open_interest=None,
        at=clock.now(),
    )


STANDS: dict[str, Callable[[VirtualLoop], Any]] = {"ib": IbStand, "paper": PaperStand}


def play(kind: str, story: Callable[[Any], Awaitable[None]]) -> None:
    """Run a story in virtual time with a broker of this kind, opened."""
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    stand = STANDS[kind](loop)

    async def whole() -> None:
        await stand.open()
        await story(stand)

    async def leave() -> None:
        stand.close()
        await asyncio.sleep(1)

    try:
        loop.run_until_complete(whole())
    finally:
        loop.run_until_complete(leave())
        loop.close()
        asyncio.set_event_loop(None)
