"""The desk at the broker's door through which every order goes: who may send, when, and never twice."""

from collections.abc import Callable

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


class OrderDesk:
    """Refuses what a retired epoch says, what comes before the broker is ready, orders in read-only, repetitions."""

    def __init__(self, directory: Directory, clock: Clock, lanes: Lanes, log: EventLog, *, read_only: bool) -> None:
        self._directory = directory
        self._clock = clock
        self._lanes = lanes
        self._read_only = read_only
        self._log = log
        self._orders: OrderPort | None = None
        self._sent: set[OrderRef] = set()

    def use(self, orders: OrderPort) -> None:
        """Send to this port from now on: the newest connection, or the paper ledger."""
        self._orders = orders

    def submit(self, command: SubmitOrders, *, ready: bool, entries: bool) -> None:
        """Send the orders back to back, or refuse all of them."""
        reason = self._objection(command, ready=ready, entries=entries)
        refs = tuple(order.ref for order in command.orders)
        if reason:
            self._refuse(command.sender, refs, reason)
            return
        # Before the bytes: an exception in the middle must not lead to a second try.
        self._sent.update(refs)
        lane = Lane.ENTRY if command.opens else Lane.EXIT
        self._lanes.push(Item(lane=lane, messages=len(refs)), self._placing(command))

    def _objection(self, command: SubmitOrders, *, ready: bool, entries: bool) -> str:
        if command.epoch != self._directory.epoch(command.sender):
            return f"{command.sender} epoch {command.epoch} is retired"
        if self._read_only:
            return "read-only"
        if not ready:
            return "the broker is not ready"
        if command.opens and not entries:
            return "entries are blocked: the clock differs from the gateway's"
        if any(order.ref in self._sent for order in command.orders):
            return "sent before"
        return ""

    def _placing(self, command: SubmitOrders) -> Callable[[], None]:
        def place() -> None:
            port = self._orders
            assert port is not None, "ready implies a port"
            for number, order in enumerate(command.orders):
                try:
                    port.place(order)
                except BrokerUnavailableError as error:
                    unsent = tuple(o.ref for o in command.orders[number:])
                    self._sent.difference_update(unsent)
                    self._refuse(command.sender, unsent, str(error))
                    return
                self._say(order, "order_placement")

        return place

    def change(self, command: ModifyOrder | CancelOrder, *, ready: bool) -> None:
        """Send a change or a cancel. One that cannot be sent is found out by the bracket's own question."""
        ref = command.ref if isinstance(command, CancelOrder) else command.order.ref
        if command.epoch != self._directory.epoch(command.sender):
            self._log.emit("order_refused", refs=ref, reason="a retired epoch")
            return
        if not ready or self._read_only:
            self._log.emit("order_refused", refs=ref, reason="the broker is not ready")
            return
        self._lanes.push(Item(lane=Lane.EXIT), self._changing(command))

    def _changing(self, command: ModifyOrder | CancelOrder) -> Callable[[], None]:
        def send() -> None:
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
        self._directory.address(sender).tell(OrdersRefused(at=self._clock.now(), refs=refs, reason=reason))
