"""IB's limits on how fast history may be asked for.

Source: IB's page on historical data limitations: for bars of 30 seconds or less the same request not within 15 seconds,
fewer than six for one contract and kind of tick in two, at most 60 in ten minutes, a request for BID_ASK counting
twice; bars of a minute and more are only limited in how many are open.
"""

from collections import deque
from datetime import datetime, timedelta
from typing import Final

_SAME: Final = timedelta(seconds=15)
_BURST: Final = timedelta(seconds=2)
_BURST_MOST: Final = 6
_WINDOW: Final = timedelta(minutes=10)
_WINDOW_MOST: Final = 60


class HistoryPacer:
    """Remembers what was asked in the last ten minutes, by all clients together: the limits are the account's."""

    def __init__(self) -> None:
        self._asked: deque[tuple[datetime, tuple[object, ...], tuple[int, str], int]] = deque()

    def violates(self, key: tuple[object, ...], con_id: int, what: str, now: datetime) -> bool:
        """Note a request; return whether it comes too fast. `key` is what makes two requests the same."""
        while self._asked and now - self._asked[0][0] > _WINDOW:
            self._asked.popleft()
        same = any(old == key and now - at < _SAME for at, old, _, _ in self._asked)
        place = (con_id, what)
        burst = sum(weight for at, _, old, weight in self._asked if old == place and now - at < _BURST)
        weight = 2 if what == "BID_ASK" else 1
        self._asked.append((now, key, place, weight))
        return same or burst >= _BURST_MOST or sum(row[3] for row in self._asked) > _WINDOW_MOST
