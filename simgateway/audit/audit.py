"""The audit: reads a gateway's frame log from beginning to end and reports what broke an invariant.

It imports nothing of the bot, so that a wrong idea is not checked by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from simgateway.audit.book import Book
from simgateway.audit.checker import Checker
from simgateway.audit.entries import EntryChecker
from simgateway.audit.evidence import EvidenceChecker
from simgateway.audit.findings import AuditLimits, AuditResult, Findings
from simgateway.audit.guarding import GuardChecker
from simgateway.audit.journal import NO_JOURNAL, JournalChecker, JournalFacts, read_journal
from simgateway.audit.lives import LifeEvent, check_lives
from simgateway.audit.loss import LossChecker
from simgateway.audit.notices import ENTRY, Notice
from simgateway.audit.reading import read
from simgateway.audit.subscriptions import SubscriptionChecker
from simgateway.frames import Frame


@dataclass(frozen=True, slots=True)
class _Crew:
    """All checkers; the two that also measure by name."""

    guard: GuardChecker
    subscriptions: SubscriptionChecker
    all: tuple[Checker, ...]


def audit(
    frames: Iterable[Frame],
    limits: AuditLimits,
    journal: Path | JournalFacts | None,
    events: Path | Iterable[LifeEvent] | None = None,
) -> AuditResult:
    """Check a whole log in the order it was written; journal and events from their files, or from memory.

    Without a journal invariants 8 and 9 are left out, without `events` (the bot's JSON log) 11. Raises
    sqlite3.Error, OSError or ValueError when journal or log cannot be read.
    """
    facts = read_journal(journal) if isinstance(journal, Path) else journal
    book, findings = Book(adopted=facts.adopted if facts else {}), Findings()
    crew = _crew(book, limits, findings, facts)
    at: datetime | None = None
    gone = list(facts.gone) if facts else []
    for frame in frames:
        at = frame.at
        while gone and gone[0][1] <= at:
            _take(gone.pop(0)[0], at, book, crew)
        notice = read(frame)
        if notice is not None:
            _take(notice, at, book, crew)
    if at is not None:
        for checker in crew.all:
            checker.end(at)
    if events is not None:
        check_lives(events, findings)
    return _result(book, crew, findings)


def _take(notice: Notice, at: datetime, book: Book, crew: _Crew) -> None:
    for checker in crew.all:
        checker.before(notice, at)
    book.apply(notice, at)
    for checker in crew.all:
        checker.after(notice, at)


def _crew(book: Book, limits: AuditLimits, findings: Findings, facts: JournalFacts | None) -> _Crew:
    guard = GuardChecker(book, limits, findings, (facts or NO_JOURNAL).emulated)
    subscriptions = SubscriptionChecker(book, limits, findings)
    others: tuple[Checker, ...] = (
        EntryChecker(book, limits, findings),
        LossChecker(book, limits, findings),
        EvidenceChecker(book, limits, findings),
    )
    if facts is not None:
        others = (*others, JournalChecker(book, limits, findings, facts))
    return _Crew(guard, subscriptions, (guard, subscriptions, *others))


def _result(book: Book, crew: _Crew, findings: Findings) -> AuditResult:
    orders = book.orders.values()
    return AuditResult(
        checked=sum(findings.checked_by.values()),
        checked_by=dict(sorted(findings.checked_by.items())),
        violations=tuple(findings.violations),
        unguarded_max_seconds=crew.guard.unguarded_max_seconds,
        fills=len(book.executions),
        entries=sum(1 for order in orders if order.sent.leg == ENTRY and order.filled),
        exits=sum(1 for order in orders if order.sent.leg not in {"", ENTRY} and order.filled),
        realized=book.realized(),
        fees=book.fees_total(),
        positions={con_id: row.quantity for con_id, row in book.holdings.items() if row.quantity},
        subscriptions_most=crew.subscriptions.most,
    )
