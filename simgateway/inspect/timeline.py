"""What happened when: the log cut into some twenty equal spans."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from simgateway.frames import Frame

_SPANS_MOST: Final = 24
_LENGTHS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
_WEEK: Final = 604_800
COLUMNS: Final = ("sent", "got", "orders", "cancels", "fills", "errors", "faults")


@dataclass(slots=True)
class Span:
    """The messages of one span; `counts` has a number for each of `COLUMNS`."""

    start: datetime
    counts: list[int]


class Timeline:
    """Takes frames in order and keeps counts by the second, so that the spans can be chosen at the end."""

    def __init__(self) -> None:
        self._seconds: dict[int, list[int]] = {}

    def take(self, frame: Frame) -> None:
        """Take one frame."""
        counts = self._seconds.setdefault(int(frame.at.timestamp()), [0] * len(COLUMNS))
        for column in _columns(frame):
            counts[column] += 1

    def spans(self) -> tuple[int, Sequence[Span]]:
        """Return the spans' length in seconds and the spans, empty ones included."""
        if not self._seconds:
            return 0, ()
        first, last = min(self._seconds), max(self._seconds)
        length = next((each for each in _LENGTHS if last // each - first // each < _SPANS_MOST), _WEEK)
        spans = [
            Span(datetime.fromtimestamp(number * length, UTC), [0] * len(COLUMNS))
            for number in range(first // length, last // length + 1)
        ]
        for second, counts in self._seconds.items():
            span = spans[second // length - first // length]
            span.counts = [one + more for one, more in zip(span.counts, counts, strict=True)]
        return length, spans


def _columns(frame: Frame) -> tuple[int, ...]:
    match (frame.direction, frame.fields[0] if frame.fields else ""):
        case ("in", "3"):
            return (0, 2)
        case ("in", "4" | "58"):
            return (0, 3)
        case ("in", _):
            return (0,)
        case ("out", "11"):
            return (1, 4)
        case ("out", "4") if frame.fields[2:3] != ("-1",):
            return (1, 5)
        case ("out", _):
            return (1,)
        case ("note", "fault"):
            return (6,)
        case _:
            return ()
