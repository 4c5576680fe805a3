"""The life of one order: the table below is what runs.

It is driven by the broker's server reports and executions alone; what a library believes locally is never asked.
Fills are facts: they are counted in every state, once by exec id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from domain.errors import ImpossibleTransitionError
from domain.events import LegFilled
from domain.ids import OrderRef
from domain.order_specs import OrderSpec
from domain.reports import BrokerStatus, OrderEffect


class OrderStatus(StrEnum):
    """Where an order stands, in our words."""

    IN_FLIGHT = "in_flight"  # Sent, no answer yet.
    HELD = "held"  # Live at the broker, waiting for its parent or its trigger.
    WORKING = "working"  # Live at the exchange.
    PENDING_CANCEL = "pending_cancel"  # Live; we asked to cancel.
    UNKNOWN = "unknown"  # Evidence is missing or contradicts itself: ask the broker.
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


class OrderEvent(StrEnum):
    """What can happen to an order besides a fill."""

    HELD = "held"
    ACCEPTED = "accepted"
    CANCEL_SENT = "cancel_sent"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    COMPLETED = "completed"  # Executions add up to the quantity.
    DOUBTED = "doubted"  # An answer is missing, or an error nobody can read.
    ABSENT = "absent"  # Asked again and again: neither open nor executed nor completed.


_S, _E = OrderStatus, OrderEvent

NEXT_STATUS: Final[Mapping[tuple[OrderStatus, OrderEvent], OrderStatus]] = {
    (_S.IN_FLIGHT, _E.HELD): _S.HELD,
    (_S.IN_FLIGHT, _E.ACCEPTED): _S.WORKING,
    (_S.IN_FLIGHT, _E.CANCEL_SENT): _S.PENDING_CANCEL,
    (_S.IN_FLIGHT, _E.CANCELLED): _S.CANCELLED,
    (_S.IN_FLIGHT, _E.REJECTED): _S.REJECTED,
    (_S.IN_FLIGHT, _E.COMPLETED): _S.FILLED,  # A fill may overtake the acknowledgement.
    (_S.IN_FLIGHT, _E.DOUBTED): _S.UNKNOWN,
    (_S.IN_FLIGHT, _E.ABSENT): _S.CANCELLED,  # Never arrived.
    (_S.HELD, _E.HELD): _S.HELD,
    (_S.HELD, _E.ACCEPTED): _S.WORKING,  # Its parent filled, or its trigger was touched.
    (_S.HELD, _E.CANCEL_SENT): _S.PENDING_CANCEL,
    (_S.HELD, _E.CANCELLED): _S.CANCELLED,
    (_S.HELD, _E.REJECTED): _S.REJECTED,
    (_S.HELD, _E.COMPLETED): _S.FILLED,
    (_S.HELD, _E.DOUBTED): _S.UNKNOWN,
    (_S.HELD, _E.ABSENT): _S.CANCELLED,
    (_S.WORKING, _E.HELD): _S.HELD,  # Seen after a change of a triggered stop's prices.
    (_S.WORKING, _E.ACCEPTED): _S.WORKING,
    (_S.WORKING, _E.CANCEL_SENT): _S.PENDING_CANCEL,
    (_S.WORKING, _E.CANCELLED): _S.CANCELLED,
    (_S.WORKING, _E.REJECTED): _S.REJECTED,  # Inactive may follow Submitted.
    (_S.WORKING, _E.COMPLETED): _S.FILLED,
    (_S.WORKING, _E.DOUBTED): _S.UNKNOWN,
    (_S.WORKING, _E.ABSENT): _S.CANCELLED,
    (_S.PENDING_CANCEL, _E.HELD): _S.PENDING_CANCEL,  # A status from before the cancel arrived there.
    (_S.PENDING_CANCEL, _E.ACCEPTED): _S.PENDING_CANCEL,
    (_S.PENDING_CANCEL, _E.CANCEL_SENT): _S.PENDING_CANCEL,
    (_S.PENDING_CANCEL, _E.CANCELLED): _S.CANCELLED,
    (_S.PENDING_CANCEL, _E.REJECTED): _S.REJECTED,
    (_S.PENDING_CANCEL, _E.COMPLETED): _S.FILLED,  # The fill crossed our cancel on the wire.
    (_S.PENDING_CANCEL, _E.DOUBTED): _S.UNKNOWN,  # The cancel was refused: filled, or never known there.
    (_S.PENDING_CANCEL, _E.ABSENT): _S.CANCELLED,
    (_S.UNKNOWN, _E.HELD): _S.HELD,
    (_S.UNKNOWN, _E.ACCEPTED): _S.WORKING,
    (_S.UNKNOWN, _E.CANCEL_SENT): _S.UNKNOWN,
    (_S.UNKNOWN, _E.CANCELLED): _S.CANCELLED,
    (_S.UNKNOWN, _E.REJECTED): _S.REJECTED,
    (_S.UNKNOWN, _E.COMPLETED): _S.FILLED,
    (_S.UNKNOWN, _E.DOUBTED): _S.UNKNOWN,
    (_S.UNKNOWN, _E.ABSENT): _S.CANCELLED,
    (_S.CANCELLED, _E.HELD): _S.CANCELLED,  # A late repetition.
    (_S.CANCELLED, _E.ACCEPTED): _S.UNKNOWN,  # Alive after its cancel: believe neither, ask.
    (_S.CANCELLED, _E.CANCEL_SENT): _S.CANCELLED,
    (_S.CANCELLED, _E.CANCELLED): _S.CANCELLED,  # Status and error 202 both say it.
    (_S.CANCELLED, _E.REJECTED): _S.CANCELLED,
    (_S.CANCELLED, _E.COMPLETED): _S.FILLED,  # Brokers do report a fill after the cancel.
    (_S.CANCELLED, _E.DOUBTED): _S.CANCELLED,
    (_S.CANCELLED, _E.ABSENT): _S.CANCELLED,
    (_S.REJECTED, _E.HELD): _S.UNKNOWN,  # Inactive is not always the end (held for a locate).
    (_S.REJECTED, _E.ACCEPTED): _S.UNKNOWN,
    (_S.REJECTED, _E.CANCEL_SENT): _S.REJECTED,
    (_S.REJECTED, _E.CANCELLED): _S.CANCELLED,
    (_S.REJECTED, _E.REJECTED): _S.REJECTED,  # Error 201 and Inactive both say it.
    (_S.REJECTED, _E.COMPLETED): _S.FILLED,
    (_S.REJECTED, _E.DOUBTED): _S.REJECTED,
    (_S.REJECTED, _E.ABSENT): _S.REJECTED,
    (_S.FILLED, _E.HELD): _S.FILLED,
    (_S.FILLED, _E.ACCEPTED): _S.FILLED,  # Status messages repeat and overtake.
    (_S.FILLED, _E.CANCEL_SENT): _S.FILLED,
    (_S.FILLED, _E.CANCELLED): _S.FILLED,  # The cancel lost to the fill.
    (_S.FILLED, _E.REJECTED): _S.FILLED,
    (_S.FILLED, _E.COMPLETED): _S.FILLED,
    (_S.FILLED, _E.DOUBTED): _S.FILLED,
    (_S.FILLED, _E.ABSENT): _S.FILLED,
}

TERMINAL: Final = frozenset({_S.FILLED, _S.CANCELLED, _S.REJECTED})
LIVE: Final = frozenset({_S.HELD, _S.WORKING, _S.PENDING_CANCEL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order as far as we know it. ``notional`` is the sum of price times quantity of its fills, USD per share."""

    spec: OrderSpec
    sent_at: datetime
    status: OrderStatus = OrderStatus.IN_FLIGHT
    filled: int = 0
    notional: Decimal = Decimal(0)
    claimed_filled: int = 0  # What a status report said; executions must come to the same.
    change_unheard: bool = False  # A change was sent, and nothing of the order was told since.

    @property
    def ref(self) -> OrderRef:
        """Return the order's ref."""
        return self.spec.ref

    @property
    def remaining(self) -> int:
        """Return how much of it could still fill."""
        return 0 if self.status in TERMINAL else max(0, self.spec.quantity - self.filled)

    @property
    def done(self) -> bool:
        """Return whether nothing more is expected of it."""
        return self.status in TERMINAL


def moved(order: Order, event: OrderEvent) -> Order:
    """Return the order after the event. Raises ImpossibleTransitionError where the table has no row."""
    status = NEXT_STATUS.get((order.status, event))
    if status is None:
        raise ImpossibleTransitionError(f"{order.ref}: {order.status} -> {event}")
    return replace(order, status=status)


def filled(order: Order, fill: LegFilled) -> Order:
    """Return the order after a fill that was not counted before."""
    after = replace(
        order,
        filled=order.filled + fill.quantity,
        notional=order.notional + fill.price * fill.quantity,
    )
    return moved(after, OrderEvent.COMPLETED) if after.filled >= after.spec.quantity else after


def corrected(order: Order, was: LegFilled, fill: LegFilled) -> Order:
    """Return the order after the broker corrected an execution that was counted; where it stands is not touched."""
    return replace(
        order,
        filled=order.filled + fill.quantity - was.quantity,
        notional=order.notional + fill.price * fill.quantity - was.price * was.quantity,
        claimed_filled=max(0, order.claimed_filled + fill.quantity - was.quantity),
    )


EVENT_OF_STATUS: Final[Mapping[BrokerStatus, OrderEvent | None]] = {
    BrokerStatus.PENDING_SUBMIT: None,  # Not an acknowledgement.
    BrokerStatus.PRE_SUBMITTED: OrderEvent.HELD,
    BrokerStatus.SUBMITTED: OrderEvent.ACCEPTED,
    BrokerStatus.PENDING_CANCEL: None,
    BrokerStatus.CANCELLED: OrderEvent.CANCELLED,
    BrokerStatus.API_CANCELLED: OrderEvent.CANCELLED,
    BrokerStatus.FILLED: None,  # Executions say so; the claim alone is remembered.
    BrokerStatus.INACTIVE: OrderEvent.REJECTED,
    BrokerStatus.UNKNOWN: OrderEvent.DOUBTED,
}

EVENT_OF_EFFECT: Final[Mapping[OrderEffect, OrderEvent | None]] = {
    OrderEffect.NONE: None,
    OrderEffect.REJECTED: OrderEvent.REJECTED,
    OrderEffect.CANCELLED: OrderEvent.CANCELLED,
    OrderEffect.NOT_FOUND: OrderEvent.DOUBTED,
    OrderEffect.NOT_CANCELLABLE: OrderEvent.DOUBTED,
    OrderEffect.UNCERTAIN: OrderEvent.DOUBTED,
}


def after_status(order: Order, status: BrokerStatus, claimed_filled: int) -> Order:
    """Return the order after a status report; a claim of fills is kept until executions match it."""
    claimed = replace(order, claimed_filled=max(order.claimed_filled, claimed_filled), change_unheard=False)
    event = EVENT_OF_STATUS[status]
    if status is BrokerStatus.FILLED and claimed.filled >= claimed.spec.quantity:
        event = OrderEvent.COMPLETED  # It was cut to what had filled before: no further execution will say so.
    return claimed if event is None else moved(claimed, event)


def after_error(order: Order, effect: OrderEffect) -> Order:
    """Return the order after an error code that names it.

    An order that was acknowledged is not dead because a change of it was refused: such an error only raises doubt.
    """
    event, heard = EVENT_OF_EFFECT[effect], replace(order, change_unheard=False)
    if event is None:
        return order
    if event is OrderEvent.REJECTED and order.status in LIVE:
        event = OrderEvent.DOUBTED
    return moved(heard, event)
