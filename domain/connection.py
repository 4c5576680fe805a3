"""The connection to the gateway, and through it to the broker. The table in ``connection_table`` is what runs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final

from domain.connection_table import (
    ROWS,
    BookFailed,
    Connected,
    ConnectFailed,
    ConnectionEvent,
    Effect,
    GatewayLost,
    GatewayRestored,
    HealthFailed,
    Phase,
    SocketClosed,
)
from domain.trading_day import new_york

FIRST_BACKOFF_SECONDS: Final = 1.0
LONGEST_BACKOFF_SECONDS: Final = 60.0
ALARM_AFTER_SECONDS: Final = 60
KNOCK_EVERY_SECONDS: Final = 2.0
KNOCKS_COUNT_FOR: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Where the connection stands. ``failures`` counts since it was last ready; ``lost_at`` is None while ready."""

    phase: Phase = Phase.DISCONNECTED
    failures: int = 0
    resubscribe: bool = False  # Streams are gone: ask for them again once the book is here.
    lost_at: datetime | None = None
    alarmed: bool = False  # This loss was told to the operator.
    silent: bool = False  # Nobody answered the newest knock.


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionStep:
    """The connection afterwards, and what to do, in this order. ``stale``: the table has no row, nothing changed."""

    connection: Connection
    effects: tuple[Effect, ...] = ()
    backoff_seconds: float = 0.0  # How long, where the effects start a back-off.
    reason: str = ""
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetWindow:
    """A daily stretch of New York time in which the broker's servers restart; the end may be past midnight."""

    start: time
    end: time

    def holds(self, local: time) -> bool:
        """Return whether this New York time lies inside; the start belongs to it, the end does not."""
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end


def step(connection: Connection, event: ConnectionEvent, now: datetime, jitter: float) -> ConnectionStep:
    """Return what follows from an event. ``jitter`` is a random fraction in [0, 1), drawn by the caller.

    An event for which the table has no row came too late and changes nothing: an answer that arrives after its
    socket closed is ordinary, and no reason to stop guarding.
    """
    row = ROWS.get((connection.phase, type(event)))
    if row is None:
        return ConnectionStep(connection=connection, stale=True)
    resubscribe = connection.resubscribe or isinstance(event, Connected) or _streams_lost(event)
    effects = tuple(one for one in row.effects if one is not Effect.RESUBSCRIBE or resubscribe)
    wait = backoff_seconds(connection.failures, jitter) if Effect.START_BACKOFF in effects else 0.0
    after = replace(
        connection,
        phase=row.phase,
        resubscribe=resubscribe and row.phase is not Phase.READY,
        failures=_failures(connection, row.phase, backing_off=Effect.START_BACKOFF in effects),
        lost_at=_lost_at(connection, row.phase, now),
        alarmed=connection.alarmed and row.phase is not Phase.READY,
        silent=connection.silent and row.phase is not Phase.READY,
    )
    return ConnectionStep(connection=after, effects=effects, backoff_seconds=wait, reason=_reason(event))


def backoff_seconds(failures: int, jitter: float) -> float:
    """Return how long to wait after so many failures before this one: 1, 2, 4 … 60 s, less up to half by the jitter.

    Jitter keeps several clients of one gateway from coming back in the same instant after its restart.
    """
    longest = min(LONGEST_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS * 2.0 ** min(failures, 10))
    return longest * (1 - jitter / 2)


def knocked(connection: Connection, now: datetime, *, answered: bool) -> tuple[Connection, bool]:
    """Return whether to try at once, after a knock while backing off: a gateway is back long before 60 s are over.

    One that answers again is always worth it. One that has answered all along and does not let us in is tried often
    for ten minutes (326 after an unclean drop lasts less), and then as seldom as the back-off says.
    """
    is_recent = connection.lost_at is not None and now - connection.lost_at < KNOCKS_COUNT_FOR
    return replace(connection, silent=not answered), answered and (connection.silent or is_recent)


def in_reset(now: datetime, windows: Sequence[ResetWindow]) -> bool:
    """Return whether the broker is expected to be away at this moment (aware, any zone)."""
    local = new_york(now).time()
    return any(window.holds(local) for window in windows)


def alarm(
    connection: Connection, now: datetime, windows: Sequence[ResetWindow], after_seconds: int = ALARM_AFTER_SECONDS
) -> tuple[Connection, bool]:
    """Return whether to tell the operator now that the connection is lost: once for each loss, never in a reset."""
    if connection.lost_at is None or connection.alarmed or in_reset(now, windows):
        return connection, False
    if (now - connection.lost_at).total_seconds() <= after_seconds:
        return connection, False
    return replace(connection, alarmed=True), True


def _streams_lost(event: ConnectionEvent) -> bool:
    return isinstance(event, GatewayRestored) and not event.kept


def _failures(connection: Connection, phase: Phase, *, backing_off: bool) -> int:
    """Count until ready: a socket that opens and gives no book must not be tried every second."""
    if phase in {Phase.READY, Phase.DISCONNECTED}:
        return 0
    return connection.failures + backing_off


def _lost_at(connection: Connection, phase: Phase, now: datetime) -> datetime | None:
    """Say since when it is lost; neither while ready nor while nobody wants it."""
    if phase in {Phase.READY, Phase.DISCONNECTED}:
        return None
    return connection.lost_at or now


def _reason(event: ConnectionEvent) -> str:
    match event:
        case ConnectFailed() | BookFailed() | SocketClosed():
            return event.reason
        case GatewayLost():
            return "the gateway lost the broker (1100)"
        case GatewayRestored():
            return "the gateway found the broker again (1102)" if event.kept else "found again, streams lost (1101)"
        case HealthFailed():
            return "no answer to the question for its time"
        case _:
            return ""
