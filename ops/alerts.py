"""How the operator is reached: by any channel that apprise knows, without ever holding anybody up."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from tenacity import AsyncRetrying, RetryError, retry_if_result, stop_after_attempt, wait_exponential

from domain.ports import EventLog
from ops.masking import Masker

Deliver = Callable[[str, str, str], bool]
Sleep = Callable[[float], Awaitable[None]]

ATTEMPTS: Final = 4
FIRST_PAUSE_SECONDS: Final = 2.0
PAUSE_SECONDS_MAX: Final = 30.0


def deliver_by_apprise(url: str, title: str, body: str) -> bool:
    """Return whether the channel of this address took it. Blocks; for a worker thread."""
    import apprise  # noqa: PLC0415 - slow to import; most runs send nothing

    channel = apprise.Apprise()
    return bool(channel.add(url)) and bool(channel.notify(title=title, body=body))


class NullAlerts:
    """Reaches nobody: alerts are off, or this is a run in virtual time."""

    async def send(self, title: str, body: str) -> bool:
        """Return False: no channel took it."""
        del title, body
        return False


class ChannelAlerts:
    """Sends to every address, each tried again on its own. ``send`` belongs to one loop; the work to a worker."""

    def __init__(
        self,
        urls: Sequence[str],
        log: EventLog,
        *,
        deliver: Deliver = deliver_by_apprise,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._urls = tuple(urls)
        self._log = log
        self._masker = Masker(self._urls)
        self._deliver = deliver
        self._sleep = sleep
        self._workers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="alerts")

    async def send(self, title: str, body: str) -> bool:
        """Return whether at least one channel took it, after all were tried. Never raises."""
        title, body = self._masker(title), self._masker(body)
        taken = await asyncio.gather(*(self._send_one(url, title, body) for url in self._urls))
        if not any(taken):
            self._log.emit("alert_failed", reason="no address" if not taken else "all refused", attempts=ATTEMPTS)
        return any(taken)

    def close(self) -> None:
        """Let go of the workers without waiting for a slow channel."""
        self._workers.shutdown(wait=False, cancel_futures=True)

    async def _send_one(self, url: str, title: str, body: str) -> bool:
        retrying = AsyncRetrying(
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_exponential(multiplier=FIRST_PAUSE_SECONDS, max=PAUSE_SECONDS_MAX),
            retry=retry_if_result(lambda taken: not taken),
            sleep=self._sleep,
        )
        try:
            return bool(await retrying(self._try, url, title, body))
        except RetryError:
            return False

    async def _try(self, url: str, title: str, body: str) -> bool:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._workers, self._deliver, url, title, body)
        except Exception as error:  # noqa: BLE001 - a channel's plug-in may raise anything; it must not stop the others
            self._log.emit("alert_failed", reason=self._masker(f"{type(error).__name__}: {error}"))
            return False
