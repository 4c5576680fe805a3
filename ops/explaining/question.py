"""Why: finds in a log what was seen of a symbol at some time, or all that became of one intent."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from domain.errors import ConfigError
from domain.trading_day import NEW_YORK, new_york, new_york_midnight
from ops.explaining.sentences import timed
from ops.reading.rows import Reader, Row, Wanted, at_of

INTENT: Final = re.compile(r"(\d{6})[A-Z.]+\d{6}")
CLOCK: Final = re.compile(r"(?:(\d{4}-\d\d-\d\d)[ T])?(\d\d):(\d\d)(?::(\d\d))?", re.ASCII)
LOOKING_SECONDS_MAX: Final = 600
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
    rows: list[Row] = []
    look: list[Row] = []
    after = until + timedelta(microseconds=1)
    wanted = Wanted(events=_OF_A_LOOK, naming=(symbol,), since=new_york_midnight(until), until=after)
    for row in reader.rows(wanted):
        if not _is_of(row, symbol):
            continue
        rows.append(row)
        if row["event"] == "symbol_cycle":
            look, rows = rows, []
    if not look:
        raise ConfigError(
            f"{symbol} was not looked at on {new_york(until):%Y-%m-%d} before {new_york(until):%H:%M:%S} New York; "
            "choose another time or symbol, or name another log with --log"
        )
    intents = [str(row["intent"]) for row in look if row["event"] == "bracket_planned"]
    more = [f"What became of it: ./bot explain {intent}" for intent in intents]
    return Answer(title=f"{symbol} on {new_york(at_of(look[-1])):%Y-%m-%d}, New York time", lines=(*timed(look), *more))


def _is_of(row: Row, symbol: str) -> bool:
    return str(row.get("symbol") or symbol_of(str(row.get("contract", "")))) == symbol


def symbol_of(contract: str) -> str:
    """Return the underlying of an option's label, such as "GOOG 2015-12-24 750C"."""
    return contract.rsplit(" ", 2)[0]


def _of_intent(reader: Reader, intent: str) -> Answer:
    since = datetime.strptime(intent[:6], "%y%m%d").replace(tzinfo=NEW_YORK).astimezone(UTC)
    story = [row for row in reader.rows(Wanted(naming=(intent,), since=since)) if _names(row, intent)]
    if not story:
        raise ConfigError(f"{intent}: no line of the log names it; ./bot report lists the intents of a day")
    first = at_of(story[0])
    contract = next((str(row["contract"]) for row in story if row.get("contract")), "")
    before = [] if not contract else _reasons(reader, symbol_of(contract), first)
    rows = sorted([*before, *story], key=lambda row: str(row["ts"]))
    title = f"{intent}: {contract} on {new_york(first):%Y-%m-%d}, New York time"
    return Answer(title=title, lines=tuple(timed(rows)))


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
