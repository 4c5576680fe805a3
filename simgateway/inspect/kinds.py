"""Which request is answered by what, and which one goes on until it is cancelled: one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from simgateway.protocol.wire import Fields

NO_ID: Final = -1


@dataclass(frozen=True, slots=True)
class Kind:
    """A request that wants an answer.

    `place` is where its id stands (None: it has none), `answers` are the numbers of messages with where their id
    stands, `cancel` is the message that ends it; a kind with one goes on after its first answer.
    """

    number: str
    place: int | None
    answers: Mapping[str, int | None]
    cancel: str = ""
    cancel_place: int | None = None


_TICKS: Final = {"1": 2, "2": 2, "21": 1, "45": 2, "46": 2, "57": 2, "58": 2, "81": 1}
KINDS: Final[Mapping[str, Kind]] = {
    kind.number: kind
    for kind in (
        Kind("1", 2, _TICKS, "2", 2),
        Kind("5", None, {"53": None}),
        Kind("6", None, {"54": None}, "6"),
        Kind("7", 2, {"55": 2}),
        Kind("8", None, {"9": None}),
        Kind("9", 2, {"52": 2}),
        Kind("10", 2, {"12": 2, "13": 2}, "11", 2),
        Kind("16", None, {"53": None}),
        Kind("17", None, {"15": None}),
        Kind("20", 1, {"17": 1, "106": 1, "90": 1}, "25", 2),
        Kind("49", None, {"49": None}),
        Kind("50", 2, {"50": 2}, "51", 2),
        Kind("61", None, {"62": None}, "64"),
        Kind("62", 2, {"64": 2}, "63", 2),
        Kind("74", 2, {"72": 2}, "75", 2),
        Kind("76", 2, {"74": 2}, "77", 2),
        Kind("78", 1, {"76": 1}),
        Kind("81", 1, {"79": 1}),
        Kind("87", 1, {"88": 1}, "90", 1),
        Kind("91", 1, {"93": 1}),
        Kind("92", 1, {"94": 1}, "93", 1),
        Kind("94", 1, {"95": 1}, "95", 1),
        Kind("96", 1, {"96": 1, "97": 1, "98": 1}),
        Kind("99", None, {"102": None}),
    )
}
CANCELS: Final[Mapping[str, Kind]] = {
    kind.cancel: kind for kind in KINDS.values() if kind.cancel and kind.cancel != "6"
}
ANSWERED: Final[Mapping[str, tuple[tuple[Kind, int | None], ...]]] = {
    message: tuple((kind, kind.answers[message]) for kind in KINDS.values() if message in kind.answers)
    for message in {each for kind in KINDS.values() for each in kind.answers}
}
NOTICES: Final = frozenset({399, 404, 434, 10167, 10349, 2100, 2109, 2119, 2137, 2148})
"""Errors with a request's id that do not end it: remarks, and delayed data in place of live."""

_KEEP_UP_TO_DATE: Final = 21
_SNAPSHOT_AT: Final = 17


def id_in(fields: Fields, place: int | None) -> int:
    """Return the id that stands there; NO_ID when there is none or it is no number."""
    if place is None or place >= len(fields):
        return NO_ID
    try:
        return int(float(fields[place]))
    except (ValueError, OverflowError):
        return NO_ID


def goes_on(kind: Kind, fields: Fields) -> bool:
    """Return whether this request goes on after its first answer: no snapshot, no history without updates."""
    if kind.number == "1":
        at = _SNAPSHOT_AT + (3 if len(fields) > 15 and fields[15] == "1" else 0)
        return not (len(fields) > at and fields[at] == "1")
    if kind.number == "20":
        return len(fields) > _KEEP_UP_TO_DATE and fields[_KEEP_UP_TO_DATE] == "1"
    return bool(kind.cancel) and kind.number != "87"


def subject(kind: Kind, fields: Fields) -> str:
    """Return what a request is about, as far as its contract or its account tells; for people."""
    starts = {"1": 3, "9": 3, "10": 3, "20": 2, "50": 3, "87": 2, "96": 2}.get(kind.number)
    if starts is None or len(fields) < starts + 11:
        return ""
    row = fields[starts : starts + 12]
    if row[10]:
        return row[10]
    text = " ".join(part for part in (row[1], row[2], row[3], row[5][:1], row[4] if row[5] else "") if part)
    return text or f"conId {row[0]}"
