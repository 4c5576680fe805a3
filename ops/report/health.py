"""How the day went apart from money: cycles, data, refusals, orders."""

from array import array
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ops.reading.rows import Row, at_of

FAILURES: Final = ("historical_empty_response", "historical_fetch_error", "historical_data_timeout")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How some times are spread, seconds."""

    count: int
    mean: float
    p95: float
    most: float


def spread_of(seconds: "array[float]") -> Spread:
    """Return how these are spread; of none all is 0."""
    if not seconds:
        return Spread(count=0, mean=0.0, p95=0.0, most=0.0)
    ordered = sorted(seconds)
    place = min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))
    return Spread(count=len(ordered), mean=sum(ordered) / len(ordered), p95=ordered[place], most=ordered[-1])


class Health:
    """Counts. Lines of one log, oldest first."""

    def __init__(self) -> None:
        self.cycles = Counter[str]()
        self.cycle_seconds = array("d")
        self.history_seconds = array("d")
        self.data = Counter[str]()
        self.denied = Counter[str]()
        self.examples: dict[str, str] = {}
        self.entitlements: dict[str, str] = {}
        self.alerts = Counter[str]()
        self.loud = Counter[str]()
        self.handlers = {
            "cycle_complete": self._cycle,
            "cycle_overrun": lambda _: self.cycles.update(("overruns",)),
            "historical_success": self._history,
            "historical_fetch_failed_exhausted": lambda _: self.data.update(("given_up",)),
            "historical_cache_fallback": lambda _: self.data.update(("cached",)),
            "historical_retry_sleep": lambda _: self.data.update(("retries",)),
            "stream_silent": lambda _: self.data.update(("silent_streams",)),
            "log_dropped": lambda row: self.data.update({"lines_dropped": int(row["dropped"])}),
            "entitlement": self._entitlement,
            "entry_denied": self._denied,
            "alert": lambda row: self.alerts.update((str(row["kind"]),)),
            **dict.fromkeys(FAILURES, lambda _: self.data.update(("failures",))),
        }

    def _cycle(self, row: Row) -> None:
        self.cycle_seconds.append(float(row["duration_seconds"]))
        self.cycles["cycles"] += 1
        for name in ("symbols", "completed", "failed", "skipped", "entries_attempted", "entries_placed"):
            self.cycles[name] += int(row[name])

    def _history(self, row: Row) -> None:
        self.history_seconds.append(float(row["seconds"]))
        self.data["successes"] += 1

    def _entitlement(self, row: Row) -> None:
        self.entitlements[str(row["data"])] = str(row["access"])

    def _denied(self, row: Row) -> None:
        rule = str(row["rule"])
        self.denied[rule] += 1
        what = " ".join(f"{row.get('candidate') or row['symbol']}: {row['found']} against {row['limit']}".split())
        self.examples.setdefault(rule, what)


@dataclass(slots=True, kw_only=True)
class OrderRow:
    """One order as it was sent first and stood last."""

    ref: str
    at: datetime
    contract: str
    side: str
    quantity: int
    order_type: str
    price: object
    trigger: object
    tif: str
    changes: int = 0
    status: str = ""
    filled: int = 0


class OrderRows:
    """Collects the orders. Lines of one log, oldest first."""

    def __init__(self) -> None:
        self.orders: dict[str, OrderRow] = {}
        self.handlers = {
            "order_placement": self._placed,
            "order_modify_sent": self._changed,
            "order_status": self._status,
        }

    def _placed(self, row: Row) -> None:
        ref = str(row["ref"])
        self.orders[ref] = OrderRow(
            ref=ref,
            at=at_of(row),
            contract=str(row["contract"]),
            side=str(row["side"]),
            quantity=int(row["quantity"]),
            order_type=str(row["order_type"]),
            price=row.get("price"),
            trigger=row.get("trigger"),
            tif=str(row.get("tif", "")),
        )

    def _changed(self, row: Row) -> None:
        order = self.orders.get(str(row["ref"]))
        if order is not None:
            order.changes += 1
            order.price, order.trigger = row.get("price"), row.get("trigger")

    def _status(self, row: Row) -> None:
        order = self.orders.get(str(row["ref"]))
        if order is not None:
            order.status, order.filled = str(row["status"]), int(row["filled"])
