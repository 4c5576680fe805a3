"""A driver in its own process, seen from the tests: commands go in, events are collected as they come out."""

import itertools
import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Callable
from typing import IO, Any, Final

from tests.conformance.drivers.vocabulary import Event
from tests.house import CHECKOUT

PATIENCE_SECONDS: Final = 10.0
"""How long a test waits for what it expects: only a failure takes so long."""


class ClientFailedError(Exception):
    """The client raised, or its process ended; the text says what."""


class Child:
    """A driver process. Safe to use from the test's thread; a thread of its own reads what the driver says."""

    def __init__(self, command: list[str]) -> None:
        hidden = {"PYTHONPATH", "PYTHONSAFEPATH", "PYTHONHOME", "VIRTUAL_ENV"}
        environment = {name: value for name, value in os.environ.items() if name not in hidden}
        self._errors: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(  # noqa: S603 - our own driver, by the interpreter of an environment of ours
            command, cwd=CHECKOUT, env=environment, text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
        )  # fmt: skip
        self._numbers = itertools.count(1)
        self._news = threading.Condition()
        self._answers: dict[int, Event] = {}
        self._events: list[Event] = []
        self._is_over = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def is_alive(self) -> bool:
        """Return whether the process still runs."""
        return self._process.poll() is None

    def do(self, command: str, /, *, within: float = PATIENCE_SECONDS, **more: Any) -> Any:
        """Have a command carried out; return its result. ClientFailedError when the client raised."""
        number = next(self._numbers)
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"n": number, "do": command, **more}) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise self._failure(f"cannot be told {command}: {error}") from error
        with self._news:
            if not self._news.wait_for(lambda: number in self._answers or self._is_over, within):
                raise self._failure(f"does not answer to {command}")
            answer = self._answers.pop(number, {"failed": "the process has ended"})
        if "failed" in answer:
            raise self._failure(f"{command}: {answer['failed']}")
        return answer["result"]

    def events(self) -> list[Event]:
        """Return all events since the last `forget`, oldest first."""
        with self._news:
            return list(self._events)

    def wait(self, is_there: Callable[[list[Event]], bool], patience: float = PATIENCE_SECONDS) -> bool:
        """Wait until the events so far have what is wanted; return whether they do."""
        with self._news:
            return self._news.wait_for(lambda: is_there(self._events) or self._is_over, patience) and is_there(
                self._events
            )

    def forget(self) -> None:
        """Begin anew with no events."""
        with self._news:
            self._events.clear()

    def end(self) -> None:
        """End the process, by the end of its input first."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(5.0)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._errors.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for text in self._process.stdout:
            message = json.loads(text)
            with self._news:
                if "n" in message:
                    self._answers[message["n"]] = message
                else:
                    self._events.append(message)
                self._news.notify_all()
        with self._news:
            self._is_over = True
            self._news.notify_all()

    def _failure(self, what: str) -> ClientFailedError:
        self._errors.flush()
        self._errors.seek(0)
        said = self._errors.read()[-2000:]
        return ClientFailedError(f"the driver {what}\n{said}" if said else f"the driver {what}")
