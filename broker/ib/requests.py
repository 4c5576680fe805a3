"""Requests in flight: each has its own time limit and ends in a value, RequestFailed being one."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

from broker.ib.error_codes import request_failure
from broker.ib.library import RequestError
from domain.reports import Failure, RequestFailed

T = TypeVar("T")


async def answered(ask: Callable[[], Awaitable[T]], timeout_seconds: float, what: str) -> T | RequestFailed:
    """Return what the library's request brings, or why it brought nothing. ``ask`` sends when it is called."""
    try:
        asked = asyncio.ensure_future(ask())
        asked.add_done_callback(_looked_at)
        return await asyncio.wait_for(asked, timeout_seconds)
    except RequestError as error:
        return request_failure(error.code, error.message)
    except TimeoutError:
        return timed_out(what, timeout_seconds)
    except ConnectionError as error:
        return RequestFailed(failure=Failure.DISCONNECTED, text=f"{what}: {error}")


def _looked_at(asked: asyncio.Future[Any]) -> None:
    """Look at a request's failure: one that fails just when its asker is cancelled has nobody else to tell."""
    if not asked.cancelled():
        asked.exception()


def timed_out(what: str, seconds: float) -> RequestFailed:
    """Return the failure of a request that nobody answered."""
    return RequestFailed(failure=Failure.TIMED_OUT, text=f"{what}: no answer within {seconds:g} s")


def _give(waiter: asyncio.Future[Any], value: object) -> None:
    """Let a waiter have what came first: its answer, or that none came in time."""
    if not waiter.done():
        waiter.set_result(value)


class Requests:
    """Waiters by key: a request id, or the name of a message that carries none. On the broker's loop alone."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, list[asyncio.Future[Any]]] = {}

    async def ask(
        self, key: Hashable, send: Callable[[], None], timeout_seconds: float, what: str, *, join: bool = False
    ) -> Any:
        """Send and wait until the key is settled. With ``join`` a request in flight is waited for, not repeated.

        A key without a request id must be joined or asked one at a time: nothing tells its answers apart.
        """
        joins = join and key in self._waiting
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Any] = loop.create_future()
        self._waiting.setdefault(key, []).append(waiter)
        limit = loop.call_later(timeout_seconds, _give, waiter, timed_out(what, timeout_seconds))
        try:
            if not joins:
                send()
            return await waiter
        except ConnectionError as error:
            return RequestFailed(failure=Failure.DISCONNECTED, text=f"{what}: {error}")
        finally:
            limit.cancel()
            self._forget(key, waiter)

    def _forget(self, key: Hashable, waiter: asyncio.Future[Any]) -> None:
        waiters = self._waiting.get(key, [])
        if waiter in waiters:
            waiters.remove(waiter)
        if not waiters:
            self._waiting.pop(key, None)

    def settle(self, key: Hashable, value: object = True) -> bool:  # noqa: FBT002 - a value, not a switch
        """Give everybody who waits for the key this value; return whether anybody did."""
        waiters = self._waiting.pop(key, [])
        for waiter in waiters:
            _give(waiter, value)
        return bool(waiters)

    def settle_nameless(self, failure: RequestFailed) -> None:
        """Fail every request that carries no id: an error without an id may be about any of them."""
        for key in [key for key in self._waiting if isinstance(key, str)]:
            self.settle(key, failure)

    def settle_all(self, failure: RequestFailed) -> None:
        """Fail everything in flight."""
        for key in list(self._waiting):
            self.settle(key, failure)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._waiting

    def __len__(self) -> int:
        return sum(len(waiters) for waiters in self._waiting.values())
