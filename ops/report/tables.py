"""The report as tables for other programs: orders, fills and round trips, as CSV. Times are UTC, money is USD."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from ops.lines import moment
from ops.report.facts import Facts
from ops.report.trips import Trip


class Kind(StrEnum):
    """What the cells of a column are, where they are not empty: None, or an empty text."""

    TEXT = "text"
    COUNT = "count"
    MONEY = "money"  # A decimal, or what the log has for one; USD, of a price USD per share.
    TIME = "time"  # Aware.


_WORDS: Final = (
    "intent", "contract", "leg", "exec_id", "symbol", "strategy", "ended_by", "ref", "side", "order_type", "tif",
    "status",
)  # fmt: skip
_COUNTS: Final = ("quantity", "changes", "filled")
_TIMES: Final = ("at", "planned_at", "opened_at", "closed_at")
FILLS: Final = ("at", "intent", "contract", "leg", "quantity", "price", "cash", "fees", "exec_id")
TRIPS: Final = (
    "intent", "symbol", "contract", "strategy", "planned_at", "opened_at", "closed_at", "quantity", "bid_at_decision",
    "ask_at_decision", "bought_at", "sold_at", "ended_by", "entry_slippage", "exit_slippage", "fees", "pnl",
)  # fmt: skip
ORDERS: Final = (
    "at", "ref", "contract", "side", "quantity", "order_type", "price", "trigger", "tif", "changes", "status", "filled",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of the report, rows as wide as there are columns."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


def kind_of(column: str) -> Kind:
    """Return what a column of this name has in any table: a name means the same in all of them."""
    if column in _TIMES:
        return Kind.TIME
    return Kind.TEXT if column in _WORDS else Kind.COUNT if column in _COUNTS else Kind.MONEY


def tables_of(facts: Facts) -> tuple[Table, ...]:
    """Return orders, fills and round trips."""
    trips = [*facts.trips, *facts.open_trips]
    return (
        Table(name="orders", columns=ORDERS, rows=tuple(_orders(facts))),
        Table(name="fills", columns=FILLS, rows=tuple(row for trip in trips for row in _fills(trip))),
        Table(name="round_trips", columns=TRIPS, rows=tuple(map(_trip, trips))),
    )


def write_tables(facts: Facts, folder: Path) -> list[Path]:
    """Write orders.csv, fills.csv and round_trips.csv; return where. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(folder / f"{table.name}.csv", table) for table in tables_of(facts)]


def _write(path: Path, table: Table) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows([_cell(cell) for cell in row] for row in table.rows)
    return path


def _cell(cell: object) -> object:
    if cell is None:
        return ""
    return moment(cell) if isinstance(cell, datetime) else cell


def _orders(facts: Facts) -> Iterable[Sequence[object]]:
    for order in facts.orders.orders.values():
        yield (
            order.at, order.ref, order.contract, order.side, order.quantity, order.order_type, order.price,
            order.trigger, order.tif, order.changes, order.status, order.filled,
        )  # fmt: skip


def _fills(trip: Trip) -> Iterable[Sequence[object]]:
    for fill in trip.fills.values():
        charged = trip.charged.get(fill.exec_id)
        yield (
            fill.at, trip.intent, trip.contract, fill.leg, fill.quantity, fill.price, fill.cash, charged,
            fill.exec_id,
        )  # fmt: skip


def _trip(trip: Trip) -> Sequence[object]:
    bid, ask = trip.quote or (None, None)
    return (
        trip.intent, trip.symbol, trip.contract, trip.strategy, trip.planned_at, trip.opened_at,
        trip.closed_at, trip.bought, bid, ask, trip.average(bought=True), trip.average(bought=False),
        trip.reason, trip.entry_slippage, trip.exit_slippage, trip.fees, trip.pnl if trip.closed_at else None,
    )  # fmt: skip
