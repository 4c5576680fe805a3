"""The connection's phases, events and effects, and the one table of what follows from what."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Phase(StrEnum):
    """Where the connection stands. Entries leave in READY alone."""

    DISCONNECTED = "disconnected"  # Nobody wants it.
    CONNECTING = "connecting"
    RESYNCHRONISING = "resynchronising"  # Logged on; positions, orders and executions were asked for.
    READY = "ready"
    DEGRADED = "degraded"  # The socket is there, the broker behind the gateway is not (1100).
    BACKING_OFF = "backing_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectRequested:
    """Somebody wants the connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """Logged on, by a new socket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectFailed:
    """No socket, or no log-on."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookReceived:
    """Positions, open orders and executions all answered, and were compared with ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookFailed:
    """At least one of them did not answer in time."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketClosed:
    """The socket is gone."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayLost:
    """The gateway lost its own connection: code 1100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayRestored:
    """It has it again: streams ``kept`` by 1102, lost by 1101."""

    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthFailed:
    """The gateway did not say its time within the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryDue:
    """The back-off is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRequested:
    """Nobody wants the connection any more."""


ConnectionEvent = (
    ConnectRequested
    | Connected
    | ConnectFailed
    | BookReceived
    | BookFailed
    | SocketClosed
    | GatewayLost
    | GatewayRestored
    | HealthFailed
    | RetryDue
    | StopRequested
)


class Effect(StrEnum):
    """What to do. One new broker object belongs to each CONNECT."""

    CONNECT = "connect"
    DISCONNECT = "disconnect"
    RESYNCHRONISE = "resynchronise"
    START_BACKOFF = "start_backoff"
    RESUBSCRIBE = "resubscribe"  # Left out where the streams were kept.
    ANNOUNCE_LOST = "announce_lost"
    ANNOUNCE_READY = "announce_ready"


@dataclass(frozen=True, slots=True)
class Row:
    """What follows: the next phase, and the effects in their order."""

    phase: Phase
    effects: tuple[Effect, ...] = ()


_P, _E = Phase, Effect
_RETRY: Final = Row(_P.BACKING_OFF, (_E.START_BACKOFF,))
_HANG_UP: Final = Row(_P.BACKING_OFF, (_E.DISCONNECT, _E.START_BACKOFF))
_LOST: Final = Row(_P.BACKING_OFF, (_E.ANNOUNCE_LOST, _E.START_BACKOFF))
_STOP: Final = Row(_P.DISCONNECTED, (_E.DISCONNECT,))
_STOP_READY: Final = Row(_P.DISCONNECTED, (_E.ANNOUNCE_LOST, _E.DISCONNECT))
_ASK_BOOK: Final = Row(_P.RESYNCHRONISING, (_E.RESYNCHRONISE,))

ROWS: Final[Mapping[tuple[Phase, type[ConnectionEvent]], Row]] = {
    (_P.DISCONNECTED, ConnectRequested): Row(_P.CONNECTING, (_E.CONNECT,)),
    (_P.CONNECTING, Connected): _ASK_BOOK,
    (_P.CONNECTING, ConnectFailed): _RETRY,
    (_P.CONNECTING, SocketClosed): _RETRY,
    (_P.CONNECTING, GatewayLost): Row(_P.CONNECTING),  # A log-on to a gateway that is cut off; its book will not come.
    (_P.CONNECTING, StopRequested): _STOP,
    (_P.RESYNCHRONISING, BookReceived): Row(_P.READY, (_E.RESUBSCRIBE, _E.ANNOUNCE_READY)),
    (_P.RESYNCHRONISING, BookFailed): _HANG_UP,  # A socket without answers is worth no more than none.
    (_P.RESYNCHRONISING, SocketClosed): _RETRY,
    (_P.RESYNCHRONISING, GatewayLost): Row(_P.DEGRADED),
    (_P.RESYNCHRONISING, GatewayRestored): _ASK_BOOK,  # What was answered before may be old.
    (_P.RESYNCHRONISING, HealthFailed): _HANG_UP,
    (_P.RESYNCHRONISING, StopRequested): _STOP,
    (_P.READY, SocketClosed): _LOST,
    (_P.READY, GatewayLost): Row(_P.DEGRADED, (_E.ANNOUNCE_LOST,)),
    (_P.READY, GatewayRestored): Row(_P.RESYNCHRONISING, (_E.ANNOUNCE_LOST, _E.RESYNCHRONISE)),  # Its 1100 was missed.
    (_P.READY, HealthFailed): Row(_P.BACKING_OFF, (_E.ANNOUNCE_LOST, _E.DISCONNECT, _E.START_BACKOFF)),
    (_P.READY, StopRequested): _STOP_READY,
    (_P.DEGRADED, GatewayRestored): _ASK_BOOK,
    (_P.DEGRADED, SocketClosed): _RETRY,
    (_P.DEGRADED, HealthFailed): _HANG_UP,
    (_P.DEGRADED, StopRequested): _STOP,
    (_P.BACKING_OFF, RetryDue): Row(_P.CONNECTING, (_E.CONNECT,)),
    (_P.BACKING_OFF, StopRequested): _STOP,
}
