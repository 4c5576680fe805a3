"""The board on a terminal of 80 columns and 24 lines, or more: every line fits, and there are never more lines."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Final

from rich.text import Text

from domain.trading_day import new_york
from ops.report.trips import Trip, money
from ops.report.words import duration, price, usd
from ops.watching.board import Board, Day, Look

COLUMNS_MIN: Final = 80
LINES_MIN: Final = 24
EVENTS_MIN: Final = 4
GAUGE: Final = 10
SILENT_SECONDS: Final = 120
UTC_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:00)", re.ASCII)
LOUD: Final = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "bold red"}


def screen(board: Board, now: datetime, columns: int, lines: int) -> Text:
    """Return exactly so many lines, each exactly so wide. ``now`` is aware UTC."""
    head = [_title(board, now), _state(board), _session(board, now), _day(board.day)]
    room = max(LINES_MIN, lines) - len(head) - 3 - EVENTS_MIN
    trips = board.open_trips
    shown_trips = trips[: max(1, room // 2)]
    room -= max(1, len(shown_trips))
    looks = [_look(symbol, board.looks.get(symbol)) for symbol in sorted({*board.symbols, *board.looks})]
    shown_looks = looks if len(looks) <= room else looks[: room - 1]
    rows = [
        *head,
        _rule(f"open brackets {len(trips)}", "    held bought    bid        P&L   stop        target"),
        *([_trip(trip, board) for trip in shown_trips] if trips else [Text("none", style="dim")]),
        _rule(f"symbols {max(len(looks), board.symbols_count)}"),
        *shown_looks,
    ]
    if len(shown_looks) < len(looks):
        rows.append(Text(f"and {len(looks) - len(shown_looks)} more", style="dim"))
    rows.append(_rule("latest events", "all times are New York's"))
    left = max(LINES_MIN, lines) - len(rows)
    latest = list(board.events)[-left:] if left > 0 else []
    rows.extend(_event(*event) for event in latest)
    rows.extend(Text() for _ in range(max(LINES_MIN, lines) - len(rows)))
    return _fitted(rows, max(COLUMNS_MIN, columns))


def _fitted(rows: list[Text], columns: int) -> Text:
    for row in rows:
        row.truncate(columns, overflow="ellipsis", pad=True)
    return Text("\n", no_wrap=True, end="").join(rows)


def _rule(name: str, columns: str = "") -> Text:
    return Text.assemble((f"{name:<20}", "bold"), (columns, "dim"))


def _title(board: Board, now: datetime) -> Text:
    text = Text.assemble(("Stopward ", "bold"), f"{board.about}  " if board.about else " ")
    if board.at is None:
        return text.append("no line in the log yet", style="yellow")
    silent = max(0.0, (now - board.at).total_seconds())
    style = "bold red" if silent > SILENT_SECONDS else ""
    text.append(f"{new_york(board.at):%Y-%m-%d %H:%M:%S} New York  ")
    return text.append(f"last line {duration(round(silent))} ago", style=style)


def _state(board: Board) -> Text:
    """Return how everything stands, the reasons last: whatever is cut off, the words are not."""
    text = Text.assemble(
        "connection ", (board.connection, "green" if board.connection == "ready" else "red"),
        "  breaker ", (board.breaker, "green" if board.breaker == "closed" else "red"),
        "  ", (board.control, "" if board.control == "running" else "bold red"),
    )  # fmt: skip
    if board.unguarded:
        text.append(f"  UNGUARDED: {len(board.unguarded)}", style="bold red")
    lacking = sum(trip.lacking for trip in board.open_trips)
    if lacking:
        text.append(f"  LACKING: {lacking}", style="bold red")
    if board.stopped:
        text.append("  stopped", style="bold red")
    known = {"by": board.ordered, **board.reasons}
    reasons = "; ".join(f"{name}: {' '.join(reason.split())}" for name, reason in known.items() if reason)
    return text.append(f"  {_of_new_york(reasons)}" if reasons else "")


def _session(board: Board, now: datetime) -> Text:
    text = Text("no session planned")
    if board.session is not None:
        opens, closes = map(new_york, board.session)
        text = Text(f"session {opens:%Y-%m-%d %H:%M}-{closes:%H:%M}")
    if board.cycle_at is not None:
        text.append(f"  cycle {board.cycle} at {new_york(board.cycle_at):%H:%M:%S}")
    due = board.next_cycle_at
    if due is not None:
        left = (due - now).total_seconds()
        text.append(f"  next at {new_york(due):%H:%M:%S}" + (f", in {duration(round(left))}" if left > 0 else ""))
    return text


def _day(day: Day | None) -> Text:
    if day is None:
        return Text("the day is not open yet")
    share = min(1.0, max(0.0, float(day.loss / day.limit))) if day.limit else 0.0
    filled = round(share * GAUGE)
    return Text.assemble(
        "P&L ", (usd(day.pnl, signed=True), _tone(day.pnl)), f" fees {usd(day.fees)}",
        f"  loss {usd(max(day.loss, Decimal(0)))} of {usd(day.limit)} ",
        ("█" * filled, "red"), ("░" * (GAUGE - filled), "dim"), f" {day.entries} entries",
    )  # fmt: skip


def _tone(value: Decimal) -> str:
    return "" if value == 0 else "green" if value > 0 else "red"


def _trip(trip: Trip, board: Board) -> Text:
    bid = money(trip.bids[-1][4]) if trip.bids else None
    pnl = None if bid is None else trip.pnl
    stop, target = exits(trip)
    text = Text(f"{trip.contract:<23.23} ", style="bold red" if trip.lacking or trip.intent in board.unguarded else "")
    text.append(f"{trip.held:>4} {price(trip.average(bought=True)):>6} {price(bid):>6} ", style="not bold default")
    text.append(f"{usd(pnl, signed=True):>10}", style=_tone(pnl or Decimal(0)))
    return text.append(f" {_far(stop, bid)} {_far(target, bid)}", style="not bold default")


def exits(trip: Trip) -> tuple[Decimal | None, Decimal | None]:
    """Return where stop and target stand now: the stop by its trigger while it has one."""
    stop, target = trip.trigger, trip.target
    for level in trip.levels:
        if level.leg == "TARGET":
            target = level.price
        else:
            stop = level.trigger if level.trigger is not None else level.price
    return stop, target


def _far(level: Decimal | None, bid: Decimal | None) -> str:
    """Return an exit's price, and how far the bid has to go there, in percent of the bid."""
    if level is None or not bid:
        return f"{price(level):>6}     -"
    return f"{price(level):>6} {(level - bid) / bid:>+5.0%}"


def _look(symbol: str, look: Look | None) -> Text:
    if look is None:
        return Text(f"{symbol:<6} not looked at yet", style="dim")
    style = "dim" if look.decision == "HOLD" else "green" if look.decision.startswith("BUY") else "yellow"
    return Text.assemble(
        f"{look.symbol:<6} {new_york(look.at):%H:%M:%S} ", (f"{look.decision:<12} ", style), _of_new_york(look.reason)
    )


def _event(at: datetime, level: str, text: str) -> Text:
    return Text.assemble(
        (f"{new_york(at):%H:%M:%S} ", "dim"), (_of_new_york(" ".join(text.split())), LOUD.get(level, ""))
    )


def _of_new_york(text: str) -> str:
    """Return a sentence of the log, which is of UTC, with its moments as everything else on the screen."""
    return UTC_MOMENT.sub(lambda found: _moment(datetime.fromisoformat(f"{found[1]}+00:00")), text)


def _moment(at: datetime) -> str:
    return f"{new_york(at):%Y-%m-%d %H:%M}" + (f":{at:%S}" if at.second else "")
