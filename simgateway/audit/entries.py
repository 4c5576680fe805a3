"""Invariants 1, 5 and 6: one entry per intent, risk within its limit, no order where none is allowed."""

from datetime import datetime
from decimal import Decimal

from simgateway.audit.book import Order
from simgateway.audit.checker import Checker
from simgateway.audit.notices import ENTRY, Notice, OrderSent


class EntryChecker(Checker):
    """Looks at each order as it comes in."""

    def before(self, notice: Notice, at: datetime) -> None:
        """Check an order against what was there."""
        if not isinstance(notice, OrderSent):
            return
        allowed = self.limits.orders_allowed
        self.findings.expect(6, at, f"order {notice.ref or notice.key} in a run without orders", holds=allowed)
        if notice.leg == ENTRY:
            self._check_single(notice, at)
        if notice.is_buy:
            self._check_risk(notice, at)

    def _check_single(self, notice: OrderSent, at: datetime) -> None:
        others = [row for row in self.book.orders.values() if _is_other_entry(row, notice)]
        for other in others:
            holds = not other.is_live and other.filled == 0
            text = (
                f"intent {notice.intent} has a second entry {notice.ref}; {other.sent.ref} is {other.status or 'sent'}"
            )
            self.findings.expect(1, at, f"{text}, filled {other.filled}", holds=holds)
        if not others:
            self.findings.expect(1, at, "", holds=True)

    def _check_risk(self, notice: OrderSent, at: datetime) -> None:
        held = sum((row.cost for row in self.book.holdings.values() if row.quantity > 0), Decimal(0))
        working = [row for row in self.book.orders.values() if row.is_entry and row.sent.key != notice.key]
        waiting = sum((_premium(row.sent, row.remaining) for row in working), Decimal(0))
        known = self.book.orders.get(notice.key)
        total = held + waiting + _premium(notice, notice.quantity - (known.filled if known else 0))
        limit = self.limits.risk_limit
        if limit is None:
            limit = self.limits.start_equity * self.limits.max_daily_loss_fraction
        text = f"{notice.ref}: premium at risk would be {total:.2f} USD, the limit is {limit:.2f}"
        self.findings.expect(5, at, text, holds=total <= limit)


def _is_other_entry(order: Order, notice: OrderSent) -> bool:
    return order.sent.intent == notice.intent and order.sent.leg == ENTRY and order.sent.key != notice.key


def _premium(sent: OrderSent, quantity: int) -> Decimal:
    """Return what an order could cost at its limit; a buy without one is counted as nothing can be known: 0."""
    return (sent.limit or Decimal(0)) * max(0, quantity) * sent.multiplier
