"""Frames of the TWS text protocol: a 4-byte big-endian length, then fields that each end with a NUL."""

import re
import struct
from typing import Final

Fields = tuple[str, ...]
"""One message: its number first, every field as text."""

LOWEST_VERSION: Final = 157
"""The lowest protocol version spoken here: what the oldest client known here (ibapi 9.81) offers as its highest."""

SERVER_VERSION: Final = 178
"""The highest protocol version spoken here: the highest that ib_async offers; only official clients offer more."""

_GREETING: Final = b"API\x00"
_LENGTH: Final = struct.Struct(">I")
_OFFER: Final = re.compile(r"v(\d{1,6})(?:\.\.(\d{1,6}))?(?: (.*))?", re.ASCII | re.DOTALL)
_LONGEST_FRAME_BYTES: Final = 0xFFFFFF
"""The official client's own limit of a message (ibapi's const, MAX_MSG_LEN)."""
_FIELDS_MOST: Final = 10_000
"""No request has a hundredth of it; a frame of NULs alone would take a hundred times its length in memory."""


class FramingError(Exception):
    """The peer does not speak this protocol: close the connection."""


class OutdatedClientError(Exception):
    """The client's highest version is below the lowest spoken here: refuse it with an error it can show."""


def encode(fields: Fields) -> bytes:
    """Return the frame of a message."""
    payload = "\0".join(fields).encode() + b"\0"
    return _LENGTH.pack(len(payload)) + payload


def greeting(lowest: int, highest: int, options: str = "") -> bytes:
    """Return what a client opens with."""
    payload = f"v{lowest}..{highest}{' ' if options else ''}{options}".encode()
    return _GREETING + _LENGTH.pack(len(payload)) + payload


def agreed_version(offer: str) -> int:
    """Return the version both speak from an offer such as `v157..176`, `v176` or `v100..226 +PACEAPI`.

    It is the lower of the two highest ones. A client whose lowest is above ours gets ours and leaves by itself: all
    of them check the answer (TWS answers so too). FramingError when it is no offer; OutdatedClientError below 157.
    """
    match = _OFFER.fullmatch(offer)
    if match is None:
        raise FramingError(f"not a version offer: {offer[:40]!r}")
    lowest, highest = int(match[1]), int(match[2] or match[1])
    if highest < lowest:
        raise FramingError(f"an empty version range: {offer[:40]!r}")
    if highest < LOWEST_VERSION:
        raise OutdatedClientError(f"version {highest} is not spoken here, the lowest is {LOWEST_VERSION}")
    return min(SERVER_VERSION, highest)


def connect_options(offer: str) -> str:
    """Return what follows the version range in an offer, such as `+PACEAPI`; empty without it."""
    match = _OFFER.fullmatch(offer)
    return (match[3] or "").strip() if match else ""


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
        if not _GREETING.startswith(self._data[: len(_GREETING)]):
            raise FramingError("the connection did not open with API")
        if len(self._data) < len(_GREETING):
            return False
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
        if payload.count(b"\0") > _FIELDS_MOST:
            raise FramingError(f"a frame of more than {_FIELDS_MOST} fields")
        return payload
