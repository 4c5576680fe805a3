"""Invariant 7: what is opened was seen: a fresh real quote of the contract, a fresh finished bar of its underlying."""

from datetime import datetime, timedelta

from simgateway.audit.book import Book
from simgateway.audit.checker import Checker
from simgateway.audit.findings import AuditLimits, Findings
from simgateway.audit.notices import (
    ENTRY,
    DataAsked,
    HistoryAnswered,
    HistoryAsked,
    Notice,
    OrderSent,
    RequestKey,
    Tick,
)

_SIDES = {1: "bid", 2: "ask"}


class EvidenceChecker(Checker):
    """Remembers the newest tick of each side and the newest finished bar of each underlying."""

    def __init__(self, book: Book, limits: AuditLimits, findings: Findings) -> None:
        super().__init__(book, limits, findings)
        self._contracts: dict[RequestKey, int] = {}
        self._histories: dict[RequestKey, HistoryAsked] = {}
        self._ticks: dict[tuple[int, int], tuple[Tick, datetime]] = {}
        self._bars: dict[str, tuple[datetime, int]] = {}

    def before(self, notice: Notice, at: datetime) -> None:
        """Check a new entry; remember evidence."""
        match notice:
            case OrderSent() if notice.leg == ENTRY and notice.key not in self.book.orders:
                self._check_limit(notice, at)
                for side in _SIDES:
                    self._check_tick(notice, side, at)
                self._check_bar(notice, at)
            case DataAsked():
                self._contracts[notice.request] = notice.con_id
            case Tick() if notice.request in self._contracts:
                self._ticks[self._contracts[notice.request], notice.kind] = (notice, at)
            case HistoryAsked():
                self._histories[notice.request] = notice
            case HistoryAnswered():
                self._remember(notice, at)
            case _:
                pass

    def _remember(self, notice: HistoryAnswered, at: datetime) -> None:
        asked = self._histories.pop(notice.request, None)
        if asked is None or asked.sec_type != "STK":
            return
        ends = [start + timedelta(seconds=asked.bar_seconds) for start in notice.newest]
        finished = max((end for end in ends if end <= at), default=None)
        known = self._bars.get(asked.symbol)
        if finished is not None and (known is None or finished > known[0]):
            self._bars[asked.symbol] = (finished, asked.bar_seconds)

    def _check_limit(self, order: OrderSent, at: datetime) -> None:
        holds = order.kind == "LMT" and order.limit is not None and order.limit > 0
        self.findings.expect(7, at, f"{order.ref}: an entry {order.kind} at {order.limit}", holds=holds)

    def _check_tick(self, order: OrderSent, side: int, at: datetime) -> None:
        known = self._ticks.get((order.con_id, side))
        bound = self.limits.max_quote_age_seconds + self.limits.quote_slack_seconds
        age = (at - known[1]).total_seconds() if known else None
        holds = known is not None and known[0].price is not None and age is not None and age <= bound
        price = known[0].price if known else None
        text = f"{order.ref}: the newest {_SIDES[side]} of contract {order.con_id} was {price}, {age} s old"
        self.findings.expect(7, at, text, holds=holds)

    def _check_bar(self, order: OrderSent, at: datetime) -> None:
        known = self._bars.get(order.symbol)
        bound = self.limits.entry_max_bar_age_seconds + self.limits.bar_slack_seconds
        age = (at - known[0]).total_seconds() if known else None
        text = f"{order.ref}: the newest finished bar of {order.symbol} ended {age} s before"
        self.findings.expect(7, at, text, holds=age is not None and age <= bound)
