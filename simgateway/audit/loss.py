"""Invariant 4: after the day's loss limit nothing is bought until the next trading day."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from simgateway.audit.book import Book
from simgateway.audit.checker import Checker
from simgateway.audit.findings import AuditLimits, Findings
from simgateway.audit.notices import Charged, DayProfit, Executed, NetLiquidation, Notice, OrderSent
from simgateway.market.hours import new_york_date


class LossChecker(Checker):
    """Knows the day's loss twice: as the account's profit frames tell it, and from fills and fees; the worse counts."""

    def __init__(self, book: Book, limits: AuditLimits, findings: Findings) -> None:
        super().__init__(book, limits, findings)
        self._day: date | None = None
        self._equity = limits.start_equity
        self._newest_equity: Decimal | None = None
        self._booked_before = Decimal(0)
        self._reached_at: datetime | None = None

    def before(self, notice: Notice, at: datetime) -> None:
        """Check a buy against the limit, if it was reached."""
        self._turn_day(at)
        if not isinstance(notice, OrderSent) or not notice.is_buy:
            return
        grace = timedelta(seconds=self.limits.loss_grace_seconds)
        holds = self._reached_at is None or at <= self._reached_at + grace
        text = f"{notice.ref} buys after the day's loss limit was reached at {self._reached_at}"
        self.findings.expect(4, at, text, holds=holds)

    def after(self, notice: Notice, at: datetime) -> None:
        """Follow the day's loss."""
        match notice:
            case NetLiquidation():
                self._newest_equity = notice.value
            case DayProfit():
                self._note(notice.daily, at)
            case Executed() | Charged():
                self._note(self._booked() - self._booked_before, at)
            case _:
                pass

    def _note(self, profit: Decimal, at: datetime) -> None:
        if self._reached_at is None and -profit >= self._equity * self.limits.max_daily_loss_fraction:
            self._reached_at = at

    def _booked(self) -> Decimal:
        return self.book.realized() - self.book.fees_total()

    def _turn_day(self, at: datetime) -> None:
        day = new_york_date(at)
        if day == self._day:
            return
        if self._day is not None:
            self._equity = self._newest_equity or self._equity
            self._booked_before = self._booked()
            self._reached_at = None
        self._day = day
