"""The desk at the broker's door through which every order goes: who may send, when, and never twice."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from actors.broker_lanes import Lanes
from actors.runtime.clock import Clock
from actors.runtime.directory import Directory
from domain.commands import CancelOrder, ModifyOrder, SubmitOrders
from domain.errors import BrokerUnavailableError
from domain.events import OrdersRefused
from domain.ids import OrderRef
from domain.order_specs import OrderSpec
from domain.pacing import Item, Lane
from domain.ports import EventLog, OrderPort
from domain.trading_day import new_york

SENT_KEPT: Final = timedelta(days=7)


class OrderDesk:
    """Refuses what a retired epoch says, what comes before the broker is ready, orders in read-only, repetitions.

    It looks twice, when it is told and when the turn has come: an order that waited for room in the lanes must not
    leave by a connection that was lost meanwhile, nor in the name of a life that ended.
    """

    def __init__(
        self,
        directory: Directory,
        clock: Clock,
        lanes: Lanes,
        log: EventLog,
        *,
        read_only: bool,
        ready: Callable[[], bool],
        skewed: Callable[[], bool],
        forbids: Callable[[], str],
    ) -> None:
        self._directory = directory
        self._clock = clock
        self._lanes = lanes
        self._read_only = read_only
        self._ready = ready
        self._skewed = skewed
        self._forbids = forbids
        self._log = log
        self._orders: OrderPort | None = None
        self._sent: dict[OrderRef, tuple[str, date]] = {}  # By whom, and on which New York day; oldest first.

    def use(self, orders: OrderPort) -> None:
        """Send to this port from now on: the newest connection, or the paper ledger."""
        self._orders = orders

    def submit(self, command: SubmitOrders) -> None:
        """Send the orders back to back, or refuse all of them."""
        refs = tuple(order.ref for order in command.orders)
        reason = "sent before" if any(ref in self._sent for ref in refs) else self._objection(command)
        if reason:
            self._refuse(command.sender, refs, reason)
            return
        # Before the bytes: an exception in the middle must not lead to a second try.
        today = new_york(self._clock.now()).date()
        self._forget(today)
        self._sent.update(dict.fromkeys(refs, (command.sender, today)))
        lane = Lane.ENTRY if command.opens else Lane.EXIT
        self._lanes.push(Item(lane=lane, messages=len(refs)), self._placing(command))

    def _forget(self, today: date) -> None:
        """Let go of what was sent more than a week ago by those who are no more; they cannot repeat it."""
        if not self._sent or next(iter(self._sent.values()))[1] >= today - SENT_KEPT:
            return
        for ref, (sender, day) in list(self._sent.items()):
            if day < today - SENT_KEPT and not self._directory.address(sender).is_alive:
                del self._sent[ref]

    def _objection(self, command: SubmitOrders) -> str:
        if command.epoch != self._directory.epoch(command.sender):
            return f"{command.sender} epoch {command.epoch} is retired"
        if self._read_only:
            return "read-only"
        if not self._ready():
            return "the broker is not ready"
        if command.opens and self._skewed():
            return "entries are blocked: the clock differs from the gateway's"
        if command.valid_until is not None and self._clock.now() > command.valid_until:
            return "its quote is too old by now"
        return self._forbids() if command.opens else ""

    def _placing(self, command: SubmitOrders) -> Callable[[], None]:
        def place() -> None:
            reason = self._objection(command)
            if reason:
                self._take_back(command.sender, command.orders, reason)
                return
            port = self._orders
            assert port is not None, "ready implies a port"
            for number, order in enumerate(command.orders):
                try:
                    port.place(order)
                except BrokerUnavailableError as error:
                    self._take_back(command.sender, command.orders[number:], str(error))
                    return
                self._say(order, "order_placement")

        return place

    def _take_back(self, sender: str, unsent: tuple[OrderSpec, ...], reason: str) -> None:
        refs = tuple(order.ref for order in unsent)
        for ref in refs:
            self._sent.pop(ref, None)
        self._refuse(sender, refs, reason)

    def change(self, command: ModifyOrder | CancelOrder) -> None:
        """Send a change or a cancel. One that cannot be sent is found out by the bracket's own question."""
        if self._may_change(command):
            self._lanes.push(Item(lane=Lane.EXIT), self._changing(command))

    def _may_change(self, command: ModifyOrder | CancelOrder) -> bool:
        ref = command.ref if isinstance(command, CancelOrder) else command.order.ref
        reason = ""
        if command.epoch != self._directory.epoch(command.sender):
            reason = "a retired epoch"
        elif self._read_only or not self._ready():
            reason = "read-only" if self._read_only else "the broker is not ready"
        if reason:
            self._log.emit("order_refused", refs=ref, reason=reason)
        return not reason

    def _changing(self, command: ModifyOrder | CancelOrder) -> Callable[[], None]:
        def send() -> None:
            if not self._may_change(command):
                return
            port = self._orders
            assert port is not None, "ready implies a port"
            try:
                if isinstance(command, CancelOrder):
                    port.cancel(command.ref)
                    self._log.emit("order_cancel_sent", ref=command.ref)
                else:
                    port.modify(command.order)
                    self._say(command.order, "order_modify_sent")
            except BrokerUnavailableError as error:
                ref = command.ref if isinstance(command, CancelOrder) else command.order.ref
                self._log.emit("order_refused", refs=ref, reason=str(error))

        return send

    def _say(self, order: OrderSpec, event: str) -> None:
        self._log.emit(
            event,
            ref=order.ref,
            contract=order.contract.label,
            side=order.side.value,
            quantity=order.quantity,
            order_type=order.kind.value,
            price=order.limit,
            trigger=order.trigger,
            tif=order.tif.value,
        )

    def _refuse(self, sender: str, refs: tuple[OrderRef, ...], reason: str) -> None:
        self._log.emit("order_refused", refs=",".join(refs), reason=reason)
        # Of a repetition the first bytes did leave: whoever repeats finds out by asking for the book.
        unsent = tuple(ref for ref in refs if ref not in self._sent)
        if unsent:
            self._directory.address(sender).tell(OrdersRefused(at=self._clock.now(), refs=unsent, reason=reason))
