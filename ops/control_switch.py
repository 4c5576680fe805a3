"""The switch that everyone looks at before opening anything: what was ordered, and whether a HALT file lies there.

A file works when nothing else does: no socket, no actor and no journal is needed for ``touch state/HALT``.
"""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from domain.control import BY_FILE, HALT_FILE, Control, ControlState
from domain.errors import StoreError
from domain.events import ControlMoved


class ControlSwitch:
    """One for the process; any thread. ``folder`` is the state folder; None for runs that have none."""

    def __init__(self, folder: Path | None, control: Control) -> None:
        self._file = None if folder is None else folder / HALT_FILE
        self._control = control

    @property
    def control(self) -> Control:
        """Return what was ordered last."""
        return self._control

    def turn(self, control: Control) -> None:
        """Make this what was ordered last."""
        self._control = control

    @property
    def watches_file(self) -> bool:
        """Return whether there is a folder in which the file could lie."""
        return self._file is not None

    def file_found(self) -> bool:
        """Return whether the file lies there; a folder that cannot be read is no permission."""
        if self._file is None:
            return False
        try:
            self._file.lstat()
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return True

    def remove_file(self) -> None:
        """Remove the file if it is there. Raises StoreError."""
        if self._file is None:
            return
        try:
            self._file.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"{self._file} cannot be removed: {error.strerror}") from error

    def forbids(self) -> str:
        """Return why nothing may be opened; empty while it may."""
        if self._control.state is not ControlState.RUNNING:
            return self._control.forbids
        return f"a {HALT_FILE} file lies in the state folder" if self.file_found() else ""

    def halt(self, now: datetime) -> ControlMoved | None:
        """Return what forbids entries now (aware UTC), and since when; None: nothing. A file counts from its making."""
        if self._control.state is not ControlState.RUNNING:
            return self._control.moved
        if self._file is None or not self.file_found():
            return None
        since = now
        with suppress(OSError):
            since = datetime.fromtimestamp(self._file.lstat().st_mtime, UTC)
        return ControlMoved(at=since, state=ControlState.HALTED.value, by=BY_FILE)
