"""How a process begins: what the operator has halted, and whether the process before it was cut off."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cli.status_file import SUFFIX
from cli.status_words import read
from domain.control import ControlState
from domain.errors import ConfigError
from domain.events import ControlMoved
from domain.ports import EventLog
from domain.trading_day import new_york


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """``halt``: what forbids entries from the first moment on; ``cut_off_at``: see the function; None: nothing."""

    halt: ControlMoved | None = None
    cut_off_at: datetime | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """Return what the operator must know beside that it starts, each without an end; times of New York."""
        return tuple(self._lines())

    def log(self, log: EventLog, *, version: str, mode: str, symbols: Sequence[str]) -> None:
        """Write the start to the log."""
        control = ControlState.RUNNING.value if self.halt is None else self.halt.state
        log.emit(
            "started", version=version, mode=mode, symbols=len(symbols), symbol_names=tuple(symbols), control=control
        )
        if self.cut_off_at is not None:
            log.emit("unclean_end", last_seen=self.cut_off_at)
        if self.halt is not None:
            log.emit("halted_at_start", state=self.halt.state, since=self.halt.at, reason=self.halt.by)

    def _lines(self) -> Iterator[str]:
        if self.cut_off_at is not None:
            yield (
                "the last run ended without its stop, as when killed; "
                f"its last sign of life was {_shown(self.cut_off_at)}"
            )
        if self.halt is not None:
            flattens = self.halt.state == ControlState.FLATTENING.value
            until = (
                "closes what it opened, and opens nothing until it is flat and" if flattens else "opens nothing until"
            )
            yield f"{self.halt.state.upper()} since {_shown(self.halt.at)} by {self.halt.by}: {until} ./bot resume"


def cut_off_at(state: Path, log: Path) -> datetime | None:
    """Return the last sign of life of a process that ended without its stop; None for any other, or where none was.

    Aware UTC. Ask before anything is opened: ``state`` is the journal, beside which the status lies, and ``log`` a file
    of the log, and when they were written last is what is known of one whose status was in the machine's memory.
    """
    status = state.with_suffix(SUFFIX)
    if not status.is_symlink() and not status.exists():
        return None
    try:
        left = read(status)
    except FileNotFoundError:  # A link, which an ending process replaces, to a memory that is gone.
        return _written_at(status, state, state.with_name(f"{state.name}-wal"), log)
    except (ConfigError, OSError):
        return None
    return None if left["ended"] else datetime.fromisoformat(left["written_at"])


def _written_at(*paths: Path) -> datetime | None:
    """Return when the newest of these was written; links are not followed."""
    times = [path.lstat().st_mtime for path in paths if path.is_symlink() or path.exists()]
    return datetime.fromtimestamp(max(times), UTC) if times else None


def _shown(at: datetime) -> str:
    return f"{new_york(at):%Y-%m-%d %H:%M:%S} New York"
