"""Frames by hand: a log that grows line by line, and the good life of one bracket."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from simgateway.audit import AuditLimits, AuditResult, audit
from simgateway.frames import Frame
from simgateway.protocol.names import Direction

START = datetime(2025, 11, 12, 15, 0, tzinfo=UTC)
CLIENT = 17
OPTION = 5001
STOCK = 1
INTENT = "251112SPY100000"
EXPIRY = "20251114"
UNSET = "1.7976931348623157E308"
LIMITS = AuditLimits(start_equity=Decimal(100_000), max_daily_loss_fraction=Decimal("0.1"))


class Log:
    """A frame log in the making; `wait` lets time pass."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.at = START
        self.connection = 1

    def wait(self, seconds: float) -> "Log":
        self.at += timedelta(seconds=seconds)
        return self

    def add(self, direction: Direction, *fields: object) -> "Log":
        self.frames.append(Frame(self.at, self.connection, CLIENT, direction, tuple(str(part) for part in fields)))
        return self

    def connect(self) -> "Log":
        return self.add("in", 71, 2, CLIENT, "")

    def ask_data(self, request: int, con_id: int, kind: str = "OPT", *, snapshot: bool = False) -> "Log":
        contract = (con_id, "SPY", kind, EXPIRY if kind == "OPT" else "", "560", "C", 100, "SMART", "", "USD", "", "")
        return self.add("in", 1, 11, request, *contract, 0, "", int(snapshot), 0, "")

    def cancel_data(self, request: int) -> "Log":
        return self.add("in", 2, 2, request)

    def tick(self, request: int, kind: int, price: str) -> "Log":
        return self.add("out", 1, 6, request, kind, price, 10, 0)

    def quotes(self, request: int = 21, con_id: int = OPTION, bid: str = "2.00", ask: str = "2.02") -> "Log":
        """See bid and ask of a contract, and let the request go."""
        self.ask_data(request, con_id)
        return self.tick(request, 1, bid).tick(request, 2, ask).cancel_data(request)

    def bars(self, request: int = 20, newest_start: datetime | None = None) -> "Log":
        """See minute bars of the underlying; the newest one begins a minute ago unless told."""
        contract = (STOCK, "SPY", "STK", "", "0", "", "", "SMART", "", "USD", "", "")
        self.add("in", 20, request, *contract, 0, "", "1 min", "3600 S", 1, "TRADES", 1, 0, "")
        newest = newest_start or self.at - timedelta(seconds=60)
        rows: list[object] = []
        for start in (newest - timedelta(seconds=60), newest):
            rows += [_bar_time(start), 560, 561, 559, 560, 1000, 560, 10]
        return self.add("out", 17, request, "20251112 10:00:00", "20251112 11:00:00", 2, *rows)

    def order(
        self,
        number: int,
        ref: str,
        *,
        side: str = "BUY",
        quantity: int = 5,
        limit: str = "2.02",
        parent: int = 0,
        oca: str = "",
        kind: str = "LMT",
        con_id: int = OPTION,
        transmit: bool = True,
    ) -> "Log":
        contract = (con_id, "SPY", "OPT", EXPIRY, "560", "C", 100, "SMART", "", "USD", "", "SPY")
        terms = (side, quantity, kind, limit, "", "DAY", oca, "DU1", "", 0, ref, int(transmit), parent)
        head = (3, number, *contract, "", "", *terms)
        rest = [""] * (100 - len(head))
        return self.add("in", *head, *rest)

    def lost(self, number: int) -> "Log":
        return self.add("note", "fault", "lose_order", "placeOrder", 3, number)

    def silent(self, number: int) -> "Log":
        return self.add("note", "fault", "silent_order", "placeOrder", 3, number)

    def status(self, number: int, text: str, filled: int = 0, remaining: int = 5) -> "Log":
        return self.add("out", 3, number, text, filled, remaining, 0, 900 + number, 0, 0, CLIENT, "", 0)

    def listed(self, number: int, text: str) -> "Log":
        head = (5, number, OPTION)
        middle = [*[""] * (24 - len(head)), CLIENT, *[""] * (94 - 25), text]
        return self.add("out", *head, *middle, *[""] * 41)

    def completed(self, ref: str, text: str) -> "Log":
        return self.add("out", *self._completed(ref, text))

    def completed_muted(self, ref: str, text: str) -> "Log":
        return self.add("note", "fault", "mute", "completedOrder", *self._completed(ref, text))

    def _completed(self, ref: str, text: str) -> tuple[object, ...]:
        head = (101, OPTION, *[""] * 20, ref)
        return (*head, *[""] * (77 - len(head)), text, *[""] * 11)

    def book_told(self) -> "Log":
        return self.add("out", 53, 1)

    def executions_told(self) -> "Log":
        return self.add("out", 55, 1, 22)

    def withheld(self, kind: str, name: str = "openOrderEnd", part: int = 53) -> "Log":
        return self.add("note", "fault", kind, name, part, 1)

    def cancel(self, number: int) -> "Log":
        return self.add("in", 4, 1, number)

    def fill(
        self, number: int, ref: str, exec_id: str, *, side: str = "BOT", quantity: int = 5, price: str = "2.02"
    ) -> "Log":
        contract = (OPTION, "SPY", "OPT", EXPIRY, "560", "C", 100, "SMART", "USD", "", "SPY")
        tail = (900 + number, CLIENT, 0, quantity, price, ref, "", "", "", 1)
        self.add("out", 11, -1, number, *contract, exec_id, "", "DU1", "CBOE", side, quantity, price, *tail)
        return self.add("out", 59, 1, exec_id, "3.25", "USD", UNSET, UNSET, "")

    def error(self, number: int, code: int) -> "Log":
        return self.add("out", 4, 2, number, code, "no", "")

    def day_profit(self, daily: str) -> "Log":
        return self.add("out", 94, 9, daily, 0, 0)

    def entry(self, *, children: bool = True) -> "Log":
        """Send a bracket on fresh evidence; all of it is accepted."""
        self.bars().quotes().wait(1).order(1, f"{INTENT}.E.0")
        self.wait(0.1).status(1, "Submitted")
        return self.exits() if children else self

    def exits(self, quantity: int = 5) -> "Log":
        self.order(2, f"{INTENT}.T.0", side="SELL", limit="3.03", parent=1, quantity=quantity)
        self.order(3, f"{INTENT}.S.0", side="SELL", limit="1.58", parent=1, kind="STP LMT", quantity=quantity)
        return self.wait(0.1).status(2, "PreSubmitted").status(3, "PreSubmitted")

    def entry_filled(self) -> "Log":
        return self.wait(1).fill(1, f"{INTENT}.E.0", "e1").status(1, "Filled", 5, 0)

    def target_filled(self) -> "Log":
        self.wait(60).fill(2, f"{INTENT}.T.0", "e2", side="SLD", price="3.03").status(2, "Filled", 5, 0)
        return self.wait(0.2).status(3, "Cancelled", 0, 5)


def a_good_life() -> Log:
    return Log().connect().entry().entry_filled().target_filled().wait(5)


def audited(log: Log, limits: AuditLimits = LIMITS, journal: Path | None = None) -> AuditResult:
    return audit(log.frames, limits, journal)


def broken(result: AuditResult) -> set[int]:
    """Return the invariants that were broken."""
    return {violation.invariant for violation in result.violations}


def a_journal(
    folder: Path,
    fills: tuple[str, ...] = ("e1", "e2"),
    *,
    planned_at: datetime = START,
    native: bool = True,
    intent: str = INTENT,
) -> Path:
    path = folder / "state.sqlite"
    rows: list[tuple[datetime, str, object]] = [(planned_at, "BracketPlanned", {"plan": {"native": native}})]
    rows += [(START + timedelta(seconds=2), "LegFilled", {"exec_id": exec_id}) for exec_id in fills]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE records (seq INTEGER PRIMARY KEY, at TEXT, stream TEXT, kind TEXT, body TEXT)")
        values = [(at.isoformat(), f"bracket:{intent}", kind, json.dumps(body)) for at, kind, body in rows]
        connection.executemany("INSERT INTO records (at, stream, kind, body) VALUES (?, ?, ?, ?)", values)
    return path


def _bar_time(at: datetime) -> str:
    return at.astimezone(ZoneInfo("America/New_York")).strftime("%Y%m%d %H:%M:%S US/Eastern")
