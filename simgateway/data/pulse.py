"""The market's pulse: looks at the quotes of the contracts that matter to somebody, when they may have changed."""

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from simgateway.market.base import Instrument, Market, Quote
from simgateway.market.clock import GatewayClock, TimerHandle

OnQuote = Callable[[Instrument, Quote], None]


@dataclass(slots=True)
class _Watch:
    """One watched contract: who wants it and how often (seconds), its newest quote, when it is due."""

    instrument: Instrument
    quote: Quote
    wanted: dict[str, float] = field(default_factory=dict)
    interval: float = math.inf
    due: float = math.inf


class Pulse:
    """Wakes at the market's own times of change, on a grid of the shortest wanted interval, so that time jumps far.

    Listeners hear each changed quote in the order they were added; `after` is called once behind a batch.
    """

    def __init__(self, market: Market, clock: GatewayClock) -> None:
        self._market = market
        self._clock = clock
        self._watches: dict[int, _Watch] = {}
        self._heap: list[tuple[float, int]] = []
        self._timer: TimerHandle | None = None
        self._timer_due = math.inf
        self._is_looking = False
        self.listeners: list[OnQuote] = []
        self.after: list[Callable[[], None]] = []

    @property
    def watched(self) -> int:
        """Return how many contracts matter now."""
        return len(self._watches)

    def quote(self, instrument: Instrument) -> Quote:
        """Return the quote now, whether the contract is watched or not."""
        return self._market.quote(instrument, self._clock.now())

    def want(self, instrument: Instrument, owner: str, seconds: float) -> Quote:
        """Watch a contract for `owner`, no more often than every `seconds`; return its quote as it is now.

        Listeners hear it first when it has changed since they last did.
        """
        watch = self._watches.get(instrument.con_id)
        if watch is None:
            watch = _Watch(instrument, self.quote(instrument))
            self._watches[instrument.con_id] = watch
        watch.wanted[owner] = seconds
        watch.interval = min(watch.wanted.values())
        if self._look(watch, self._clock.now()):
            self._tell([watch])
            if owner not in watch.wanted:  # What listeners did has ended the owner's last wish, not this one.
                return self.want(instrument, owner, seconds)
        return watch.quote

    def drop(self, con_id: int, owner: str) -> None:
        """Stop watching for `owner`; the last one's going ends it."""
        watch = self._watches.get(con_id)
        if watch is None:
            return
        watch.wanted.pop(owner, None)
        if watch.wanted:
            watch.interval = min(watch.wanted.values())
        else:
            del self._watches[con_id]

    def wake(self) -> None:
        """Look at everything now: a session has begun or ended."""
        now = self._clock.now()
        for watch in self._watches.values():
            watch.due = now.timestamp()
            heapq.heappush(self._heap, (watch.due, watch.instrument.con_id))
        self._arm()

    def close(self) -> None:
        """Stop."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _plan(self, watch: _Watch, now: datetime) -> None:
        """Set when a contract is looked at next: when it may have changed, at the next point of its grid."""
        changes = self._market.next_change(watch.instrument, now)
        if changes is None:
            watch.due = math.inf
            return
        due = math.ceil(max(changes.timestamp(), now.timestamp() + 0.001) / watch.interval) * watch.interval
        if due == watch.due:
            return
        watch.due = due
        heapq.heappush(self._heap, (due, watch.instrument.con_id))
        self._arm()

    def _arm(self) -> None:
        if not self._heap or self._is_looking:
            return
        due = self._heap[0][0]
        if self._timer is not None:
            if self._timer_due <= due:
                return
            self._timer.cancel()
        self._timer_due = due
        self._timer = self._clock.call_at(datetime.fromtimestamp(due, UTC), self._beat)

    def _beat(self) -> None:
        due_until = self._timer_due
        self._timer = None
        now = max(self._clock.now(), datetime.fromtimestamp(due_until, UTC))  # a rounded microsecond is not early
        changed: list[_Watch] = []
        self._is_looking = True
        try:
            while self._heap and self._heap[0][0] <= due_until:
                due, con_id = heapq.heappop(self._heap)
                watch = self._watches.get(con_id)
                if watch is not None and watch.due == due and self._look(watch, now):
                    changed.append(watch)
        finally:
            self._is_looking = False
        self._tell(changed)
        self._arm()

    def _tell(self, changed: list[_Watch]) -> None:
        for watch in changed:
            for listener in self.listeners:
                listener(watch.instrument, watch.quote)
        if changed:
            for callback in self.after:
                callback()

    def _look(self, watch: _Watch, now: datetime) -> bool:
        quote = self._market.quote(watch.instrument, now)
        self._plan(watch, now)
        if quote == watch.quote:
            return False
        watch.quote = quote
        return True
