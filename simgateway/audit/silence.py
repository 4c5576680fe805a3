"""When the gateway does not answer: while it keeps a part of the book back, nobody can repair by the book."""

from datetime import datetime, timedelta

from simgateway.audit.notices import Away, BookTold, Connected, Notice, PartTold, Withheld

_OPEN_ORDERS = "53"


class Silence:
    """Follows the questions for the book that have no answer.

    An answer kept back excuses nothing once that part of the book is told again, nor for longer than
    `seconds_most`: by then the question should have been put again. A gateway that is away excuses all of it.
    """

    def __init__(self, seconds_most: float) -> None:
        self._most = timedelta(seconds=seconds_most)
        self._since: dict[tuple[int, str], datetime] = {}
        self._read_until: datetime | None = None
        self._is_away = False

    def passed(self, at: datetime) -> float:
        """Return how many of the seconds since this was last asked were silent. Before `follow`."""
        begin, self._read_until = self._read_until, at
        if begin is None or not (self._since or self._is_away):
            return 0.0
        if self._is_away:
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
            case _:
                pass
