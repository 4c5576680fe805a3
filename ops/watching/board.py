"""How the bot stands, as the log tells it line by line: nothing else is asked, so that a copied log will do."""

from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from domain.trading_day import new_york
from ops.reading.rows import Row, at_of
from ops.report.trips import Trip, TripBook, money

EVENTS_KEPT: Final = 200
QUIET: Final = frozenset({"DEBUG"})
SHOWN_ABOVE: Final = frozenset({"order_status", "symbol_cycle", "cycle_start"})  # Told by the lines over the events.


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was last decided on a symbol, and why."""

    symbol: str
    at: datetime
    decision: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """How the trading day stands, USD. ``loss`` is the worse of ours and the account's."""

    pnl: Decimal
    fees: Decimal
    loss: Decimal
    limit: Decimal
    at_risk: Decimal
    entries: int


class Board:
    """Takes rows, oldest first. Rows of another version that lack something change nothing."""

    def __init__(self) -> None:
        self.at: datetime | None = None
        self.about = ""
        self.connection = "unknown"
        self.breaker = "closed"
        self.control = "running"
        self.ordered = ""  # By whom and when it was, while it is not running.
        self.stopped = False
        self.reasons: dict[str, str] = {}  # Of what is not as it should be.
        self.session: tuple[datetime, datetime] | None = None
        self.cycle = 0
        self.cycle_at: datetime | None = None
        self.interval: timedelta | None = None
        self.symbols: tuple[str, ...] = ()  # Of the start, where it names them.
        self.symbols_count = 0
        self.looks: dict[str, Look] = {}
        self.day: Day | None = None
        self.unguarded: set[str] = set()
        self.events: deque[tuple[datetime, str, str]] = deque(maxlen=EVENTS_KEPT)
        self._book = TripBook()
        self._handlers: dict[str, Callable[[Row], None]] = {
            "started": self._started,
            "shutdown": self._shutdown,
            "connection_state": self._connection,
            "circuit_breaker_open": lambda row: self._broke("OPEN", str(row["reason"])),
            "circuit_breaker_half_open": lambda _: self._broke("half open"),
            "circuit_breaker_closed": lambda _: self._broke("closed"),
            "control": self._controlled,
            "halted_at_start": self._controlled,
            "session_planned": self._session,
            "cycle_start": self._cycle,
            "symbol_cycle": self._look,
            "entry_denied": self._denied,
            "day_pnl": self._day,
            "day_opened": self._opened,
            "position_unguarded": lambda row: self.unguarded.add(str(row["intent"])),
            "position_guarded": lambda row: self.unguarded.discard(str(row["intent"])),
        }

    @property
    def open_trips(self) -> list[Trip]:
        """Return what is held, in the order in which it was bought."""
        held = [trip for trip in self._book.trips.values() if trip.closed_at is None and trip.held > 0]
        return sorted(held, key=lambda trip: trip.opened_at)

    @property
    def next_cycle_at(self) -> datetime | None:
        """Return when the next cycle is due, by the pause between the last two; None when that is not known."""
        if self.cycle_at is None or self.interval is None or self.stopped:
            return None
        due = self.cycle_at + self.interval
        return due if self.session is None or due < self.session[1] else None

    def take(self, row: Row) -> None:
        """Take one row."""
        event, self.at = row["event"], at_of(row)
        self._handled(self._handlers, row)
        self.remember(row)
        if event == "position_closed":
            self.unguarded.discard(str(row.get("intent")))
        if row.get("level") not in QUIET and event not in SHOWN_ABOVE:
            self.events.append((self.at, str(row.get("level", "")), str(row.get("msg", event))))

    def remember(self, row: Row) -> None:
        """Take of one row what it says of brackets alone: for the days before."""
        self._handled(self._book.handlers, row)
        if row["event"] == "guard_quote":
            self._forget_old_bids(str(row.get("intent")))

    @staticmethod
    def _handled(handlers: Mapping[str, Callable[[Row], None]], row: Row) -> None:
        handler = handlers.get(row["event"])
        if handler is None:
            return
        with suppress(KeyError, ValueError, TypeError, ArithmeticError):
            handler(row)  # Another version's row may fail; its sentence is shown all the same.

    def _started(self, row: Row) -> None:
        self.about = f"{row['mode']} {row['version']}"
        self.stopped, self.connection, self.breaker = False, "connecting", "closed"
        self.reasons.clear()
        self.symbols_count, self.symbols = int(row["symbols"]), tuple(map(str, row.get("symbol_names", ())))
        if self.symbols:
            self.looks = {symbol: look for symbol, look in self.looks.items() if symbol in self.symbols}
        if row.get("control") == "running":  # Another state is told by the next line.
            self.control, self.ordered = "running", ""

    def _shutdown(self, row: Row) -> None:
        self.stopped = True
        self.reasons["stopped"] = str(row["reason"])

    def _connection(self, row: Row) -> None:
        self.connection = str(row["state"])
        self.reasons["connection"] = str(row.get("reason") or "")

    def _broke(self, state: str, reason: str = "") -> None:
        self.breaker = state
        self.reasons["breaker"] = reason

    def _controlled(self, row: Row) -> None:
        self.control = str(row["state"])
        self.ordered = ""
        if self.control != "running":
            since = datetime.fromisoformat(row["since"]) if "since" in row else at_of(row)
            self.ordered = f"{row['reason']}, {new_york(since):%m-%d %H:%M}"

    def _session(self, row: Row) -> None:
        self.session = (datetime.fromisoformat(row["open"]), datetime.fromisoformat(row["close"]))

    def _cycle(self, row: Row) -> None:
        at = at_of(row)
        if self.cycle_at is not None and new_york(at).date() == new_york(self.cycle_at).date():
            pause = at - self.cycle_at  # A cycle that fell out makes a longer one.
            self.interval = pause if self.interval is None else min(self.interval, pause)
        self.cycle, self.cycle_at = int(row["cycle"]), at

    def _look(self, row: Row) -> None:
        symbol, decision = str(row["symbol"]), str(row["decision"])
        reason = str(row.get("reason") or "")
        known = self.looks.get(symbol)
        if not reason and known is not None and known.decision == decision:
            reason = known.reason  # The denial said it in this very cycle.
        self.looks[symbol] = Look(symbol=symbol, at=at_of(row), decision=decision, reason=reason)

    def _denied(self, row: Row) -> None:
        reason = f"{row.get('candidate') or ''} {row['found']} against {row['limit']}".strip()
        look = Look(symbol=str(row["symbol"]), at=at_of(row), decision=str(row["rule"]), reason=reason)
        self.looks[look.symbol] = look

    def _opened(self, row: Row) -> None:
        del row
        self.day = None
        self._book.trips = {trip.intent: trip for trip in self.open_trips}

    def _day(self, row: Row) -> None:
        self.day = Day(
            pnl=money(row["pnl"]),
            fees=money(row["fees"]),
            loss=money(row["loss"]),
            limit=money(row["loss_limit"]),
            at_risk=money(row["at_risk"]),
            entries=int(row["entries"]),
        )

    def _forget_old_bids(self, intent: str) -> None:
        trip = self._book.trips.get(intent)
        if trip is not None:
            del trip.bids[:-1]
