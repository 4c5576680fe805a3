"""Connecting and logging on, with the cause named when it fails."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

from broker.ib import refusals
from broker.ib.framing import Framing
from broker.ib.line import Line
from broker.ib.refusals import Refusal
from domain.reports import Failure, RequestFailed

CLIENT_ID_IN_USE: Final = 326
ASK_AGAIN_SECONDS: Final = 2.0
FIRST_BYTES: Final = 8  # How much of a stranger's first words is looked at.
GREETING_SHARE: Final = 0.4  # Of the time to connect: a gateway greets at once, and a deaf socket stays deaf.


class Session:
    """One attempt to log on, and what was heard meanwhile.

    Only the handshake is made. The library's own start-up burst reports success with positions or orders missing and
    fails for want of executions; they are asked for by the book, each with its own limit.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._first = b""  # What it sent before it greeted: its beginning.
        self._greeted = False  # It spoke our protocol.
        self._over: asyncio.Future[RequestFailed | None] | None = None
        self._framing = Framing(self._on_broken_frames)
        self.last_words = ""  # What was said of the connection's end first.

    def handlers(self) -> Mapping[str, Callable[..., object]]:
        """Return the server messages that are handled here, by the library's names."""
        return {"connectAck": self._on_greeting}

    async def log_on(self) -> RequestFailed | None:
        """Connect within the configured time, for all of it together; None is success."""
        client, loop = self._line.client, asyncio.get_running_loop()
        self._over = loop.create_future()
        self._line.gateway.wrapper.clientId = self._line.config.client_id
        client.apiError += self._on_library_error
        client.conn.hasData += self._framing.take
        client.conn.hasData += self._on_bytes
        client.conn.disconnected += self._on_closed
        try:
            failure = await self._attempt(self._over)
        finally:
            client.conn.hasData -= self._on_bytes
            client.conn.disconnected -= self._on_closed
        return failure or self._choose_account()

    async def _attempt(self, over: "asyncio.Future[RequestFailed | None]") -> RequestFailed | None:
        config = self._line.config
        limit = config.connect_timeout_seconds
        attempt = asyncio.ensure_future(
            self._line.client.connectAsync(config.host, config.port, config.client_id, limit)
        )
        try:
            await self._answered({attempt, over}, limit)
            if over.done():
                return over.result()
            return _cause(attempt.exception(), self) if attempt.done() else self.silence()
        finally:
            attempt.cancel()
            await asyncio.gather(attempt, return_exceptions=True)

    async def _answered(self, wanted: set["asyncio.Future[Any]"], limit: float) -> None:
        """Wait for the first of these, two fifths of the time for the greeting; ask again for what the log-on lacks."""
        loop = asyncio.get_running_loop()
        began, pause = loop.time(), min(ASK_AGAIN_SECONDS, limit / 5)
        while (left := began + limit - loop.time()) > 0:
            done, _ = await asyncio.wait(wanted, timeout=min(pause, left), return_when=asyncio.FIRST_COMPLETED)
            if done or (not self._greeted and left <= limit * (1 - GREETING_SHARE)):
                return
            if self._greeted and self._line.client.isConnected():
                self._line.client.reqManagedAccts()
                self._line.client.reqIds(1)

    def on_error(self, code: int, text: str) -> None:
        """Take an error that names no request; one of them ends the attempt."""
        if code == CLIENT_ID_IN_USE:
            self._end(refusals.id_in_use(self._line.config.client_id, text), code)

    def silence(self) -> RequestFailed:
        """Return why the time ran out."""
        if self._greeted:
            return self._failed(refusals.NO_LOG_ON)
        if self._first:
            return self._failed(refusals.stranger(self._first))
        connected = self._line.client.conn.numMsgSent > 0
        return self._failed(refusals.SILENT if connected else refusals.NO_CONNECTION)

    def failed_to_reach(self, error: BaseException) -> RequestFailed:
        """Return why no connection came about."""
        return self._failed(refusals.unreachable(error))

    def _on_greeting(self, *_: Any) -> None:
        self._greeted = True

    def _on_bytes(self, data: bytes) -> None:
        if self._greeted:
            return
        self._first += data[: FIRST_BYTES - len(self._first)]
        if not self._first.startswith(refusals.GATEWAY_FIRST_BYTE):
            self._end(refusals.stranger(self._first))

    def _on_closed(self, _: str) -> None:
        if self._greeted:
            self._end(refusals.hung_up(self._line.config.client_id))
        else:
            self._end(refusals.stranger(self._first) if self._first else refusals.NO_WORD)

    def _on_broken_frames(self, length: int) -> None:
        self.last_words = f"garbage on the wire: a message of {length} bytes was announced"
        self._line.client.conn.transport.abort()  # What waits to be written has no reader.

    def _on_library_error(self, text: str) -> None:
        self.last_words = self.last_words or text
        client = self._line.client
        if 0 < client.serverVersion() < client.MinClientVersion:
            self._end(refusals.too_old(client.serverVersion(), client.MinClientVersion))

    def _end(self, refusal: Refusal, code: int | None = None) -> None:
        if self._over is not None and not self._over.done():
            self._over.set_result(self._failed(refusal, code))

    def _failed(self, refusal: Refusal, code: int | None = None, failure: Failure | None = None) -> RequestFailed:
        config = self._line.config
        text = f"{config.host}:{config.port}: {refusal.seen}"
        return RequestFailed(failure=failure or Failure.DISCONNECTED, code=code, text=text, advice=refusal.advice)

    def _choose_account(self) -> RequestFailed | None:
        accounts, wanted = list(self._line.client.getAccounts()), self._line.config.account
        if not wanted and len(accounts) == 1:
            wanted = accounts[0]
        if wanted not in accounts:
            refusal = refusals.OTHER_ACCOUNT if wanted else refusals.several(len(accounts))
            return self._failed(refusal, failure=Failure.REFUSED)
        self._line.account = wanted
        return None


def _cause(error: BaseException | None, session: Session) -> RequestFailed | None:
    if error is None:
        return None
    return session.silence() if isinstance(error, TimeoutError) else session.failed_to_reach(error)
