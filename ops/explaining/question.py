"""Why: finds in a log what was seen of a symbol at some time, or all that became of one intent."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from domain.errors import ConfigError
from domain.trading_day import NEW_YORK, new_york, new_york_midnight
from ops.explaining.sentences import timed
from ops.reading.rows import Reader, Row, Wanted, at_of

INTENT: Final = re.compile(r"\d{6}[A-Z][A-Z0-9. ]*\d{6}A?")
CLOCK: Final = re.compile(r"(?:(\d{4}-\d\d-\d\d)[ T])?(\d\d):(\d\d)(?::(\d\d))?", re.ASCII)
LOOKING_SECONDS_MAX: Final = 600
AFTER_CLOSE: Final = timedelta(hours=1)  # What is told of an intent after its end comes soon, or never.
WINDOWS: Final = (timedelta(minutes=30), timedelta(hours=3))  # Mostly enough, and a day of a large log is long.
_OF_A_LOOK: Final = frozenset(
    {
        "historical_success",
        "historical_empty_response",
        "historical_fetch_error",
        "historical_data_timeout",
        "historical_retry_sleep",
        "historical_fetch_failed_exhausted",
        "historical_cache_fallback",
        "historical_cache_stale",
        "data_fetch_failed",
        "data_recovered",
        "bars_seen",
        "backoff_skip",
        "signal",
        "option_chosen",
        "entry_denied",
        "skip",
        "buying_power_limit",
        "insufficient_buying_power",
        "buying_power_check_error",
        "risk_reserved",
        "bracket_planned",
        "symbol_cycle",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A headline, and the sentences under it."""

    title: str
    lines: tuple[str, ...]


def moment_of(text: str, last: datetime) -> datetime:
    """Return the moment that was typed, New York, HH:MM[:SS] with or without a date; without, of the log's last day.

    Minutes alone mean the end of that minute. Raises ConfigError.
    """
    wrong = ConfigError(f"--at {text}: not a time; write HH:MM or YYYY-MM-DD HH:MM, New York")
    found = CLOCK.fullmatch(text.strip())
    if found is None:
        raise wrong
    try:
        day = date.fromisoformat(found[1]) if found[1] else new_york(last).date()
        at = datetime.combine(day, time(int(found[2]), int(found[3]), int(found[4] or 59)), NEW_YORK)
    except ValueError:
        raise wrong from None
    return (at + timedelta(microseconds=999_999)).astimezone(UTC)


def explain(reader: Reader, what: str, at: str | None) -> Answer:
    """Return the answer on an intent, or on a symbol at a time, or when it was last looked at. Raises ConfigError."""
    if INTENT.fullmatch(what):
        return _of_intent(reader, what)
    last = reader.last_moment()
    if last is None:
        raise ConfigError("the log has no line yet; start ./bot trade, or name another log with --log")
    return _of_symbol(reader, what.upper(), moment_of(at, last) if at else last)


def _of_symbol(reader: Reader, symbol: str, until: datetime) -> Answer:
    midnight = new_york_midnight(until)
    look: list[Row] = []
    for since in (*(until - window for window in WINDOWS if until - window > midnight), midnight):
        count, look = _last_look(reader, symbol, since, until)
        if count > 1:  # Of the first one in a window some lines may lie before it.
            break
    if not look:
        raise ConfigError(
            f"{symbol} was not looked at on {new_york(until):%Y-%m-%d} before {new_york(until):%H:%M:%S} New York; "
            "choose another time or symbol, or name another log with --log"
        )
    intents = [str(row["intent"]) for row in look if row["event"] == "bracket_planned"]
    more = [f"What became of it: ./bot explain {intent}" for intent in intents]
    return Answer(title=f"{symbol} on {new_york(at_of(look[-1])):%Y-%m-%d}, New York time", lines=(*timed(look), *more))


def _last_look(reader: Reader, symbol: str, since: datetime, until: datetime) -> tuple[int, list[Row]]:
    """Return how many looks ended in this time, and the rows of the last one."""
    count, look, rows = 0, list[Row](), list[Row]()
    after = until + timedelta(microseconds=1)
    for row in reader.rows(Wanted(events=_OF_A_LOOK, naming=(symbol,), since=since, until=after)):
        if not _is_of(row, symbol):
            continue
        rows.append(row)
        if row["event"] == "symbol_cycle":
            count, look, rows = count + 1, rows, []
    return count, look


def _is_of(row: Row, symbol: str) -> bool:
    return str(row.get("symbol") or symbol_of(str(row.get("contract", "")))) == symbol


def symbol_of(contract: str) -> str:
    """Return the underlying of an option's label, such as "GOOG 2015-12-24 750C"."""
    return contract.rsplit(" ", 2)[0]


def _of_intent(reader: Reader, intent: str) -> Answer:
    since = datetime.strptime(intent[:6], "%y%m%d").replace(tzinfo=NEW_YORK).astimezone(UTC)
    story = _story(reader, intent, since)
    if not story:
        raise ConfigError(f"{intent}: no line of the log names it; ./bot report lists the intents of a day")
    first = at_of(story[0])
    contract = next((str(row["contract"]) for row in story if row.get("contract")), "")
    before = [] if not contract else _reasons(reader, symbol_of(contract), first)
    rows = sorted([*before, *story], key=lambda row: str(row["ts"]))
    title = f"{intent}: {contract} on {new_york(first):%Y-%m-%d}, New York time"
    return Answer(title=title, lines=tuple(timed(rows)))


def _story(reader: Reader, intent: str, since: datetime) -> list[Row]:
    """Return the rows that name the intent, to an hour after its end."""
    found: list[Row] = []
    for row in reader.rows(Wanted(naming=(intent,), since=since)):
        if not _names(row, intent):
            continue
        found.append(row)
        if row["event"] == "position_closed":
            end = at_of(row)
            wanted = Wanted(naming=(intent,), since=since, until=end + AFTER_CLOSE)
            return [one for one in reader.rows(wanted) if _names(one, intent)]
    return found


def _reasons(reader: Reader, symbol: str, until: datetime) -> list[Row]:
    """Return what was seen and decided before the plan."""
    wanted = Wanted(
        events=_OF_A_LOOK - {"risk_reserved", "bracket_planned"},
        naming=(symbol,),
        since=until - timedelta(seconds=LOOKING_SECONDS_MAX),
        until=until + timedelta(microseconds=1),
    )
    found: list[Row] = []
    for row in reader.rows(wanted):
        if _is_of(row, symbol):
            found.append(row)
            if row["event"] == "symbol_cycle" and at_of(row) < until:
                found = []
    return found


def _names(row: Row, intent: str) -> bool:
    refs = str(row.get("refs") or row.get("ref") or "")
    return row.get("intent") == intent or any(ref.rsplit(".", 2)[0] == intent for ref in refs.split(","))
