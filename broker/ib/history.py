"""Bars."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from broker.ib.contract_cache import ContractCache
from broker.ib.line import Line
from broker.ib.listing import bar_seconds, our_bars
from broker.ib.requests import answered, timed_out
from domain.commands import RequestBars
from domain.reports import BarsReport, Failure, RequestFailed

NOW: Final = ""  # A naive time would be read in the host's zone.
EPOCH_SECONDS: Final = 2
GRACE_SECONDS: Final = 5.0  # The library's own limit comes first: only it tells the server to stop.


class History:
    """Bars of one connection. On the broker's loop alone."""

    def __init__(self, line: Line, cache: ContractCache) -> None:
        self._line = line
        self._cache = cache
        self._ended: set[int] = set()

    def handlers(self) -> Mapping[str, Callable[..., object]]:
        """Return the server messages that are handled here, by the library's names."""
        return {"historicalDataEnd": lambda request_id, *_: self._ended.add(request_id)}

    async def bars(self, request: RequestBars) -> BarsReport | RequestFailed:
        """Return bars that end now; none at all is NO_DATA, silence is TIMED_OUT and cancels the query."""
        what = f"bars of {request.underlying.symbol}"
        seconds = bar_seconds(request.bar_size)
        if seconds is None:
            return RequestFailed(failure=Failure.REFUSED, text=f"{what}: unknown bar size {request.bar_size!r}")
        bars = await answered(lambda: self._ask(request), request.timeout_seconds + GRACE_SECONDS, what)
        if isinstance(bars, RequestFailed):
            return bars
        answered_in_time = bars.reqId in self._ended
        self._ended.discard(bars.reqId)
        copies = our_bars(bars, seconds)
        if copies and answered_in_time:
            return BarsReport(bars=copies)
        if answered_in_time:
            return RequestFailed(failure=Failure.NO_DATA, text=f"{what}: an empty answer")
        return timed_out(what, request.timeout_seconds)

    def _ask(self, request: RequestBars) -> Any:
        return self._line.gateway.reqHistoricalDataAsync(
            self._cache.of(request.underlying),
            endDateTime=NOW,
            durationStr=request.duration,
            barSizeSetting=request.bar_size,
            whatToShow=request.what_to_show,
            useRTH=request.use_rth,
            formatDate=EPOCH_SECONDS,
            keepUpToDate=False,
            timeout=request.timeout_seconds,
        )
