"""What a case works with: a client at a gateway, in neutral words.

How to add a case:

1.  Choose the file of its group (`test_orders.py`, `test_faults.py`, ...) and write a function that takes `stage`: it
    runs once for each of the four clients. Where clients differ by nature, keep a table by `stage.client.name` at the
    top of the file and say why.
2.  `stage.gateway(read_only=True, ...)` starts the gateway with any field of GatewayConfig, on a clock 100 times as
    fast as the wall with `start` and `speed` to choose; without it `stage.line()` starts one as it comes. Its market
    is `FakeMarket`: `stage.show(CALL_ID, "1.00", "1.10", size=5)` moves a quote.
3.  `line = stage.line(client_id)` connects. `line.ask("history", ...)` sends a request and returns the number under
    which its answers come; `line.do("cancel_all")` is for what has no number; `line.place(CALL, action="BUY", ...)`
    returns the order's id. The commands and their parameters are those of `drivers/official.py`.
4.  `line.until("bars_end", asked=number)` waits for an event with these values and returns it; `line.all("bar",
    asked=number)` returns those that have come. Kinds and fields are in `drivers/vocabulary.py`.
5.  At the end of each case the stage checks by itself that the client understood every frame: as many callbacks as
    frames of each kind, no error in the client's log, no dead thread, no request without an end, no error 320 at the
    gateway. A case that provokes trouble names it with `stage.expect("part of the text")`, and then it must occur; one
    in which frames cannot all arrive says `stage.is_lossy = True`.

Never assert wall-clock times, never sleep: wait for events.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from simgateway.config import GatewayConfig
from simgateway.frames import Frame
from tests.conformance.child import PATIENCE_SECONDS, Child, ClientFailedError
from tests.conformance.clients import Client
from tests.conformance.drivers.vocabulary import Event
from tests.conformance.hosting import HostedGateway, ServedGateway
from tests.simgateway.fake_market import CALL_ID, PUT_ID, STOCK_ID, FakeMarket
from tests.simgateway.rig import NOON

ACCOUNT: Final = "DU1234567"
STOCK: Final[Mapping[str, Any]] = {
    "con_id": STOCK_ID,
    "symbol": "ABC",
    "sec_type": "STK",
    "exchange": "SMART",
    "currency": "USD",
}
CALL: Final[Mapping[str, Any]] = {
    "con_id": CALL_ID,
    "symbol": "ABC",
    "sec_type": "OPT",
    "exchange": "SMART",
    "currency": "USD",
}
PUT: Final[Mapping[str, Any]] = {**CALL, "con_id": PUT_ID}
FAST: Final = 100.0
HIGH_LEVEL: Final = frozenset({"ib_insync", "ib_async"})
OFFICIAL: Final = frozenset({"ibapi", "ibapi_stable"})

CALLBACKS: Final[Mapping[str, str]] = {
    "1": "tickPrice",
    "2": "tickSize",
    "3": "orderStatus",
    "4": "error",
    "5": "openOrder",
    "6": "updateAccountValue",
    "7": "updatePortfolio",
    "8": "updateAccountTime",
    "9": "nextValidId",
    "10": "contractDetails",
    "11": "execDetails",
    "15": "managedAccounts",
    "17": "historicalDataEnd",
    "21": "tickOptionComputation",
    "45": "tickGeneric",
    "46": "tickString",
    "49": "currentTime",
    "50": "realtimeBar",
    "52": "contractDetailsEnd",
    "53": "openOrderEnd",
    "54": "accountDownloadEnd",
    "55": "execDetailsEnd",
    "57": "tickSnapshotEnd",
    "58": "marketDataType",
    "59": "commissionReport",
    "61": "position",
    "62": "positionEnd",
    "63": "accountSummary",
    "64": "accountSummaryEnd",
    "73": "accountUpdateMulti",
    "74": "accountUpdateMultiEnd",
    "71": "positionMulti",
    "72": "positionMultiEnd",
    "75": "securityDefinitionOptionParameter",
    "76": "securityDefinitionOptionParameterEnd",
    "77": "softDollarTiers",
    "78": "familyCodes",
    "79": "symbolSamples",
    "80": "mktDepthExchanges",
    "81": "tickReqParams",
    "82": "smartComponents",
    "85": "newsProviders",
    "88": "headTimestamp",
    "90": "historicalDataUpdate",
    "93": "marketRule",
    "94": "pnl",
    "95": "pnlSingle",
    "96": "historicalTicks",
    "97": "historicalTicksBidAsk",
    "98": "historicalTicksLast",
    "101": "completedOrder",
    "102": "completedOrdersEnd",
    "106": "historicalSchedule",
    "107": "userInfo",
}
"""The callback that a frame of each kind leads to, once."""

_EACH_TICK: Final[Mapping[str, str]] = {
    "1": "tickByTickAllLast",
    "2": "tickByTickAllLast",
    "3": "tickByTickBidAsk",
    "4": "tickByTickMidPoint",
}
"""The same of frame 99, by its third field."""


def callback_of(frame: Frame) -> str:
    """Return the callback that a frame leads to."""
    if frame.fields[0] == "99":
        return _EACH_TICK[frame.fields[2]]
    return CALLBACKS.get(frame.fields[0], f"frame {frame.name}")


class Line:
    """One connection of the client under test."""

    def __init__(self, name: str, client_id: int, child: Child) -> None:
        self.name = name
        self.client_id = client_id
        self.is_ready = False
        self.version: int | None = None
        self._child = child
        self._numbers = itertools.count(9001)

    def open(self, port: int, **more: Any) -> None:
        """Connect; `is_ready` and `version` say how it went."""
        within = more.get("patience", PATIENCE_SECONDS) + PATIENCE_SECONDS
        opened = self._child.do("open", within=within, line=self.name, port=port, client=self.client_id, **more)
        self.is_ready, self.version = opened["ready"], opened["version"]

    def do(self, command: str, /, **more: Any) -> Any:
        """Carry out a command that has no number; return its result. ClientFailedError when the client raised."""
        return self._child.do(command, line=self.name, **more)

    def tries(self, command: str, /, **more: Any) -> str:
        """Carry out a command that the client may refuse by itself; return what it raised, nothing when it did not."""
        try:
            self.do(command, **more)
        except ClientFailedError as error:
            return str(error)
        return ""

    def ask(self, command: str, /, **more: Any) -> int:
        """Send a request; return the number under which its answers come."""
        asked = next(self._numbers)
        self.do(command, asked=asked, **more)
        return asked

    def history(self, contract: Mapping[str, Any] = STOCK, **more: Any) -> int:
        """Ask for bars, an hour of minutes unless told otherwise."""
        usual = {"end": "", "duration": "3600 S", "bar_size": "1 min", "what": "TRADES"}
        return self.ask("history", **{**usual, "regular": 1, "format": 1, "live": False, "contract": contract, **more})

    def quotes(self, contract: Mapping[str, Any] = CALL, *, snapshot: bool = False, generics: str = "") -> int:
        """Ask for market data."""
        return self.ask("quotes", contract=contract, snapshot=snapshot, generics=generics)

    def place(self, contract: Mapping[str, Any], **order: Any) -> int:
        """Place an order, a market order for the day unless told otherwise; return its id. `id` changes an old one."""
        number = {"id": order.pop("id")} if "id" in order else {}
        wanted = {"quantity": 1, "type": "MKT", "tif": "DAY", "transmit": True, **order}
        result = self._child.do("place", line=self.name, contract=dict(contract), order=wanted, **number)
        assert isinstance(result, int)
        return result

    def all(self, kind: str, **values: Any) -> list[Event]:
        """Return the events so far of this kind with these values, oldest first."""
        return [row for row in self._child.events() if self._fits(row, kind, values)]

    def everything(self) -> list[Event]:
        """Return all events so far, oldest first."""
        return [row for row in self._child.events() if row.get("line") == self.name]

    def until(self, kind: str, *, count: int = 1, within: float = PATIENCE_SECONDS, **values: Any) -> Event:
        """Wait for an event of this kind with these values; return it, with `count` the so-manieth."""
        found = self._child.wait(lambda events: sum(self._fits(row, kind, values) for row in events) >= count, within)
        if not found:
            raise AssertionError(f"never heard {kind} {values} on {self.name}; last: {self.everything()[-25:]}")
        return self.all(kind, **values)[count - 1]

    def hears(self, is_there: Callable[[], bool]) -> bool:
        """Wait until something holds that only events can bring about; return whether it does."""
        return self._child.wait(lambda _: is_there())

    def until_status(self, order: int, *statuses: str) -> Event:
        """Wait until the client was told one of these statuses of an order."""
        return self.until("status", order=order, status=set(statuses))

    def statuses(self, order: int) -> list[str]:
        """Return the statuses the client was told of an order, repetitions left out."""
        told = [row["status"] for row in self.all("status", order=order)]
        return [status for status, _ in itertools.groupby(told)]

    def life(self, order: int) -> list[str | int]:
        """Return an order's states and the codes of its errors as they were told, repetitions left out."""
        rows = [row for row in self.everything() if _is_of(row, order)]
        told = [row["status"] if row["kind"] == "status" else row["code"] for row in rows]
        return [each for each, _ in itertools.groupby(told)]

    def buy(self, quantity: int = 1, contract: Mapping[str, Any] = CALL) -> int:
        """Buy at the market and wait until that is filled and paid for; return the order's id."""
        order = self.place(contract, action="BUY", quantity=quantity)
        self.until_status(order, "Filled")
        fill = self.until("fill", order=order)
        self.until("commission", exec_id=fill["exec_id"])
        return order

    def belief(self, order: int) -> str | None:
        """Return the status in which the client itself holds an order to be."""
        found: str | None = self.do("belief", id=order)
        return found

    def errors(self, **values: Any) -> list[int]:
        """Return the codes of the errors so far, farm notices left out."""
        return [row["code"] for row in self.all("error", **values) if row["code"] not in {2104, 2106, 2158}]

    def _fits(self, row: Event, kind: str, values: Mapping[str, Any]) -> bool:
        if row.get("line") != self.name or row.get("kind") != kind:
            return False
        return all(
            row.get(name) in value if isinstance(value, set) else row.get(name) == value
            for name, value in values.items()
        )


class Stage:
    """A client, its driver and its gateway, for one case."""

    def __init__(self, client: Client, child: Child, folder: Path) -> None:
        self.client = client
        self.is_lossy = False
        self._child = child
        self._folder = folder
        self._hosted: HostedGateway | None = None
        self._served: ServedGateway | None = None
        self._lines: list[Line] = []
        self._expected: list[str] = []
        self._allowed: list[str] = []

    @property
    def host(self) -> HostedGateway:
        """Return the hosted gateway; started with its defaults when it was not."""
        return self._hosted or self.gateway()

    def gateway(
        self, *, start: datetime = NOON, speed: float = FAST, market: FakeMarket | None = None, **changes: Any
    ) -> HostedGateway:
        """Start the case's gateway; partial fills by chance and pacing are off unless asked for."""
        config = replace(GatewayConfig(partial_fill_probability=0.0, pacing=False), **changes)
        self._hosted = HostedGateway(config, start, speed, market)
        return self._hosted

    def product(self, *arguments: str) -> ServedGateway:
        """Start the gateway as a process of its own, with these arguments."""
        self._served = ServedGateway(self._folder, *arguments)
        return self._served

    def show(self, con_id: int, bid: str | None, ask: str | None, size: int = 10) -> None:
        """Change a quote of the hosted gateway's market."""
        self.host.show(con_id, bid, ask, size)

    def move(self, line: Line, contract: Mapping[str, Any], *quotes: tuple[str, str]) -> None:
        """Show bids and asks one after the other, each only when the client has seen the one before."""
        asked = line.quotes(contract)
        for bid, ask in quotes:
            self.show(contract["con_id"], bid, ask)
            line.until("price", asked=asked, tick=2, price=float(ask))
        line.do("stop_quotes", asked=asked)

    def line(self, client_id: int = 1, *, must: bool = True, **more: Any) -> Line:
        """Connect one more; with `must` it has to work."""
        port = self._served.port if self._served else self.host.port
        line = Line(f"line {len(self._lines) + 1}", client_id, self._child)
        line.open(port, **more)
        assert line.is_ready or not must, "the client did not connect"
        self._lines.append(line)
        return line

    def hang_up(self, line: Line) -> None:
        """End a connection, and wait until the gateway has noticed: the official client's reader takes a moment."""
        line.do("close")
        line.until("closed")
        assert _again_and_again(lambda _: self._is_gone(line.client_id), self._child)

    def pass_time(self, seconds: float) -> None:
        """Let simulated time pass at once: what is due in it happens before this returns."""
        self.host.command(do="clock", pause=True, step=seconds, resume=True)

    def until_received(self, name: str, count: int = 1) -> None:
        """Wait until the hosted gateway has had so many frames of this name from its clients."""
        assert _again_and_again(lambda _: len(self.frames(name, "in")) >= count, self._child, times=200)

    def accepts(self) -> bool:
        """Return whether the hosted gateway takes connections."""
        return self.host.call(lambda gateway: gateway.accepting)

    def until_accepting(self) -> None:
        """Wait until the gateway takes connections again after an absence."""
        assert _again_and_again(lambda _: self.host.call(lambda gateway: gateway.accepting), self._child, times=200)

    def _is_gone(self, client_id: int) -> bool:
        return self.host.call(lambda gateway: all(row.client_id != client_id for row in gateway.sessions()))

    def expect(self, trouble: str, *, of: Collection[str] | None = None) -> None:
        """Say that the client will have this trouble, a part of its text: it must; with `of` only these clients."""
        if of is None or self.client.name in of:
            self._expected.append(trouble)

    def allow(self, *troubles: str) -> None:
        """Say that the client may have these troubles, depending on how fast the ends of a connection are."""
        self._allowed += troubles

    def frames(self, name: str, direction: str = "out") -> list[Frame]:
        """Return the hosted gateway's frames of this name so far."""
        return [frame for frame in self.host.frames() if frame.name == name and frame.direction == direction]

    def settle(self) -> None:
        """Check what must hold at the end of every case."""
        if self._hosted and not self.is_lossy:
            for line in self._lines:
                self._check_heard(line)
        trouble = self._child.do("verdict")
        known = [*self._expected, *self._allowed]
        unexpected = [row for row in trouble if not any(text in row for text in known)]
        missing = [text for text in self._expected if not any(text in row for row in trouble)]
        frames = self._hosted.frames() if self._hosted else ()
        self.close()
        if self._served:
            frames = tuple(self._served.frames())
        assert not unexpected, f"the client had trouble: {unexpected}"
        assert not missing, f"the client had none of the trouble expected: {missing}, but {trouble}"
        assert not [frame for frame in frames if frame.name == "error" and frame.fields[3] == "320"] or self.is_lossy

    def close(self) -> None:
        """End the gateways."""
        if self._hosted:
            self._hosted.close()
            self._hosted = None
        if self._served:
            self._served.close()

    def _check_heard(self, line: Line) -> None:
        """Wait until the client took as many frames of each kind as the gateway sent it; it has to."""
        if line.all("closed") or not line.is_ready:
            return
        sent = self._sent_to(line)
        lacking: Counter[str] = Counter()

        def has_all(_: object) -> bool:
            nonlocal lacking
            lacking = sent - Counter(line.do("counts"))
            return not lacking

        if not _again_and_again(has_all, self._child):
            raise AssertionError(f"frames that never reached the program on {line.name}: {dict(lacking)}")

    def _sent_to(self, line: Line) -> Counter[str]:
        """Return how many frames of each kind the newest connection of a client was sent, by callback."""
        frames = self.host.frames()
        numbers = [frame.connection for frame in frames if frame.client_id == line.client_id]
        if not numbers:
            return Counter()
        mine = [row for row in frames if row.connection == max(numbers) and row.direction == "out"]
        return Counter(callback_of(row) for row in mine if row.name != "handshake")


def _is_of(row: Event, order: int) -> bool:
    return (row["kind"], row.get("order")) == ("status", order) or (row["kind"], row.get("id")) == ("error", order)


def _again_and_again(is_true: Callable[[object], bool], child: Child, times: int = 40) -> bool:
    """Ask up to so many times, a moment apart; return whether it became true."""
    for _ in range(times):
        if is_true(None):
            return True
        child.wait(lambda _: False, 0.05)
    return False
