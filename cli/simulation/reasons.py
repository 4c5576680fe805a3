"""Why a transition cannot be met by any seed, in one table; what is not named here only wants more seeds."""

from collections.abc import Mapping
from typing import Final

_CALM = "every session ends with a calm, so that its stop always meets a connection that is ready"
_DONE = "a book can miss only an order that is not done"
_CANCELS = "only an order that is not done is ever cancelled"
_ONCE = "who waits for a cancel asks for no second one"

_LOG_ON = "until it has logged on the adapter tells of a lost socket by the failure of that alone"
_WANTED = "an unknown order has the book asked for, and until that came nothing is steered"
_BARS = "bars serve until they are 300 s old; what an outage of at most 300 s leaves is less than three cycles in a row"

REASONS: Final[Mapping[str, str]] = {
    "breaker: closed + waited": "only a breaker that is not closed is waited for: closed, it lets everything through",
    "bracket hears: Starved": _BARS,
    "connection: backing_off + StopRequested": _CALM,
    "connection: connecting + SocketClosed": _LOG_ON,
    "connection: connecting + StopRequested": _CALM,
    "connection: degraded + StopRequested": _CALM,
    "connection: resynchronising + StopRequested": _CALM,
    "order: cancelled + absent": _DONE,
    "order: filled + absent": _DONE,
    "order: rejected + absent": _DONE,
    "order: cancelled + cancel_sent": _CANCELS,
    "order: filled + cancel_sent": _CANCELS,
    "order: rejected + cancel_sent": _CANCELS,
    "order: pending_cancel + cancel_sent": _ONCE,
    "order: unknown + cancel_sent": _WANTED,
}


def reason_for(row: str) -> str:
    """Return why no seed meets this transition; empty where one could."""
    return REASONS.get(row, "")
