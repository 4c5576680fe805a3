"""The broker's rules for requests of bars (its page on historical limitations). See ``pacing`` on mutability."""

from collections import deque
from math import inf
from typing import Final

from domain.ids import Symbol

CONTRACT_SECONDS: Final = 2.0
CONTRACT_REQUESTS_MAX: Final = 5  # The sixth within two seconds for one contract is a pacing violation.


class HistoryRules:
    """An identical request not within some seconds, five for one symbol in two seconds, so many open at once.

    Bars are asked for of underlyings alone, so that a symbol stands for a contract.
    """

    def __init__(self, *, in_flight_max: int, identical_seconds: float) -> None:
        self._in_flight_max = in_flight_max
        self._identical_seconds = identical_seconds
        self._asked: dict[str, float] = {}
        self._asked_stamps: deque[tuple[float, str]] = deque()
        self._by_symbol: dict[Symbol, deque[float]] = {}
        self.in_flight = 0

    @property
    def full(self) -> bool:
        """Return whether none may go before one is finished."""
        return self.in_flight >= self._in_flight_max

    def wait(self, symbol: Symbol | None, key: str, now: float) -> float:
        """Return the seconds until this may be asked, 0 or less when it may now; identical ones have the same key."""
        self._forget(now)
        stamps = None if symbol is None else self._by_symbol.get(symbol)
        free_at = stamps[0] + CONTRACT_SECONDS if stamps and len(stamps) == CONTRACT_REQUESTS_MAX else -inf
        return max(free_at, self._asked.get(key, -inf) + self._identical_seconds) - now

    def take(self, symbol: Symbol | None, key: str, now: float) -> None:
        """Count one that is asked now."""
        self.in_flight += 1
        if symbol is not None:
            self._by_symbol.setdefault(symbol, deque(maxlen=CONTRACT_REQUESTS_MAX)).append(now)
        if key:
            self._asked[key] = now
            self._asked_stamps.append((now, key))

    def finished(self) -> None:
        """Take note that one was answered, failed or timed out."""
        self.in_flight = max(0, self.in_flight - 1)

    def _forget(self, now: float) -> None:
        """Drop what is older than the rule; each stamp is dropped once, so the cost is constant on average."""
        while self._asked_stamps and self._asked_stamps[0][0] + self._identical_seconds <= now:
            self._asked.pop(self._asked_stamps.popleft()[1], None)
