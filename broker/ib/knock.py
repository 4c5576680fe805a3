"""Looks whether a gateway answers at all, without logging on: what is not there yet need not be waited for blindly."""

import asyncio
import struct

GREETING = b"API\0" + struct.pack(">I", 9) + b"v100..176"
"""How every client begins; the answer is the server's version, and no client id is taken before the next message."""
LENGTH_BYTES = 4


async def answers(host: str, port: int, timeout_seconds: float) -> bool:
    """Return whether something greets as a gateway does, within the time. Two messages, and the connection is over."""
    try:
        async with asyncio.timeout(timeout_seconds):
            return await _greeted(host, port)
    except (OSError, asyncio.IncompleteReadError, TimeoutError):
        return False


async def _greeted(host: str, port: int) -> bool:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(GREETING)
        head = await reader.readexactly(LENGTH_BYTES)
        version = await reader.readexactly(struct.unpack(">I", head)[0]) if head[0] == 0 else b""
        return version.split(b"\0")[0].isdigit()
    finally:
        writer.close()
