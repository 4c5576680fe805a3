"""Somebody else sells in TWS what the bot holds."""

from contextlib import suppress
from typing import Final

from cli.simulation.expired import Expired
from cli.simulation.script import ByHand
from simgateway.server import Gateway
from simgateway.trading.by_hand import HandOrder, HandOrderError
from simgateway.trading.orders import Execution


class Somebody:
    """Sells as one does in TWS. Where the account may not write options, TWS refuses it beside our exits."""

    def __init__(self) -> None:
        self._orders: Final = set[int]()

    def sell(self, gateway: Gateway, sale: ByHand) -> None:
        """Sell of the first contract that is held, at the market; on the gateway's loop."""
        held = [row for row in gateway.books().positions if row.quantity > 0]
        for row in held[:1]:
            quantity = max(1, int(row.quantity * sale.part))
            order = HandOrder(con_id=row.con_id, action="SELL", quantity=quantity)
            with suppress(HandOrderError):
                self._orders.add(gateway.desk.place_by_hand(order))

    def sold(self, gateway: Gateway) -> tuple[Execution, ...]:
        """Return the executions of all that was sold."""
        return tuple(row for row in gateway.by_hand() if row.perm_id in self._orders)

    def expired(self, gateway: Gateway) -> Expired:
        """Return what expiry made of options."""
        return Expired.of(gateway, self._orders)
