"""Answers on their way: to a loop, to a blocked thread, and ones that a handler promises for later."""

import asyncio
import queue
import sys
import threading
from collections.abc import Callable, Generator
from typing import Any, TypeAlias, TypeVar

import pykka
from pykka import Future, ThreadingFuture

from actors.runtime.errors import AskTimeoutError, BlockingInLoopError

T = TypeVar("T")
Failure: TypeAlias = tuple[type[BaseException], BaseException, Any]
AnyFuture: TypeAlias = Future[Any]


def failure_of(error: BaseException) -> Failure:
    """Return the exception in the form in which Pykka's futures carry it."""
    return (type(error), error, error.__traceback__)


def settle(reply: AnyFuture | None, value: Any) -> None:
    """Answer; a second answer to the same question is ignored, since the first may have been 'dead'."""
    if reply is not None:
        try:
            reply.set(value)
        except queue.Full:
            return


def settle_failure(reply: AnyFuture | None, error: BaseException) -> None:
    """Answer with an exception, unless it is answered."""
    if reply is not None:
        try:
            reply.set_exception(failure_of(error))
        except queue.Full:
            return


class LoopFuture(ThreadingFuture[T]):
    """Pykka's own kind of answer, as stock `ActorRef.ask` wants it: threads block on it, loops await it."""

    def __init__(self) -> None:
        super().__init__()
        self._wakers: list[Callable[[], None]] = []

    def get(self, *, timeout: float | None = None) -> Any:
        """Return the answer, waiting for it. Raises BlockingInLoopError where waiting would block an event loop."""
        if self._result is None and self._get_hook is None and _is_loop_running():
            raise BlockingInLoopError("await this answer: get() would block the event loop of this thread", self)
        return super().get(timeout=timeout)

    def set(self, value: T | None = None) -> None:
        """Answer. Raises queue.Full when answered already."""
        super().set(value)
        self._wake()

    def set_exception(self, exc_info: Any = None) -> None:
        """Answer with an exception. Raises queue.Full when answered already."""
        super().set_exception(exc_info if exc_info is not None else sys.exc_info())
        self._wake()

    def __await__(self) -> Generator[Any, None, T]:
        """Wait on the running loop, whichever thread answers.

        A mapped answer, such as that of `ActorRef.stop`, does not know what it is waiting for; trying it tells.
        """
        while True:
            try:
                answer: T = self.get()
            except BlockingInLoopError as blocked:
                if not isinstance(blocked.future, LoopFuture) or blocked.future.is_answered:
                    raise
                yield from blocked.future.waiter()
            else:
                return answer

    __iter__ = __await__

    @property
    def is_answered(self) -> bool:
        """Whether a value or an exception has been set."""
        return self._result is not None

    def waiter(self) -> asyncio.Future[None]:
        """Return a future of the running loop that is done when this is answered."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()
        with self._condition:
            if self._result is None:
                self._wakers.append(lambda: _call_in(loop, _finish, waiter))
            else:
                waiter.set_result(None)
        return waiter

    def _wake(self) -> None:
        wakers, self._wakers = self._wakers, []
        for waker in wakers:
            waker()


class LoopReply(pykka.Future[Any]):
    """The answer to `Address.ask`: set from any thread, awaited as `future` on the loop of who asked."""

    __slots__ = ("_loop", "_thread", "_timer", "future")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._loop = loop
        self._thread = threading.get_ident()
        self._timer: asyncio.TimerHandle | None = None
        self.future: asyncio.Future[Any] = loop.create_future()

    def set(self, value: Any = None) -> None:
        """Answer, unless answered, timed out or no longer waited for."""
        self._settle(value, None)

    def set_exception(self, exc_info: Any = None) -> None:
        """Answer with an exception, unless answered."""
        error = (exc_info if exc_info is not None else sys.exc_info())[1]
        self._settle(None, error)

    def expire_after(self, seconds: float, question: str) -> None:
        """Answer with AskTimeoutError when nothing else has come after so many seconds of the asking loop."""
        self._timer = self._loop.call_later(seconds, self._expire, seconds, question)

    def _expire(self, seconds: float, question: str) -> None:
        self.set_exception(failure_of(AskTimeoutError(f"no answer within {seconds} s: {question}")))

    def _settle(self, value: Any, error: BaseException | None) -> None:
        if threading.get_ident() == self._thread:
            self._land(value, error)
        else:
            _call_in(self._loop, self._land, value, error)

    def _land(self, value: Any, error: BaseException | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if not self.future.done():
            _finish(self.future, value, error)
            self.future.exception()  # Looked at: an answer that nobody waits for is not a complaint of asyncio's.


class Deferred:
    """An answer that a handler returns now and sets later, from any thread. Only the first setting counts."""

    __slots__ = ("_done", "_error", "_lock", "_value", "_watchers")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._done = False
        self._value: Any = None
        self._error: BaseException | None = None
        self._watchers: list[Callable[[Any, BaseException | None], None]] = []

    @property
    def done(self) -> bool:
        """Whether it is answered."""
        return self._done

    def set(self, value: Any = None) -> None:
        """Answer whoever asked."""
        self._finish(value, None)

    def fail(self, error: BaseException) -> None:
        """Answer with an exception; the answering actor lives on."""
        self._finish(None, error)

    def watch(self, watcher: Callable[[Any, BaseException | None], None]) -> None:
        """Call the watcher with value and error, now if it is answered, else in the thread that answers."""
        with self._lock:
            if not self._done:
                self._watchers.append(watcher)
                return
        watcher(self._value, self._error)

    def _finish(self, value: Any, error: BaseException | None) -> None:
        with self._lock:
            if self._done:
                return
            self._done, self._value, self._error = True, value, error
            watchers, self._watchers = self._watchers, []
        for watcher in watchers:
            watcher(value, error)


def _finish(future: "asyncio.Future[Any]", value: Any = None, error: BaseException | None = None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(value)
    elif isinstance(error, StopIteration):
        future.set_exception(RuntimeError(f"the handler raised {error!r}"))  # a future refuses to carry that one
    else:
        future.set_exception(error)


def _call_in(loop: asyncio.AbstractEventLoop, callback: Callable[..., None], *arguments: Any) -> None:
    try:
        loop.call_soon_threadsafe(callback, *arguments)
    except RuntimeError:
        return  # the loop of who asked is closed: nobody waits any more


def _is_loop_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
