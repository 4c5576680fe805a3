"""Why seeds do not meet a transition, in one table; what is not named here only wants more seeds.

Most cannot be met at all; some would need several rare things in the same second. ``tests`` hold each to its row.
"""

from collections.abc import Mapping
from typing import Final

_CALM = "every session ends with a calm, so that its stop always meets a connection that is ready"
_DONE = "a book can miss only an order that is not done"
_CANCELS = "only an order that is not done is ever cancelled"
_ONCE = "who waits for a cancel asks for no second one"

_LOG_ON = "until it has logged on the adapter tells of a lost socket by the failure of that alone"
_WANTED = "an unknown order has the book asked for, and until that came nothing is steered"
_TOO_LATE = "what the exchange has cancelled it does not fill, and a cancel that comes too late it answers by 10148"
_TURNED_DOWN = (
    "the exchange turns down what it has acknowledged only if another sold that; its error, first, leads to unknown"
)
_DOUBTED = "whoever is turned down hears an error first: of an order that lives it only raises doubt"
_ONE_ERROR = "what was turned down is neither changed nor cancelled, so that no second error names it"
_FOUND_OUT = (
    "what lives and is believed turned down has the book asked for at once: it would have to end before the answer"
)
_UNHEARD = "two books miss only what ended while unconnected and no answer tells of: it must stand so just then"
_AT_WORK = "the exchange never turns down an order that works"
_REST = "exits would have to sell an entry's first part before its rest is bought, within its few seconds of patience"
_BARS = "bars serve until they are 300 s old; what an outage of at most 300 s leaves is less than three cycles in a row"

REASONS: Final[Mapping[str, str]] = {
    "bracket: flat -> guarded": _REST,
    "bracket: flat -> unguarded": _REST,
    "breaker: closed + waited": "only a breaker that is not closed is waited for: closed, it lets everything through",
    "bracket hears: Starved": _BARS,
    "bracket timer: no_bid": "ten minutes without any bid, until it is told again, are longer than anything drawn",
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
    "order: cancelled + completed": _TOO_LATE,
    "order: filled + cancelled": _TOO_LATE,
    "order: held + rejected": _TURNED_DOWN,
    "order: pending_cancel + rejected": _DOUBTED,
    "order: rejected + cancelled": _FOUND_OUT,
    "order: rejected + completed": _FOUND_OUT,
    "order: rejected + doubted": _ONE_ERROR,
    "order: working + rejected": _AT_WORK,
    "order: pending_cancel + absent": _UNHEARD,
    "order: working + absent": _UNHEARD,
    "order: pending_cancel + cancel_sent": _ONCE,
    "order: unknown + cancel_sent": _WANTED,
}


def reason_for(row: str) -> str:
    """Return why no seed meets this transition; empty where one could."""
    return REASONS.get(row, "")
