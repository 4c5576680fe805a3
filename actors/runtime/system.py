"""Running everything in virtual time from the outside."""

from collections.abc import Awaitable
from typing import TypeVar

from actors.runtime.hosts import VirtualHost

T = TypeVar("T")


def run_virtual(host: VirtualHost, until: Awaitable[T]) -> T:
    """Run what is hosted until the awaitable is done, return its result, and stop the host whatever happened.

    Raises VirtualDeadlockError when the awaitable can never be done, and what the awaitable raises.
    """
    host.start()
    try:
        return host.run(until)
    finally:
        host.stop()
