import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from domain.kept_sessions import SessionsKnown, SessionsUnknown
from ops.calendar_child import computed, library_version
from ops.sessions import SessionsAsked
from tests.ops.clock import StillClock

NOW = datetime(2026, 3, 11, 15, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 11, 25), date(2026, 11, 30)
Way = Callable[[SessionsAsked], SessionsKnown | SessionsUnknown]


def asked(code: str | None = None, seconds_max: float = 60.0) -> SessionsAsked:
    """Return the way to the child, or to a process that runs this code."""
    command = {} if code is None else {"command": (sys.executable, "-c", code)}
    return SessionsAsked(StillClock(NOW), seconds_max=seconds_max, **command)


def at_once(sessions: SessionsAsked) -> SessionsKnown | SessionsUnknown:
    return sessions.now(FIRST, LAST)


def on_a_loop(sessions: SessionsAsked) -> SessionsKnown | SessionsUnknown:
    return asyncio.run(sessions.later(FIRST, LAST))


WAYS = pytest.mark.parametrize("way", [at_once, on_a_loop])


@WAYS
def test_the_child_says_what_the_library_says_with_its_version(way: Way) -> None:
    found = way(asked())

    assert isinstance(found, SessionsKnown)
    assert (found.at, found.version) == (NOW, library_version())
    assert tuple((each.day, each.opens_at, each.closes_at) for each in found.sessions) == computed(FIRST, LAST)


@WAYS
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("raise SystemExit(3)", "exit code 3"),
        ("import nothing_of_that_name", "ModuleNotFoundError: No module named 'nothing_of_that_name'"),
        ("", "its answer is none: Expecting value: line 1 column 1 (char 0)"),
        ("print('[]')", "its answer is none: list indices must be integers or slices, not str"),
        ("print('{}')", "its answer is none: 'sessions'"),
        ('print(\'{"version": 1, "sessions": []}\')', "its answer is none: no session"),
        (
            'print(\'{"version": 1, "sessions": [[1, 2, 3]]}\')',
            "its answer is none: fromisoformat: argument must be str",
        ),
    ],
)
def test_whatever_fails_is_a_reason(way: Way, code: str, reason: str) -> None:
    assert way(asked(code)) == SessionsUnknown(reason=reason)


@WAYS
def test_a_child_that_hangs_is_left_and_said_to_be_late(way: Way) -> None:
    hangs = asked("import threading; threading.Event().wait()", seconds_max=0.2)

    assert way(hangs) == SessionsUnknown(reason="no answer within 0.2 s")


@WAYS
def test_no_program_at_all_is_a_reason(way: Way) -> None:
    missing = SessionsAsked(StillClock(NOW), command=("/nowhere/python",))

    found = way(missing)

    assert isinstance(found, SessionsUnknown)
    assert "/nowhere/python" in found.reason
