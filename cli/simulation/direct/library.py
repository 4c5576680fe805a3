"""Stands where the client library stands: the adapter is the real one, and what is behind it is the gateway itself."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

from broker.ib.library import RequestError
from cli.simulation.direct.client import DirectClient
from cli.simulation.direct.signals import Handler
from simgateway.server import Gateway

NOTICES: Final = frozenset({110, 165, 202, 399, 404, 434, 492, 10167})
"""Errors that end no request, as the library has it; and so have all from 2100 on below 2200."""


class Lists:
    """Questions whose answer comes in parts: what came so far, and who waits for the end."""

    def __init__(self) -> None:
        self.clientId = -1
        self._waiting: dict[int, tuple[asyncio.Future[list[Any]], list[Any]]] = {}

    def begin(self, request_id: int) -> asyncio.Future[list[Any]]:
        """Return what will be done when the whole answer is there."""
        future: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        self._waiting[request_id] = (future, [])
        return future

    def part(self, request_id: int, row: Any) -> None:
        """Take a part."""
        if request_id in self._waiting:
            self._waiting[request_id][1].append(row)

    def end(self, request_id: int) -> None:
        """Take the end."""
        future, rows = self._waiting.pop(request_id, (None, []))
        if future is not None and not future.done():
            future.set_result(rows)

    def error(self, request_id: int, code: int, text: str, *_: str) -> None:
        """Take an error; one that is no notice ends the request it names."""
        if code in NOTICES or 2100 <= code < 2200 or request_id not in self._waiting:
            return
        self._fail(request_id, RequestError(request_id, code, text))

    def connectionClosed(self) -> None:
        """Fail all that wait."""
        for request_id in tuple(self._waiting):
            self._fail(request_id, ConnectionError("Socket disconnect"))

    def _fail(self, request_id: int, error: Exception) -> None:
        future, _ = self._waiting.pop(request_id)
        if not future.done():
            future.set_exception(error)


class DirectLibrary:
    """What the adapter calls its gateway: one object per generation, with the library's names."""

    def __init__(self, gateway: Gateway, handlers: Mapping[str, Handler]) -> None:
        self.wrapper = Lists()
        self.client = DirectClient(gateway, self._sink)
        own: dict[str, Handler] = {
            "contractDetails": self.wrapper.part,
            "contractDetailsEnd": self.wrapper.end,
            "optionParameters": self.wrapper.part,
            "optionParametersEnd": self.wrapper.end,
            "connectionClosed": self.wrapper.connectionClosed,
            "historicalBars": self._bars,
        }
        self._handlers = {**handlers, **own}

    def reqContractDetailsAsync(self, contract: Any) -> asyncio.Future[list[Any]]:
        """Ask what is listed; what is returned fails with RequestError or ConnectionError."""
        request_id = self.client.getReqId()
        found = self.wrapper.begin(request_id)
        self.client.reqContractDetails(request_id, contract)
        return found

    def reqSecDefOptParamsAsync(self, symbol: str, exchange: str, kind: str, con_id: int) -> asyncio.Future[list[Any]]:
        """Ask for expiries and strikes; fails as above."""
        request_id = self.client.getReqId()
        found = self.wrapper.begin(request_id)
        self.client.reqSecDefOptParams(request_id, symbol, exchange, kind, con_id)
        return found

    def _sink(self, name: str, values: tuple[Any, ...]) -> None:
        handler = self._handlers.get(name)
        if handler is not None:
            handler(*values)
        if name == "error":
            self.wrapper.error(*values)

    def _bars(self, request_id: int, bars: list[Any]) -> None:
        for bar in bars:
            self._handlers["historicalData"](request_id, bar)
        self._handlers["historicalDataEnd"](request_id)


def direct(gateway: Gateway) -> Callable[[Mapping[str, Handler], str], DirectLibrary]:
    """Return what makes a library for one generation; its times always name their zone."""

    def make(handlers: Mapping[str, Handler], timezone: str) -> DirectLibrary:
        del timezone
        return DirectLibrary(gateway, handlers)

    return make
