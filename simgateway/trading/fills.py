"""Books a fill: the order, the account, the execution that clients hear of."""

from decimal import Decimal

from simgateway.market.clock import GatewayClock
from simgateway.trading.account import Ledger
from simgateway.trading.matching import Match
from simgateway.trading.orders import Execution, Order
from simgateway.trading.registry import Registry


class Fills:
    """Makes executions, numbered through; their ids carry the seed, so that two gateways never give the same one."""

    def __init__(self, seed: int, clock: GatewayClock, registry: Registry, ledger: Ledger) -> None:
        self._prefix = f"{seed & 0xFFFFFFFF:08x}"
        self._clock = clock
        self._registry = registry
        self._ledger = ledger

    def book(self, order: Order, match: Match) -> Execution:
        """Add a fill to its order and the account; return its execution, which the registry has taken."""
        order.filled += match.shares
        order.value += match.shares * match.price
        order.last_price = match.price
        commission = self._ledger.tariff.charge(order.tab, order.instrument, match.shares, match.price)
        order.commission += commission
        signed = match.shares if order.ticket.is_buy else -match.shares
        realized = self._ledger.book(order.instrument, signed, match.price, commission)
        execution = self._execution(order, match, commission, realized)
        self._registry.executions.append(execution)
        return execution

    def _execution(self, order: Order, match: Match, commission: Decimal, realized: Decimal | None) -> Execution:
        number = self._registry.next_execution_number
        return Execution(
            exec_id=f"{self._prefix}.{order.perm_id:08x}.{number:06x}.01",
            order_id=order.order_id,
            client_id=order.client_id,
            perm_id=order.perm_id,
            instrument=order.instrument,
            at=self._clock.now(),
            is_buy=order.ticket.is_buy,
            shares=match.shares,
            price=match.price,
            cumulative=order.filled,
            average_price=order.average_price,
            commission=commission,
            realized=realized,
            order_ref=order.ticket.order_ref,
            takes_liquidity=match.takes,
        )
