"""When nobody can repair: a part of the book is kept back, nobody is let in, or the line to the exchange is lost.

What is sent while the line to the exchange is lost waits at the gateway, and so does every word about it.
"""

from datetime import datetime, timedelta
from typing import Final

from simgateway.audit.notices import Away, BookTold, Connected, Notice, PartTold, Refused, Withheld

_OPEN_ORDERS: Final = "53"
_ID_IN_USE: Final = 326
_LINE_LOST: Final = frozenset({1100, 2110})
_LINE_BACK: Final = frozenset({1101, 1102})


class Silence:
    """Follows the questions that have no answer, and the line to the exchange.

    An answer kept back excuses nothing once that part of the book is told again, nor for longer than
    `seconds_most`: by then the question should have been put again. So it is with a connection that is refused since
    the client's id is in use. A gateway that is away excuses all of it, and so does a line that is lost, until it is
    told to be back, or the client connects anew and is not told again that it is lost.
    """

    def __init__(self, seconds_most: float) -> None:
        self._most = timedelta(seconds=seconds_most)
        self._since: dict[tuple[int, str], datetime] = {}
        self._read_until: datetime | None = None
        self._is_away = False
        self._line_is_lost = False

    def passed(self, at: datetime) -> float:
        """Return how many of the seconds since this was last asked were silent. Before `follow`."""
        begin, self._read_until = self._read_until, at
        if begin is None or not (self._since or self._is_away or self._line_is_lost):
            return 0.0
        if self._is_away or self._line_is_lost:
            return (at - begin).total_seconds()
        until = min(at, max(self._since.values()) + self._most)
        return max(0.0, (until - begin).total_seconds())

    def follow(self, notice: Notice, at: datetime) -> None:
        """Take one notice."""
        match notice:
            case Away():
                self._is_away = True
            case Withheld():
                self._since[notice.connection, notice.part] = at
            case PartTold():
                self._since.pop((notice.connection, notice.part), None)
            case BookTold():
                self._since.pop((notice.connection, _OPEN_ORDERS), None)
            case Connected():
                self._is_away = False
                self._since.clear()  # A new connection is a new gateway, which has kept nothing back yet.
                self._line_is_lost = False
            case Refused(code=code, request=(connection, _)) if code == _ID_IN_USE:
                self._since[connection, ""] = at
            case Refused(code=code) if code in _LINE_LOST | _LINE_BACK:
                self._line_is_lost = code in _LINE_LOST
            case _:
                pass
