"""How numbers, days and moments look on the wire, and how they are read from it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

UNSET_DOUBLE: Final = "1.7976931348623157E308"
"""What the protocol sends for a number that has no value."""

NEW_YORK: Final = ZoneInfo("America/New_York")
ZONE_NAME: Final = "US/Eastern"
"""The zone's name as the real gateway spells it in contract details, bars and executions."""

_UNSET_FROM: Final = Decimal("1e300")
_UNSET_INTEGER: Final = 2147483647


def number(value: Decimal | int | None) -> str:
    """Return a plain decimal without exponent or trailing zeros; empty for None."""
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def cents(value: Decimal) -> str:
    """Return an amount of money with exactly two decimals."""
    return f"{value:.2f}"


def flag(*, value: bool) -> str:
    """Return 1 or 0."""
    return "1" if value else "0"


def day_text(day: date | None) -> str:
    """Return YYYYMMDD; empty for None."""
    return "" if day is None else f"{day.year:04d}{day.month:02d}{day.day:02d}"


def local_text(at: datetime) -> str:
    """Return `YYYYMMDD HH:MM:SS US/Eastern`, New York's wall time of an aware moment."""
    local = at.astimezone(NEW_YORK)
    return f"{day_text(local)} {local.hour:02d}:{local.minute:02d}:{local.second:02d} {ZONE_NAME}"


def new_york_day(at: datetime) -> date:
    """Return New York's calendar day of an aware moment."""
    return at.astimezone(NEW_YORK).date()


def read_decimal(text: str) -> Decimal | None:
    """Return the number, None when unset (empty or the protocol's greatest double); ArithmeticError when none."""
    if not text or text == "Infinity":
        return None
    value = Decimal(text)
    if not value.is_finite() or abs(value) > _UNSET_FROM:
        return None
    return value


def read_int(text: str) -> int:
    """Return a whole number, 0 when unset; a `1.0` counts as whole; ValueError when there is a fraction."""
    value = read_decimal(text)
    if value is None or value == _UNSET_INTEGER:
        return 0
    if value != value.to_integral_value():
        raise ValueError(f"not a whole number: {text}")
    return int(value)


def read_flag(text: str) -> bool:
    """Return True for anything but empty, 0 and false."""
    return text.lower() not in {"", "0", "false"}


def read_day(text: str) -> date | None:
    """Return the day of YYYYMMDD (what follows is ignored); None for anything shorter."""
    if len(text) < 8 or not text[:8].isdigit():
        return None
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def read_moment(text: str) -> datetime:
    """Return the aware UTC moment of `YYYYMMDD HH:MM:SS [zone]` (New York by default) or `YYYYMMDD-HH:MM:SS` (UTC)."""
    if len(text) > 8 and text[8] == "-":
        return datetime.strptime(text[:17], "%Y%m%d-%H:%M:%S").replace(tzinfo=UTC)
    parts = text.split()
    zone = ZoneInfo(parts[2]) if len(parts) > 2 else NEW_YORK
    moment = datetime.strptime(f"{parts[0]} {parts[1]}", "%Y%m%d %H:%M:%S").replace(tzinfo=zone)
    return moment.astimezone(UTC)
