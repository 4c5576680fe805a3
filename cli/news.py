"""What the operator is told of the process itself: that it started, that an actor died and lives again, its end."""

from collections.abc import Sequence

from actors.runtime.directory import Directory
from config.settings import Settings
from domain.commands import SendAlert

SYMBOLS_NAMED_MAX = 5


class News:
    """Speaks to the alerts' actor; while there is none, to nobody. Any thread; never waits."""

    def __init__(self, directory: Directory, settings: Settings) -> None:
        self._alerts = directory.address("alerts")
        self._mode = settings.mode.value
        more = len(settings.symbols) - SYMBOLS_NAMED_MAX
        self._symbols = ", ".join(settings.symbols[:SYMBOLS_NAMED_MAX]) + (f" and {more} more" if more > 0 else "")

    def started(self, more: Sequence[str] = ()) -> None:
        """Say that the tree stands, and what else there is to know of the start."""
        self._tell("started", "; ".join((f"{self._mode}: {self._symbols}", *more)))

    def restarted(self, name: str, reason: str) -> None:
        """Say that an actor died, of what, and that it lives again."""
        self._tell("actor_restarted", f"{name} died and lives again: {reason}", "WARNING")

    def stopping(self, reason: str) -> None:
        """Say that the process ends; its last alert."""
        self._tell("stopping", f"{self._mode}: {reason}; what rests at the broker stays there")

    def _tell(self, kind: str, text: str, level: str = "INFO") -> None:
        self._alerts.tell(SendAlert(kind=kind, text=text, level=level))
