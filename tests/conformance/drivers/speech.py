"""How a driver speaks: newline-JSON, commands in on stdin, answers and events out on stdout, from any thread.

A command is {"n": number, "do": name, "line": connection, ...}; its answer {"n": number, "result": ...}, or "failed"
with what the client raised. Everything else that comes out is an event of `vocabulary` with its `line`.
"""

import json
import logging
import os
import sys
import threading
from collections.abc import Iterator
from typing import Any, Final

from tests.conformance.drivers.rare_callbacks import READERS
from tests.conformance.drivers.vocabulary import SAME_AS, Event

_FIRST_ASKED: Final = 9000
_TOLD: Final = {"different": "con_id", "expiries": "expiry", "strikes": "strike"}


class Mouth:
    """Writes one line of JSON at a time to what was stdout: whatever the client prints goes to stderr instead."""

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
        self._lock = threading.Lock()
        os.dup2(2, 1)

    def say(self, message: Event) -> None:
        """Write a message out at once."""
        text = json.dumps(message) + "\n"
        with self._lock:
            self._out.write(text)


class Notebook(logging.Handler):
    """Keeps what must not happen: errors that the client logged, exceptions that left its message loop.

    `is_harmless` of a record says that a client logs as an error what is none, such as a rejection it understood.
    """

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.trouble: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record that says that a message was lost."""
        if self._is_trouble(record):
            detail = f": {record.exc_info[1]!r}" if record.exc_info else ""
            self.trouble.append(f"{record.name}: {record.getMessage()}{detail}")

    @staticmethod
    def _is_trouble(record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if text == "BadMessage":  # the official client notes a frame it could not read at a harmless level
            return True
        is_answer = record.name.endswith(".wrapper") and text.startswith(("Error ", "Warning "))
        return record.levelno >= logging.ERROR and not is_answer


class Ear:
    """What one connection was told: every callback becomes an event, and is counted when the client took it whole."""

    def __init__(self, line: str, mouth: Mouth) -> None:
        self.counts: dict[str, int] = {}
        self.asked: dict[int, int] = {}
        self.brief: dict[int, list[Event]] = {}
        self.status: dict[int, str] = {}
        self._line = line
        self._mouth = mouth

    def hear(self, callback: str, arguments: tuple[Any, ...]) -> Event:
        """Say a callback as an event; return it. ValueError and the like when the client was told nonsense."""
        event = READERS[callback](*arguments)
        number = event.get("id")
        if isinstance(number, int):
            event["asked"] = self.asked.get(number, number if number > _FIRST_ASKED else None)
        if event["kind"] == "contract" and event["asked"] in self.brief:
            self.brief[event["asked"]].append(event)
            return event
        if event["kind"] == "status":
            self.status[event["order"]] = event["status"]
        self.say(event)
        return event

    def told(self, asked: int) -> Event:
        """Return what a chain asked for in brief came to: its contracts are kept here and not said one by one."""
        rows = self.brief[asked]
        of = {name: len({row[key] for row in rows}) for name, key in _TOLD.items()}
        return {"count": len(rows), **of}

    def took(self, callback: str) -> None:
        """Count a callback that ran to its end."""
        name = SAME_AS.get(callback, callback)
        self.counts[name] = self.counts.get(name, 0) + 1

    def say(self, event: Event) -> None:
        """Say an event of this connection."""
        self._mouth.say({"line": self._line, **event})


def commands() -> Iterator[Event]:
    """Give the commands as they come, until stdin ends."""
    for text in sys.stdin:
        yield json.loads(text)
