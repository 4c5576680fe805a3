"""What the frames add up to: orders, fills, positions, money. It believes executions and statuses alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from simgateway.audit.fields import split_ref
from simgateway.audit.notices import (
    BookTold,
    CancelAsked,
    Charged,
    Completed,
    Executed,
    Listed,
    Lost,
    Notice,
    OrderKey,
    OrderSent,
    PositionSeen,
    Refused,
    StatusSeen,
    WorksInSilence,
    WrittenOff,
)

ACCEPTED: Final = frozenset({"PreSubmitted", "Submitted"})
DEAD: Final = frozenset({"Cancelled", "ApiCancelled", "Filled", "Inactive"})
# Codes that end an order the gateway never took; on one it has taken they refuse a modification only.
_CANCELLED: Final = 202  # Of a cancel, a lost parent or a filled sibling; its status may be lost.
_REFUSALS: Final = frozenset({103, 104, 109, 110, 135, 200, 201, 203, 321, 387, 388, 434, 10147, 10148, 10349})


@dataclass(slots=True)
class Order:
    """One order as last sent; `remaining` from the newest status, None before it or after a modification."""

    sent: OrderSent
    first_at: datetime
    parent: OrderKey | None
    status: str = ""
    filled: int = 0
    told_filled: int = 0
    told_remaining: int | None = None
    cancel_asked: bool = False
    lost: bool = False
    works_in_silence: bool = False

    @property
    def is_live(self) -> bool:
        """Return whether it may still fill; an order without an answer may."""
        return self.status not in DEAD

    @property
    def is_accepted(self) -> bool:
        """Return whether the gateway works it or keeps it ready; of a silent one nothing tells that a cancel came."""
        return self.status in ACCEPTED or (self.works_in_silence and not self.status and not self.cancel_asked)

    @property
    def is_entry(self) -> bool:
        """Return whether it opens risk."""
        return self.sent.is_buy

    @property
    def unheard(self) -> int:
        """Return what a status says it traded beyond its executions: those may be lost for a while."""
        return max(0, self.told_filled - self.filled)

    @property
    def remaining(self) -> int:
        """Return what it could still trade."""
        if not self.is_live:
            return 0
        left = max(0, self.sent.quantity - self.filled)
        return left if self.told_remaining is None else min(left, self.told_remaining)


@dataclass(slots=True)
class Holding:
    """Contracts of one con id, what they cost (USD, below 0 of those sold short), and what closed ones brought."""

    multiplier: int = 1
    expiry: date | None = None
    quantity: int = 0
    cost: Decimal = Decimal(0)
    realized: Decimal = Decimal(0)

    def take(self, execution: Executed) -> None:
        """Book a fill at average cost; a sale beyond the position makes it negative, as one told before its buy."""
        self.multiplier = execution.multiplier
        sign = 1 if execution.is_buy else -1
        each = execution.price * execution.multiplier * sign
        closed = min(execution.quantity, max(0, -sign * self.quantity))
        share = self.cost * closed / abs(self.quantity) if closed else Decimal(0)
        self.quantity += sign * execution.quantity
        self.cost += each * (execution.quantity - closed) - share
        self.realized -= each * closed + share

    def write_off(self, quantity: int) -> None:
        """Take out what is gone unsold, at its average cost."""
        share = self.cost * quantity / self.quantity if self.quantity else Decimal(0)
        self.quantity -= quantity
        self.cost -= share
        self.realized -= share


@dataclass(slots=True)
class Book:
    """The state of everything the log has shown so far."""

    orders: dict[OrderKey, Order] = field(default_factory=dict)
    by_con_id: dict[int, list[Order]] = field(default_factory=dict)
    holdings: dict[int, Holding] = field(default_factory=dict)
    executions: dict[str, Executed] = field(default_factory=dict)
    fees: dict[str, Decimal] = field(default_factory=dict)
    others: dict[int, int] = field(default_factory=dict)  # What was bought by hand, or was there before the log began.
    adopted: Mapping[str, Decimal] = field(default_factory=dict)  # Intents that took over, and at which price.

    def is_news(self, notice: Notice) -> bool:
        """Return whether an execution was not seen before; True for anything else."""
        return not isinstance(notice, Executed) or notice.exec_id not in self.executions

    def position(self, con_id: int) -> int:
        """Return contracts held."""
        holding = self.holdings.get(con_id)
        return holding.quantity if holding else 0

    def of(self, con_id: int) -> list[Order]:
        """Return the orders of a contract, oldest first."""
        return self.by_con_id.get(con_id, [])

    def realized(self) -> Decimal:
        """Return what closed positions brought, before fees."""
        return sum((holding.realized for holding in self.holdings.values()), Decimal(0))

    def fees_total(self) -> Decimal:
        """Return all commissions."""
        return sum(self.fees.values(), Decimal(0))

    def apply(self, notice: Notice, at: datetime) -> None:
        """Take one notice in."""
        match notice:
            case OrderSent():
                self._sent(notice, at)
            case CancelAsked() if notice.key in self.orders:
                self._cancel_asked(self.orders[notice.key])
            case StatusSeen():
                self._status(notice)
            case Listed():
                self._listed(notice)
            case Completed() if notice.ref:
                self._completed(notice)
            case Refused():
                self._refused(notice)
            case BookTold():
                self._never_arrived(notice)
            case Lost() | WorksInSilence() if notice.key in self.orders:
                self._unsaid(notice, self.orders[notice.key])
            case Executed() if self.is_news(notice):
                self._executed(notice)
            case Charged():
                self.fees[notice.exec_id] = notice.fee
            case PositionSeen() | WrittenOff():
                self._not_traded(notice)
            case _:
                pass

    def _cancel_asked(self, order: Order) -> None:
        """Take an entry for over that is cancelled and was never let go, answered or not: who was to do so was lost."""
        order.cancel_asked = True
        family = (order, *(one for one in self.of(order.sent.con_id) if one.parent == order.sent.key))
        if not order.status and not any(one.sent.transmits and not one.lost for one in family):
            order.status = "Cancelled"

    def _unsaid(self, notice: Lost | WorksInSilence, order: Order) -> None:
        """Take in what the gateway alone knows of an order: it never arrived, or it did and nothing will be said."""
        if isinstance(notice, WorksInSilence):
            order.works_in_silence = True
        elif not order.status:
            order.status, order.lost = "Inactive", True

    def _not_traded(self, notice: PositionSeen | WrittenOff) -> None:
        """Take in what is held by no execution, and what is gone by none."""
        if isinstance(notice, PositionSeen):
            if notice.con_id not in self.by_con_id and notice.con_id not in self.holdings:
                self.others[notice.con_id] = notice.quantity
        elif notice.con_id in self.holdings:
            self.holdings[notice.con_id].write_off(notice.quantity)

    def _sent(self, notice: OrderSent, at: datetime) -> None:
        known = self.orders.get(notice.key)
        if known is not None and known.sent.ref != notice.ref and not known.is_live:
            known = None  # It never arrived, so its id was given out anew.
        if known is None:
            self._take_over(notice)
            order = Order(notice, at, notice.parent)
            self.orders[notice.key] = order
            self.by_con_id.setdefault(notice.con_id, []).append(order)
            return
        known.sent = notice
        known.told_remaining = None

    def _status(self, notice: StatusSeen) -> None:
        order = self.orders.get(notice.key)
        if order is not None:
            if not (order.cancel_asked and order.status == "Cancelled"):  # What is told after that was overtaken by it.
                order.status = notice.status
            order.told_filled, order.told_remaining = max(order.told_filled, notice.filled), notice.remaining

    def _listed(self, notice: Listed) -> None:
        """Take an order for accepted that no status was told of: those may be lost, and say more where they are not."""
        order = self.orders.get(notice.key)
        if order is not None and not order.status and notice.status in ACCEPTED:
            order.status = notice.status

    def _never_arrived(self, told: BookTold) -> None:
        """Take orders for lost that went out on a connection that is gone, and of which the next one never told."""
        for (client_id, _), order in self.orders.items():
            if client_id == told.client_id and not order.status and order.sent.connection < told.connection:
                order.status = "Inactive"

    def _completed(self, notice: Completed) -> None:
        """Take orders for over of whose end no status was told; one that filled has traded all of it, heard or not."""
        for order in self.of(notice.con_id):
            if order.sent.ref == notice.ref and order.is_live and notice.status in DEAD:
                order.status = notice.status
                if notice.status == "Filled":
                    order.told_filled = max(order.told_filled, order.sent.quantity)

    def _refused(self, notice: Refused) -> None:
        order = self.orders.get((notice.client_id, notice.request[1]))
        if order is not None and not order.status and notice.code in _REFUSALS:
            order.status = "Inactive"
        elif order is not None and order.is_live and notice.code == _CANCELLED:
            order.status = "Cancelled"

    def _take_over(self, notice: OrderSent) -> None:
        """Take for ours what others hold, when exits of ours are sent for it where we never bought."""
        if notice.is_buy or not notice.intent or any(order.is_entry for order in self.of(notice.con_id)):
            return
        taken = min(notice.quantity, self.others.get(notice.con_id, 0))
        if taken > 0:
            self.others[notice.con_id] -= taken
            holding = self.holdings.setdefault(notice.con_id, Holding())
            holding.multiplier, holding.expiry = notice.multiplier, notice.expiry
            holding.quantity += taken
            holding.cost += self.adopted.get(notice.intent, Decimal(0)) * taken * notice.multiplier

    def sold_by_hand(self, notice: Executed) -> int:
        """Return how much of a trade, seen for the first time, others sold of what is ours: beyond what they hold."""
        if notice.is_buy or notice.key in self.orders or split_ref(notice.ref)[0] or not self.is_news(notice):
            return 0
        theirs = max(0, self.others.get(notice.con_id, 0))
        return max(0, min(self.position(notice.con_id), notice.quantity - theirs))

    def _by_hand(self, notice: Executed, ours: int) -> None:
        rest = notice.quantity - ours
        self.others[notice.con_id] = self.others.get(notice.con_id, 0) + (rest if notice.is_buy else -rest)
        if ours:
            self.holdings[notice.con_id].take(replace(notice, quantity=ours))

    def _executed(self, notice: Executed) -> None:
        by_hand = self.sold_by_hand(notice)
        self.executions[notice.exec_id] = notice
        order = self.orders.get(notice.key)
        if order is None and not split_ref(notice.ref)[0]:
            self._by_hand(notice, by_hand)
            return
        holding = self.holdings.setdefault(notice.con_id, Holding())
        holding.take(notice)
        if order is not None:
            order.filled += notice.quantity
            order.told_remaining = None
            holding.expiry = order.sent.expiry
