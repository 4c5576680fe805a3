"""What each symbol may ask for: a rate over time, and a burst at once. See ``pacing`` on mutability."""

from math import inf

from domain.ids import Symbol


class Shares:
    """One bucket for each symbol, which holds ``burst`` requests and fills by ``per_second``.

    In any stretch of t seconds a symbol gets at most ``burst`` + t x ``per_second`` requests. Kept as one time for each
    symbol, the moment at which it will have earned all that it took (the "theoretical arrival time" of the generic cell
    rate algorithm, ITU-T I.371); so the one with the earliest has had the least of late. ``None`` stands for everything
    that belongs to no symbol: it has its place in the order, and no limit.
    """

    def __init__(self, per_second: float, burst: int) -> None:
        self._seconds_each = 1 / per_second
        self._ahead_seconds_max = (burst - 1) / per_second
        self._even_at: dict[Symbol | None, float] = {}

    def even_at(self, symbol: Symbol | None) -> float:
        """Return when the symbol will have earned what it took; minus infinity for one that never took anything."""
        return self._even_at.get(symbol, -inf)

    def wait(self, symbol: Symbol | None, now: float) -> float:
        """Return the seconds until the symbol may take one, 0 or less when it may now."""
        return 0.0 if symbol is None else self.even_at(symbol) - self._ahead_seconds_max - now

    def take(self, symbol: Symbol | None, now: float) -> None:
        """Count one request."""
        self._even_at[symbol] = max(self.even_at(symbol), now) + self._seconds_each
