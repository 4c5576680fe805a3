"""The report as tables for other programs: orders, fills and round trips as CSV. Times are UTC, money is USD."""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from ops.lines import moment
from ops.report.facts import Facts
from ops.report.trips import Trip

FILLS: Final = ("at", "intent", "contract", "leg", "quantity", "price", "cash", "fees", "exec_id")
TRIPS: Final = (
    "intent", "symbol", "contract", "strategy", "planned_at", "opened_at", "closed_at", "quantity", "bid_at_decision",
    "ask_at_decision", "bought_at", "sold_at", "ended_by", "entry_slippage", "exit_slippage", "fees", "pnl",
)  # fmt: skip
ORDERS: Final = (
    "at", "ref", "contract", "side", "quantity", "order_type", "price", "trigger", "tif", "changes", "status", "filled",
)  # fmt: skip


def write_tables(facts: Facts, folder: Path) -> list[Path]:
    """Write orders.csv, fills.csv and round_trips.csv; return where. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    trips = [*facts.trips, *facts.open_trips]
    return [
        _write(folder / "orders.csv", ORDERS, _orders(facts)),
        _write(folder / "fills.csv", FILLS, (row for trip in trips for row in _fills(trip))),
        _write(folder / "round_trips.csv", TRIPS, map(_trip, trips)),
    ]


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([["" if cell is None else cell for cell in row] for row in rows])
    return path


def _orders(facts: Facts) -> Iterable[Sequence[object]]:
    for order in facts.orders.orders.values():
        yield (
            moment(order.at), order.ref, order.contract, order.side, order.quantity, order.order_type, order.price,
            order.trigger, order.tif, order.changes, order.status, order.filled,
        )  # fmt: skip


def _fills(trip: Trip) -> Iterable[Sequence[object]]:
    for fill in trip.fills.values():
        charged = trip.charged.get(fill.exec_id)
        yield (
            moment(fill.at), trip.intent, trip.contract, fill.leg, fill.quantity, fill.price, fill.cash, charged,
            fill.exec_id,
        )  # fmt: skip


def _trip(trip: Trip) -> Sequence[object]:
    bid, ask = trip.quote or (None, None)
    return (
        trip.intent, trip.symbol, trip.contract, trip.strategy, moment(trip.planned_at), moment(trip.opened_at),
        _maybe(trip.closed_at), trip.bought, bid, ask, trip.average(bought=True), trip.average(bought=False),
        trip.reason, trip.entry_slippage, trip.exit_slippage, trip.fees, trip.pnl if trip.closed_at else None,
    )  # fmt: skip


def _maybe(at: datetime | None) -> str | None:
    return None if at is None else moment(at)
