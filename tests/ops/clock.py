"""A clock that stands where it was put."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass
class StillClock:
    """Shows one moment."""

    at: datetime = datetime(2026, 1, 2, 15, 4, 5, 6, tzinfo=UTC)
    elapsed_seconds: float = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.elapsed_seconds

    def pass_seconds(self, seconds: float) -> None:
        """Let monotonic time go on."""
        self.elapsed_seconds += seconds
