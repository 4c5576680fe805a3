"""Bars."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from broker.ib.contract_cache import ContractCache
from broker.ib.line import Line
from broker.ib.listing import bar_seconds, our_bars
from domain.commands import RequestBars
from domain.reports import BarsReport, Failure, RequestFailed

NOW: Final = ""  # A naive time would be read in the host's zone.
EPOCH_SECONDS: Final = 2


class History:
    """Bars of one connection. On the broker's loop alone.

    The library's own request would send its cancel when its time is up, past every budget: fifty that hang would end
    in fifty messages at once, and in a closed connection.
    """

    def __init__(self, line: Line, cache: ContractCache) -> None:
        self._line = line
        self._cache = cache
        self._bars: dict[int, list[Any]] = {}

    def handlers(self) -> Mapping[str, Callable[..., object]]:
        """Return the server messages that are handled here, by the library's names."""
        return {"historicalData": self._on_bar, "historicalDataEnd": self._on_end}

    async def bars(self, request: RequestBars) -> BarsReport | RequestFailed:
        """Return bars that end now; none at all is NO_DATA, silence is TIMED_OUT and cancels the query."""
        what = f"bars of {request.underlying.symbol}"
        seconds = bar_seconds(request.bar_size)
        if seconds is None:
            return RequestFailed(failure=Failure.REFUSED, text=f"{what}: unknown bar size {request.bar_size!r}")
        try:
            request_id = self._line.new_id()
        except ConnectionError as error:
            return RequestFailed(failure=Failure.DISCONNECTED, text=f"{what}: {error}")
        bars = self._bars[request_id] = []
        answer: object = None
        try:
            answer = await self._line.requests.ask(
                request_id, lambda: self._send(request_id, request), request.timeout_seconds, what
            )
        finally:
            del self._bars[request_id]
            # Nobody waits any more, by its time or because the asker is gone: the server has only so many places.
            if answer is None or _timed_out(answer):
                self._line.when_room(lambda: self._line.client.cancelHistoricalData(request_id))
        if isinstance(answer, RequestFailed):
            return answer
        copies = our_bars(bars, seconds)
        if not copies:
            return RequestFailed(failure=Failure.NO_DATA, text=f"{what}: an empty answer")
        return BarsReport(bars=copies)

    def _send(self, request_id: int, request: RequestBars) -> None:
        self._line.client.reqHistoricalData(
            request_id,
            self._cache.of(request.underlying),
            NOW,
            request.duration,
            request.bar_size,
            request.what_to_show,
            request.use_rth,
            EPOCH_SECONDS,
            keepUpToDate=False,
            chartOptions=[],
        )

    def _on_bar(self, request_id: int, bar: Any) -> None:
        bars = self._bars.get(request_id)
        if bars is not None:  # Of one that timed out: an answer cannot be taken back by its cancel.
            bar.date = _read_date(bar.date)
            bars.append(bar)

    def _on_end(self, request_id: int, *_: object) -> None:
        self._line.requests.settle(request_id)


def _timed_out(answer: object) -> bool:
    return isinstance(answer, RequestFailed) and answer.failure is Failure.TIMED_OUT


def _read_date(text: str) -> datetime | date:
    """Return a bar's start: a day as YYYYMMDD, anything else in epoch seconds."""
    if len(text) == len("YYYYMMDD"):
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    return datetime.fromtimestamp(int(text), UTC)
