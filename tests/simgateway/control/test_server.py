"""The control port itself: this machine only, every line answered, nobody can hang it."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest

from simgateway.control.server import ControlServer
from tests.simgateway.faults.stands import a_rig

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def _serve(talk: Talk) -> None:
    """Run a control port and talk to it over a socket."""

    async def run() -> None:
        control = ControlServer(a_rig().gateway, 0)
        port = await control.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.wait_for(talk(reader, writer), 10)
        finally:
            writer.close()
            await control.close()

    asyncio.run(run())


def test_lines_are_answered_in_their_order_however_they_are_cut() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in (b'{"do":"li', b'st"}\n\n{"do"', b':"nothing"}\r\n'):
            writer.write(part)
            await writer.drain()
        answers = [json.loads(await reader.readline()) for _ in range(2)]
        assert [row["ok"] for row in answers] == [True, False]

    _serve(talk)


def test_a_line_without_an_end_is_refused_and_the_connection_closed() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"x" * 70_000)
        answer = json.loads(await reader.readline())
        assert "65536 bytes" in answer["error"]
        assert await reader.read() == b""

    _serve(talk)


def test_a_whole_line_that_is_too_long_is_refused_and_the_next_one_answered() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'"' + b"x" * 65_536 + b'"\n{"do":"list"}\n')
        answers = [json.loads(await reader.readline()) for _ in range(2)]
        assert [row["ok"] for row in answers] == [False, True]

    _serve(talk)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.1", "example.com", "::", ""])  # noqa: S104 - what is refused
def test_only_this_machine_may_listen(host: str) -> None:
    with pytest.raises(ValueError, match="this machine only"):
        ControlServer(a_rig().gateway, 0, host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_every_name_of_this_machine_is_taken(host: str) -> None:
    ControlServer(a_rig().gateway, 0, host=host)
