"""The bells of the trading day: midnight, the open, the close, and those of the longer hours of shares."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from simgateway.market.base import Market
from simgateway.market.clock import GatewayClock, TimerHandle
from simgateway.protocol.text import NEW_YORK, new_york_day

_Bell = tuple[datetime, int, date, list[Callable[[date], None]]]


class Bells:
    """Rings `midnight`, `opened` and `closed` with New York's day; one timer at a time.

    `expired` rings when the day's options end, where that is before the session does: a market may be open for longer.
    `extended_opened` and `extended_closed` ring where a market has longer hours than its regular ones. Bells of one
    moment ring in one go, what ends before what begins: a market that is always open closes and opens at midnight.
    """

    def __init__(self, market: Market, clock: GatewayClock) -> None:
        self._market = market
        self._clock = clock
        self._timer: TimerHandle | None = None
        self.midnight: list[Callable[[date], None]] = []
        self.opened: list[Callable[[date], None]] = []
        self.closed: list[Callable[[date], None]] = []
        self.expired: list[Callable[[date], None]] = []
        self.extended_opened: list[Callable[[date], None]] = []
        self.extended_closed: list[Callable[[date], None]] = []

    def start(self) -> None:
        """Begin to ring."""
        self._plan(self._clock.now())

    def close(self) -> None:
        """Ring no more."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _plan(self, after: datetime) -> None:
        """Set the timer to the next moment; every day begins with a bell, so it is today's or tomorrow's."""
        today = new_york_day(after)
        days = [today + timedelta(days=ahead) for ahead in (-1, 0, 1, 2)]
        bells = [bell for day in days for bell in self._of(day) if bell[0] > after]
        at = min(bell[0] for bell in bells)
        ringing = sorted((bell for bell in bells if bell[0] == at), key=lambda bell: bell[1])
        self._timer = self._clock.call_at(at, self._ring, at, ringing)

    def _of(self, day: date) -> list[_Bell]:
        """Return a day's bells: when, how early among those of one moment, the day, who listens."""
        midnight = datetime.combine(day, time.min, NEW_YORK).astimezone(UTC)
        bells: list[_Bell] = [(midnight, 2, day, self.midnight)]
        regular, longer = self._market.session(day), self._market.extended_session(day)
        if regular is not None:
            bells += [(regular[0], 4, day, self.opened), (regular[1], 0, day, self.closed)]
            expiry = self._market.expiry_time(day)
            if regular[0] < expiry < regular[1]:
                bells.append((expiry, 0, day, self.expired))
        if longer is not None and longer != regular:
            bells += [(longer[0], 3, day, self.extended_opened), (longer[1], 1, day, self.extended_closed)]
        return bells

    def _ring(self, at: datetime, bells: list[_Bell]) -> None:
        self._plan(at)
        for _, _, day, listeners in bells:
            for listener in listeners:
                listener(day)
