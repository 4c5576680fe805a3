import asyncio
import gc
from contextlib import suppress
from typing import Any, NoReturn

from broker.ib.requests import answered


async def fails_when_cancelled() -> NoReturn:
    """Do as the library's history request does when its asker is stopped while the connection ends."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        raise ConnectionError("Socket disconnect") from None
    raise AssertionError("nobody sets the event")


async def complaints_of_a_cancelled_asker() -> list[dict[str, Any]]:
    """Return what the loop could give to nobody."""
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    asker = asyncio.create_task(answered(fails_when_cancelled, 30, "bars of SPY"))
    for _ in range(3):
        await asyncio.sleep(0)
    asker.cancel()
    with suppress(asyncio.CancelledError):
        await asker
    del asker
    gc.collect()
    return complaints


def test_a_request_that_fails_as_its_asker_is_cancelled_leaves_no_complaint() -> None:
    complaints = asyncio.run(complaints_of_a_cancelled_asker())

    assert complaints == []
