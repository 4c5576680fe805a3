"""Which hours a synthetic market keeps: the exchange's, with or without the longer ones of shares, or all of them."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from math import sqrt
from typing import Final, Protocol

from simgateway.market import hours

_EARLY: Final = time(4, 0)
_LATE: Final = time(20, 0)
_LATE_AFTER_EARLY_CLOSE: Final = time(17, 0)
_REGULAR_MINUTES: Final = 390
_ALL_MINUTES: Final = 1440


class Hours(Protocol):
    """The days and hours of a market; days are New York dates, times aware UTC.

    `minute_share` is how far a minute moves and `volume_share` how much it trades, against a regular session's.
    """

    @property
    def minute_share(self) -> float:
        """Return the deviation of one minute, in that of a regular session's minute."""
        ...

    @property
    def volume_share(self) -> float:
        """Return the volume of one minute, in that of a regular session's minute."""
        ...

    def session(self, day: date) -> tuple[datetime, datetime] | None:
        """Return open and close; None when there is no trading."""
        ...

    def extended_session(self, day: date) -> tuple[datetime, datetime] | None:
        """Return the hours in which shares trade."""
        ...

    def expiry_time(self, day: date) -> datetime:
        """Return when options of this expiry end."""
        ...

    def sessions_from(self, day: date, step_days: int = 1) -> Iterator[date]:
        """Yield trading days, this one included when it is one; a step of -1 goes back in time."""
        ...


class RegularHours:
    """New York's regular sessions; `extended`: shares trade from 04:00 to 20:00, to 17:00 after an early close.

    Source of the longer hours: NYSE Arca's early and late trading sessions.
    """

    minute_share: float = 1.0
    volume_share: float = 1.0

    def __init__(self, *, extended: bool = False) -> None:
        self._extended = extended

    def session(self, day: date) -> tuple[datetime, datetime] | None:
        """Return 09:30 to 16:00, or to 13:00 on an early close."""
        return hours.session(day)

    def extended_session(self, day: date) -> tuple[datetime, datetime] | None:
        """Return 04:00 to 20:00 when there are such hours, else the regular session."""
        regular = hours.session(day)
        if regular is None or not self._extended:
            return regular
        late = _LATE_AFTER_EARLY_CLOSE if hours.closes_early(day) else _LATE
        return hours.at_new_york(day, _EARLY), hours.at_new_york(day, late)

    def expiry_time(self, day: date) -> datetime:
        """Return the close of that day's session."""
        return hours.expiry_time(day)

    def sessions_from(self, day: date, step_days: int = 1) -> Iterator[date]:
        """Yield the exchange's trading days."""
        return hours.sessions_from(day, step_days)


class EverOpen:
    """Every day around the clock, for a gateway that is to be of use at any hour: a session is a New York date.

    It begins and ends at midnight. A day moves as far and trades as much as a regular session, so a minute does less.
    Options expire on the exchange's trading days at 16:00.
    """

    minute_share: float = sqrt(_REGULAR_MINUTES / _ALL_MINUTES)
    volume_share: float = _REGULAR_MINUTES / _ALL_MINUTES

    def session(self, day: date) -> tuple[datetime, datetime] | None:
        """Return midnight to midnight: 23 or 25 hours when the clocks are changed."""
        return hours.at_new_york(day, time.min), hours.at_new_york(day + timedelta(days=1), time.min)

    def extended_session(self, day: date) -> tuple[datetime, datetime] | None:
        """Return the same."""
        return self.session(day)

    def expiry_time(self, day: date) -> datetime:
        """Return 16:00."""
        return hours.at_new_york(day, hours.CLOSE)

    def sessions_from(self, day: date, step_days: int = 1) -> Iterator[date]:
        """Yield every day."""
        while True:
            yield day
            day += timedelta(days=step_days)


class DayOfSecond:
    """Finds the New York date of a second quickly: most questions are about the day of the one before."""

    def __init__(self) -> None:
        self._first = self._last = 0
        self._day = date.min

    def find(self, second: int) -> date:
        """Return the date in New York at a time in seconds since 1970."""
        if not self._first <= second < self._last:
            self._day = datetime.fromtimestamp(second, hours.NEW_YORK).date()
            self._first = int(hours.at_new_york(self._day, time.min).timestamp())
            self._last = int(hours.at_new_york(self._day + timedelta(days=1), time.min).timestamp())
        return self._day
