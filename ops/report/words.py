"""The report's numbers as words, the same for the terminal and for the page."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.trading_day import new_york
from ops.report.facts import Facts
from ops.report.health import spread_of
from ops.report.trips import ZERO, Trip


def usd(value: Decimal | None, *, signed: bool = False) -> str:
    """Return money with two digits; a dash for nothing."""
    if value is None:
        return "-"
    return f"{value:+,.2f}" if signed else f"{value:,.2f}"


def price(value: Decimal | None) -> str:
    """Return a price with the digits it needs, at least two; a dash for nothing."""
    if value is None:
        return "-"
    short = f"{value:.4f}".rstrip("0")
    return short if len(short.partition(".")[2]) >= 2 else f"{value:.2f}"


def duration(seconds: float | None) -> str:
    """Return a time as a person says it."""
    if seconds is None:
        return "-"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} days"
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{seconds:.3g} s"


def clock(at: datetime | None) -> str:
    """Return New York's clock; a dash for never."""
    return "-" if at is None else f"{new_york(at):%H:%M:%S}"


def span_of(facts: Facts) -> str:
    """Return which days the report is about."""
    days = facts.days
    return "no day" if not days else " to ".join(day.isoformat() for day in days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number with its name. ``good`` is None where it is neither."""

    name: str
    value: str
    more: str = ""
    good: bool | None = None


def figures(facts: Facts) -> list[Figure]:
    """Return what matters most."""
    trips = facts.trips
    fall = facts.drawdown()
    lost = [trip.pnl for trip in trips if trip.pnl <= 0]
    won = [trip.pnl for trip in trips if trip.pnl > 0]
    unguarded = max((trip.unguarded_seconds for trip in facts.book.trips.values()), default=0.0)
    return [
        Figure(name="P&L", value=usd(facts.pnl, signed=True), more="USD, after fees", good=_sign(facts.pnl)),
        Figure(name="fees", value=usd(facts.fees), more="USD"),
        Figure(
            name="deepest fall",
            value=usd(fall.amount),
            more=f"{clock(fall.since)} to {clock(fall.until)}" if fall.amount else "",
        ),
        Figure(
            name="round trips",
            value=str(len(trips)),
            more=f"{len(facts.open_trips)} open, {facts.unfilled} not filled",
        ),
        Figure(
            name="win rate",
            value=f"{len(won) / len(trips):.0%}" if trips else "-",
            more=f"mean win {usd(_mean(won))}, loss {usd(_mean(lost))}",
        ),
        Figure(
            name="slippage",
            value=usd(_sum(trip.entry_slippage for trip in trips), signed=True),
            more=f"entries over the ask; exits under the bid {usd(_sum(t.exit_slippage for t in trips), signed=True)}",
        ),
        Figure(name="denied", value=str(sum(facts.health.denied.values())), more=_most(facts)),
        Figure(
            name="longest unguarded",
            value=f"{unguarded:.3f} s",
            good=None if unguarded == 0 else False,
        ),
        *_not_ours(facts),
    ]


def _not_ours(facts: Facts) -> list[Figure]:
    """Return what went without an order of ours, or lacks by now; nothing where all did."""
    trips = facts.book.trips.values()
    gone, lacking = sum(trip.outside for trip in trips), sum(trip.lacking for trip in trips)
    if not gone and not lacking:
        return []
    more = f"contracts; {lacking} lack at the broker, see ./bot gone" if lacking else "contracts, or written off"
    return [Figure(name="sold by others", value=str(gone), more=more, good=False)]


def _sign(value: Decimal) -> bool | None:
    return None if value == 0 else value > 0


def _mean(values: list[Decimal]) -> Decimal | None:
    return sum(values, ZERO) / len(values) if values else None


def _sum(values: object) -> Decimal:
    assert hasattr(values, "__iter__"), "a sequence of amounts"
    return sum((value for value in values if value is not None), ZERO)


def _most(facts: Facts) -> str:
    most = facts.health.denied.most_common(1)
    return f"most by {most[0][0]}" if most else ""


def books_agree(facts: Facts) -> str:
    """Return whether the fills come to what the ledger's closing lines say, to the cent."""
    differing = [trip for trip in facts.trips if trip.told_pnl is not None and trip.told_pnl != trip.pnl]
    if not differing:
        return "The fills add up to what the ledger wrote at each close, to the cent."
    names = ", ".join(trip.intent for trip in differing[:5])
    return f"The fills come to {usd(facts.pnl)} USD, the ledger's closing lines to {usd(facts.told_pnl)}: see {names}."


TRIP_COLUMNS = (
    "opened", "contract", "strategy", "count", "bought", "sold", "by", "held", "slippage", "fees", "P&L",
)  # fmt: skip


def trip_cells(trip: Trip) -> tuple[str, ...]:
    """Return a round trip's row, by TRIP_COLUMNS."""
    return (
        f"{new_york(trip.opened_at):%m-%d %H:%M}",
        trip.contract,
        trip.strategy or "-",
        str(trip.bought),
        price(trip.average(bought=True)),
        price(trip.average(bought=False)),
        trip.reason or "open",
        duration(trip.seconds),
        usd(trip.entry_slippage, signed=True),
        usd(trip.fees),
        usd(trip.pnl, signed=True),
    )


def health_rows(facts: Facts) -> list[tuple[str, str]]:
    """Return cycles and data, name and words."""
    health = facts.health
    cycles, data = health.cycles, health.data
    took, came = spread_of(health.cycle_seconds), spread_of(health.history_seconds)
    done = cycles["symbols"] or 1
    quotes = ", ".join(f"{what} {how}" for what, how in sorted(health.entitlements.items()))
    looks = (
        f"{cycles['cycles']}, {cycles['completed']} of {cycles['symbols']} looks completed "
        f"({cycles['completed'] / done:.1%}), {cycles['failed']} failed, {cycles['skipped']} skipped, "
        f"{cycles['overruns']} overruns"
    )
    bars = (
        f"{data['successes']} answers, mean {came.mean:.2f} s, longest {came.most:.2f} s; {data['failures']} failures, "
        f"{data['retries']} retries, {data['given_up']} given up, {data['cached']} times from the cache"
    )
    away = sum(span.seconds(facts.timeline.end) for span in facts.timeline.outages)
    read = f"{facts.lines:,} lines, {facts.unreadable} unreadable, {facts.strange} of another version"
    return [
        ("cycles", looks),
        ("cycle time", f"mean {took.mean:.2f} s, 95% within {took.p95:.2f} s, longest {took.most:.2f} s"),
        ("bars", bars),
        ("quotes", f"{quotes or 'not probed'}; {data['silent_streams']} silent streams"),
        ("process", f"{facts.timeline.starts} starts, {facts.timeline.restarts} restarts of actors"),
        ("connection", f"{len(facts.timeline.outages)} outages, {duration(away)} in all"),
        ("log", f"{read}, {data['lines_dropped']} dropped"),
    ]
