"""A terminal of so many columns and lines that understands what a steady screen needs, and fails on anything else."""

import codecs
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Sequence
from typing import Final

from rich.cells import cell_len

from tests.house import CHECKOUT

PATIENCE_SECONDS: Final = 60.0
SEQUENCE: Final = re.compile(r"\x1b\[([?\d;]*)([A-Za-z])")
SWITCHES: Final = frozenset({"?1049h", "?1049l", "?25h", "?25l"})
HOME: Final = frozenset({"", "1;1"})


class Glass:
    """What is seen. ``wraps``, ``scrolls`` and ``clears`` count what makes a screen restless."""

    def __init__(self, columns: int, lines: int) -> None:
        self.switches: list[str] = []
        self.wraps = self.scrolls = self.clears = self.frames = 0
        self._half = ""
        self.resize(columns, lines)

    def resize(self, columns: int, lines: int) -> None:
        """Become another size, empty until the next frame."""
        self.columns, self.lines = columns, lines
        self._cells = [[""] * columns for _ in range(lines)]
        self._row = self._column = self._since_home = 0

    @property
    def whole(self) -> bool:
        """Return whether every cell was written since the cursor went home, none of them twice."""
        return self._since_home == self.columns * self.lines

    @property
    def text(self) -> list[str]:
        """Return the lines as they are seen."""
        return ["".join(line) for line in self._cells]

    def feed(self, data: str) -> None:
        """Take what a program wrote. Raises AssertionError at what no steady screen needs."""
        data, self._half = self._half + data, ""
        place = 0
        while place < len(data):
            if data[place] == "\x1b":
                found = SEQUENCE.match(data, place)
                if found is None:
                    assert len(data) - place < 12, f"not a sequence: {data[place : place + 12]!r}"
                    self._half = data[place:]
                    return
                self._obey(found[1], found[2])
                place = found.end()
            else:
                self._put(data[place])
                place += 1

    def _obey(self, numbers: str, letter: str) -> None:
        if letter == "H" and numbers in HOME:
            self.frames += self.whole
            self._row = self._column = self._since_home = 0
        elif letter in {"J", "K"}:
            self.clears += 1
        elif numbers + letter in SWITCHES:
            self.switches.append(numbers + letter)
        else:
            assert letter == "m", f"a steady screen needs no {numbers}{letter}"

    def _put(self, character: str) -> None:
        width = cell_len(character)
        if character == "\r":
            self._column = 0
        elif character == "\n":
            self._down()
        elif width:
            if self._column + width > self.columns:
                self.wraps += 1
                self._column = 0
                self._down()
            self._cells[self._row][self._column : self._column + width] = [character, *[""] * (width - 1)]
            self._column += width
            self._since_home += width

    def _down(self) -> None:
        if self._row + 1 < self.lines:
            self._row += 1
        else:
            self.scrolls += 1


def _hear_interrupts() -> None:
    """Hear Ctrl-C as in a terminal, even where these tests were begun in the background, which ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """A program of ours on a terminal of its own. Close it."""

    def __init__(self, words: Sequence[str], columns: int, lines: int) -> None:
        self.glass = Glass(columns, lines)
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._ours, theirs = os.openpty()
        self._sized(columns, lines)
        environment = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "run.py", *words], cwd=CHECKOUT, stdin=theirs, stdout=theirs, stderr=theirs,
            env={**environment, "TERM": "xterm-256color"}, start_new_session=True,
            preexec_fn=_hear_interrupts,  # noqa: PLW1509 - nothing of it takes a lock
        )  # fmt: skip
        os.close(theirs)

    def resize(self, columns: int, lines: int) -> None:
        """Drag its corner, while the program is silent."""
        self.glass.resize(columns, lines)
        self._sized(columns, lines)

    def until(self, seen: Callable[[list[str]], bool]) -> list[str]:
        """Return the first whole frame of which ``seen`` is true, or the last one before the program fell silent."""
        while not (self.glass.whole and seen(self.glass.text)):
            if not self._fed():
                break
        return self.glass.text

    def interrupted(self) -> int:
        """Press Ctrl-C; return the exit code."""
        self._process.send_signal(signal.SIGINT)
        while self._fed():
            pass
        return self._process.wait(PATIENCE_SECONDS)

    def close(self) -> None:
        """End the program."""
        self._process.kill()
        self._process.wait(PATIENCE_SECONDS)
        os.close(self._ours)

    def _sized(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def _fed(self) -> bool:
        ready, _, _ = select.select([self._ours], [], [], PATIENCE_SECONDS)
        if not ready:
            return False
        try:
            data = os.read(self._ours, 65536)
        except OSError:  # The other side is closed.
            return False
        self.glass.feed(self._decoder.decode(data))
        return bool(data)
