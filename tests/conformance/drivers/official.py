"""The official client (ibapi 9.81, ibapi-stable 10.5x) under command: its reader thread, its message loop, its words.

Run as `python -m tests.conformance.drivers.official ibapi` with the Python of the client's environment. Requests take
the case's own numbers, order ids count from what the gateway gave. Commands run in the main thread, callbacks in the
thread of the connection's message loop, as the client's own examples have it.
"""

import importlib
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.conformance.drivers import rare_official
from tests.conformance.drivers.rare_callbacks import READERS
from tests.conformance.drivers.speech import Ear, Mouth, Notebook, commands
from tests.conformance.drivers.vocabulary import CONTRACT_FIELDS, ORDER_FIELDS, Event

_NOT_ASKED: Final = frozenset({"connectAck", "connectionClosed"})
_UNREADABLE: Final = frozenset({505, 507, 508})  # the client itself says so when it cannot read a frame


def _api(name: str) -> Any:
    return importlib.import_module(f"ibapi.{name}")


class Line:
    """One connection: an EClient that is its own EWrapper, and the thread of its message loop."""

    def __init__(self, name: str, mouth: Mouth, notebook: Notebook) -> None:
        self.ear = Ear(name, mouth)
        self.notebook = notebook
        self.next_id = 0
        self.ended = threading.Event()
        self.settled = threading.Event()
        self.is_closed_by_us = False
        self.app = self._application()
        self.thread = threading.Thread(target=self._live, daemon=True)

    def open(self, command: Event) -> Event:
        """Connect; return the agreed version, or that it failed within the time given."""
        self._where = (command.get("host", "127.0.0.1"), command["port"], command["client"])
        if "options" in command:
            name = "setConnectOptions" if hasattr(self.app, "setConnectOptions") else "setConnectionOptions"
            getattr(self.app, name)(command["options"])
        self.thread.start()
        self.settled.wait(command.get("patience", 10.0))
        is_ready = self.next_id > 0 and self.thread.is_alive()
        return {"ready": is_ready, "version": self.app.serverVersion() if is_ready else None}

    def close(self) -> None:
        """Hang up."""
        self.is_closed_by_us = True
        self.app.disconnect()

    def _live(self) -> None:
        try:
            self.app.connect(*self._where)
            if self.app.isConnected():
                self.app.run()
        except Exception as error:  # noqa: BLE001 - whatever ends the message loop is what a case wants to know
            if not self.is_closed_by_us:  # on hanging up the client forgets its version under its own loop's feet
                self.notebook.trouble.append(f"message loop died: {error!r}")
        self.settled.set()
        self.ended.set()
        self.ear.say({"kind": "closed"})

    def _application(self) -> Any:
        wrapper, client = _api("wrapper").EWrapper, _api("client").EClient
        heard = {name: self._listener(name) for name in READERS if hasattr(wrapper, name)}
        silent = {name: lambda _self: None for name in _NOT_ASKED}

        def begin(app: Any) -> None:
            wrapper.__init__(app)
            client.__init__(app, app)

        return type("Application", (wrapper, client), {**heard, **silent, "__init__": begin})()

    def _listener(self, name: str) -> Callable[..., None]:
        def listen(_app: Any, *arguments: Any, **named: Any) -> None:
            event = self.ear.hear(name, (*arguments, *named.values()))
            self.ear.took(name)
            if name == "nextValidId":
                self.next_id = max(self.next_id, event["order"])
                self.settled.set()
            elif name == "error" and event["code"] in _UNREADABLE:
                self.notebook.trouble.append(f"unreadable: {event}")

        return listen


def _contract(given: Event) -> Any:
    made = _api("contract").Contract()
    for ours, value in given.items():
        setattr(made, CONTRACT_FIELDS[ours], value)
    return made


def _order(given: Event) -> Any:
    """Return an order; two attributes that 9.81 sets by itself and IB refuses are taken back."""
    made = _api("order").Order()
    made.eTradeOnly = made.firmQuoteOnly = False
    for ours, value in given.items():
        setattr(made, ORDER_FIELDS[ours], value)
    if hasattr(_api("common"), "Decimal") and "quantity" in given:
        made.totalQuantity = _api("common").Decimal(str(given["quantity"]))
    return made


def _cancel_words() -> tuple[Any, ...]:
    """Return what a cancel takes beside its number: since 10.19 an object, before nothing."""
    try:
        return (_api("order_cancel").OrderCancel(),)
    except ImportError:
        return ()


def _place(line: Line, command: Event) -> int:
    number: int = command.get("id") or line.next_id
    line.next_id = max(line.next_id, number + 1)
    line.app.placeOrder(number, _contract(command["contract"]), _order(command["order"]))
    return number


def _executions(line: Line, command: Event) -> None:
    wanted = _api("execution").ExecutionFilter()
    names = {"client": "clientId", "since": "time", "symbol": "symbol", "sec_type": "secType", "side": "side"}
    for ours, value in command["filter"].items():
        setattr(wanted, names[ours], value)
    line.app.reqExecutions(command["asked"], wanted)


def _history(line: Line, command: Event) -> None:
    parts = [command[name] for name in ("end", "duration", "bar_size", "what", "regular", "format", "live")]
    line.app.reqHistoricalData(command["asked"], _contract(command["contract"]), *parts, [])


def _exercise(line: Line, command: Event) -> None:
    more = ("", "", False) if _cancel_words() else ()
    parts = (command["action"], command["quantity"], command["account"], command["override"])
    line.app.exerciseOptions(command["asked"], _contract(command["contract"]), *parts, *more)


def _past_ticks(line: Line, command: Event) -> None:
    parts = [command[name] for name in ("start", "end", "count", "what", "regular")]
    line.app.reqHistoricalTicks(command["asked"], _contract(command["contract"]), *parts, False, [])  # noqa: FBT003 - its words


def _quotes(line: Line, command: Event) -> None:
    snapshot = command["snapshot"]
    line.app.reqMktData(command["asked"], _contract(command["contract"]), command["generics"], snapshot, False, [])  # noqa: FBT003 - its words


def _live_bars(line: Line, command: Event) -> None:
    line.app.reqRealTimeBars(
        command["asked"], _contract(command["contract"]), 5, command["what"], command["regular"], []
    )


def _belief(line: Line, command: Event) -> str | None:
    """Return the last status the client was told of an order: it keeps no book of its own."""
    return line.ear.status.get(command["id"])


_DO: Final[Mapping[str, Callable[[Line, Event], Any]]] = {
    "time": lambda line, _: line.app.reqCurrentTime(),
    "accounts": lambda line, _: line.app.reqManagedAccts(),
    "next_id": lambda line, _: line.app.reqIds(1),
    "positions": lambda line, _: line.app.reqPositions(),
    "stop_positions": lambda line, _: line.app.cancelPositions(),
    "updates": lambda line, c: line.app.reqAccountUpdates(c["on"], c["account"]),
    "multi": lambda line, c: line.app.reqAccountUpdatesMulti(c["asked"], c["account"], "", False),  # noqa: FBT003 - its words
    "stop_multi": lambda line, c: line.app.cancelAccountUpdatesMulti(c["asked"]),
    "summary": lambda line, c: line.app.reqAccountSummary(c["asked"], "All", c["tags"]),
    "stop_summary": lambda line, c: line.app.cancelAccountSummary(c["asked"]),
    "pnl": lambda line, c: line.app.reqPnL(c["asked"], c["account"], ""),
    "stop_pnl": lambda line, c: line.app.cancelPnL(c["asked"]),
    "pnl_single": lambda line, c: line.app.reqPnLSingle(c["asked"], c["account"], "", c["con_id"]),
    "stop_pnl_single": lambda line, c: line.app.cancelPnLSingle(c["asked"]),
    "contracts": lambda line, c: line.app.reqContractDetails(c["asked"], _contract(c["contract"])),
    "samples": lambda line, c: line.app.reqMatchingSymbols(c["asked"], c["pattern"]),
    "rule": lambda line, c: line.app.reqMarketRule(c["rule"]),
    "chain": lambda line, c: line.app.reqSecDefOptParams(c["asked"], c["symbol"], "", "STK", c["con_id"]),
    "history": _history,
    "stop_history": lambda line, c: line.app.cancelHistoricalData(c["asked"]),
    "head": lambda line, c: line.app.reqHeadTimeStamp(c["asked"], _contract(c["contract"]), c["what"], 1, c["format"]),
    "past_ticks": _past_ticks,
    "quotes": _quotes,
    "stop_quotes": lambda line, c: line.app.cancelMktData(c["asked"]),
    "data_type": lambda line, c: line.app.reqMarketDataType(c["type"]),
    "live_bars": _live_bars,
    "stop_live_bars": lambda line, c: line.app.cancelRealTimeBars(c["asked"]),
    "place": _place,
    "cancel": lambda line, c: line.app.cancelOrder(c["id"], *_cancel_words()),
    "cancel_all": lambda line, _: line.app.reqGlobalCancel(*_cancel_words()),
    "open_orders": lambda line, _: line.app.reqOpenOrders(),
    "all_open_orders": lambda line, _: line.app.reqAllOpenOrders(),
    "auto_open_orders": lambda line, c: line.app.reqAutoOpenOrders(c["on"]),
    "completed_orders": lambda line, c: line.app.reqCompletedOrders(c["api_only"]),
    "executions": _executions,
    "exercise": _exercise,
    "belief": _belief,
    "kept": lambda _line, _: None,  # it keeps nothing: what it was told is all there is
    "give_up": lambda _line, _: None,  # nothing waits: an answer comes or it does not
    "told": lambda line, c: line.ear.told(c["asked"]),
    "counts": lambda line, _: dict(line.ear.counts),
    "close": lambda line, _: line.close(),
    **rare_official.DO,
}


class Driver:
    """Carries out commands for any number of connections."""

    def __init__(self, mouth: Mouth, notebook: Notebook) -> None:
        self._mouth = mouth
        self._notebook = notebook
        self._lines: dict[str, Line] = {}

    def do(self, command: Event) -> Any:
        """Carry out a command; return what it comes to. Raises what the client raises."""
        if command["do"] == "open":
            line = self._lines[command["line"]] = Line(command["line"], self._mouth, self._notebook)
            return line.open(command)
        if command["do"] == "verdict":
            return self._verdict()
        line = self._lines[command["line"]]
        if command.get("brief"):
            line.ear.brief[command["asked"]] = []
        return _DO[command["do"]](line, command)

    def _verdict(self) -> list[str]:
        """Hang up everywhere; return all that must not have happened since the last verdict."""
        alive = [line for line in self._lines.values() if not line.ended.is_set()]
        for line in self._lines.values():
            line.close()
        trouble = list(self._notebook.trouble)
        trouble += [f"{line.thread.name} does not end" for line in alive if not line.ended.wait(5.0)]
        self._notebook.trouble.clear()
        self._lines.clear()
        return trouble


def main() -> None:
    """Serve commands until stdin ends."""
    mouth, notebook = Mouth(), Notebook()
    logging.getLogger().addHandler(notebook)
    logging.getLogger().setLevel(logging.INFO)
    driver = Driver(mouth, notebook)
    for command in commands():
        try:
            mouth.say({"n": command["n"], "result": driver.do(command)})
        except Exception as error:  # noqa: BLE001 - what the client raises is its answer to the case
            mouth.say({"n": command["n"], "failed": repr(error)})


if __name__ == "__main__":
    main()
