"""A BrokerActor over a fake gateway, with extras around it."""

from itertools import count
from typing import Any

from actors.broker import BrokerActor, BrokerParts, BrokerSettings
from actors.broker_link import LinkSettings
from actors.loss_latch import LossLatch
from domain.brackets import entry_spec, exit_spec
from domain.commands import RequestQuote, SubmitOrders, WatchQuote
from domain.connection_reports import ConnectivityReport, DisconnectedReport
from domain.contracts import Underlying
from domain.events import ConnectionLost, Resynchronised
from domain.ids import ConId, Epoch, Generation, IntentId, Leg, Symbol
from domain.order_specs import OrderSpec
from domain.pacing import PacingLimits
from ops.listings import MemoryListings
from tests.actors.fake_port import FakeGateway
from tests.actors.stage import CALENDAR, Stage
from tests.builders import a_bracket, a_contract, a_plan

OCO = "oco:a"


class Scene:
    """The broker is connected and ready, unless the test prepared the gateway otherwise before ``open``."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.gateway = FakeGateway(stage)
        self.risk, self.scheduler, self.alerts, self.oco = (
            stage.cast(name) for name in ("risk", "scheduler", "alerts", OCO)
        )
        self._numbers = count(1)
        self.forbidden = ""  # Why the operator lets nothing be opened.
        self.latch = LossLatch()

    def open(self, **settings: Any) -> BrokerActor:
        given: dict[str, Any] = {"read_only": False, "pacing": PacingLimits(), "link": LinkSettings(), **settings}
        parts = BrokerParts(
            factory=self.gateway.connect,
            paper=None,
            generations=lambda: Generation(next(self._numbers)),
            jitter=lambda: 0.0,
            listings=MemoryListings(),
            calendar=CALENDAR,
            forbids=lambda: self.forbidden,
            latch=self.latch,
        )
        actor = self.stage.launch(
            lambda context: BrokerActor(context, parts=parts, settings=BrokerSettings(**given), log=self.stage.log),
            "broker",
        )
        self.stage.run_for(0.1)
        return actor

    def tell(self, *messages: Any) -> None:
        self.stage.tell("broker", *messages)

    def submit(
        self, *orders: OrderSpec, opens: bool = True, sender: str = OCO, epoch: int | None = None
    ) -> SubmitOrders:
        known = self.stage.directory.epoch(sender) if epoch is None else epoch
        return SubmitOrders(sender=sender, epoch=Epoch(known), orders=orders, opens=opens)

    def lose(self, reason: str = "closed") -> None:
        """Let the socket of the newest connection close."""
        port = self.gateway.port
        port.connected = False
        port.sink(DisconnectedReport(generation=port.generation, at=self.stage.now, reason=reason))
        self.stage.run_for(0.05)

    def code(self, code: int) -> None:
        """Let the gateway speak of its own connection."""
        port = self.gateway.port
        port.sink(ConnectivityReport(generation=port.generation, at=self.stage.now, code=code, text="about the link"))
        self.stage.run_for(0.05)

    @property
    def placed(self) -> list[Any]:
        return [ref for port in self.gateway.ports for ref in port.of("place")]

    @property
    def readies(self) -> list[Resynchronised]:
        return list(self.oco.of(Resynchronised))

    @property
    def losses(self) -> list[ConnectionLost]:
        return list(self.oco.of(ConnectionLost))


def a_family(intent: str = "a") -> tuple[OrderSpec, ...]:
    """Return an entry and its two exits."""
    bracket = a_bracket(intent=IntentId(intent))
    exits = (exit_spec(bracket, leg, 0, 2) for leg in (Leg.TARGET, Leg.STOP))
    return (entry_spec(a_plan(intent=IntentId(intent))), *exits)


def an_exit(intent: str = "a", number: int = 0) -> OrderSpec:
    """Return a sale."""
    return exit_spec(a_bracket(intent=IntentId(intent)), Leg.EXIT, number, 2)


def a_question(number: int) -> RequestQuote:
    """Ask for the quote of a stock of its own."""
    stock = Underlying(con_id=ConId(1000 + number), symbol=Symbol(f"S{number}"), primary_exchange="NYSE")
    return RequestQuote(contract=stock, timeout_seconds=11)


def a_watch(number: int = 1, watcher: str = OCO) -> WatchQuote:
    """Ask for a stream of a contract of its own."""
    return WatchQuote(contract=a_contract(con_id=ConId(number)), watcher=watcher)
