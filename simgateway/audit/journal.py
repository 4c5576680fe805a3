"""Invariants 8 and 9: what is on the wire is in the bot's journal: intents earlier, fills exactly once."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from simgateway.audit.book import Book
from simgateway.audit.checker import Checker
from simgateway.audit.fields import split_ref
from simgateway.audit.findings import AuditLimits, Findings
from simgateway.audit.notices import Notice, OrderSent, PartTold, PositionSeen, WrittenOff

_STREAM: Final = "bracket:"
_GONE: Final = "gone "  # So begins the id of what was written off: no execution has it.
_WAY: Final = timedelta(seconds=2)  # Execution times are whole seconds, and a last fill may still be on its way.


@dataclass(frozen=True, slots=True)
class JournalFacts:
    """What an audit needs of a journal: intents by the time they were written, fills by exec id with theirs."""

    planned: dict[str, datetime]
    emulated: frozenset[str]
    fills: tuple[tuple[str, datetime], ...]
    adopted: Mapping[str, Decimal] = field(
        default_factory=dict
    )  # Intents that took over what others bought, and at what.
    gone: tuple[tuple[WrittenOff, datetime], ...] = ()  # What the operator wrote off, and when; oldest first.


NO_JOURNAL: Final = JournalFacts({}, frozenset(), ())


def read_journal(path: Path) -> JournalFacts:
    """Read the bot's SQLite file. Raises sqlite3.Error or ValueError when it is no journal."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        query = "SELECT at, stream, kind, body FROM records WHERE kind IN ('BracketPlanned', 'LegFilled') ORDER BY seq"
        return facts_of(connection.execute(query))


def facts_of(rows: Iterable[tuple[str, str, str, str]]) -> JournalFacts:
    """Return what rows of a journal (at, stream, kind, body as JSON; oldest first) tell; other kinds are left out."""
    planned: dict[str, datetime] = {}
    emulated: set[str] = set()
    fills: list[tuple[str, datetime]] = []
    adopted: dict[str, Decimal] = {}
    gone: list[tuple[WrittenOff, datetime]] = []
    for at, stream, kind, body in rows:
        if kind == "LegFilled":
            fill, when = json.loads(body), datetime.fromisoformat(at)
            if fill["exec_id"].startswith(_GONE):
                gone.append((WrittenOff(fill["exec_id"], fill["con_id"], fill["quantity"]), when))
            else:
                fills.append((fill["exec_id"], when))
        elif kind == "BracketPlanned":
            intent = stream.removeprefix(_STREAM)
            planned.setdefault(intent, datetime.fromisoformat(at))
            plan = json.loads(body).get("plan", {})
            if plan.get("native") is False:
                emulated.add(intent)
            if plan.get("adopted"):
                adopted[intent] = Decimal(plan["entry_limit"])
    return JournalFacts(planned, frozenset(emulated), tuple(fills), adopted, tuple(gone))


class JournalChecker(Checker):
    """Compares the log with the journal."""

    def __init__(self, book: Book, limits: AuditLimits, findings: Findings, facts: JournalFacts) -> None:
        super().__init__(book, limits, findings)
        self._facts = facts
        self._first_at: datetime | None = None
        self._told: dict[int, int] = {}
        self._listed: set[int] = set()

    def before(self, notice: Notice, at: datetime) -> None:
        """Check that an order's intent was written before the order came, and that what was written off is gone."""
        self._first_at = self._first_at or at
        self._follow(notice)
        if isinstance(notice, WrittenOff):
            left = self.book.position(notice.con_id) - notice.quantity
            text = f"{notice.exec_id}: {notice.quantity} written off, and {self._told.get(notice.con_id)} are told of"
            self.findings.expect(9, at, text, holds=0 <= self._told.get(notice.con_id, left + 1) <= left)
        if not isinstance(notice, OrderSent):
            return
        written = self._facts.planned.get(notice.intent)
        text = f"order {notice.ref or notice.key}: its intent was written {written or 'never'}"
        self.findings.expect(8, at, text, holds=written is not None and written <= at)

    def _follow(self, notice: Notice) -> None:
        """Remember what is told of each position: one that an answer leaves out is gone."""
        match notice:
            case PositionSeen():
                self._told[notice.con_id] = notice.quantity
                self._listed.add(notice.con_id)
            case PartTold(part="62"):
                self._told.update(dict.fromkeys(self._told.keys() - self._listed, 0))
                self._listed.clear()
            case _:
                pass

    def end(self, at: datetime) -> None:
        """Check that log and journal have the same fills, each once."""
        ours = {key: row for key, row in self.book.executions.items() if split_ref(row.ref)[0]}
        times = Counter(exec_id for exec_id, _ in self._facts.fills)
        for exec_id, row in ours.items():
            text = f"fill {exec_id} of {row.ref} is {times[exec_id]} times in the journal"
            self.findings.expect(9, at, text, holds=times[exec_id] == 1)
        if not self.limits.orders_allowed:
            return  # A dry run fills its orders itself; the wire knows nothing of them.
        for exec_id, when in dict(self._facts.fills).items():
            if self._first_at is not None and self._first_at - _WAY <= when <= at + _WAY:
                text = f"fill {exec_id} is in the journal, and nothing like it was on the wire"
                holds = exec_id in ours or self._is_sale_of_others(exec_id, times[exec_id])
                self.findings.expect(9, when, text, holds=holds)

    def _is_sale_of_others(self, exec_id: str, times: int) -> bool:
        """Return whether it is a sale that somebody else made, written once: of ours it counts as a fill."""
        row = self.book.executions.get(exec_id)
        return row is not None and not row.is_buy and times == 1
