"""Ports at which no usable gateway answers: each runs on a loop of its own in a thread while its block lasts."""

import asyncio
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextmanager
def serving(speak: Speak) -> Iterator[int]:
    """Give the port at which every connection is treated so, then closed."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(_start(speak), loop).result(5)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _start(speak: Speak) -> asyncio.Server:
    async def treat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await speak(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    return await asyncio.start_server(treat, "127.0.0.1", 0)


async def _stop(server: asyncio.Server) -> None:
    server.close()
    mine = asyncio.current_task()
    left = [task for task in asyncio.all_tasks() if task is not mine]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    await asyncio.sleep(0)


async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Accept, listen, say nothing: a gateway that waits in a window, a web server, a TLS port."""
    while await reader.read(100):
        pass


async def closed(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hang up at once: an address that is not trusted, a forwarder with nothing behind it."""
    writer.close()


async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer as a web server that does not understand the question."""
    await reader.read(100)
    writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<html>400</html>")
    await writer.drain()


async def tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer as a TLS port that got no ClientHello: a fatal alert, unexpected message (RFC 8446, section 6)."""
    await reader.read(100)
    writer.write(bytes([21, 3, 3, 0, 2, 2, 10]))
    await writer.drain()


async def ssh(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Speak first, as SSH does, and wait."""
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    await silent(reader, writer)


def greeting(version: int) -> Speak:
    """Return a gateway of this server version that greets and no more."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(8)
        payload = b"%d\0%s\0" % (version, b"20260105 10:00:00 EST")
        writer.write(struct.pack(">I", len(payload)) + payload)
        await silent(reader, writer)

    return greet


STRANGERS: dict[str, tuple[Speak, tuple[str, ...]]] = {
    "silent": (silent, ("the port accepts and is silent", "Trusted IPs", "web server", "TLS", "still starting")),
    "closed": (closed, ("hung up without a word", "localhost only", "forwarder")),
    "web": (web, ("a web server answers there, not an IB gateway", "check host and port")),
    "tls": (tls, ("a TLS port answers there, not an IB gateway", "check host and port")),
    "ssh": (ssh, ("an SSH server answers there, not an IB gateway", "check host and port")),
    "old": (greeting(150), ("its API is of version 150; at least 157 is needed", "update TWS or IB Gateway")),
    "no log-on": (greeting(176), ("the gateway answers but does not log on", "logged in itself")),
}
"""By name: how it speaks, and pieces of what must be said about it."""
