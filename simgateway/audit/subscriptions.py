"""Invariant 10: no subscription outlives its purpose, and there are never too many."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from simgateway.audit.book import Book
from simgateway.audit.checker import Checker
from simgateway.audit.findings import AuditLimits, Findings
from simgateway.audit.notices import Connected, DataAsked, DataEnded, Notice, Refused, RequestKey

_DATA_LOST: Final = 1101
_SWEEP: Final = timedelta(seconds=5)
# Codes after which a market data request is over.
_ENDINGS: Final = frozenset({101, 200, 300, 321, 322, 354, 10089, 10090, 10091, 10168, 10186, 10197})


@dataclass(slots=True)
class _Open:
    """One open request: `idle_since` is when its contract was last without position and order."""

    asked: DataAsked
    since: datetime
    idle_since: datetime
    told: bool = False


class SubscriptionChecker(Checker):
    """Follows market data requests, snapshots that have not ended included."""

    def __init__(self, book: Book, limits: AuditLimits, findings: Findings) -> None:
        super().__init__(book, limits, findings)
        self._open: dict[RequestKey, _Open] = {}
        self._clients: dict[int, int] = {}
        self._next_sweep: datetime | None = None
        self.most = 0

    def after(self, notice: Notice, at: datetime) -> None:
        """Follow one notice; sweep now and then."""
        match notice:
            case DataAsked():
                self._ask(notice, at)
            case DataEnded():
                self._open.pop(notice.request, None)
            case Refused() if notice.code == _DATA_LOST:
                self._forget(notice.request[0])
            case Refused() if notice.code in _ENDINGS:
                self._open.pop(notice.request, None)
            case Connected():
                self._connect(notice)
            case _:
                pass
        if self._next_sweep is None or at >= self._next_sweep:
            self._next_sweep = at + _SWEEP
            self._count(at)
            for row in self._open.values():
                self._look(row, at)

    def end(self, at: datetime) -> None:
        """Check that nothing is left open but snapshots just asked for: their answers end them, or the line does."""
        bound = self.limits.subscription_idle_seconds
        left = [r for r in self._open.values() if not r.asked.snapshot or (at - r.since).total_seconds() > bound]
        for row in left:
            text = f"request {row.asked.request} of {_name(row.asked)} is open since {row.since:%H:%M:%S} at the end"
            self.findings.expect(10, at, text, holds=False)
        if not left:
            self.findings.expect(10, at, "", holds=True)

    def _ask(self, notice: DataAsked, at: datetime) -> None:
        self._open[notice.request] = _Open(notice, at, at)
        self.most = max(self.most, len(self._open))
        self._count(at)

    def _count(self, at: datetime) -> None:
        limit = self.limits.subscriptions_max
        text = f"{len(self._open)} market data requests are open, the limit is {limit}"
        self.findings.expect(10, at, text, holds=len(self._open) <= limit)

    def _connect(self, notice: Connected) -> None:
        """Drop what an earlier connection of this client had open: it ended with it."""
        for request in [key for key in self._open if self._clients.get(key[0]) == notice.client_id]:
            if request[0] != notice.connection:
                del self._open[request]
        self._clients[notice.connection] = notice.client_id

    def _forget(self, connection: int) -> None:
        """Drop what a connection had open: the gateway says that it has lost it."""
        for request in [key for key in self._open if key[0] == connection]:
            del self._open[request]

    def _look(self, row: _Open, at: datetime) -> None:
        """Check that a contract which is followed is held or ordered; what a dry run holds is not on the wire."""
        if row.asked.sec_type != "OPT" or row.told or not self.limits.orders_allowed:
            return
        con_id = row.asked.con_id
        if self.book.position(con_id) > 0 or any(order.is_live for order in self.book.of(con_id)):
            row.idle_since = at
        idle = (at - row.idle_since).total_seconds()
        text = f"request {row.asked.request} of {_name(row.asked)} goes on {idle:.0f} s after its purpose"
        row.told = not self.findings.expect(10, at, text, holds=idle <= self.limits.subscription_idle_seconds)


def _name(asked: DataAsked) -> str:
    return f"{asked.symbol} {asked.sec_type} {asked.con_id}"
