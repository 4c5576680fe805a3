"""Frames of the TWS text protocol: a 4-byte big-endian length, then fields that each end with a NUL."""

import struct
from typing import Final

Fields = tuple[str, ...]
"""One message: its number first, every field as text."""

SERVER_VERSION: Final = 176
"""The highest protocol version spoken here."""

_GREETING: Final = b"API\x00"
_LENGTH: Final = struct.Struct(">I")
_LONGEST_FRAME_BYTES: Final = 1_000_000


class FramingError(Exception):
    """The peer does not speak this protocol: close the connection."""


def encode(fields: Fields) -> bytes:
    """Return the frame of a message."""
    payload = "\0".join(fields).encode() + b"\0"
    return _LENGTH.pack(len(payload)) + payload


def greeting(lowest: int, highest: int) -> bytes:
    """Return what a client opens with."""
    payload = f"v{lowest}..{highest}".encode()
    return _GREETING + _LENGTH.pack(len(payload)) + payload


def agreed_version(offer: str) -> int:
    """Return the version both speak from an offer such as `v157..176 +PACEAPI`; FramingError when it is none."""
    versions = offer.split(" ", 1)[0].removeprefix("v").split("..")
    try:
        return min(SERVER_VERSION, int(versions[-1]))
    except ValueError as error:
        raise FramingError(f"not a version offer: {offer!r}") from error


class FrameReader:
    """Collects bytes of one connection and gives whole messages back; the first one is the client's version offer."""

    def __init__(self, *, greeted: bool = False) -> None:
        self._data = bytearray()
        self._greeted = greeted

    @property
    def waiting_bytes(self) -> int:
        """Return how many bytes of an unfinished frame are held."""
        return len(self._data)

    def feed(self, data: bytes) -> list[Fields]:
        """Return the messages completed by these bytes; FramingError when they cannot be frames."""
        self._data += data
        if not self._greeted and not self._take_greeting():
            return []
        frames = []
        while (payload := self._take_payload()) is not None:
            text = payload.decode(errors="backslashreplace")
            frames.append(tuple(text.removesuffix("\0").split("\0")))
        return frames

    def _take_greeting(self) -> bool:
        if len(self._data) < len(_GREETING):
            return False
        if not self._data.startswith(_GREETING):
            raise FramingError("the connection did not open with API")
        del self._data[: len(_GREETING)]
        self._greeted = True
        return True

    def _take_payload(self) -> bytes | None:
        if len(self._data) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._data)
        if length > _LONGEST_FRAME_BYTES:
            raise FramingError(f"a frame of {length} bytes")
        end = _LENGTH.size + length
        if len(self._data) < end:
            return None
        payload = bytes(self._data[_LENGTH.size : end])
        del self._data[:end]
        return payload
