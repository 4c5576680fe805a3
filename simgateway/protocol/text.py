"""How numbers, days and moments look on the wire, and how they are read from it.

Every `read_` function raises ValueError for what it cannot read and takes time only with the length of the text: a
client may send `1e999999999`, digits of another script or a zone that is a folder.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

UNSET_DOUBLE: Final = "1.7976931348623157E308"
"""What the protocol sends for a number that has no value."""

NEW_YORK: Final = ZoneInfo("America/New_York")
ZONE_NAME: Final = "US/Eastern"
"""The zone's name as the real gateway spells it in contract details, bars and executions."""

_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,320}(?:\.\d{0,320})?|\.\d{1,320})(?:[eE][+-]?\d{1,3})?", re.ASCII)
_UNSET_WORDS: Final = frozenset({"", "Infinity", "Infinite"})
"""Empty, and what clients write for a float's infinity (ibapi's utils, ib_async's client): an offset without end."""

_UNSET_NUMBERS: Final = frozenset(
    {Decimal(2**31 - 1), Decimal(2**63 - 1), Decimal(-(2**63)), Decimal(2**127 - 1)},
)
"""The greatest int, long and official Decimal (ibapi's const): a client sends them for sizes and ids without value."""

_UNSET_RANGE: Final = (Decimal("1.797693134862315E308"), Decimal("1.797693134862316E308"))
"""The greatest double, in as many digits as a client writes."""
_GREATEST: Final = Decimal("1e18")
_SMALLEST_EXPONENT: Final = -30
_SHORT_DIGITS: Final = 9
_MOMENT: Final = re.compile(r"(\d{8})([- ]) *(\d{1,2}:\d{2}:\d{2})(?: +(\S{1,40}))?", re.ASCII)


def number(value: Decimal | int | None) -> str:
    """Return a plain decimal without exponent or trailing zeros; empty for None."""
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def double(value: Decimal | None) -> str:
    """Return a number, the protocol's greatest double for None."""
    return UNSET_DOUBLE if value is None else number(value)


def cents(value: Decimal) -> str:
    """Return an amount of money with exactly two decimals."""
    return f"{value:.2f}"


def flag(*, value: bool) -> str:
    """Return 1 or 0."""
    return "1" if value else "0"


def ascii7(text: str) -> str:
    r"""Return a text as version 153 and later send errors and names: only ASCII, the rest as `\u` escapes.

    Official clients undo the escapes with "unicode-escape" (ibapi's decoder, error and contract messages), so a
    backslash is doubled: a lone one would end the reader of 9.81.
    """
    return text.encode("unicode_escape", errors="backslashreplace").decode("ascii")


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
    """Return a price or size, None when unset: empty, infinite, or the greatest double; ValueError when none.

    What is too great to be a price in any currency (above 1e18) is no number either.
    """
    if text in _UNSET_WORDS:
        return None
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"not a number: {text[:40]!r}")
    value = Decimal(text)
    if value in _UNSET_NUMBERS or _UNSET_RANGE[0] <= value <= _UNSET_RANGE[1]:
        return None
    if abs(value) > _GREATEST or (value and value.adjusted() < _SMALLEST_EXPONENT):
        raise ValueError(f"a number out of range: {text[:40]!r}")
    return value


def read_int(text: str) -> int:
    """Return a whole number, 0 when unset; a `1.0` counts as whole; ValueError when there is a fraction."""
    if len(text) <= _SHORT_DIGITS and text.isascii() and text.isdigit():
        return int(text)
    value = read_decimal(text)
    if value is None:
        return 0
    if value != value.to_integral_value():
        raise ValueError(f"not a whole number: {text[:40]!r}")
    return int(value)


def read_flag(text: str) -> bool:
    """Return True for anything but empty, 0 and false."""
    return text.lower() not in {"", "0", "0.0", "false"}


def read_day(text: str) -> date | None:
    """Return the day of YYYYMMDD (what follows is ignored); None for anything shorter; ValueError for no such day."""
    digits = text[:8]
    if len(digits) < 8 or not (digits.isascii() and digits.isdigit()):
        return None
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))


def read_moment(text: str) -> datetime:
    """Return the aware UTC moment of `YYYYMMDD HH:MM:SS [zone]` (New York by default) or `YYYYMMDD-HH:MM:SS` (UTC)."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not a moment: {text[:40]!r}")
    day, separator, time, zone_name = match.groups()
    zone = _zone(zone_name) if zone_name else (UTC if separator == "-" else NEW_YORK)
    return datetime.strptime(f"{day} {time}", "%Y%m%d %H:%M:%S").replace(tzinfo=zone).astimezone(UTC)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        raise ValueError(f"not a time zone: {name!r}") from error
