"""Messages about bars: history (17), its updates (90), real-time bars (50), schedules (106)."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from simgateway.data.spans import DAY_SECONDS
from simgateway.market.base import Bar
from simgateway.protocol.text import NEW_YORK, ZONE_NAME, day_text, local_text, new_york_day, number
from simgateway.protocol.wire import Fields

WITH_VOLUME: Final = frozenset({"TRADES", "ADJUSTED_LAST"})
"""Kinds whose bars have volume, average and count; all others send -1 for the three."""

_CENT_OF_A_CENT: Final = Decimal("0.0001")
_NONE: Final = ("-1", "-1", "-1")


def history_row(bar: Bar, what: str, format_date: int) -> Fields:
    """Return one bar as message 17 has it: date, open, high, low, close, volume, average, count."""
    volume, average, count = _amounts(bar, what)
    prices = (number(bar.open), number(bar.high), number(bar.low), number(bar.close))
    return (bar_date(bar, format_date), *prices, volume, average, count)


def history_update(req_id: int, bar: Bar, what: str, format_date: int) -> Fields:
    """Return a bar that changed (90): its order is another one, the close before high and low (ibapi's decoder)."""
    volume, average, count = _amounts(bar, what)
    prices = (number(bar.open), number(bar.close), number(bar.high), number(bar.low))
    return ("90", str(req_id), count, bar_date(bar, format_date), *prices, average, volume)


def live_bar(req_id: int, bar: Bar, what: str) -> Fields:
    """Return a real-time bar (50): epoch seconds of its start, open, high, low, close, volume, average, count."""
    volume, average, count = _amounts(bar, what)
    prices = (number(bar.open), number(bar.high), number(bar.low), number(bar.close))
    return ("50", "3", str(req_id), str(int(bar.start.timestamp())), *prices, volume, average, count)


def schedule(
    req_id: int, start: datetime, end: datetime, sessions: Sequence[tuple[date, datetime, datetime]]
) -> Fields:
    """Return the hours of trading (106): all times New York's, the zone named once."""
    rows = (field for day, opened, closed in sessions for field in (_local(opened), _local(closed), day_text(day)))
    return ("106", str(req_id), _local(start), _local(end), ZONE_NAME, str(len(sessions)), *rows)


def bar_date(bar: Bar, format_date: int) -> str:
    """Return a bar's date: a day for daily and longer ones in either format, epoch seconds or New York's time else."""
    if bar.seconds >= DAY_SECONDS:
        return day_text(new_york_day(bar.start))
    return str(int(bar.start.timestamp())) if format_date == 2 else local_text(bar.start)


def _amounts(bar: Bar, what: str) -> tuple[str, str, str]:
    """Return volume, average and count; all whole or plain decimals, as the official client's reader needs."""
    if what not in WITH_VOLUME:
        return _NONE
    return str(bar.volume), number(bar.wap.quantize(_CENT_OF_A_CENT)), str(bar.count)


def _local(at: datetime) -> str:
    return f"{at.astimezone(NEW_YORK):%Y%m%d-%H:%M:%S}"
