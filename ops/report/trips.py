"""Round trips, put together from the log: what was decided, bought, sold, charged, and what it came to."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from ops.reading.rows import Row, at_of

ZERO: Final = Decimal(0)


def money(value: object) -> Decimal:
    """Return a number of the log as the decimal that was written. Raises ArithmeticError for anything else."""
    return Decimal(str(value))


def maybe(value: object) -> Decimal | None:
    """Return the same, or None for nothing."""
    return None if value is None else money(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """One execution. Price in USD per share."""

    at: datetime
    leg: str
    quantity: int
    price: Decimal
    multiplier: int
    exec_id: str

    @property
    def cash(self) -> Decimal:
        """Return what it brought, USD; below 0 for a purchase."""
        value = self.price * self.quantity * self.multiplier
        return -value if self.leg == "ENTRY" else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Where an exit stood from this moment on: limit of the target or the stop, trigger of the stop; USD per share."""

    at: datetime
    leg: str
    price: Decimal | None
    trigger: Decimal | None


@dataclass(slots=True, kw_only=True)
class Trip:
    """One intent. ``bids`` has rows of moment, first, high, low, last. Money in USD, prices per share."""

    intent: str
    contract: str
    planned_at: datetime
    quantity: int = 0
    strategy: str = ""
    limit: Decimal | None = None
    target: Decimal | None = None
    trigger: Decimal | None = None
    quote: tuple[Decimal, Decimal] | None = None  # Bid and ask when it was decided.
    spot: Decimal | None = None
    fills: dict[str, Fill] = field(default_factory=dict)
    charged: dict[str, Decimal] = field(default_factory=dict)
    levels: list[Level] = field(default_factory=list)
    bids: list[tuple[datetime, float, float, float, float]] = field(default_factory=list)
    unguarded_seconds: float = 0.0
    lacking: int = 0  # Held by our fills, and not at the broker: nobody sold them.
    closed_at: datetime | None = None
    reason: str = ""
    told_pnl: Decimal | None = None
    told_fees: Decimal | None = None

    @property
    def symbol(self) -> str:
        """Return the underlying."""
        return self.contract.rsplit(" ", 2)[0]

    def _quantity(self, *, bought: bool) -> int:
        return sum(fill.quantity for fill in self.fills.values() if (fill.leg == "ENTRY") == bought)

    @property
    def bought(self) -> int:
        """Return contracts bought."""
        return self._quantity(bought=True)

    @property
    def outside(self) -> int:
        """Return contracts that somebody else sold, or that were written off as gone."""
        return sum(fill.quantity for fill in self.fills.values() if fill.leg == "OUTSIDE")

    @property
    def held(self) -> int:
        """Return contracts held by now."""
        return self.bought - self._quantity(bought=False)

    def average(self, *, bought: bool) -> Decimal | None:
        """Return the average price of the purchases or of the sales; None where there are none."""
        fills = [fill for fill in self.fills.values() if (fill.leg == "ENTRY") == bought]
        count = sum(fill.quantity for fill in fills)
        return sum((fill.price * fill.quantity for fill in fills), ZERO) / count if count else None

    @property
    def fees(self) -> Decimal:
        """Return the fees; where no line tells of each, what the closing line has."""
        return sum(self.charged.values(), ZERO) if self.charged else self.told_fees or ZERO

    @property
    def flow(self) -> Decimal:
        """Return sales less purchases less fees, by the fills as they were corrected last."""
        return sum((fill.cash for fill in self.fills.values()), ZERO) - self.fees

    @property
    def pnl(self) -> Decimal:
        """Return what it came to: by its fills where the log has all of them, else by its closing line.

        What is still held counts at the bid seen last; where none was seen, at what it cost.
        """
        if self.told_pnl is not None and (self.held or not self.fills):
            return self.told_pnl
        bid = money(self.bids[-1][4]) if self.bids else self.average(bought=True) or ZERO
        return self.flow + bid * self.held * self.multiplier

    @property
    def is_round(self) -> bool:
        """Return whether something was held and is no longer."""
        return self.closed_at is not None and (bool(self.fills) or bool(self.told_pnl))

    @property
    def entry_slippage(self) -> Decimal | None:
        """Return what the purchases cost above the ask at decision, USD in all; below 0 when they were cheaper."""
        paid = self.average(bought=True)
        if paid is None or self.quote is None:
            return None
        return (paid - self.quote[1]) * self.bought * self.multiplier

    @property
    def exit_slippage(self) -> Decimal | None:
        """Return what the sales brought below the bid seen last before them, USD in all; None where none was seen."""
        sales = [fill for fill in self.fills.values() if fill.leg != "ENTRY"]
        got = self.average(bought=False)
        if got is None:
            return None
        first = min(fill.at for fill in sales)
        seen = [last for at, _, _, _, last in self.bids if at <= first]
        count = sum(fill.quantity for fill in sales)
        return (money(seen[-1]) - got) * count * self.multiplier if seen else None

    @property
    def multiplier(self) -> int:
        """Return the shares of one contract."""
        return next((fill.multiplier for fill in self.fills.values()), 100)

    @property
    def opened_at(self) -> datetime:
        """Return when the first contract was bought, or else when it was planned."""
        return min((fill.at for fill in self.fills.values()), default=self.planned_at)

    @property
    def seconds(self) -> float | None:
        """Return how long something was held."""
        return None if self.closed_at is None else (self.closed_at - self.opened_at).total_seconds()


class TripBook:
    """Collects the trips. Lines of one log, oldest first."""

    def __init__(self) -> None:
        self.trips: dict[str, Trip] = {}
        self._quotes: dict[str, Row] = {}
        self.handlers = {
            "option_chosen": self._chosen,
            "bracket_planned": self._planned,
            "foreign_adopted": self._adopted,
            "order_placement": self._level,
            "order_modify_sent": self._level,
            "entry_filled": self._filled,
            "exit_filled": self._filled,
            "sold_outside": self._outside,
            "position_written_off": self._outside,
            "position_lacking": self._lacking,
            "position_complete": self._complete,
            "oco_actor_started": self._complete,  # It tells anew what lacks.
            "fill_corrected": self._corrected,
            "fees_charged": self._charged,
            "guard_quote": self._bid,
            "position_guarded": self._guarded,
            "position_closed": self._closed,
            "bracket_reopened": self._reopened,
        }

    def of(self, row: Row) -> Trip:
        """Return the trip that the row is about; one whose beginning is not in this log begins here."""
        intent = str(row["intent"])
        if intent not in self.trips:
            self.trips[intent] = Trip(intent=intent, contract=str(row.get("contract", "")), planned_at=at_of(row))
        return self.trips[intent]

    def _chosen(self, row: Row) -> None:
        self._quotes[str(row["contract"])] = row

    def _planned(self, row: Row) -> None:
        trip = self.of(row)
        trip.quantity, trip.strategy = int(row["quantity"]), str(row.get("strategy", ""))
        trip.limit, trip.target, trip.trigger = (maybe(row.get(name)) for name in ("price", "target", "trigger"))
        seen = self._quotes.pop(trip.contract, None)
        if seen is not None and seen.get("bid") is not None and seen.get("ask") is not None:
            trip.quote = (money(seen["bid"]), money(seen["ask"]))
            trip.spot = maybe(seen.get("spot"))

    def _adopted(self, row: Row) -> None:
        trip = self.of(row)
        trip.strategy = "adopted"
        self._keep(trip, row, leg="ENTRY", exec_id=f"adopted {trip.intent}")

    def _level(self, row: Row) -> None:
        intent, leg, _ = str(row["ref"]).rsplit(".", 2)
        if leg not in {"T", "S"} or intent not in self.trips:
            return
        name = {"T": "TARGET", "S": "STOP"}[leg]
        level = Level(at=at_of(row), leg=name, price=maybe(row.get("price")), trigger=maybe(row.get("trigger")))
        self.trips[intent].levels.append(level)

    def _filled(self, row: Row) -> None:
        self._keep(self.of(row), row, leg=str(row["leg"]), exec_id=str(row["exec_id"]))

    def _outside(self, row: Row) -> None:
        trip = self.of(row)
        trip.lacking = 0  # What lacks still is told again.
        self._keep(trip, {"multiplier": trip.multiplier, **row}, leg="OUTSIDE", exec_id=str(row["exec_id"]))

    def _lacking(self, row: Row) -> None:
        self.of(row).lacking = int(row["quantity"])

    def _complete(self, row: Row) -> None:
        known = self.trips.get(str(row["intent"]))
        if known is not None:
            known.lacking = 0

    def _keep(self, trip: Trip, row: Row, *, leg: str, exec_id: str) -> None:
        trip.fills[exec_id] = Fill(
            at=at_of(row),
            leg=leg,
            quantity=int(row["quantity"]),
            price=money(row["price"]),
            multiplier=int(row.get("multiplier") or 100),
            exec_id=exec_id,
        )

    def _corrected(self, row: Row) -> None:
        known = self.of(row).fills.get(str(row["exec_id"]))
        if known is not None:
            self._keep(self.of(row), {**row, "ts": known.at.isoformat()}, leg=known.leg, exec_id=known.exec_id)

    def _charged(self, row: Row) -> None:
        self.of(row).charged[str(row["exec_id"])] = money(row["fees"])

    def _bid(self, row: Row) -> None:
        numbers = (float(row[name]) for name in ("bid_first", "bid_high", "bid_low", "bid"))
        first, high, low, last = numbers
        self.of(row).bids.append((at_of(row), first, high, low, last))

    def _guarded(self, row: Row) -> None:
        trip = self.of(row)
        trip.unguarded_seconds = max(trip.unguarded_seconds, float(row["unguarded_seconds"]))

    def _closed(self, row: Row) -> None:
        trip = self.of(row)
        trip.closed_at, trip.reason, trip.lacking = at_of(row), str(row["reason"]), 0
        if row["quantity"]:
            trip.told_pnl, trip.told_fees = money(row["pnl"]), money(row["fees"])

    def _reopened(self, row: Row) -> None:
        trip = self.of(row)
        trip.closed_at, trip.reason, trip.told_pnl, trip.told_fees = None, "", None, None
