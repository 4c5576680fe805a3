"""What the main thread saw of the tree a moment ago, for the threads that tell others how this process is."""

from dataclasses import dataclass
from typing import Final

from actors.runtime.answering import silent
from actors.runtime.children import ChildState
from domain.ports import Clock

FRESH_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class _Seen:
    at_seconds: float
    answers: bool
    is_well: bool


class Pulse:
    """Written by one thread, read by any. What is older than `FRESH_SECONDS` is no sign of life."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: _Seen | None = None

    def saw(self, tree: ChildState) -> None:
        """Take note of how everyone fares now."""
        self._seen = _Seen(
            at_seconds=self._clock.monotonic(),
            answers=not silent(tree, given_up=False),
            is_well=not silent(tree, given_up=True),
        )

    def answers(self) -> bool:
        """Return whether a restart of the process would mend nothing: feeds the service manager's watchdog."""
        seen = self._fresh()
        return seen is not None and seen.answers

    def is_well(self) -> bool:
        """Return whether nobody has to look: sends the heartbeat."""
        seen = self._fresh()
        return seen is not None and seen.is_well

    def _fresh(self) -> _Seen | None:
        seen = self._seen  # Read once: another thread may write it between two looks.
        if seen is None or self._clock.monotonic() - seen.at_seconds > FRESH_SECONDS:
            return None
        return seen
