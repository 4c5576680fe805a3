"""Starting and stopping one child, each within its bound; and telling old lives from the present one."""

import asyncio
from collections.abc import Callable, Mapping

from actors.runtime.children import Child
from actors.runtime.context import Context
from actors.runtime.control import FACTORY, ON_START, ON_STOP, kind_of
from actors.runtime.errors import HungError, StartFailedError
from actors.runtime.futures import failure_of
from actors.runtime.lifecycle import LivingActor
from actors.runtime.loop_actor import LoopActor


class Nursery:
    """Used on the supervisor's loop, but for the three `child_` methods, which children call from theirs.

    `ended` is told of every end that nobody asked for: the child, and the error or None.
    """

    def __init__(
        self,
        context: Context,
        children: Mapping[str, Child],
        ended: Callable[[Child, BaseException | None], None],
    ) -> None:
        self._context = context
        self._host = context.host
        self._directory = context.directory
        self._observer = context.observer
        self._children = children
        self._ended = ended

    async def start(self, child: Child) -> BaseException | None:
        """Give the child a new life; return None when its `on_start` has finished, else what went wrong."""
        child.epoch = self._directory.advance_epoch(child.name)
        child.is_stopping = False
        child.start = self._host.loop.create_future()
        child.end = self._host.loop.create_future()
        try:
            child.actor = child.spec.factory(self._context_for(child))
            child.actor.guard(self)
            child.actor.launch()
        except Exception as error:  # noqa: BLE001 - a child that cannot be built is a child that died
            child.actor = None
            child.failed_at = FACTORY.what
            self._observer.failed(child.name, child.epoch, FACTORY, failure_of(error))
            return error
        return await self._handshake(child, child.actor, child.start)

    async def stop(self, child: Child) -> None:
        """Stop the child in order; past its bound, fence it."""
        actor, end, bound = child.actor, child.end, child.spec.shutdown_seconds
        if actor is None or end is None:
            return
        child.is_stopping = True
        actor.stop()
        await asyncio.wait([end], timeout=bound)
        if child.actor is actor:
            self._observer.hung(child.name, child.epoch, ON_STOP, f"it did not stop within {bound} s")
            self.fence(child, "it did not stop")

    def fence(self, child: Child, reason: str) -> None:
        """Make the child inert and retire its epoch. Callable from any thread once the supervisor has ended."""
        actor, child.actor = child.actor, None
        if actor is not None:
            self._directory.advance_epoch(child.name)
            actor.fence(reason)

    def child_started(self, actor: LivingActor) -> None:
        """Take note on the supervisor's loop."""
        self._host.post(self._note_started, actor)

    def child_ended(self, actor: LivingActor, error: BaseException | None) -> None:
        """Take note on the supervisor's loop."""
        self._host.post(self._note_ended, actor, error)

    def child_hung(self, actor: LivingActor, reason: str) -> None:
        """Take note on the supervisor's loop."""
        self._host.post(self._note_hung, actor, reason)

    def child_silent(self, actor: LoopActor, seconds: float) -> None:
        """Take note, on the supervisor's loop, of a child that does not answer its ping."""
        reason = f"no answer to a ping within {seconds} s"
        at = actor.busy_with
        actor.failed_at = kind_of(at)
        self._observer.hung(actor.name, actor.epoch, at, reason)
        self._note_hung(actor, reason)

    async def _handshake(
        self, child: Child, actor: LoopActor, start: "asyncio.Future[BaseException | None]"
    ) -> BaseException | None:
        bound = child.spec.start_timeout_seconds
        await asyncio.wait([start], timeout=bound)
        if start.done():
            return start.result()
        error = StartFailedError(f"{child.name} was not up within {bound} s")
        if child.actor is actor:
            child.failed_at = ON_START.what
            self._observer.failed(child.name, child.epoch, ON_START, failure_of(error))
            self.fence(child, "its start took too long")
        start.set_result(error)
        return error

    def _note_started(self, actor: LivingActor) -> None:
        child = self._current(actor)
        if child is not None and child.start is not None and not child.start.done():
            child.start.set_result(None)

    def _note_ended(self, actor: LivingActor, error: BaseException | None) -> None:
        child = self._current(actor)
        if child is None:
            return
        child.actor, child.failed_at = None, actor.failed_at
        if child.end is not None and not child.end.done():
            child.end.set_result(None)
        if child.start is not None and not child.start.done():
            child.start.set_result(error or StartFailedError(f"{child.name} stopped before it was up"))
        elif not child.is_stopping:
            self._ended(child, error)

    def _note_hung(self, actor: LivingActor, reason: str) -> None:
        child = self._current(actor)
        if child is not None:
            self._directory.advance_epoch(child.name)
            actor.fence(reason)
            self._note_ended(actor, HungError(f"{child.name}: {reason}"))

    def _current(self, actor: LivingActor) -> Child | None:
        """Return the child whose present life this is; late news of earlier lives are nobody's."""
        child = self._children.get(actor.name)
        return child if child is not None and child.actor is actor else None

    def _context_for(self, child: Child) -> Context:
        return Context(
            name=child.name,
            epoch=child.epoch,
            host=child.spec.host,
            directory=self._directory,
            observer=self._observer,
            mailbox_capacity=child.spec.mailbox_capacity,
            handler_deadline_seconds=child.spec.handler_deadline_seconds,
            faults=self._context.faults,
        )
