"""Which frame means what: one reader per message number and direction."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from simgateway.audit.fields import day_of, real_number, real_price, split_ref, whole
from simgateway.audit.notices import (
    Away,
    BookTold,
    CancelAsked,
    Charged,
    Completed,
    Connected,
    DataAsked,
    DataEnded,
    DayProfit,
    Executed,
    HistoryAnswered,
    HistoryAsked,
    Listed,
    Lost,
    NetLiquidation,
    Notice,
    OrderSent,
    PartTold,
    PositionSeen,
    Refused,
    StatusSeen,
    Tick,
    Withheld,
    WorksInSilence,
)
from simgateway.frames import Frame

_NEW_YORK: Final = ZoneInfo("America/New_York")
_WHAT_IF: Final = 85
_LISTED_STATUS: Final = 94
_COMPLETED_STATUS: Final = 77
_UNIT_SECONDS: Final[Mapping[str, int]] = {"sec": 1, "min": 60, "hour": 3600, "day": 86_400}
_KEEPING_BACK: Final = frozenset({"mute", "delay"})
_BOOK_ENDS: Final = frozenset({"positionEnd", "openOrderEnd", "execDetailsEnd"})
_BAR_FIELDS: Final = 8
_BARS_FROM: Final = 5
_NEWEST_BARS: Final = 2


def read(frame: Frame) -> Notice | None:
    """Return what a frame means; None when no invariant needs it. A frame that is cut short raises IndexError."""
    reader = _READERS.get((frame.direction, frame.fields[0])) if frame.fields else None
    return reader(frame, frame.fields) if reader else None


def _order_sent(frame: Frame, f: tuple[str, ...]) -> Notice | None:
    if len(f) > _WHAT_IF and f[_WHAT_IF] == "1":
        return None  # Asks what it would cost; nothing is worked.
    intent, leg = split_ref(f[26])
    parent = whole(f[28])
    return OrderSent(
        key=(frame.client_id, whole(f[1])),
        con_id=whole(f[2]),
        symbol=f[3],
        expiry=day_of(f[5]),
        multiplier=whole(f[8]) or 1,
        is_buy=f[16] == "BUY",
        quantity=whole(f[17]),
        kind=f[18],
        limit=real_number(f[19]),
        oca_group=f[22],
        ref=f[26],
        intent=intent,
        leg=leg,
        parent=(frame.client_id, parent) if parent else None,
        connection=frame.connection,
        transmits=f[27] != "0",
    )


def _book_told(frame: Frame, _: tuple[str, ...]) -> Notice:
    return BookTold(frame.client_id, frame.connection)


def _cancel_asked(frame: Frame, f: tuple[str, ...]) -> Notice:
    return CancelAsked((frame.client_id, whole(f[2])))


def _status(_: Frame, f: tuple[str, ...]) -> Notice:
    return StatusSeen((whole(f[9]), whole(f[1])), f[2], filled=whole(f[3]), remaining=whole(f[4]))


def _listed(_: Frame, f: tuple[str, ...]) -> Notice | None:
    """Read an order without combination or algorithm: only then each field has its place."""
    return Listed((whole(f[24]), whole(f[1])), f[_LISTED_STATUS]) if len(f) > _LISTED_STATUS else None


def _completed(_: Frame, f: tuple[str, ...]) -> Notice | None:
    """Read an order without combination or algorithm, as above."""
    over = len(f) > _COMPLETED_STATUS and f[22]
    return Completed(whole(f[1]), f[22], f[_COMPLETED_STATUS]) if over else None


def _original(exec_id: str) -> str:
    """Return the id of an execution as it was first reported; a correction differs in the last two digits alone."""
    head, _, last = exec_id.rpartition(".")
    return f"{head}.01" if head.count(".") == 2 and len(last) == 2 and last.isdecimal() else exec_id


def _executed(_: Frame, f: tuple[str, ...]) -> Notice:
    return Executed(
        exec_id=_original(f[14]),
        key=(whole(f[22]), whole(f[2])),
        con_id=whole(f[3]),
        is_buy=f[18] == "BOT",
        quantity=whole(f[19]),
        price=real_number(f[20]) or Decimal(0),
        multiplier=whole(f[9]) or 1,
        ref=f[26],
    )


def _charged(_: Frame, f: tuple[str, ...]) -> Notice:
    return Charged(_original(f[2]), real_number(f[3]) or Decimal(0))


def _refused(frame: Frame, f: tuple[str, ...]) -> Notice:
    return Refused(frame.client_id, (frame.connection, whole(f[2])), whole(f[3]))


def _fault(frame: Frame, f: tuple[str, ...]) -> Notice | None:
    if f[1] in _KEEPING_BACK and f[2] in _BOOK_ENDS:
        return Withheld(frame.connection, f[3])
    if f[1] == "restart":
        return Away()
    if f[1:3] == ("mute", "completedOrder"):
        return _completed(frame, f[3:])  # It is over, whether or not the client is told.
    if f[1] == "silent_order":
        return WorksInSilence((frame.client_id, whole(f[4])))
    return Lost((frame.client_id, whole(f[4]))) if f[1] == "lose_order" else None


def _part_told(frame: Frame, f: tuple[str, ...]) -> Notice:
    return PartTold(frame.connection, f[0])


def _tick(frame: Frame, f: tuple[str, ...]) -> Notice | None:
    kind = whole(f[3])
    return Tick((frame.connection, whole(f[2])), kind, real_price(f[4])) if kind in {1, 2} else None


def _data_asked(frame: Frame, f: tuple[str, ...]) -> Notice:
    snapshot_at = 17 + (3 if f[15] == "1" else 0)
    return DataAsked((frame.connection, whole(f[2])), whole(f[3]), f[4], f[5], f[snapshot_at] == "1")


def _data_ended(frame: Frame, f: tuple[str, ...]) -> Notice:
    return DataEnded((frame.connection, whole(f[2])))


def _history_asked(frame: Frame, f: tuple[str, ...]) -> Notice:
    return HistoryAsked((frame.connection, whole(f[1])), f[3], f[4], _bar_seconds(f[16]))


def _history_answered(frame: Frame, f: tuple[str, ...]) -> Notice:
    count = whole(f[4])
    places = (_BARS_FROM + _BAR_FIELDS * (count - back) for back in range(1, min(count, _NEWEST_BARS) + 1))
    starts = (_bar_start(f[place]) for place in places)
    return HistoryAnswered((frame.connection, whole(f[1])), tuple(at for at in starts if at is not None))


def _bar_seconds(text: str) -> int:
    number, _, unit = text.partition(" ")
    return whole(number) * _UNIT_SECONDS.get(unit.rstrip("s"), 0)


def _bar_start(text: str) -> datetime | None:
    """Return a bar's start; None for a daily bar, which is no evidence of freshness."""
    if " " not in text and "-" not in text:
        return datetime.fromtimestamp(int(text), UTC) if len(text) > 8 and text.isdecimal() else None
    parts = text.replace("-", " ").split()
    try:
        zone = ZoneInfo(parts[2]) if len(parts) > 2 else _NEW_YORK
    except (ZoneInfoNotFoundError, ValueError):
        zone = _NEW_YORK
    return datetime.strptime(f"{parts[0]} {parts[1]}", "%Y%m%d %H:%M:%S").replace(tzinfo=zone).astimezone(UTC)


def _day_profit(_: Frame, f: tuple[str, ...]) -> Notice | None:
    daily = real_number(f[2])
    return DayProfit(daily) if daily is not None else None


def _account_value(_: Frame, f: tuple[str, ...]) -> Notice | None:
    value = real_number(f[3]) if f[2] == "NetLiquidation" else None
    return NetLiquidation(value) if value is not None else None


def _position(_: Frame, f: tuple[str, ...]) -> Notice:
    return PositionSeen(whole(f[3]), whole(f[14]))


def _connected(frame: Frame, f: tuple[str, ...]) -> Notice:
    return Connected(frame.connection, whole(f[2]))


_Reader = Callable[[Frame, tuple[str, ...]], Notice | None]
_READERS: Final[Mapping[tuple[str, str], _Reader]] = {
    ("note", "fault"): _fault,
    ("in", "1"): _data_asked,
    ("in", "2"): _data_ended,
    ("in", "3"): _order_sent,
    ("in", "4"): _cancel_asked,
    ("in", "20"): _history_asked,
    ("in", "71"): _connected,
    ("out", "1"): _tick,
    ("out", "3"): _status,
    ("out", "4"): _refused,
    ("out", "5"): _listed,
    ("out", "6"): _account_value,
    ("out", "11"): _executed,
    ("out", "17"): _history_answered,
    ("out", "53"): _book_told,
    ("out", "55"): _part_told,
    ("out", "57"): _data_ended,
    ("out", "59"): _charged,
    ("out", "61"): _position,
    ("out", "62"): _part_told,
    ("out", "94"): _day_profit,
    ("out", "101"): _completed,
}
