"""Reads a frame log as it was left: whole, or with a last line that a crash tore off."""

from collections.abc import Iterator
from pathlib import Path

from simgateway.frames import Frame


class NotALogError(Exception):
    """The file cannot be read as a frame log: the text says where and why."""


class LogSource:
    """A log file; `torn` tells after reading whether its last line was cut off."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.torn = False

    def frames(self) -> Iterator[Frame]:
        """Give the frames in order; NotALogError when the file is missing or a line in it is no frame."""
        try:
            with self._path.open(encoding="utf-8") as lines:
                for number, line in enumerate(lines, start=1):
                    frame = self._frame(number, line)
                    if frame:
                        yield frame
        except OSError as error:
            raise NotALogError(f"{self._path}: {error.strerror}; give the file that --log wrote") from error
        except UnicodeDecodeError as error:
            raise NotALogError(f"{self._path}: not a frame log; give the file that --log wrote") from error

    def _frame(self, number: int, line: str) -> Frame | None:
        try:
            frame = Frame.from_json(line)
            if frame.at.tzinfo and isinstance(frame.connection, int) and isinstance(frame.client_id, int):
                return frame
        except (ValueError, KeyError, TypeError):
            if number > 1 and not line.endswith("\n"):
                self.torn = True
                return None
        raise NotALogError(f"{self._path}: line {number} is no message; give the file that --log wrote")
