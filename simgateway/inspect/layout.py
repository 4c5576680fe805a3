"""How a report is laid out: plain text as wide as the terminal, a hundred columns without one, New York's time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from simgateway.inspect.report import NEW_YORK

WIDTH: Final = 100
_ROWS_MOST: Final = 40
_INDENT: Final = " " * 9


def clock(at: datetime | None) -> str:
    """Return New York's time of day to the millisecond; a dash for None."""
    return f"{at.astimezone(NEW_YORK):%H:%M:%S.%f}"[:-3] if at else "-"


def lasting(span: timedelta) -> str:
    """Return how long something took."""
    seconds = span.total_seconds()
    if seconds < 120:
        return f"{seconds:.3f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s" if seconds < 7200 else f"{seconds / 3600:.1f} h"


@dataclass(frozen=True, slots=True)
class Page:
    """Lines of at most `width` columns."""

    width: int = WIDTH

    def line(self, text: str) -> str:
        """Return one line that fits; what cannot be printed is escaped."""
        shown = printable(text)
        return shown if len(shown) <= self.width else shown[: self.width - 3] + "..."

    def table(self, title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
        """Give an empty line, a title and aligned columns, numbers to the right; rows beyond forty are only counted."""
        yield ""
        yield self.line(title)
        lines = [list(head), *([printable(str(cell)) for cell in row] for row in rows[:_ROWS_MOST])]
        widths = [max(len(row[place]) for row in lines) for place in range(len(head))]
        numeric = [all(isinstance(row[place], int | float) for row in rows) for place in range(len(head))]
        for row in lines:
            cells = [
                text.rjust(width) if is_number else text.ljust(width)
                for text, width, is_number in zip(row, widths, numeric, strict=True)
            ]
            yield from self._row(cells)
        if len(rows) > _ROWS_MOST:
            yield f"  and {len(rows) - _ROWS_MOST} more; --json has all"

    def _row(self, cells: Sequence[str]) -> Iterator[str]:
        """Give a row; its last cell gets a line of its own where it would be cut in its place but not there."""
        whole, last = ("  " + "  ".join(cells)).rstrip(), _INDENT + cells[-1].rstrip()
        if len(whole) <= self.width or len(last) > self.width:
            yield self.line(whole)
        else:
            yield from (self.line(("  " + "  ".join(cells[:-1])).rstrip()), last)


def printable(text: str) -> str:
    """Return a text with what cannot be printed escaped."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
