"""Follows the frames of one connection: a length that no message has means that no frame will ever end again."""

from collections.abc import Callable
from typing import Final

LENGTH_BYTES: Final = 4
LONGEST_FRAME: Final = 0xFFFFFF
"""Bytes; the official client's own limit (``MAX_MSG_LEN`` of its ``ibapi.common``)."""


class Framing:
    """Counts its way from frame to frame over what a socket brings; a few steps a frame, nothing is kept.

    The library believes every length, and waits for four gigabytes in silence.
    """

    def __init__(self, broken: Callable[[int], None]) -> None:
        self._broken = broken
        self._head = b""  # Of a length that has not arrived whole.
        self._left = 0  # Bytes of the frame at hand that are still to come.
        self._is_lost = False

    def take(self, data: bytes) -> None:
        """Follow what arrived; call ``broken`` once, with the length that cannot be."""
        at, end = 0, len(data)
        while at < end and not self._is_lost:
            if self._left:
                step = min(self._left, end - at)
                self._left -= step
            else:
                step = min(LENGTH_BYTES - len(self._head), end - at)
                self._head += data[at : at + step]
                self._begin()
            at += step

    def _begin(self) -> None:
        if len(self._head) < LENGTH_BYTES:
            return
        self._left, self._head = int.from_bytes(self._head, "big"), b""
        if self._left > LONGEST_FRAME:
            self._is_lost = True
            self._broken(self._left)
