"""What libraries say through ``logging``, as events: a decoder's ERROR there means that a message was lost."""

import asyncio
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from traceback import format_exception
from typing import Any

from domain.errors import ConfigError, StoreError
from domain.ports import EventLog


class LibraryHandler(logging.Handler):
    """Turns each record into a ``library_message``."""

    def __init__(self, log: EventLog, level: int = logging.WARNING) -> None:
        super().__init__(level)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record; what breaks here is logging's own to report."""
        try:
            stack = {"stack": "".join(format_exception(record.exc_info[1]))} if record.exc_info else {}
            text = f"{record.levelname} {record.getMessage()}"
            self._log.emit("library_message", logger=record.name, text=text, **stack)
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


@contextmanager
def uncaught_told(log: EventLog, masker: Callable[[str], str]) -> Iterator[None]:
    """Have what nobody catches in any thread told to the log, and to stderr with its secrets masked.

    What the command line says in one line of its own comes out unchanged. Anything else ends with SystemExit(1).
    """

    def tell(thread: str, error: BaseException) -> None:
        stack = "".join(format_exception(error))
        log.emit("uncaught", thread=thread, error=f"{type(error).__name__}: {error}", stack=stack)
        sys.stderr.write(masker(stack))

    def in_thread(found: threading.ExceptHookArgs) -> None:
        tell(found.thread.name if found.thread else "unknown", found.exc_value or found.exc_type())

    before, threading.excepthook = threading.excepthook, in_thread
    try:
        yield
    except (ConfigError, StoreError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - python would print it with whatever secrets are in it
        tell("main", error)
        raise SystemExit(1) from None
    finally:
        threading.excepthook = before
