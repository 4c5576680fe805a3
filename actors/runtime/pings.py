"""Regular questions to children whether their loops still turn."""

import asyncio
from collections.abc import Callable, Iterable

from actors.runtime.control import Ping
from actors.runtime.lifecycle import Phase
from actors.runtime.loop_actor import LoopActor


class PingRound:
    """Pings all actors of one rhythm together: two timers a round, however many they are. On the asker's loop.

    `whom` returns the actors to ask; `silent` is told of one that has not answered within the deadline.
    """

    __slots__ = ("_deadline_seconds", "_every_seconds", "_loop", "_silent", "_timers", "_whom")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        every_seconds: float,
        deadline_seconds: float,
        whom: Callable[[], Iterable[LoopActor]],
        silent: Callable[[LoopActor, float], None],
    ) -> None:
        self._loop = loop
        self._every_seconds = every_seconds
        self._deadline_seconds = deadline_seconds
        self._whom = whom
        self._silent = silent
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def start(self) -> None:
        """Ask a first time after one period."""
        self._timers["ask"] = self._loop.call_later(self._every_seconds, self._ask)

    def stop(self) -> None:
        """Ask no more, and judge no more."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _ask(self) -> None:
        asked = [(actor, Ping()) for actor in self._whom() if actor.phase is Phase.RUNNING]
        for actor, ping in asked:
            actor.post_control(ping)
        self._await_answers(asked)

    def _await_answers(self, asked: list[tuple[LoopActor, Ping]]) -> None:
        due = self._loop.time() + self._deadline_seconds
        self._timers["judge"] = self._loop.call_at(due, self._judge, asked, due)

    def _judge(self, asked: list[tuple[LoopActor, Ping]], due: float) -> None:
        if self._loop.time() - due > self._deadline_seconds / 2:
            self._await_answers(asked)  # we were stuck ourselves, so silence proves nothing
            return
        for actor, ping in asked:
            if not ping.answered and actor.phase is Phase.RUNNING:
                self._silent(actor, self._deadline_seconds)
        pause = max(0.0, self._every_seconds - self._deadline_seconds)
        self._timers["ask"] = self._loop.call_later(pause, self._ask)
