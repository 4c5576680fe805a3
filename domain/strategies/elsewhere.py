"""Strategies that are asked in another process: a user's own that wants its bars as a pandas DataFrame."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.bars import Bar
from domain.strategies.protocol import Signal, hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """What this process knows of such a strategy. ``number`` is the worker's name for it."""

    number: int
    name: str
    bar_seconds: int
    bars_min: int
    once_in_days: int

    def decide(self, bars: Sequence[Bar]) -> Signal:
        """Hold: who means it sends a Decide and waits for the answer."""
        return hold(self.name, bars=len(bars))


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """To the StrategiesActor: what does this strategy say of these completed bars? → Signal, in time or a HOLD."""

    strategy: Elsewhere
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """The worker did not say it: it hung, died, or the strategy raised."""

    reason: str


class WorkerPort(Protocol):
    """A process that asks strategies, one at a time. On one loop alone; nothing is raised."""

    @property
    def is_wanted(self) -> bool:
        """Return whether there is a strategy for it."""
        ...

    async def decide(self, number: int, bars: Sequence[Bar]) -> Signal | Undecided:
        """Return what the strategy says; a worker that does not answer is killed, and begun anew by a later call."""
        ...

    async def close(self) -> None:
        """End the process, whatever it does."""
        ...
