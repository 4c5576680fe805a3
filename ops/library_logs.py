"""What libraries say through ``logging``, as events: a decoder's ERROR there means that a message was lost."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from domain.ports import EventLog


class LibraryHandler(logging.Handler):
    """Turns each record into a ``library_message``."""

    def __init__(self, log: EventLog, level: int = logging.WARNING) -> None:
        super().__init__(level)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record; what breaks here is logging's own to report."""
        try:
            self._log.emit("library_message", logger=record.name, text=f"{record.levelname} {record.getMessage()}")
        except Exception:  # noqa: BLE001 - a log that fails must not fail the library that speaks
            self.handleError(record)


def capture(log: EventLog) -> LibraryHandler:
    """Send WARNING and above of all libraries to this log, instead of stderr. Hand the result to ``release``."""
    handler = LibraryHandler(log)
    logging.getLogger().addHandler(handler)
    return handler


def release(handler: LibraryHandler) -> None:
    """Undo ``capture``."""
    logging.getLogger().removeHandler(handler)


def loop_errors(log: EventLog) -> Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]:
    """Return a handler for what a loop cannot give to anybody: an exception in a plain callback is never silent."""

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        del loop
        error = context.get("exception")
        text = f"{context.get('message', '')}: {type(error).__name__ if error else ''} {error or ''}"
        log.emit("library_message", logger="asyncio", text=" ".join(text.split()))

    return handle
