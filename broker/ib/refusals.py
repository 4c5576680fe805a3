"""Why no connection came about: what is seen of it from here, the likely causes, and what to do about each.

What a gateway does with an address it does not trust is not written down. Users report both: the port accepts and is
silent while a question waits in its window (IBC, issue 195), and it hangs up (ib-controller, issue 28).
"""

import errno
import socket
from dataclasses import dataclass
from typing import Final

PORTS: Final = "gateway 4002 paper, 4001 live; TWS 7497 paper, 7496 live"
GATEWAY_FIRST_BYTE: Final = b"\0"
"""A gateway's first message is shorter than 16 MB: its length, four bytes, begins so."""
_STRANGERS: Final = (
    (b"HTTP", "a web server"),
    (b"<", "a web server"),
    (b"\x15\x03", "a TLS port"),
    (b"SSH-", "an SSH server"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One cause: what was seen, and what to do, with no account number in either."""

    seen: str
    advice: str


NO_CONNECTION: Final = Refusal(
    seen="no answer to the attempt to connect",
    advice="check the address, that its machine is on, and its firewall",
)
SILENT: Final = Refusal(
    seen="the port accepts and is silent",
    advice=(
        "likely causes: a gateway that is still starting or waits in a window of its own; one that does not trust this "
        f"machine's address (API settings, Trusted IPs); no gateway but a web server or a TLS port ({PORTS})"
    ),
)
NO_LOG_ON: Final = Refusal(
    seen="the gateway answers but does not log on",
    advice="look at its window: is it logged in itself, and does a question wait there?",
)
NO_WORD: Final = Refusal(
    seen="hung up without a word",
    advice=(
        "likely causes: a gateway that does not trust this machine's address (API settings: Trusted IPs, Allow "
        "connections from localhost only), or is restarting; a forwarder (socat, ssh, container) whose gateway is "
        f"down; no gateway but a web server or a TLS port ({PORTS})"
    ),
)
OTHER_ACCOUNT: Final = Refusal(
    seen="it is logged in to another account than broker.account names",
    advice="log the gateway in to that account, or correct broker.account",
)


def several(accounts: int) -> Refusal:
    """Return the refusal to guess which of several accounts is meant."""
    return Refusal(seen=f"it has {accounts} accounts", advice="name one of them in broker.account")


def id_in_use(client_id: int, text: str) -> Refusal:
    """Return what 326 says."""
    return Refusal(
        seen=f"client id {client_id} is in use: {text}",
        advice="stop that program, or give it another id; a lost one is free after a minute",
    )


def hung_up(client_id: int) -> Refusal:
    """Return what an end between greeting and log-on says."""
    return Refusal(
        seen="hung up while logging on",
        advice=f"is client id {client_id} in use by another program, or was this refused in the gateway's window?",
    )


def too_old(version: int, oldest: int) -> Refusal:
    """Return what a gateway of an older protocol is told."""
    return Refusal(
        seen=f"its API is of version {version}; at least {oldest} is needed",
        advice="update TWS or IB Gateway (972 or later)",
    )


def stranger(first: bytes) -> Refusal:
    """Return what the first bytes say about something that is no gateway."""
    what = next((name for start, name in _STRANGERS if first.startswith(start)), "something")
    return Refusal(seen=f"{what} answers there, not an IB gateway", advice=f"check host and port: {PORTS}")


def unreachable(error: BaseException) -> Refusal:
    """Return why the socket could not be opened. Two addresses of one host come as one error with both texts."""
    if isinstance(error, ConnectionRefusedError) or f"[Errno {errno.ECONNREFUSED}]" in str(error):
        return Refusal(
            seen="nothing listens there",
            advice=f"start the gateway, switch on its socket clients (API settings), check host and port: {PORTS}",
        )
    if isinstance(error, socket.gaierror | UnicodeError):  # The latter: it cannot be a name at all, as a..b.
        return Refusal(seen="no machine of this name is known", advice="check the spelling of the host")
    why = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return Refusal(seen=f"cannot be reached: {why}", advice="check the address, the network and the firewall")
