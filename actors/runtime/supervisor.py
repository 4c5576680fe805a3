"""Supervision in Erlang's words and meaning: who is started when, restarted how, and when it is enough."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

from actors.runtime.children import Backoff, Child, ChildSpec, ChildState, LastFailure, Restart, Standing, Strategy
from actors.runtime.context import Context
from actors.runtime.control import Crash
from actors.runtime.errors import GaveUpError
from actors.runtime.loop_actor import LoopActor
from actors.runtime.nursery import Nursery
from actors.runtime.pings import PingRound
from actors.runtime.tree_messages import AskTree, KillChild, StartChild, StopChild

__all__ = [
    "AskTree",
    "Backoff",
    "ChildSpec",
    "ChildState",
    "KillChild",
    "LastFailure",
    "Restart",
    "Standing",
    "StartChild",
    "StopChild",
    "Strategy",
    "Supervisor",
]


class Supervisor(LoopActor):
    """Keeps its children alive: starts them left to right, stops them right to left, restarts them by its strategy.

    More than `max_restarts` deaths within `period_seconds`: it stops all children, calls `gave_up(name, reason)` in its
    thread, and fails itself, which its own supervisor sees. Its death is its children's too.
    """

    def __init__(
        self,
        context: Context,
        *,
        strategy: Strategy = Strategy.ONE_FOR_ONE,
        max_restarts: int = 3,
        period_seconds: float = 60.0,
        children: Sequence[ChildSpec] = (),
        gave_up: Callable[[str, str], None] | None = None,
    ) -> None:
        super().__init__(context)
        self._strategy = strategy
        self._max_restarts = max_restarts
        self._period_seconds = period_seconds
        self._gave_up = gave_up
        self._children = {spec.name: Child(spec) for spec in children}
        if len(self._children) != len(children):
            raise ValueError(f"two children of {context.name} have the same name")
        self._departed: dict[str, Child] = {}
        self._nursery = Nursery(context, self._children, self._on_child_ended)
        self._broken: dict[str, dict[str, Child]] = {}  # by repair: what is to be made good
        self._repairs: dict[str, asyncio.Task[None]] = {}
        self._deaths: deque[float] = deque()
        self._pings: dict[tuple[float, float], PingRound] = {}
        self._is_ending = False
        self._winding_down: asyncio.Task[None] | None = None

    async def on_start(self) -> None:
        """Start the children left to right; each is up before the next begins."""
        for child in tuple(self._children.values()):
            if child.epoch == 0:  # with the strategies of groups the first repair has started them all
                members = {child.name: child} if self._is_one_for_one else dict(self._children)
                await asyncio.wait([self._repair_later(child, members)])
        if self._winding_down is not None:
            await asyncio.wait([self._winding_down])  # it ends in this actor's death: it never was up

    async def on_stop(self) -> None:
        """Stop the children right to left, each within its bound."""
        self._is_ending = True
        await self._stop_children()

    def on_fence(self) -> None:
        """Take the children along."""
        self._is_ending = True
        for child in reversed(tuple(self._children.values())):
            self._nursery.fence(child, f"its supervisor {self.name} has ended")

    def on_failure(
        self,
        exception_type: type[BaseException] | None,
        exception_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Take the children along."""
        del exception_type, exception_value, traceback
        self.on_fence()

    def receive(self, message: Any) -> Any:
        """Serve StartChild, StopChild, KillChild and AskTree."""
        match message:
            case StartChild():
                return self._start_child(message.spec)
            case StopChild():
                return self._stop_child(message.name)
            case KillChild():
                return self._kill_child(message.name, message.reason)
            case AskTree():
                return self.snapshot()
            case _:
                return super().receive(message)

    def snapshot(self) -> tuple[ChildState, ...]:
        """Return how the children fare, and theirs, those last who are not to come back. Callable from any thread."""
        everyone = (*tuple(self._children.values()), *tuple(self._departed.values()))
        return tuple(_state_of(child, is_over=self._is_ending) for child in everyone)

    @property
    def _is_one_for_one(self) -> bool:
        return self._strategy is Strategy.ONE_FOR_ONE

    async def _start_child(self, spec: ChildSpec) -> bool:
        if self._is_ending or spec.name in self._children:
            return False
        self._departed.pop(spec.name, None)
        child = self._children[spec.name] = Child(spec, is_dynamic=True)
        if await self._nursery.start(child) is not None:
            self._forget(child)
            return False
        self._note_up(child, self._now())
        return True

    async def _stop_child(self, name: str) -> bool:
        child = self._children.get(name)
        if child is None:
            return False
        child.is_stopping = True
        await self._nursery.stop(child)
        self._forget(child)
        return True

    def _kill_child(self, name: str, reason: str) -> bool:
        child = self._children.get(name)
        return child is not None and child.actor is not None and child.actor.post_control(Crash(reason=reason))

    def _on_child_ended(self, child: Child, error: BaseException | None) -> None:
        if self._is_ending:
            return
        if child.spec.restart.follows(error):
            self._mourn(child, error)
        elif child.is_dynamic or child.spec.restart is Restart.TEMPORARY:
            self._bury(child, error)

    def _mourn(self, child: Child, error: BaseException | None) -> None:
        now, why = self._now(), child.note_failure(error)
        child.note_death(now, self._period_seconds)
        self._deaths.append(now)
        while self._deaths[0] <= now - self._period_seconds:
            self._deaths.popleft()
        if len(self._deaths) > self._max_restarts:
            self._give_up(f"{len(self._deaths)} deaths within {self._period_seconds} s, the last: {child.name}: {why}")
        else:
            self._repair_later(child, {child.name: child})

    def _repair_later(self, child: Child, broken: dict[str, Child]) -> asyncio.Task[None]:
        """Add to what is to be made good; one repair at a time for those who restart together."""
        key = child.name if self._is_one_for_one else ""
        self._broken.setdefault(key, {}).update(broken)
        if key not in self._repairs:
            self._repairs[key] = self.spawn(self._repair(key))
        return self._repairs[key]

    async def _repair(self, key: str) -> None:
        try:
            while not self._is_ending and (broken := self._broken.pop(key, None)):
                await self._restart(key, broken)
        finally:
            self._repairs.pop(key, None)

    async def _restart(self, key: str, broken: dict[str, Child]) -> None:
        began = self._now()
        group = await self._clear(broken)
        wait = max(child.spec.backoff.seconds(len(child.deaths)) for child in broken.values())
        if wait > 0:
            await asyncio.sleep(wait)
        for index, child in enumerate(group):
            if self._is_ending:
                return
            if key in self._broken:  # somebody died meanwhile: the next round takes over whom this one has not started
                self._broken[key].update({late.name: late for late in group[index:]})
                return
            if self._children.get(child.name) is not child:
                continue
            error = await self._nursery.start(child)
            if error is None:
                self._note_up(child, began)
            else:
                self._note_failed_start(child, error)

    async def _clear(self, broken: dict[str, Child]) -> list[Child]:
        """Stop whom the strategy takes along, right to left; return who is to be started, left to right."""
        group = self._taken_along(broken)
        for child in reversed(group):
            await self._nursery.stop(child)
            if child.spec.restart is Restart.TEMPORARY and child.name not in broken:
                self._forget(child)
        return [child for child in group if self._children.get(child.name) is child]

    def _taken_along(self, broken: dict[str, Child]) -> list[Child]:
        everyone = list(self._children.values())
        if self._is_one_for_one:
            return [child for child in everyone if child.name in broken]
        if self._strategy is Strategy.ONE_FOR_ALL:
            return everyone
        firsts = [index for index, child in enumerate(everyone) if child.name in broken]
        return everyone[firsts[0] :] if firsts else []

    def _note_up(self, child: Child, began: float) -> None:
        if child.has_lived or child.died_at is not None:
            child.restarts += 1
            since = began if child.died_at is None else child.died_at
            failure = child.last_failure if child.died_at is not None else None
            reason = failure.cause if failure is not None else "another one's death"
            self._observer.restarted(child.name, child.epoch, reason, self._now() - since)
        child.has_lived, child.died_at = True, None
        self._ping(child.spec)

    def _note_failed_start(self, child: Child, error: BaseException) -> None:
        if self._is_ending or self._children.get(child.name) is not child or child.is_stopping:
            return
        if child.spec.restart.follows(error):
            self._mourn(child, error)
        else:
            self._bury(child, error)

    def _give_up(self, why: str) -> None:
        if not self._is_ending:
            self._is_ending = True
            self._winding_down = self.spawn(self._wind_down(why))

    async def _wind_down(self, why: str) -> None:
        await self._stop_children()
        self._observer.gave_up(self.name, self.epoch, why)
        if self._gave_up is not None:
            self._gave_up(self.name, why)
        raise GaveUpError(why)

    async def _stop_children(self) -> None:
        for repair in tuple(self._repairs.values()):
            repair.cancel()
        for child in reversed(tuple(self._children.values())):
            await self._nursery.stop(child)

    def _bury(self, child: Child, error: BaseException | None) -> None:
        """Forget a child that is not to come back; one that belongs here is shown on, with what it died of."""
        if not child.is_dynamic and error is not None:
            child.note_failure(error)
            child.farewell = Standing.GAVE_UP if isinstance(error, GaveUpError) else Standing.ENDED
            self._departed[child.name] = child
        self._forget(child)

    def _forget(self, child: Child) -> None:
        if self._children.get(child.name) is child:
            del self._children[child.name]

    def _ping(self, spec: ChildSpec) -> None:
        if spec.ping_every_seconds is None:
            return
        rhythm = (spec.ping_every_seconds, spec.ping_deadline_seconds)
        if rhythm not in self._pings:
            whom = self._pings[rhythm] = PingRound(
                self._host.loop, *rhythm, lambda: self._actors_of(rhythm), self._nursery.child_silent
            )
            whom.start()

    def _actors_of(self, rhythm: tuple[float, float]) -> list[LoopActor]:
        return [
            child.actor
            for child in self._children.values()
            if child.actor is not None and (child.spec.ping_every_seconds, child.spec.ping_deadline_seconds) == rhythm
        ]

    def _cancel_work(self) -> None:
        super()._cancel_work()
        for pings in self._pings.values():
            pings.stop()

    def _now(self) -> float:
        return self._host.loop.time()


def _state_of(child: Child, *, is_over: bool) -> ChildState:
    actor = child.actor
    return child.state(actor.snapshot() if isinstance(actor, Supervisor) else (), is_over=is_over)
