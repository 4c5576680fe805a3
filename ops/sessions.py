"""Asks for trading sessions in a short process of their own, so that pandas never comes into the one that trades."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

from domain.kept_sessions import SessionsKnown, SessionsUnknown, SessionTimes, calendar_of
from domain.ports import Clock

CHILD: Final = (sys.executable, "-m", "ops.calendar_child")
CHECKOUT: Final = Path(__file__).resolve().parent.parent
SECONDS_MAX: Final = 60.0  # It takes one; a Pi under load takes ten.


class SessionsAsked:
    """The way to the child process. ``command`` is another one in tests."""

    def __init__(self, clock: Clock, *, command: Sequence[str] = CHILD, seconds_max: float = SECONDS_MAX) -> None:
        self._clock = clock
        self._command = tuple(command)
        self._seconds_max = seconds_max

    def now(self, first: date, last: date) -> SessionsKnown | SessionsUnknown:
        """Ask and wait for it: before anything runs. A failure of whatever kind is a value."""
        try:
            ran = subprocess.run(  # noqa: S603 - our own module
                self._words(first, last), cwd=CHECKOUT, capture_output=True, timeout=self._seconds_max, check=False
            )
        except subprocess.TimeoutExpired:
            return self._late()
        except OSError as error:
            return SessionsUnknown(reason=str(error))
        return self._said(ran.returncode, ran.stdout, ran.stderr)

    async def later(self, first: date, last: date) -> SessionsKnown | SessionsUnknown:
        """Ask from a loop, which turns meanwhile. A failure of whatever kind is a value; a late child is killed."""
        pipe = asyncio.subprocess.PIPE
        try:
            child = await asyncio.create_subprocess_exec(
                *self._words(first, last), cwd=CHECKOUT, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe
            )
        except OSError as error:
            return SessionsUnknown(reason=str(error))
        try:
            async with asyncio.timeout(self._seconds_max):
                said, complained = await child.communicate()
        except TimeoutError:
            return self._late()
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        assert child.returncode is not None, "it was waited for"
        return self._said(child.returncode, said, complained)

    def _words(self, first: date, last: date) -> tuple[str, ...]:
        return (*self._command, first.isoformat(), last.isoformat())

    def _late(self) -> SessionsUnknown:
        return SessionsUnknown(reason=f"no answer within {self._seconds_max:g} s")

    def _said(self, code: int, said: bytes, complained: bytes) -> SessionsKnown | SessionsUnknown:
        if code != 0:
            lines = complained.decode(errors="replace").strip().splitlines() or [f"exit code {code}"]
            return SessionsUnknown(reason=lines[-1])
        try:
            return _read(said, self._clock.now())
        except (ValueError, TypeError, KeyError) as error:
            return SessionsUnknown(reason=f"its answer is none: {error}")


def _read(said: bytes, at: datetime) -> SessionsKnown:
    """Return the answer. Raises ValueError, TypeError or KeyError for anything else."""
    answer = json.loads(said)
    times = tuple(
        SessionTimes(
            day=date.fromisoformat(day),
            opens_at=datetime.fromisoformat(opened),
            closes_at=datetime.fromisoformat(closed),
        )
        for day, opened, closed in answer["sessions"]
    )
    known = SessionsKnown(at=at, version=str(answer["version"]), sessions=times)
    if not calendar_of(known).sessions:
        raise ValueError("no session")
    return known
