"""Requests whose data is not simulated: each gets the error the real gateway has for an account without it.

Scanners, fundamental data, deep books and news are products of their own; a client must see at once that it has none.
"""

from collections.abc import Callable, Mapping
from typing import Final

from simgateway.protocol import responses
from simgateway.protocol.text import read_int
from simgateway.protocol.wire import Fields
from simgateway.session import Session

_DEPTH: Final = "Deep market data is not supported for this combination of security type/exchange"
_FUNDAMENTALS: Final = "The fundamentals data for the security specified is not available."
_SCANNER: Final = "Error processing request.-'bM' : cause - Scanner subscriptions are not supported"
_NEWS: Final = "News feed is not allowed."
_ADVISOR: Final = "Error validating request.-'bM' : cause - FA data operations ignored for non FA customers."
_NONE: Final = 0

REFUSALS: Final[Mapping[str, tuple[int, int, str]]] = {
    "10": (2, 10092, _DEPTH),
    "11": (2, 310, "Can't find the subscribed market depth with tickerId:"),
    "18": (_NONE, 321, _ADVISOR),
    "19": (_NONE, 321, _ADVISOR),
    "22": (1, 322, _SCANNER),
    "23": (2, 365, "No scanner subscription found for ticker id:"),
    "24": (_NONE, 322, _SCANNER),
    "52": (2, 430, _FUNDAMENTALS),
    "84": (1, 10172, "Failed to request news article:No data available"),
    "86": (1, 10276, _NEWS),
    "88": (1, 162, "Historical Market Data Service error message:No histogram data is available"),
    "100": (1, 10276, _NEWS),
    "102": (1, 10276, _NEWS),
}
"""By message: where the request's number stands (0: it has none), the code, the text; a `:` ends with the number."""

SILENT: Final = ("12", "13", "53", "89", "101", "103")
"""Messages that need no answer: bulletins, of which there are none, and cancels of what was refused."""


def handlers() -> Mapping[str, Callable[[Session, Fields], None]]:
    """Return who answers: a refusal each, an empty list of news providers, an empty user."""
    rows: dict[str, Callable[[Session, Fields], None]] = dict.fromkeys(SILENT, _ignore)
    rows |= dict.fromkeys(REFUSALS, _refuse)
    return rows | {"79": _no_tiers, "85": _no_providers, "104": _no_user}


def _refuse(session: Session, fields: Fields) -> None:
    place, code, text = REFUSALS[fields[0]]
    req_id = read_int(fields[place]) if place else -1
    words = f"{text}{req_id}" if text.endswith(":") else text
    session.send(responses.error(req_id, code, words, session.version))


def _ignore(session: Session, fields: Fields) -> None:
    del session, fields


def _no_tiers(session: Session, fields: Fields) -> None:
    session.send(("77", str(read_int(fields[1])), "0"))


def _no_providers(session: Session, fields: Fields) -> None:
    del fields
    session.send(("85", "0"))


def _no_user(session: Session, fields: Fields) -> None:
    session.send(("107", str(read_int(fields[1])), ""))
