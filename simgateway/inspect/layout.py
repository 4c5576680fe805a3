"""How a report is laid out: plain text, at most a hundred columns, New York's time."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from simgateway.inspect.report import NEW_YORK

WIDTH: Final = 100
_ROWS_MOST: Final = 40


def clock(at: datetime | None) -> str:
    """Return New York's time of day to the millisecond; a dash for None."""
    return f"{at.astimezone(NEW_YORK):%H:%M:%S.%f}"[:-3] if at else "-"


def line(text: str) -> str:
    """Return one line that fits; what cannot be printed is escaped."""
    shown = "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
    return shown if len(shown) <= WIDTH else shown[: WIDTH - 3] + "..."


def lasting(span: timedelta) -> str:
    """Return how long something took."""
    seconds = span.total_seconds()
    if seconds < 120:
        return f"{seconds:.3f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """Give an empty line, a title and aligned columns, numbers to the right; rows beyond forty are only counted."""
    yield ""
    yield line(title)
    lines = [list(head), *([str(cell) for cell in row] for row in rows[:_ROWS_MOST])]
    widths = [max(len(row[place]) for row in lines) for place in range(len(head))]
    numeric = [all(isinstance(row[place], int | float) for row in rows) for place in range(len(head))]
    for row in lines:
        cells = (
            text.rjust(width) if is_number else text.ljust(width)
            for text, width, is_number in zip(row, widths, numeric, strict=True)
        )
        yield line(("  " + "  ".join(cells)).rstrip())
    if len(rows) > _ROWS_MOST:
        yield f"  and {len(rows) - _ROWS_MOST} more; --json has all"
