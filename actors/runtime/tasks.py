"""The coroutines an actor has running, so that they end with it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, NamedTuple


class _Running(NamedTuple):
    work: Awaitable[Any]
    timer: asyncio.TimerHandle | None


class Tasks:
    """Used on the actor's own loop only. Kept in order of start, so that cancelling can be repeated exactly."""

    __slots__ = ("_loop", "_running")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._running: dict[asyncio.Task[None], _Running] = {}

    @property
    def count(self) -> int:
        """How many are running."""
        return len(self._running)

    def start(
        self,
        shell: Coroutine[Any, Any, None],
        work: Awaitable[Any],
        deadline_seconds: float = 0.0,
        late: Callable[[], None] | None = None,
    ) -> asyncio.Task[None]:
        """Run `shell`, which awaits `work`; call `late` once if it is not done by its deadline."""
        task = self._loop.create_task(shell)
        timer = None if late is None else self._loop.call_later(deadline_seconds, late)
        self._running[task] = _Running(work, timer)
        task.add_done_callback(self._forget)
        return task

    def cancel_all(self) -> None:
        """Cancel all of them but the one that is asking."""
        current = asyncio.current_task(self._loop)
        for task, running in tuple(self._running.items()):
            if running.timer is not None:
                running.timer.cancel()
            if task is not current:
                task.cancel()

    def _forget(self, task: asyncio.Task[None]) -> None:
        running = self._running.pop(task)
        if running.timer is not None:
            running.timer.cancel()
        discard(running.work)  # no effect, unless the task was cancelled before it came to await it


def discard(work: Awaitable[Any]) -> None:
    """Close what nobody will await, without Python's complaint that nobody awaited it: what holds one closes it."""
    close = getattr(work, "close", None)
    if close is not None:
        close()
