"""Our one kind of Pykka actor: its inbox is served by an event loop, whichever loop its host has."""

import inspect
from collections.abc import Awaitable
from typing import Any

from pykka import messages
from pykka._envelope import Envelope

from actors.runtime.context import Context
from actors.runtime.control import Crash, Ping, TimerFired, kind_of
from actors.runtime.errors import ActorDeadError, InjectedCrashError
from actors.runtime.futures import Deferred, settle, settle_failure
from actors.runtime.lifecycle import STOP_ORDER, Guardian, LivingActor, Phase
from actors.runtime.mailbox import AnyEnvelope
from actors.runtime.observer import NullObserver
from actors.runtime.tasks import discard

__all__ = ["Context", "Deferred", "Guardian", "LoopActor"]

_CONTROL = frozenset({Ping, Crash, TimerFired, STOP_ORDER})
_PROXY = frozenset({messages.ProxyCall, messages.ProxyGetAttr, messages.ProxySetAttr})


class LoopActor(LivingActor):
    """Override `on_start`, `receive`, `on_stop`, `on_failure`: run on the host's loop (`__init__`: where it is built).

    `receive` returns the answer to an ask. A coroutine runs on as a task while later messages are handled, and its
    result is the answer; a `Deferred` is answered when somebody sets it. Whatever a handler raises ends this actor and
    no other, whether it was asked or told; who asked gets the exception.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._is_watched = getattr(type(context.observer), "delivered", None) is not NullObserver.delivered

    def receive(self, message: Any) -> Any:
        """Handle a message; return the answer, an awaitable of it, or a Deferred."""
        return super().on_receive(message)

    def tell(self, name: str, message: Any, urgent: bool = False) -> bool:  # noqa: FBT001, FBT002 - as Address.tell
        """Send to whoever bears the name. Never raises. Ignored once this actor has ended."""
        return not self._silent and self.directory.address(name).tell(message, urgent)

    def ask(self, name: str, message: Any, timeout_seconds: float) -> Awaitable[Any]:
        """Send now; await the result for the answer. Raises as `Address.ask`; ActorDeadError once this has ended."""
        if self._silent:
            raise ActorDeadError(f"{self.name} has ended and asks nobody")
        return self.directory.address(name).ask(message, timeout_seconds)

    def reply_later(self) -> Deferred:
        """Return an answer to be returned from `receive` now and set later, from any thread."""
        return Deferred()

    def work(self, most: int) -> int:
        """Handle at most so many messages; return how many it was. On the host's loop."""
        inbox = self._inbox
        mailbox = inbox.mailbox
        handled = 0
        while handled < most:
            envelope = mailbox.get() if self._phase is Phase.RUNNING else mailbox.get_control()
            if envelope is None:
                break
            handled += 1
            self._dispatch(envelope)
        inbox.armed = False  # first, so that mail from another thread is either seen here or wakes us
        if mailbox.depth if self._phase is Phase.RUNNING else mailbox.control_depth:
            inbox.arm()
        return handled

    def on_receive(self, message: Any) -> Any:
        """Handle a message under Pykka's name for it."""
        return self.receive(message)

    def _handle_receive(self, message: Any) -> Any:
        if type(message) in _PROXY:
            return super()._handle_receive(message)
        return self.receive(message)

    def _dispatch(self, envelope: AnyEnvelope) -> None:
        message = envelope.message
        if type(message) in _CONTROL:
            self._control(envelope)
            return
        if self._is_watched:
            self._observer.delivered(self.name, message)
        self._handling = envelope
        try:
            if self._faults is None:
                result = self._handle_receive(message)
            else:
                result = self._faults.handle(self, envelope, self._handle_receive)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is this actor's death and nobody else's
            self._fail(envelope, error)
            return
        self._handling = None
        if result is not None:
            self._answer(envelope, result)
        elif envelope.reply_to is not None:
            settle(envelope.reply_to, None)

    def _control(self, envelope: AnyEnvelope) -> None:
        message = envelope.message
        if isinstance(message, Ping):
            message.answered = True
        elif isinstance(message, Crash):
            self._fail(envelope, InjectedCrashError(message.reason))
        elif isinstance(message, TimerFired):
            if self.timers.claim(message):
                self._dispatch(Envelope(message.message))
        else:
            self._stop_orders.append(envelope)
            self._stop()

    def _answer(self, envelope: AnyEnvelope, result: Any) -> None:
        if isinstance(result, Deferred):
            self._unanswered[envelope] = None
            result.watch(lambda value, error: self._answer_deferred(envelope, value, error))
        elif not inspect.isawaitable(result):
            settle(envelope.reply_to, result)
        elif self._phase is Phase.ENDED:
            discard(result)
        else:
            self._unanswered[envelope] = None
            self._tasks.start(
                self._finish_handler(result, envelope),
                result,
                self.deadline_seconds(envelope.message),
                lambda: self._report_overdue(envelope.message),
            )

    def _answer_deferred(self, envelope: AnyEnvelope, value: Any, error: BaseException | None) -> None:
        self._unanswered.pop(envelope, None)
        if error is None:
            settle(envelope.reply_to, value)
        else:
            settle_failure(envelope.reply_to, error)

    async def _finish_handler(self, handler: Awaitable[Any], envelope: AnyEnvelope) -> None:
        try:
            result = await handler
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is this actor's death and nobody else's
            self._fail(envelope, error)
            return
        self._unanswered.pop(envelope, None)
        self._answer(envelope, result)

    def _fail(self, envelope: AnyEnvelope, error: BaseException) -> None:
        """Let who asked have the exception, and this actor die of it."""
        settle_failure(envelope.reply_to, error)
        self._end(error, envelope.message)

    def deadline_seconds(self, message: Any) -> float:
        """Return how long a handler of this message may be at it; a kind of actor may set some a closer bound."""
        del message
        return self.context.handler_deadline_seconds

    def _report_overdue(self, message: Any) -> None:
        reason = f"{type(message).__name__} is not handled after {self.deadline_seconds(message)} s"
        self.failed_at = kind_of(message)
        self._observer.hung(self.name, self.epoch, message, reason)
        if self._guardian is not None:
            self._guardian.child_hung(self, reason)
