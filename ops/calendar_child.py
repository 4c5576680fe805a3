"""The one place that asks exchange_calendars, and the short process that does it for the one that trades.

    python -m ops.calendar_child FIRST LAST

prints one JSON object, the library's version and the sessions of XNYS from one day to another. That library needs
pandas: 55 MiB and half a second, which a process that runs for months need not carry.
"""

import json
import sys
import warnings
from collections.abc import Sequence
from datetime import UTC, date, datetime
from importlib.metadata import version
from typing import Final

from ops.patience import let_others_go_first

Session = tuple[date, datetime, datetime]
EXCHANGE: Final = "XNYS"


def library_version() -> str:
    """Return the version of exchange_calendars, without importing it: a new one may know of a new holiday."""
    return version("exchange_calendars")


def computed(first: date, last: date) -> tuple[Session, ...]:
    """Return (trading day, open, close) for each session, aware UTC. Raises what the library raises, ImportError."""
    import exchange_calendars  # noqa: PLC0415 - imports pandas

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # The library uses what pandas 4 will drop.
        calendar = exchange_calendars.get_calendar(EXCHANGE, start=first.isoformat(), end=last.isoformat())
    rows = zip(calendar.opens.index, calendar.opens, calendar.closes, strict=True)
    return tuple((day.date(), _utc(opened), _utc(closed)) for day, opened, closed in rows)


def main(words: Sequence[str]) -> None:
    """Print the sessions."""
    let_others_go_first()
    first, last = (date.fromisoformat(word) for word in words)
    rows = [(day.isoformat(), opened.isoformat(), closed.isoformat()) for day, opened, closed in computed(first, last)]
    sys.stdout.write(json.dumps({"version": library_version(), "sessions": rows}))


def _utc(stamp: datetime) -> datetime:
    return datetime.fromtimestamp(stamp.timestamp(), UTC)


if __name__ == "__main__":
    main(sys.argv[1:])
