"""What the service manager is told; outside of one it is told to nobody. See sd_notify(3) for the words."""

import contextlib
import socket
from typing import Final

READY: Final = "READY=1"
ALIVE: Final = "WATCHDOG=1"
STOPPING: Final = "STOPPING=1"


class Systemd:
    """Datagrams to the socket that the environment names. Any thread; never raises, never blocks."""

    def __init__(self, address: str | None) -> None:
        self._address = "\0" + address[1:] if address and address.startswith("@") else address

    def tell(self, word: str) -> None:
        """Send one word; a manager that does not listen is no reason to stop trading."""
        if not self._address:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as outlet:
            outlet.setblocking(False)  # noqa: FBT003 - it takes no keyword
            outlet.sendto(word.encode(), self._address)
