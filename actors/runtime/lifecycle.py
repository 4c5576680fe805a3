"""The life of an actor: starting, running, stopping, ended; and the ways from one to the next."""

import abc
import asyncio
import enum
import threading
from collections.abc import Awaitable, Coroutine
from functools import partial
from typing import Any, Protocol

from pykka import ActorRef, ActorRegistry, messages
from pykka._envelope import Envelope

from actors.runtime.context import Context
from actors.runtime.control import NOTHING, ON_FAILURE, ON_START, ON_STOP, Moment, TimerFired, kind_of
from actors.runtime.errors import ActorDeadError
from actors.runtime.futures import AnyFuture, LoopFuture, failure_of, settle, settle_failure
from actors.runtime.inbox import LoopInbox
from actors.runtime.mailbox import AnyEnvelope, Mailbox
from actors.runtime.pykka_actor import PykkaActor
from actors.runtime.tasks import Tasks
from actors.runtime.timers import Timers

STOP_ORDER = messages._ActorStop  # noqa: SLF001 - Pykka has no public name for it


class Phase(enum.Enum):
    """Where in its life an actor is; it only ever goes forwards."""

    STARTING = enum.auto()
    RUNNING = enum.auto()
    STOPPING = enum.auto()
    ENDED = enum.auto()


class Guardian(Protocol):
    """Who is told how an actor fares: its supervisor. Called on the actor's own thread."""

    def child_started(self, actor: "LivingActor") -> None:
        """Note that its `on_start` has finished."""
        ...

    def child_ended(self, actor: "LivingActor", error: BaseException | None) -> None:
        """Note that it has stopped in order (no error) or died of one."""
        ...

    def child_hung(self, actor: "LivingActor", reason: str) -> None:
        """Note that a handler of it is past its deadline."""
        ...


class LivingActor(PykkaActor):
    """Everything of a LoopActor but the handling of mail."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.name = context.name
        self.epoch = context.epoch
        self.directory = context.directory
        self.clock = context.host.clock
        self._host = context.host
        self._observer = context.observer
        self._faults = context.faults
        self._phase = Phase.STARTING
        self._silent = False
        self.failed_at = ""  # the kind of what it was at when it failed
        self._guardian: Guardian | None = None
        self._handling: AnyEnvelope | None = None
        self._unanswered: dict[AnyEnvelope, None] = {}
        self._stop_orders: list[AnyEnvelope] = []
        self._tasks = Tasks(context.host.loop)
        self.timers = Timers(context.host, self._deliver_timer)
        self._inbox = self._bound_inbox()

    def on_start(self) -> Awaitable[None] | None:
        """Prepare; no mail is handled before it has finished."""

    def on_stop(self) -> Awaitable[None] | None:
        """Clean up after the last message of an orderly stop; running handlers are cancelled after it."""

    def on_fence(self) -> None:
        """Let go of what hangs on this actor when it is made inert. Called on any thread; must not block."""

    @property
    def mailbox(self) -> Mailbox:
        """The unread mail."""
        return self._inbox.mailbox

    @property
    def phase(self) -> Phase:
        """Where in its life it is."""
        return self._phase

    @property
    def busy_with(self) -> Any:
        """The message its thread is at now, NOTHING between messages; its coroutines do not count. Any thread."""
        envelope = self._handling
        return NOTHING if envelope is None else envelope.message

    def guard(self, guardian: Guardian) -> None:
        """Say who is to be told; before `launch`."""
        self._guardian = guardian

    def launch(self) -> ActorRef[Any]:
        """Do what `start` does after construction: register, and run `on_start` on the host."""
        ActorRegistry.register(self.actor_ref)
        self._start_actor_loop()
        return self.actor_ref

    def stop(self) -> None:
        """Stop after the mail that is waiting now. Never raises; any thread."""
        self._inbox.put(Envelope(STOP_ORDER()))

    def fence(self, reason: str = "it was fenced") -> None:
        """Make the actor inert now, whatever it is doing: no mail, no answers, no tells. Any thread, any time."""
        if self._phase is Phase.ENDED:
            return
        self._phase = Phase.ENDED
        self._silent = True
        self._close(reason)
        self.on_fence()
        self._host.post(self._cancel_work)

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a coroutine that ends with this actor; its exception is the actor's death, cancelling it is not."""
        return self._tasks.start(self._own(coroutine), coroutine)

    def post_control(self, message: Any) -> bool:
        """Send a message of the runtime, which overtakes all mail and is handled even inside a start. Any thread."""
        return self._inbox.post_control(Envelope(message))

    def wake(self) -> None:
        """Ask the host for a turn."""
        self._host.ready(self)

    def lose(self, message: Any) -> None:
        """Count a message to this actor that will not be handled."""
        self.directory.lose(self.name, message)

    @abc.abstractmethod
    def work(self, most: int) -> int:
        """Handle at most so many messages."""

    @staticmethod
    def _create_actor_inbox() -> LoopInbox:
        return LoopInbox()

    @staticmethod
    def _create_future() -> AnyFuture:
        return LoopFuture()

    def _start_actor_loop(self) -> None:
        try:
            self.directory.register(self.name, self.actor_ref)
        except BaseException:
            ActorRegistry.unregister(self.actor_ref)
            self.actor_stopped.set()
            raise
        self._host.adopt(self)
        if not self._host.post(self._actor_loop_setup):
            self.fence("its host is closed")

    def _actor_loop_setup(self) -> None:
        if self._phase is not Phase.STARTING:
            return
        try:
            starting = self.on_start() if self._faults is None else self._faults.start(self)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is this actor's death and nobody else's
            self._end(error, ON_START)
            return
        if starting is None:
            self._open_for_mail()
        else:
            self._tasks.start(self._finish_start(starting), starting)

    async def _finish_start(self, starting: Awaitable[None]) -> None:
        try:
            await starting
        except BaseException as error:  # noqa: BLE001 - as above
            self._end(error, ON_START)
        else:
            self._open_for_mail()

    def _open_for_mail(self) -> None:
        if self._phase is not Phase.STARTING:
            return
        self._phase = Phase.RUNNING
        self._observer.started(self.name, self.epoch)
        if self._guardian is not None:
            self._guardian.child_started(self)
        if self.mailbox.depth:
            self._inbox.arm()

    def _stop(self) -> None:
        if self._phase is not Phase.RUNNING:
            return
        self._phase = Phase.STOPPING
        try:
            stopping = self.on_stop()
        except BaseException as error:  # noqa: BLE001 - as above
            self._end(error, ON_STOP)
            return
        if stopping is None:
            self._end(None)
        else:
            self._tasks.start(self._finish_stop(stopping), stopping)

    async def _finish_stop(self, stopping: Awaitable[None]) -> None:
        try:
            await stopping
        except BaseException as error:  # noqa: BLE001 - as above
            self._end(error, ON_STOP)
        else:
            self._end(None)

    async def _own(self, coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            await coroutine
        except asyncio.CancelledError:
            return
        except BaseException as error:  # noqa: BLE001 - as above
            self._end(error, Moment(getattr(coroutine, "__qualname__", "task")))

    def _end(self, error: BaseException | None, message: Any = NOTHING) -> None:
        """Finish this life, in order or by an error. On the actor's own thread; of several calls the first counts."""
        if error is not None and _is_interrupt(error):
            raise error
        if self._phase is Phase.ENDED:
            self._report_afterlife(error, message)
            return
        self._phase = Phase.ENDED
        self._close("it died" if error else "it stopped")
        if error is not None:
            self._report_death(error, message)
        self._silent = True
        self._cancel_work()
        for order in self._stop_orders:
            settle(order.reply_to, None)
        if self._guardian is not None:
            self._guardian.child_ended(self, error)

    def _report_death(self, error: BaseException, message: Any) -> None:
        self.failed_at = kind_of(message)
        self._observer.failed(self.name, self.epoch, message, failure_of(error))
        try:
            self.on_failure(*failure_of(error))
        except BaseException as another:  # noqa: BLE001 - as above
            self._observer.failed(self.name, self.epoch, ON_FAILURE, failure_of(another))

    def _report_afterlife(self, error: BaseException | None, message: Any) -> None:
        # What a fenced actor still breaks is told, so that no failure is silent; that its tasks were cancelled is not.
        if error is not None and not isinstance(error, asyncio.CancelledError):
            self._observer.failed(self.name, self.epoch, message, failure_of(error))

    def _close(self, reason: str) -> None:
        """Take it out of every book and fail what it owes. Any thread."""
        self.actor_stopped.set()
        ActorRegistry.unregister(self.actor_ref)
        self.directory.unregister(self.name, self.actor_ref)
        self._host.release(self)
        self._inbox.close()
        dead = ActorDeadError(f"{self.name} did not answer: {reason}")
        for envelope in tuple(self._unanswered):
            settle_failure(envelope.reply_to, dead)
        self._unanswered.clear()
        if self._handling is not None:
            settle_failure(self._handling.reply_to, dead)  # no effect if it has been answered

    def _cancel_work(self) -> None:
        self.timers.cancel_all()
        self._tasks.cancel_all()

    def _deliver_timer(self, fired: TimerFired) -> None:
        if self._faults is None:
            self._post_timer(fired)
        else:
            self._faults.fire(self, fired, self._post_timer)

    def _post_timer(self, fired: TimerFired) -> None:
        self._inbox.post(Envelope(fired), always=True)

    def _bound_inbox(self) -> LoopInbox:
        inbox = self.actor_inbox
        assert isinstance(inbox, LoopInbox)
        mailbox = Mailbox(self.context.mailbox_capacity, self._host.loop.time)
        delivers = None if self._faults is None else partial(self._faults.deliver, self)
        inbox.bind(self, mailbox, self._observer, delivers)
        return inbox


def _is_interrupt(error: BaseException) -> bool:
    """Tell whether the operator wants the whole process to end: Ctrl-C arrives in whatever the main thread is doing."""
    return isinstance(error, KeyboardInterrupt) and threading.current_thread() is threading.main_thread()
