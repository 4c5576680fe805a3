"""Bars as the pandas DataFrame that a user's own strategy asked for. pandas is imported by the first one."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any, Final

from domain.bars import Bar
from domain.strategies.protocol import Signal, spends

COLUMNS: Final = ("open", "high", "low", "close", "volume")


def frame_of(bars: Sequence[Bar]) -> Any:
    """Return a DataFrame of open, high, low, close and volume, floats, by the bars' rising start in UTC."""
    import pandas as pd  # noqa: PLC0415 - dear, and the process that trades never comes here

    starts = pd.DatetimeIndex([bar.start for bar in bars], tz="UTC", name="start")
    rows = [astuple(bar)[2:] for bar in bars]
    return pd.DataFrame(rows, columns=list(COLUMNS), index=starts, dtype=float)


def wants_frames(strategy: object) -> bool:
    """Return whether a strategy says so of itself: ``wants_frames = True`` in its class."""
    return bool(getattr(strategy, "wants_frames", False))


@dataclass(frozen=True, slots=True)
class Framed:
    """A strategy that wants frames, asked in this very process: in virtual time there is no other."""

    inner: Any

    @property
    def name(self) -> str:
        """Return what the log calls it."""
        return str(self.inner.name)

    @property
    def bar_seconds(self) -> int:
        """Return the length of the bars it reads."""
        return int(self.inner.bar_seconds)

    @property
    def bars_min(self) -> int:
        """Return how many bars it needs."""
        return int(self.inner.bars_min)

    @property
    def once_in_days(self) -> int:
        """Return for how many days a signal that was used may not be used again."""
        return spends(self.inner)

    def decide(self, bars: Sequence[Bar]) -> Signal:
        """Return what it says of a frame of these."""
        said: Signal = self.inner.decide(frame_of(bars))
        return said
