"""The report on a terminal."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ops.report.curves import Point
from ops.report.facts import Facts
from ops.report.words import (
    TRIP_COLUMNS,
    books_agree,
    clock,
    duration,
    figures,
    health_rows,
    span_of,
    trip_cells,
    usd,
)

BLOCKS: Final = "▁▂▃▄▅▆▇█"
CURVE_COLUMNS: Final = 60
TRIPS_MAX: Final = 100
NARROW: Final = frozenset({"strategy", "held", "slippage", "fees"})  # Left out where they do not fit.
WIDE_COLUMNS: Final = 110


def report(facts: Facts, width: int) -> Group:
    """Return what a person reads, for a terminal of this many columns."""
    parts: list[RenderableType] = [Text(f"Stopward, {span_of(facts)}, New York time", style="bold"), _figures(facts)]
    points = facts.points
    if points:
        parts.append(Text(f"P&L {sparkline(points, CURVE_COLUMNS)} {usd(points[-1][1], signed=True)} USD"))
    if facts.trips or facts.open_trips:
        parts.extend((_trips(facts, width), Text(books_agree(facts), style="dim")))
    if facts.health.denied:
        parts.append(_denied(facts))
    parts.extend((_rows(health_rows(facts)), *_timeline(facts)))
    return Group(*parts)


def sparkline(points: Sequence[Point], columns: int) -> str:
    """Return the line in so many characters, evenly over time; the lowest is the lowest block."""
    start, end = points[0][0], points[-1][0]
    step = (end - start) / columns
    values: list[Decimal] = []
    place = 0
    for column in range(columns):
        while place + 1 < len(points) and points[place + 1][0] <= start + step * (column + 1):
            place += 1
        values.append(points[place][1])
    low, high = min(values), max(values)
    scale = (len(BLOCKS) - 1) / float(high - low) if high > low else 0.0
    return "".join(BLOCKS[round(float(value - low) * scale)] for value in values)


def _figures(facts: Facts) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(style="dim", overflow="fold")
    styles = {True: "green", False: "red", None: ""}
    for figure in figures(facts):
        table.add_row(figure.name, Text(figure.value, style=styles[figure.good]), figure.more)
    return table


def _trips(facts: Facts, width: int) -> Table:
    shown = [name for name in TRIP_COLUMNS if width >= WIDE_COLUMNS or name not in NARROW]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in shown:
        table.add_column(name, justify="left" if name in {"opened", "contract", "by"} else "right", no_wrap=True)
    trips = [*facts.trips, *facts.open_trips]
    for trip in trips[-TRIPS_MAX:]:
        cells = dict(zip(TRIP_COLUMNS, trip_cells(trip), strict=True))
        pnl = Text(cells["P&L"], style="green" if trip.pnl > 0 else "red")
        table.add_row(*(pnl if name == "P&L" else cells[name] for name in shown))
    if len(trips) > TRIPS_MAX:
        table.caption = f"the last {TRIPS_MAX} of {len(trips)}; --csv and --html have all"
    return table


def _denied(facts: Facts) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column("", justify="right")
    table.add_column("", no_wrap=True)
    table.add_column("", style="dim", overflow="fold")
    for rule, count in facts.health.denied.most_common():
        table.add_row(str(count), f"denied by {rule}", facts.health.examples.get(rule, ""))
    return table


def _rows(rows: Sequence[tuple[str, str]]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, words in rows:
        table.add_row(name, words)
    return table


def _timeline(facts: Facts) -> list[Text]:
    end = facts.timeline.end
    spans = [
        (span.start, f"{clock(span.start)} {span.kind} for {duration(span.seconds(end))}: {span.text}".rstrip(": "))
        for span in facts.timeline.spans
        if span.seconds(end) > 0
    ]
    marks = [(mark.at, f"{clock(mark.at)} {mark.kind}: {mark.text}") for mark in facts.timeline.marks]
    return [Text(text, style="yellow") for _, text in sorted((*spans, *marks))]
