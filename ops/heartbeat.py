"""A request to an address every so often while all is well, for a service that calls somebody when it stops."""

import threading
from collections.abc import Callable
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from domain.ports import EventLog

GET_SECONDS: Final = 10.0


def get(url: str) -> str:
    """Ask for the address; return what went wrong, empty when nothing did. Blocks for `GET_SECONDS` at most a step."""
    try:
        with urlopen(Request(url, headers={"User-Agent": "stopward"}), timeout=GET_SECONDS):  # noqa: S310 - the scheme was checked where the settings were read
            return ""
    except HTTPError as error:
        return f"status {error.code}"
    except (URLError, OSError) as error:
        return str(getattr(error, "reason", error)) or type(error).__name__


class NullHeartbeat:
    """Beats for nobody: no address is set."""

    def start(self) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""


class Heartbeat:
    """Beats in a thread of its own, so that a slow service holds nobody up; silent while `is_well` says no.

    The address is a secret: whoever has it can pretend that all is well. It is in no event.
    """

    def __init__(
        self,
        url: str,
        log: EventLog,
        *,
        interval_seconds: float,
        is_well: Callable[[], bool],
        ask: Callable[[str], str] = get,
    ) -> None:
        self._url = url
        self._log = log
        self._interval_seconds = interval_seconds
        self._is_well = is_well
        self._ask = ask
        self._failures = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat_on, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin to beat: at once, then each interval."""
        self._thread.start()

    def stop(self) -> None:
        """Beat no more. Does not wait for a request that is under way: nothing depends on its answer."""
        self._over.set()

    def beat(self) -> None:
        """Beat once, unless all is not well. The first failure of a row is told, and its end."""
        if not self._is_well():
            return
        trouble = self._ask(self._url)
        if trouble and not self._failures:
            self._log.emit("heartbeat_failed", reason=trouble)
        if not trouble and self._failures:
            self._log.emit("heartbeat_recovered", failures=self._failures)
        self._failures = self._failures + 1 if trouble else 0

    def _beat_on(self) -> None:
        while not self._over.is_set():
            self.beat()
            self._over.wait(self._interval_seconds)
