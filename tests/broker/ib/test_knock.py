import asyncio
import struct
from collections.abc import Awaitable, Callable

import pytest

from broker.ib.knock import answers

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]]
GREETING = b"API\0\0\0\0\x09v100..176"


async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    version = b"176\x0020260311 10:00:00 US/Eastern\0"
    writer.write(struct.pack(">I", len(version)) + version)
    return await reader.read()


async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    writer.close()
    return b""


async def swallow(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> bytes:
    return await reader.read()


async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    return await reader.read()


async def knocked_at(serve: Serve) -> tuple[bool, bytes]:
    """Return whether a knock is answered, and all that the other side heard until the knocker hung up."""
    heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said = await serve(reader, writer)
        writer.close()
        heard.set_result(said)

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        answered = await answers("127.0.0.1", server.sockets[0].getsockname()[1], 0.1)
        return answered, await heard


def test_a_gateway_answers_a_knock_and_no_client_is_logged_on() -> None:
    assert asyncio.run(knocked_at(greet)) == (True, GREETING)


def test_a_closed_port_answers_no_knock() -> None:
    async def scenario() -> bool:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        return await answers("127.0.0.1", port, 5)

    assert not asyncio.run(scenario())


@pytest.mark.parametrize("serve", [hang_up, swallow, web], ids=lambda serve: str(serve.__name__))
def test_what_is_no_gateway_answers_no_knock(serve: Serve) -> None:
    answered, _ = asyncio.run(knocked_at(serve))

    assert not answered
