"""ib_insync and ib_async under command: their ordinary `IB` object, with an ear at every callback of its wrapper.

Run as `python -m tests.conformance.drivers.high_level ib_insync` with the Python of the client's environment. Requests
go through the methods that programs use, so their futures, trades and tickers are tried as well; a request whose future
ends says `done` with how many rows the library made of the answer. Everything runs on one asyncio loop.
"""

import asyncio
import contextvars
import importlib
import json
import logging
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from tests.conformance.drivers import rare_high_level
from tests.conformance.drivers.rare_callbacks import READERS
from tests.conformance.drivers.speech import Ear, Mouth, Notebook
from tests.conformance.drivers.vocabulary import CONTRACT_FIELDS, ORDER_FIELDS, Event

_ASKED: contextvars.ContextVar[int] = contextvars.ContextVar("asked", default=0)
_FOR_EVER: Final = 3600.0
_GRACE: Final = 1.0  # seconds that a request may still take when its case is over


class Line:
    """One connection: an IB object of its own."""

    def __init__(self, name: str, library: Any, mouth: Mouth) -> None:
        self.library = library
        self.ear = Ear(name, mouth)
        self.ib = library.IB()
        self.kept: dict[int, Any] = {}
        self.tasks: list[tuple[int, asyncio.Task[None]]] = []
        self._next_number = self.ib.client.getReqId
        self.ib.client.getReqId = self._number
        self.ib.disconnectedEvent += lambda: self.ear.say({"kind": "closed"})
        self.ib.orderStatusEvent += self._say_trade
        for callback in READERS:
            if hasattr(self.ib.wrapper, callback):
                setattr(self.ib.wrapper, callback, self._listener(callback))

    async def open(self, command: Event) -> Event:
        """Connect; return the agreed version, or why it failed."""
        patience = command.get("patience", 10.0)
        if "options" in command:
            self.ib.client.setConnectOptions(command["options"])
        where = (command.get("host", "127.0.0.1"), command["port"], command["client"])
        try:
            await self.ib.connectAsync(*where, timeout=patience, readonly=command.get("read_only", False))
        except (OSError, TimeoutError) as error:
            return {"ready": False, "version": None, "why": repr(error)}
        return {"ready": True, "version": self.ib.client.serverVersion()}

    def begin(self, asked: int, request: Awaitable[Any]) -> None:
        """Wait for a request in the background; say `done` when its future ends."""
        self.tasks.append((asked, asyncio.ensure_future(self._finish(asked, request))))

    async def _finish(self, asked: int, request: Awaitable[Any]) -> None:
        try:
            answer = await request
        except Exception as error:  # noqa: BLE001 - the library's word for a failed request
            self.ear.say({"kind": "done", "asked": asked, "rows": None, "why": repr(error)})
            return
        self.kept.setdefault(asked, answer)
        rows = len(answer) if hasattr(answer, "__len__") else int(answer is not None)
        self.ear.say({"kind": "done", "asked": asked, "rows": rows})

    def _number(self) -> int:
        number: int = self._next_number()
        self.ear.asked[number] = _ASKED.get()
        return number

    def _say_trade(self, trade: Any) -> None:
        self.ear.say({"kind": "trade", "order": trade.order.orderId, "status": trade.orderStatus.status})

    def _listener(self, callback: str) -> Callable[..., Any]:
        original = getattr(self.ib.wrapper, callback)

        def listen(*arguments: Any) -> Any:
            self.ear.hear(callback, arguments)
            answer = original(*arguments)
            self.ear.took(callback)
            return answer

        return listen

    def contract(self, given: Event) -> Any:
        """Return a contract."""
        return self.library.Contract(**{CONTRACT_FIELDS[ours]: value for ours, value in given.items()})

    def order(self, given: Event) -> Any:
        """Return an order."""
        return self.library.Order(**{ORDER_FIELDS[ours]: value for ours, value in given.items()})

    def trade(self, number: int) -> Any:
        """Return what the library keeps of an own order, None when it knows none."""
        return next((row for row in self.ib.trades() if row.order.orderId == number and number), None)


def _place(line: Line, command: Event) -> int:
    """Place an order, or change the one with this id as programs do: in the trade's own order."""
    trade = line.trade(command.get("id", 0))
    if trade is None:
        wanted = line.order(command["order"])
        wanted.orderId = command.get("id", 0)
        contract = line.contract(command["contract"])
    else:
        wanted, contract = trade.order, trade.contract
        for ours, value in command["order"].items():
            setattr(wanted, ORDER_FIELDS[ours], value)
    if command["order"].get("what_if"):
        return _ask_what_if(line, command, contract, wanted)
    number: int = line.ib.placeOrder(contract, wanted).order.orderId
    return number


def _ask_what_if(line: Line, command: Event, contract: Any, wanted: Any) -> int:
    """Ask by the library's own method: its future takes the number of the order, which is the case's answer."""
    line.begin(command.get("asked", 0), line.ib.whatIfOrderAsync(contract, wanted))
    return max(line.ear.asked)


def _cancel(line: Line, command: Event) -> None:
    trade = line.trade(command["id"])
    if trade is None:
        line.ib.client.cancelOrder(command["id"], "")
    else:
        line.ib.cancelOrder(trade.order)


def _belief(line: Line, command: Event) -> str | None:
    trade = line.trade(command["id"])
    return trade.orderStatus.status if trade else None


def _executions(line: Line, command: Event) -> Awaitable[Any]:
    names = {"client": "clientId", "since": "time", "symbol": "symbol", "sec_type": "secType", "side": "side"}
    wanted = line.library.ExecutionFilter(**{names[ours]: value for ours, value in command["filter"].items()})
    answer: Awaitable[Any] = line.ib.reqExecutionsAsync(wanted)
    return answer


async def _history(line: Line, command: Event) -> Any:
    parts = [command[name] for name in ("end", "duration", "bar_size", "what", "regular", "format", "live")]
    return await line.ib.reqHistoricalDataAsync(line.contract(command["contract"]), *parts, [], _FOR_EVER)


def _past_ticks(line: Line, command: Event) -> Awaitable[Any]:
    parts = [command[name] for name in ("start", "end", "count", "what", "regular")]
    answer: Awaitable[Any] = line.ib.reqHistoricalTicksAsync(line.contract(command["contract"]), *parts)
    return answer


def _quotes(line: Line, command: Event) -> Any:
    contract = line.kept[command["asked"]] = line.contract(command["contract"])
    line.ib.reqMktData(contract, command["generics"], command["snapshot"])


def _live_bars(line: Line, command: Event) -> Any:
    contract = line.contract(command["contract"])
    line.kept[command["asked"]] = line.ib.reqRealTimeBars(contract, 5, command["what"], command["regular"])


def _stop_history(line: Line, command: Event) -> None:
    """Cancel as programs can: a subscription by its bars; what has not been answered has none, only a number."""
    if command["asked"] in line.kept:
        line.ib.cancelHistoricalData(line.kept[command["asked"]])
    else:
        line.ib.client.cancelHistoricalData(_wire(line, command))


def _wire(line: Line, command: Event) -> int:
    """Return the number on the wire of what a case asked for."""
    return next(number for number, asked in line.ear.asked.items() if asked == command["asked"])


def _give_up(line: Line, command: Event) -> None:
    """Wait no longer for a request, as a program's own timeout does."""
    for asked, task in line.tasks:
        if asked == command["asked"] and not task.done():
            task.cancel()
            line.ear.say({"kind": "gave_up", "asked": asked})


def _kept(line: Line, _: Event) -> Event:
    """Return what the library holds of quotes, profits and fills, numbers as Python writes them."""
    tickers, reports = line.ib.tickers(), [(row, row.commissionReport) for row in line.ib.fills()]
    return {
        "quotes": [[repr(float(each)) for each in (row.bid, row.ask, row.last)] for row in tickers],
        "data_types": [row.marketDataType for row in tickers],
        "pnl": [[repr(row.dailyPnL), repr(row.unrealizedPnL), repr(row.realizedPnL)] for row in line.ib.pnl()],
        "marks": [[repr(row.marketPrice), repr(row.unrealizedPNL)] for row in line.ib.portfolio()],
        "fills": [[row.execution.execId, row.execution.shares, report.commission] for row, report in reports],
    }


def _exercise(line: Line, command: Event) -> Any:
    parts = (command["action"], command["quantity"], command["account"], command["override"])
    line.ib.exerciseOptions(line.contract(command["contract"]), *parts)


def _summary(line: Line, command: Event) -> None:
    line.ib.client.reqAccountSummary(line.ib.client.getReqId(), "All", command["tags"])


_ASK: Final[Mapping[str, Callable[[Line, Event], Awaitable[Any]]]] = {
    "time": lambda line, _: line.ib.reqCurrentTimeAsync(),
    "positions": lambda line, _: line.ib.reqPositionsAsync(),
    "multi": lambda line, c: line.ib.reqAccountUpdatesMultiAsync(c["account"]),
    "contracts": lambda line, c: line.ib.reqContractDetailsAsync(line.contract(c["contract"])),
    "samples": lambda line, c: line.ib.reqMatchingSymbolsAsync(c["pattern"]),
    "rule": lambda line, c: line.ib.reqMarketRuleAsync(c["rule"]),
    "chain": lambda line, c: line.ib.reqSecDefOptParamsAsync(c["symbol"], "", "STK", c["con_id"]),
    "history": _history,
    "head": lambda line, c: line.ib.reqHeadTimeStampAsync(line.contract(c["contract"]), c["what"], True, c["format"]),  # noqa: FBT003 - its words
    "past_ticks": _past_ticks,
    "open_orders": lambda line, _: line.ib.reqOpenOrdersAsync(),
    "all_open_orders": lambda line, _: line.ib.reqAllOpenOrdersAsync(),
    "completed_orders": lambda line, c: line.ib.reqCompletedOrdersAsync(c["api_only"]),
    "executions": _executions,
    **rare_high_level.ASK,
}
"""Requests that end: by the library's future."""

_DO: Final[Mapping[str, Callable[[Line, Event], Any]]] = {
    "accounts": lambda line, _: line.ib.client.reqManagedAccts(),
    "next_id": lambda line, _: line.ib.client.reqIds(1),
    "stop_positions": lambda line, _: line.ib.client.cancelPositions(),
    "updates": lambda line, c: line.ib.client.reqAccountUpdates(c["on"], c["account"]),
    "stop_multi": lambda line, c: line.ib.client.cancelAccountUpdatesMulti(_wire(line, c)),
    "summary": _summary,
    "stop_summary": lambda line, c: line.ib.client.cancelAccountSummary(_wire(line, c)),
    "pnl": lambda line, c: line.ib.reqPnL(c["account"]) and None,
    "stop_pnl": lambda line, c: line.ib.cancelPnL(c["account"]),
    "pnl_single": lambda line, c: line.ib.reqPnLSingle(c["account"], "", c["con_id"]) and None,
    "stop_pnl_single": lambda line, c: line.ib.cancelPnLSingle(c["account"], "", c["con_id"]),
    "stop_history": _stop_history,
    "quotes": _quotes,
    "stop_quotes": lambda line, c: line.ib.cancelMktData(line.kept[c["asked"]]) and None,
    "data_type": lambda line, c: line.ib.reqMarketDataType(c["type"]),
    "live_bars": _live_bars,
    "stop_live_bars": lambda line, c: line.ib.cancelRealTimeBars(line.kept[c["asked"]]),
    "place": _place,
    "cancel": _cancel,
    "cancel_all": lambda line, _: line.ib.reqGlobalCancel(),
    "auto_open_orders": lambda line, c: line.ib.reqAutoOpenOrders(c["on"]),
    "exercise": _exercise,
    "belief": _belief,
    "kept": _kept,
    "give_up": _give_up,
    "told": lambda line, c: line.ear.told(c["asked"]),
    "counts": lambda line, _: dict(line.ear.counts),
    "close": lambda line, _: line.ib.disconnect() and None,
    **rare_high_level.DO,
}


class Driver:
    """Carries out commands for any number of connections, all on the running loop."""

    def __init__(self, library: Any, mouth: Mouth, notebook: Notebook) -> None:
        self._library = library
        self._mouth = mouth
        self._notebook = notebook
        self._lines: dict[str, Line] = {}

    async def do(self, command: Event) -> Any:
        """Carry out a command; return what it comes to. Raises what the library raises."""
        _ASKED.set(command.get("asked", 0))
        what = command["do"]
        if what == "open":
            line = self._lines[command["line"]] = Line(command["line"], self._library, self._mouth)
            return await line.open(command)
        if what == "verdict":
            return await self._verdict()
        line = self._lines[command["line"]]
        if command.get("brief"):
            line.ear.brief[command["asked"]] = []
        if what in _ASK:
            return line.begin(command.get("asked", 0), _ASK[what](line, command))
        return _DO[what](line, command)

    async def _verdict(self) -> list[str]:
        """Hang up everywhere; return all that must not have happened since the last verdict."""
        tasks = [task for line in self._lines.values() for _, task in line.tasks]
        if tasks:
            await asyncio.wait(tasks, timeout=_GRACE)
        unanswered = [asked for line in self._lines.values() for asked, task in line.tasks if not task.done()]
        for line in self._lines.values():
            line.ib.disconnect()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        trouble = [*self._notebook.trouble, *(f"request {asked} never ended" for asked in unanswered)]
        self._notebook.trouble.clear()
        self._lines.clear()
        return trouble


async def _answer(driver: Driver, mouth: Mouth, command: Event) -> None:
    try:
        mouth.say({"n": command["n"], "result": await driver.do(command)})
    except Exception as error:  # noqa: BLE001 - what the library raises is its answer to the case
        mouth.say({"n": command["n"], "failed": repr(error)})


async def _serve(library: Any) -> None:
    mouth, notebook = Mouth(), Notebook()
    logging.getLogger().addHandler(notebook)
    logging.getLogger().setLevel(logging.INFO)
    loop = asyncio.get_running_loop()
    stdin = asyncio.StreamReader(limit=2**20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stdin), sys.stdin)
    driver = Driver(library, mouth, notebook)
    tasks: set[asyncio.Task[None]] = set()
    while text := await stdin.readline():
        task = asyncio.ensure_future(_answer(driver, mouth, json.loads(text)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


def main() -> None:
    """Serve commands until stdin ends."""
    library = importlib.import_module(sys.argv[1])
    asyncio.run(_serve(library))


if __name__ == "__main__":
    main()
