import asyncio

import pytest

from actors.runtime.errors import VirtualDeadlockError
from actors.runtime.hosts import VirtualHost
from actors.runtime.system import run_virtual
from tests.actors.runtime.worlds import MONDAY


def test_a_whole_run_returns_its_result_and_closes_its_host() -> None:
    host = VirtualHost(1, MONDAY)

    async def day() -> float:
        await asyncio.sleep(23_400)
        return host.loop.time()

    assert run_virtual(host, day()) == 23_400
    assert host.loop.is_closed()


def test_a_run_that_can_never_end_is_loud_and_closes_its_host_too() -> None:
    host = VirtualHost(1, MONDAY)

    with pytest.raises(VirtualDeadlockError):
        run_virtual(host, asyncio.Event().wait())

    assert host.loop.is_closed()
