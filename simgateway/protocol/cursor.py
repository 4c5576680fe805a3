"""Reading a message from its first field to its last, where parts in the middle are optional."""

from decimal import Decimal
from typing import Final

from simgateway.protocol.text import read_decimal, read_flag, read_int
from simgateway.protocol.wire import Fields

_ROWS_MOST: Final = 1000
"""No list in a request is longer: more is a broken count, and walking it would take the gateway's time."""


class Cursor:
    """Gives one field after the other; IndexError at the end, ValueError for a field that cannot be read."""

    def __init__(self, fields: Fields, start: int) -> None:
        self._fields = fields
        self.at = start

    @property
    def left(self) -> int:
        """Return how many fields have not been read."""
        return len(self._fields) - self.at

    def text(self) -> str:
        """Return the next field as it is."""
        if self.at >= len(self._fields):
            raise IndexError(f"the message ends after {len(self._fields)} fields")
        self.at += 1
        return self._fields[self.at - 1]

    def integer(self) -> int:
        """Return the next field as a whole number, 0 when unset."""
        return read_int(self.text())

    def decimal(self) -> Decimal | None:
        """Return the next field as a number, None when unset."""
        return read_decimal(self.text())

    def flag(self) -> bool:
        """Return the next field as yes or no."""
        return read_flag(self.text())

    def skip(self, count: int = 1) -> None:
        """Pass over fields that nobody needs; they must be there."""
        if count > self.left:
            raise IndexError(f"the message ends after {len(self._fields)} fields")
        self.at += count

    def count(self) -> int:
        """Return the next field as the length of a list; ValueError when it cannot be one."""
        rows = self.integer()
        if not 0 <= rows <= _ROWS_MOST:
            raise ValueError(f"not a number of rows: {rows}")
        return rows

    def rows(self, width: int) -> tuple[Fields, ...]:
        """Return a list that begins with its length, each row `width` fields."""
        return tuple(tuple(self.text() for _ in range(width)) for _ in range(self.count()))

    def since(self, start: int) -> Fields:
        """Return the fields from `start` up to here."""
        return self._fields[start : self.at]
