"""A broker's port that writes down what is asked of it, and answers by script or when the test says so."""

from asyncio import Future, get_running_loop
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from domain.commands import RequestBars, RequestListed
from domain.contracts import Chain, Contract, OptionContract, Underlying
from domain.errors import BrokerUnavailableError
from domain.ids import ConId, Generation, OrderRef, Symbol
from domain.order_specs import OrderSpec
from domain.ports import Later, ReportSink
from domain.reports import (
    AccountReport,
    BarsReport,
    BookReport,
    ChainReport,
    HoldingsReport,
    ListedReport,
    RequestFailed,
    SnapshotReport,
    UnderlyingReport,
)
from tests.actors.stage import Stage
from tests.builders import a_book, a_glance, a_quote


@dataclass(frozen=True, slots=True)
class Sent:
    """One call: when, by the loop's seconds; which method; with what."""

    at: float
    what: str
    detail: Any


class FakeGateway:
    """Makes ports. ``answers`` by method name replace the ordinary ones; methods in ``held`` wait for ``release``."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.ports: list[FakePort] = []
        self.answers: dict[str, Any] = {}
        self.held: set[str] = set()
        self.waiting: list[tuple[str, Future[Any]]] = []
        self.unreachable: set[OrderRef] = set()

    def connect(self, generation: Generation, sink: ReportSink, later: Later) -> "FakePort":
        del later
        self.ports.append(FakePort(self, generation, sink))
        return self.ports[-1]

    @property
    def port(self) -> "FakePort":
        """The newest."""
        return self.ports[-1]

    def release(self, answer: Any) -> None:
        """Answer the oldest call that waits."""
        _, future = self.waiting.pop(0)
        if not future.done():
            future.set_result(answer)
        self.stage.run_for(0.1)


class FakePort:
    """Implements BrokerPort."""

    def __init__(self, gateway: FakeGateway, generation: Generation, sink: ReportSink) -> None:
        self._gateway = gateway
        self._generation = generation
        self._streams: dict[ConId, OptionContract] = {}
        self.sink = sink
        self.sent: list[Sent] = []
        self.connected = True

    @property
    def generation(self) -> Generation:
        return self._generation

    def of(self, *what: str) -> list[Any]:
        """Return what these methods were called with, in order."""
        return [one.detail for one in self.sent if one.what in what]

    async def connect(self) -> RequestFailed | None:
        answer: RequestFailed | None = await self._answer("connect", None, lambda: None)
        return answer

    def disconnect(self) -> None:
        self.connected = False
        self._note("disconnect", None)

    async def current_time(self, timeout_seconds: float) -> datetime | RequestFailed:
        answer: datetime | RequestFailed = await self._answer(
            "current_time", timeout_seconds, lambda: self._gateway.stage.now.replace(microsecond=0)
        )
        return answer

    async def underlying(self, symbol: Symbol) -> UnderlyingReport | RequestFailed:
        found = Underlying(con_id=ConId(7), symbol=symbol, primary_exchange="NASDAQ")
        answer: UnderlyingReport | RequestFailed = await self._answer(
            "underlying", symbol, lambda: UnderlyingReport(underlying=found)
        )
        return answer

    async def bars(self, request: RequestBars) -> BarsReport | RequestFailed:
        answer: BarsReport | RequestFailed = await self._answer("bars", request, lambda: BarsReport(bars=()))
        return answer

    async def quote(self, contract: Contract, timeout_seconds: float) -> SnapshotReport | RequestFailed:
        del timeout_seconds
        answer: SnapshotReport | RequestFailed = await self._answer(
            "quote", contract, lambda: SnapshotReport(contract=contract, quote=a_quote())
        )
        return answer

    async def chain(self, underlying: Underlying) -> ChainReport | RequestFailed:
        chain = Chain(symbol=underlying.symbol, trading_class="GOOG", multiplier=100, expiries=(), strikes=())
        answer: ChainReport | RequestFailed = await self._answer("chain", underlying, lambda: ChainReport(chain=chain))
        return answer

    async def listed(self, request: RequestListed) -> ListedReport | RequestFailed:
        report = ListedReport(expiry=request.expiry, right=request.right, contracts=())
        answer: ListedReport | RequestFailed = await self._answer("listed", request, lambda: report)
        return answer

    async def account(self) -> AccountReport | RequestFailed:
        answer: AccountReport | RequestFailed = await self._answer("account", None, self._account)
        return answer

    async def book(self, timeout_seconds: float) -> BookReport | RequestFailed:
        answer: BookReport | RequestFailed = await self._answer("book", timeout_seconds, a_book)
        return answer

    async def holdings(self, timeout_seconds: float) -> HoldingsReport | RequestFailed:
        answer: HoldingsReport | RequestFailed = await self._answer("holdings", timeout_seconds, a_glance)
        return answer

    def watch_pnl(self) -> None:
        self._note("watch_pnl", None)

    def watch(self, contract: OptionContract) -> None:
        self._streams[contract.con_id] = contract
        self._note("watch", contract.con_id)

    def unwatch(self, con_id: ConId) -> None:
        self._streams.pop(con_id, None)
        self._note("unwatch", con_id)

    def watched(self) -> tuple[ConId, ...]:
        return tuple(self._streams)

    def place(self, order: OrderSpec) -> None:
        self._send("place", order.ref)

    def modify(self, order: OrderSpec) -> None:
        self._send("modify", order.ref)

    def cancel(self, ref: OrderRef) -> None:
        self._send("cancel", ref)

    def _send(self, what: str, ref: OrderRef) -> None:
        if not self.connected or ref in self._gateway.unreachable:
            raise BrokerUnavailableError("not connected")
        self._note(what, ref)

    def _note(self, what: str, detail: Any) -> None:
        self.sent.append(Sent(self._gateway.stage.host.loop.time(), what, detail))

    def _account(self) -> AccountReport:
        values = {"NetLiquidation": Decimal(10_000), "AvailableFunds": Decimal(10_000)}
        return AccountReport(at=self._gateway.stage.now, account="DU1", values=values, account_type="INDIVIDUAL")

    async def _answer(self, what: str, detail: Any, ordinary: Callable[[], Any]) -> Any:
        self._note(what, detail)
        gateway = self._gateway
        if what in gateway.held:
            future: Future[Any] = get_running_loop().create_future()
            gateway.waiting.append((what, future))
            return await future
        answer = gateway.answers.get(what, ordinary)
        return answer() if callable(answer) else answer
