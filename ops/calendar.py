"""When New York trades, for runs of a day: sessions of XNYS, early closes included, from exchange_calendars.

That library needs pandas, half a second to import. A year once asked for is kept in a small file, so that later
starts need neither. The file is named for the library's version: a new one may know of a new holiday. What trades
for months has no room for pandas: it asks by ``ops/sessions.py``.
"""

import json
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Final

from ops.calendar_child import EXCHANGE, Session, computed, library_version

YEARS: Final = range(1990, 2101)


def sessions(first: date, last: date, cache: Path) -> tuple[Session, ...]:
    """Return (trading day, open, close) for each session from first to last, both included; aware UTC.

    ``cache`` is a folder; it is made. Raises ValueError for years that nobody has holidays for.
    """
    if first.year not in YEARS or last.year not in YEARS:
        raise ValueError(f"{first} to {last} is not within {YEARS[0]} to {YEARS[-1]}")
    years = range(first.year, last.year + 1)
    return tuple(each for year in years for each in _year(year, cache) if first <= each[0] <= last)


def _year(year: int, cache: Path) -> tuple[Session, ...]:
    path = cache / f"{EXCHANGE.lower()}-{year}-{library_version()}.json"
    try:
        return tuple(_read(path))
    except (OSError, ValueError, TypeError):  # Not there, or not whole: made anew.
        found = computed(date(year, 1, 1), date(year, 12, 31))
        _write(path, found)
        return found


def _read(path: Path) -> Iterable[Session]:
    rows = json.loads(path.read_text(encoding="utf-8"))
    if not rows:
        raise ValueError("a year without sessions")
    return [(date.fromisoformat(d), datetime.fromisoformat(o), datetime.fromisoformat(c)) for d, o, c in rows]


def _write(path: Path, found: tuple[Session, ...]) -> None:
    rows = [[day.isoformat(), opened.isoformat(), closed.isoformat()] for day, opened, closed in found]
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    half.write_text(json.dumps(rows), encoding="utf-8")
    half.replace(path)
