"""What one field of a frame says, whatever the message: numbers, prices, days, and the words of an order ref."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

LEGS: Final = frozenset("ETSX")


def split_ref(ref: str) -> tuple[str, str]:
    """Return intent and leg of `<intent>.<leg>.<n>`; empty texts for any other."""
    parts = ref.rsplit(".", 2)
    if len(parts) != 3 or parts[1] not in LEGS or not parts[2].isdecimal() or not parts[0]:
        return "", ""
    return parts[0], parts[1]


def real_number(text: str) -> Decimal | None:
    """Return a number; None when it is empty, NaN, infinite or the protocol's greatest double."""
    if not text:
        return None
    try:
        value = Decimal(text)
    except ArithmeticError:
        return None
    return value if value.is_finite() and abs(value) < Decimal("1e300") else None


def whole(text: str) -> int:
    """Return a whole number, 0 when there is none."""
    value = real_number(text)
    return int(value) if value is not None else 0


def real_price(text: str) -> Decimal | None:
    """Return a price above 0; None for -1, 0 and what is no number."""
    value = real_number(text)
    return value if value is not None and value > 0 else None


def day_of(text: str) -> date | None:
    """Return the date of `YYYYMMDD`, whatever follows; None when there is none."""
    if len(text) < 8 or not text[:8].isdecimal():
        return None
    return datetime.strptime(text[:8], "%Y%m%d").replace(tzinfo=UTC).date()
