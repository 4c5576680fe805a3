"""All that a report says, taken from the log in one pass."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from domain.trading_day import new_york
from ops.reading.rows import Reader, Row, Wanted
from ops.report.curves import Candles, Curve, Drawdown, Point, drawdown
from ops.report.health import Health, OrderRows
from ops.report.timeline import Timeline
from ops.report.trips import ZERO, Trip, TripBook

Handler = Callable[[Row], None]


@dataclass(kw_only=True)
class Facts:
    """What the log says of some days; ask only once all is read.

    ``strange`` counts rows of a known event that lack what a report needs.
    """

    book: TripBook = field(default_factory=TripBook)
    health: Health = field(default_factory=Health)
    orders: OrderRows = field(default_factory=OrderRows)
    timeline: Timeline = field(default_factory=Timeline)
    curve: Curve = field(default_factory=Curve)
    candles: Candles = field(default_factory=Candles)
    lines: int = 0
    unreadable: int = 0
    strange: int = 0

    @cached_property
    def trips(self) -> list[Trip]:
        """Return the round trips, in the order in which they were opened."""
        return sorted((trip for trip in self.book.trips.values() if trip.is_round), key=lambda trip: trip.opened_at)

    @property
    def open_trips(self) -> list[Trip]:
        """Return what is still held at the log's end."""
        return [trip for trip in self.book.trips.values() if trip.closed_at is None and trip.held > 0]

    @property
    def unfilled(self) -> int:
        """Return how many entries ended with nothing bought."""
        return sum(trip.closed_at is not None and not trip.is_round for trip in self.book.trips.values())

    @cached_property
    def pnl(self) -> Decimal:
        """Return what the round trips came to, USD, after fees."""
        return sum((trip.pnl for trip in self.trips), ZERO)

    @property
    def fees(self) -> Decimal:
        """Return their fees, USD, and those of what is still held."""
        return sum((trip.fees for trip in (*self.trips, *self.open_trips)), ZERO)

    @property
    def told_pnl(self) -> Decimal:
        """Return the same by the closing lines alone, which the ledger wrote."""
        return sum((trip.told_pnl or ZERO for trip in self.trips), ZERO)

    @property
    def wins(self) -> int:
        """Return how many round trips made money."""
        return sum(trip.pnl > 0 for trip in self.trips)

    @cached_property
    def points(self) -> list[Point]:
        """Return the line of profit and loss."""
        return self.curve.points(self.trips)

    def drawdown(self) -> Drawdown:
        """Return its deepest fall."""
        return drawdown(self.points)

    @property
    def days(self) -> list[date]:
        """Return the first and the last New York day that the log has lines of, once when they are the same."""
        ends = [end for end in (self.timeline.first, self.timeline.last) if end is not None]
        return sorted({new_york(end).date() for end in ends})


def facts_of(reader: Reader, since: datetime | None, until: datetime | None) -> Facts:
    """Read the log once from ``since`` to ``until``, aware UTC, and return what it says."""
    facts = Facts()
    handlers = _handlers(facts)
    for row in reader.rows(Wanted(events=frozenset(handlers), since=since, until=until)):
        try:
            for handle in handlers[row["event"]]:
                handle(row)
        except (KeyError, ValueError, TypeError, ArithmeticError):
            facts.strange += 1  # Another version's row.
        facts.timeline.see(row)
    facts.lines, facts.unreadable = reader.lines, reader.unreadable
    return facts


def _handlers(facts: Facts) -> Mapping[str, list[Handler]]:
    found: dict[str, list[Handler]] = {}
    rooms = (facts.book, facts.health, facts.orders, facts.timeline, facts.curve, facts.candles)
    for room in rooms:
        for event, handler in room.handlers.items():
            found.setdefault(event, []).append(handler)
    return found
