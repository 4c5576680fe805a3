"""A symbol's bars: fetched, merged, cached; failures come back as values, with what to do about them."""

from asyncio import Lock, gather
from datetime import datetime
from typing import Any, Protocol

from actors.runtime.clock import Clock
from actors.tapes import BarTape
from domain.bars import Bar, completed, merged, recent, sound
from domain.commands import RecordOutcome, RequestBars, RequestUnderlying
from domain.contracts import Underlying
from domain.ids import Symbol
from domain.pacing import QUEUE_SECONDS_MAX
from domain.packed_bars import Shelf
from domain.ports import EventLog
from domain.reports import BarsReport, Failure, RequestFailed, UnderlyingReport
from domain.retry import cache_serves
from domain.strategies.protocol import bars_used
from domain.symbol_settings import SymbolSettings
from domain.trading_day import Calendar

HOUR_SECONDS = 3600
ASK_MARGIN_SECONDS = QUEUE_SECONDS_MAX + 5  # A request's timeout begins when it leaves the queue.
UNDERLYING_SECONDS = 15 + ASK_MARGIN_SECONDS
EARLIER_BARS_KEPT = 120  # Of the session before, so that an average is known in the first minutes.


class Asker(Protocol):
    """The actor on whose behalf is asked."""

    @property
    def clock(self) -> Clock:
        """Return its clock."""
        ...

    def tell(self, name: str, message: Any, urgent: bool = False) -> bool:  # noqa: FBT001, FBT002 - as the runtime's
        """Send."""
        ...

    async def ask_or_none(self, name: str, message: Any, *, timeout_seconds: float) -> Any:
        """Return the answer, or None when there is none in time."""
        ...


class BarFeed:
    """Minute bars each cycle, hourly ones once an hour. Runs on its actor's loop."""

    def __init__(self, actor: Asker, *, settings: SymbolSettings, calendar: Calendar, log: EventLog) -> None:
        self._actor = actor
        self._settings = settings
        self._calendar = calendar
        self._log = log
        self._minutes = Shelf()
        self._hours = Shelf()
        self._hours_used = bars_used(settings.strategies, HOUR_SECONDS) or 0  # 0: all of them.
        self._hours_due: datetime | None = None  # When the hour that was forming is complete.
        self._fetched_at: datetime | None = None
        self._tape = BarTape(settings.symbol, log)
        self._learning = Lock()
        self.underlying: Underlying | None = None

    @property
    def symbol(self) -> Symbol:
        """Return whose bars these are."""
        return self._settings.symbol

    def completed(self, bar_seconds: int) -> tuple[Bar, ...]:
        """Return the completed bars of this length, oldest first."""
        shelf = self._hours if bar_seconds == HOUR_SECONDS else self._minutes
        return completed(shelf.bars, self._actor.clock.now())

    def rest(self) -> None:
        """Take less room until the next cycle, where there are many symbols."""
        if self._settings.packs_bars:
            self._minutes.rest()
            self._hours.rest()

    @property
    def close(self) -> float | None:
        """Return the newest completed minute bar's close, USD."""
        bars = self.completed(60)
        return bars[-1].close if bars else None

    async def prepare(self) -> None:
        """Learn the contract before the first cycle, which is shorter by that; what fails, the cycle asks again."""
        await self._learned()

    async def _learned(self) -> Underlying | RequestFailed:
        async with self._learning:  # A cycle that begins meanwhile waits for the same answer.
            if self.underlying is None:
                answer = await self._ask(RequestUnderlying(symbol=self.symbol), UNDERLYING_SECONDS)
                if not isinstance(answer, UnderlyingReport):
                    return _as_failure(answer)
                self.underlying = answer.underlying
            return self.underlying

    async def fetch(self, attempt: int) -> RequestFailed | None:
        """Fetch what a cycle needs; None is success. ``attempt`` counts from 0, for the log."""
        underlying = await self._learned()
        if isinstance(underlying, RequestFailed):
            return underlying
        history = self._settings.history
        duration = history.duration if self._has_session_bars() else history.first_duration
        asked_at = self._actor.clock.now()
        fetched, _ = await gather(  # Together: a cycle that needs both would else take twice as long.
            self._fetch_bars(underlying, history.bar_size, duration, attempt),
            self._fetch_hours(underlying, attempt),
        )
        if isinstance(fetched, RequestFailed):
            return fetched
        # A bar that was forming when asked for stays half a bar, however long it is kept.
        bars = recent(merged(self._minutes.bars, completed(fetched, asked_at)), EARLIER_BARS_KEPT)
        self._minutes.put(bars)
        self._fetched_at = self._actor.clock.now()
        self._tape.saw(bars)
        return None

    def fall_back(self) -> bool:
        """Return whether cached bars are young enough to serve; says which."""
        if self._fetched_at is None:
            return False
        now, limit = self._actor.clock.now(), self._settings.history.cache_max_age_seconds
        age = round((now - self._fetched_at).total_seconds(), 1)
        if cache_serves(self._fetched_at, now, limit):
            self._log.emit("historical_cache_fallback", symbol=self.symbol, age_seconds=age)
            return True
        self._log.emit("historical_cache_stale", symbol=self.symbol, age_seconds=age, limit_seconds=limit)
        return False

    async def _fetch_hours(self, underlying: Underlying, attempt: int) -> None:
        """Fetch hourly bars once the newest has completed; without them an hourly strategy waits a cycle."""
        wanted = any(strategy.bar_seconds == HOUR_SECONDS for strategy in self._settings.strategies)
        asked_at = self._actor.clock.now()
        if not wanted or (self._hours_due is not None and asked_at < self._hours_due):
            return
        history = self._settings.history
        fetched = await self._fetch_bars(underlying, history.hourly_bar_size, history.hourly_duration, attempt)
        if not isinstance(fetched, RequestFailed):
            self._hours.put(completed(fetched, asked_at)[-self._hours_used :])
            self._hours_due = fetched[-1].end if fetched else None

    async def _fetch_bars(
        self, underlying: Underlying, bar_size: str, duration: str, attempt: int
    ) -> tuple[Bar, ...] | RequestFailed:
        history = self._settings.history
        began = self._actor.clock.monotonic()
        line = {"symbol": self.symbol, "bar_size": bar_size, "duration": duration, "attempt": attempt + 1}
        self._log.emit("historical_request", **line)
        request = RequestBars(
            underlying=underlying,
            bar_size=bar_size,
            duration=duration,
            timeout_seconds=history.timeout_seconds,
            use_rth=history.use_rth,
        )
        answer = await self._ask(request, history.timeout_seconds + ASK_MARGIN_SECONDS)
        if not isinstance(answer, BarsReport):
            failure = _as_failure(answer)
            self._log.emit(_history_event(failure), **line, reason=said(failure))
            return failure
        seconds = round(self._actor.clock.monotonic() - began, 3)
        self._log.emit("historical_success", **line, bars=len(answer.bars), seconds=seconds)
        self._actor.tell("breaker", RecordOutcome(failure=None))
        return sound(answer.bars)

    async def _ask(self, message: Any, timeout_seconds: float) -> Any:
        return await self._actor.ask_or_none("broker", message, timeout_seconds=timeout_seconds)

    def _has_session_bars(self) -> bool:
        session = self._calendar.current_or_next(self._actor.clock.now())
        bars = self._minutes.bars
        return session is not None and bool(bars) and bars[-1].start >= session.opens_at


def said(failure: RequestFailed) -> str:
    """Return a failure in one line."""
    return f"{failure.failure.value} {failure.text}".strip()


def _as_failure(answer: Any) -> RequestFailed:
    return answer if isinstance(answer, RequestFailed) else RequestFailed(failure=Failure.TIMED_OUT, text="no answer")


def _history_event(failure: RequestFailed) -> str:
    match failure.failure:
        case Failure.TIMED_OUT:
            return "historical_data_timeout"
        case Failure.NO_DATA:
            return "historical_empty_response"
        case _:
            return "historical_fetch_error"
