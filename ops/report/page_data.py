"""What the page's charts are drawn from. Times are shifted to New York's clock, since the charts show UTC."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from domain.trading_day import new_york
from ops.report.curves import Point, minutes
from ops.report.facts import Facts
from ops.report.trips import ZERO, Trip

CHARTS_MAX: Final = 200  # A page with more is slow on a phone, and nobody opens them.
POINTS_MAX: Final = 5000
AROUND: Final = timedelta(minutes=20)
MINUTE: Final = 60
QUIET_SECONDS_MAX: Final = 6 * 3600  # A longer pause is a night.
FINE_MAX: Final = 240  # So many lines of a bid are drawn one by one; of more, by the minute.


def page_data(facts: Facts) -> dict[str, Any]:
    """Return plain lists and numbers, ready for JSON."""
    line = facts.points
    return {
        "pnl": _series(line),
        "fall": _series(_falls(line)),
        "trips": [_trip(number, trip, facts) for number, trip in enumerate(charted(facts))],
    }


def charted(facts: Facts) -> list[Trip]:
    """Return the trips that get a chart: the newest, and what is open."""
    return [*facts.trips, *facts.open_trips][-CHARTS_MAX:]


def wall(at: datetime) -> int:
    """Return whole seconds that a chart shows as New York's clock."""
    local = new_york(at)
    offset = local.utcoffset() or timedelta()
    return int(at.timestamp() + offset.total_seconds())


def _series(line: Sequence[Point]) -> list[tuple[int, float]]:
    """Return a point for each minute, thinned out where there are too many; the last one always stays.

    A chart puts points side by side whatever lies between them, so that minutes without news need one, too.
    """
    found: dict[int, float] = {}
    last = 0
    for at, value in line:
        minute = wall(at) // MINUTE * MINUTE
        if last and minute - last <= QUIET_SECONDS_MAX:
            found.update((quiet, found[last]) for quiet in range(last + MINUTE, minute, MINUTE))
        found[minute] = float(value)
        last = minute
    rows = sorted(found.items())
    step = max(1, len(rows) // POINTS_MAX)
    return [row for place, row in enumerate(rows) if place % step == 0 or place == len(rows) - 1]


def _falls(line: Iterable[Point]) -> list[Point]:
    height = ZERO
    found = []
    for at, value in line:
        height = max(height, value)
        found.append((at, value - height))
    return found


def _trip(number: int, trip: Trip, facts: Facts) -> dict[str, Any]:
    end = trip.closed_at or facts.timeline.end
    option = [(_shifted(trip.opened_at, start), *numbers) for start, *numbers in _option(trip)]
    share = [
        (_shifted(trip.opened_at, start), *numbers[:4])
        for start, *numbers in facts.candles.between(trip.symbol, trip.opened_at - AROUND, end + AROUND)
    ]
    ends = [int(row[0]) for row in option] or [wall(trip.opened_at), wall(end)]
    first, last = ends[0], ends[-1]
    paid = trip.average(bought=True)
    return {
        "number": number,
        "option": option,
        "share": share,
        "entry": _flat(paid, first, last),
        "target": _level(trip, "TARGET", trip.target, first, last),
        "stop": _level(trip, "STOP", trip.trigger, first, last),
        "marks": _marks(trip, [int(row[0]) for row in option]),
        "shareMarks": _marks(trip, [int(row[0]) for row in share]),
    }


def _option(trip: Trip) -> list[tuple[float, ...]]:
    """Return the bid's candles; a trip too short for any has those of its own fills."""
    if len(trip.bids) > FINE_MAX:
        return minutes(trip.bids)
    if trip.bids:
        return [(at.timestamp() // 1, *numbers) for at, *numbers in _each_second_once(trip.bids)]
    prices = sorted((fill.at, float(fill.price)) for fill in trip.fills.values())
    return minutes([(at, price, price, price, price) for at, price in prices])


def _each_second_once(bids: Sequence[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    return {bid[0].timestamp() // 1: bid for bid in bids}.values()


def _shifted(at: datetime, start: float) -> int:
    return int(start) + wall(at) - int(at.timestamp())


def _flat(price: Decimal | None, first: int, last: int) -> list[tuple[int, float]]:
    if price is None:
        return []
    ends = sorted({first, last})
    return [(at, float(price)) for at in ends]


def _level(trip: Trip, leg: str, planned: Decimal | None, first: int, last: int) -> list[tuple[int, float]]:
    """Return where an exit stood, by the minute: the stop by its trigger while it has one."""
    rows: dict[int, float] = {} if planned is None else {first: float(planned)}
    for level in trip.levels:
        value = level.trigger if leg == "STOP" and level.trigger is not None else level.price
        if level.leg == leg and value is not None:
            rows[min(last, max(first, wall(level.at)))] = float(value)
    if rows:
        rows[max(last, *rows)] = rows[max(rows)]
    return sorted(rows.items())


def _marks(trip: Trip, starts: Sequence[int]) -> list[dict[str, Any]]:
    """Return entry and exits, each at the candle in which it happened; one for each minute and side."""
    found: dict[tuple[int, bool], int] = {}
    for fill in trip.fills.values():
        at = max((start for start in starts if start <= wall(fill.at)), default=starts[0] if starts else 0)
        key = (at, fill.leg == "ENTRY")
        found[key] = found.get(key, 0) + fill.quantity
    return [
        {"time": at, "buys": buys, "text": f"{'+' if buys else '-'}{count}"}
        for (at, buys), count in sorted(found.items())
        if starts
    ]
