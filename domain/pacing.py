"""How fast we may talk to the gateway, which hangs up above 50 messages a second: lanes, and budgets.

``Pacer``, ``Queue`` (in ``pacing_queue``) and their parts in ``pacing_*`` are the mutable classes of ``domain``. Every
message we send passes them, and copying a window of stamps for each would cost more than the sending. They stay
deterministic: the time, in seconds of one monotonic clock, is handed in; nothing is read from outside. One owner, one
thread.
"""

from collections import deque
from dataclasses import dataclass
from enum import IntEnum
from math import inf
from typing import Final

from domain.ids import Symbol
from domain.pacing_history import HistoryRules
from domain.pacing_shares import Shares

WINDOW_SECONDS: Final = 1.0
QUEUE_SECONDS_MAX: Final = 60.0  # A question that waited so long for its turn is not asked any more.
# A wait shorter than this could round to no progress of the clock at all, and turn a timer into a busy loop.
SHORTEST_WAIT_SECONDS: Final = 0.001


class Lane(IntEnum):
    """Whose turn it is; the lowest number goes first."""

    EXIT = 0  # Exits, cancels and changes of orders.
    ENTRY = 1
    ACCOUNT = 2  # And reconciliation.
    QUOTE = 3
    HISTORY = 4
    DETAILS = 5


ORDERS: Final = frozenset({Lane.EXIT, Lane.ENTRY})
DATA: Final = frozenset({Lane.QUOTE, Lane.HISTORY, Lane.DETAILS})


@dataclass(frozen=True, slots=True, kw_only=True)
class PacingLimits:
    """The budgets. ``order_reserve`` of the messages a second are kept free for orders.

    A symbol's data may come to ``per_symbol_requests_per_second`` over time, and to ``per_symbol_burst_requests`` at
    once after a rest: a signal's whole cycle with the most strikes that can be set is about 30.
    """

    messages_per_second: int = 45
    order_reserve: int = 6
    per_symbol_requests_per_second: float = 2.0
    per_symbol_burst_requests: int = 30
    history_in_flight: int = 50
    identical_history_seconds: float = 15.0

    def budget(self, lane: Lane) -> int:
        """Return how many messages a second this lane may bring the window to."""
        return self.messages_per_second - (0 if lane in ORDERS else self.order_reserve)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One piece of work. Its messages leave together or not at all: a bracket has 3.

    ``symbol`` counts for data alone. ``key`` names an identical history request: contract, duration, bar size, kind.
    """

    lane: Lane
    messages: int = 1
    symbol: Symbol | None = None
    key: str = ""


class Pacer:
    """Admits work by one sliding window over everything, each symbol's share of the data, and the rules of history."""

    def __init__(self, limits: PacingLimits) -> None:
        self._limits = limits
        self._sent: deque[tuple[float, int]] = deque()
        self._in_window = 0
        self._granted = 0
        self._shares = Shares(limits.per_symbol_requests_per_second, limits.per_symbol_burst_requests)
        self._history = HistoryRules(
            in_flight_max=limits.history_in_flight, identical_seconds=limits.identical_history_seconds
        )

    @property
    def history_in_flight(self) -> int:
        """Return how many history requests were admitted and are not finished."""
        return self._history.in_flight

    def admit(self, item: Item, now: float) -> float:
        """Return 0 and count the item, which then must be sent; or the seconds after which to ask again.

        Infinite means: not before a history request is finished. Raises ValueError for an item that never fits.
        """
        wait = self.wait(item, now)
        if wait == 0:
            self.grant(item, now)
            self.sent(item.messages, now)
        return wait

    def wait(self, item: Item, now: float) -> float:
        """Return the longest of all waits, 0 when the item may go now."""
        if self.lane_full(item.lane):
            return inf
        return max(self.window_wait(item, now), self.share_wait(item, now), self.own_wait(item, now))

    def lane_full(self, lane: Lane) -> bool:
        """Return whether nothing of this lane may go before something of it is finished."""
        return lane is Lane.HISTORY and self._history.full

    def window_wait(self, item: Item, now: float) -> float:
        """Return how long until the window has room for the whole item."""
        budget = self._limits.budget(item.lane)
        if not 0 < item.messages <= budget:
            raise ValueError(f"{item.messages} messages never fit into {budget} a second")
        self._forget(now)
        excess = self._in_window + self._granted + item.messages - budget
        if excess <= 0:
            return 0.0
        for sent_at, messages in self._sent:
            excess -= messages
            if excess <= 0:
                return _whole(sent_at + WINDOW_SECONDS - now)
        return WINDOW_SECONDS  # For what was granted and is not sent yet, which counts from when it is.

    def share_wait(self, item: Item, now: float) -> float:
        """Return how long the item's symbol must rest; no symbol of a higher ``standing`` may go earlier."""
        return _whole(self._shares.wait(item.symbol, now)) if item.lane in DATA else 0.0

    def standing(self, item: Item) -> float:
        """Return by what symbols are ordered within a lane: who has had the least of late is lowest, and first."""
        return self._shares.even_at(item.symbol) if item.lane in DATA else 0.0

    def own_wait(self, item: Item, now: float) -> float:
        """Return how long the rules of history hold this very item back, whatever else its symbol may ask."""
        return _whole(self._history.wait(item.symbol, item.key, now)) if item.lane is Lane.HISTORY else 0.0

    def grant(self, item: Item, now: float) -> None:
        """Let an item go; until its messages are ``sent`` they take up room without end.

        A loop that is held up between the two would else send late what it counted early, and the gateway, which
        counts what arrives, would see two seconds' messages in one.
        """
        self._granted += item.messages
        if item.lane in DATA:
            self._shares.take(item.symbol, now)
        if item.lane is Lane.HISTORY:
            self._history.take(item.symbol, item.key, now)

    def sent(self, messages: int, now: float) -> None:
        """Take note that granted messages leave now."""
        self._granted -= messages
        self._sent.append((now, messages))
        self._in_window += messages

    def finished(self, lane: Lane) -> None:
        """Take note that a request of this lane was answered, failed or timed out; each admitted one once."""
        if lane is Lane.HISTORY:
            self._history.finished()

    def restarted(self) -> None:
        """Take note of a new connection: nothing is in flight on it. What was sent a moment ago still counts."""
        self._history.in_flight = 0

    def _forget(self, now: float) -> None:
        """Drop what is out of the window; each stamp is dropped once, so the cost is constant on average."""
        while self._sent and self._sent[0][0] + WINDOW_SECONDS <= now:
            self._in_window -= self._sent.popleft()[1]


def _whole(seconds: float) -> float:
    """Return 0 for what is over, else a wait that a clock can measure."""
    return max(seconds, SHORTEST_WAIT_SECONDS) if seconds > 0 else 0.0
