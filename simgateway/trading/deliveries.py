"""Trades that no order made: what exercise, assignment, expiry and a transfer do to the account."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from simgateway.config import GatewayConfig
from simgateway.data.pulse import Pulse
from simgateway.market.base import Instrument, Market
from simgateway.market.clock import GatewayClock
from simgateway.sessions import Sessions
from simgateway.trading.account import Ledger
from simgateway.trading.commission import Tab
from simgateway.trading.order_messages import commission_report, execution_details
from simgateway.trading.orders import Execution
from simgateway.trading.registry import Registry
from simgateway.trading.rules import offered

_NO_ORDER: Final = 0
_MANUAL_CLIENT: Final = 0
_HELD: Final = "held"
_ZERO: Final = Decimal(0)


class Deliveries:
    """Books such trades and reports them as executions without an order: order id 0 of client 0, without a reference.

    A live report goes to client 0, as that of every trade no API client made; everybody sees the position change and
    finds the execution when asking for all. After an exercise the option was traded at 0 and the shares at the strike,
    as IBKR's statements list them; the premium stays the option's loss and is not moved into the shares' cost.
    """

    def __init__(
        self,
        *,
        config: GatewayConfig,
        market: Market,
        clock: GatewayClock,
        ledger: Ledger,
        registry: Registry,
        pulse: Pulse,
        sessions: Sessions,
    ) -> None:
        self._config = config
        self._market = market
        self._clock = clock
        self._ledger = ledger
        self._registry = registry
        self._pulse = pulse
        self._sessions = sessions
        self.after_booking: list[Callable[[Instrument], None]] = []

    def exercise(self, option: Instrument, quantity: int, mark: Decimal) -> None:
        """Exchange options (negative: written ones, which are assigned) for shares at the strike, marked at `mark`."""
        stock = self.underlying(option)
        self._trade(option, -quantity, _ZERO)
        self._trade(stock, shares_of(option, quantity), option.strike or _ZERO)
        holding = self._ledger.holdings.get(stock.con_id)
        if holding is not None:
            holding.mark = mark
        self._tell(option)
        self._tell(stock)

    def close_out(self, option: Instrument, quantity: int, price: Decimal) -> None:
        """Sell options (negative: buy written ones back) at a price, for the commission of an order."""
        commission = self._ledger.tariff.charge(Tab(), option, abs(quantity), price)
        self._trade(option, -quantity, price, commission)
        self._tell(option)

    def pay(self, option: Instrument, quantity: int, price: Decimal) -> None:
        """Exchange options (negative: written ones) for cash, free of commission."""
        self._trade(option, -quantity, price)
        self._tell(option)

    def lapse(self, option: Instrument, quantity: int) -> None:
        """Take options (negative: written ones) that expire worthless out of the account; that is no execution."""
        self._ledger.lapse(option.con_id, abs(quantity))
        self._tell(option)

    def transfer(self, con_id: int, quantity: int) -> None:
        """Move a part of a position to another account, whatever is offered of it; that is no execution.

        ValueError when so many are not held.
        """
        held = self._ledger.quantity(con_id)
        if not 0 < quantity <= abs(held):
            raise ValueError(f"quantity = {quantity}: of contract {con_id} the account holds {held}")
        instrument = self._ledger.holdings[con_id].instrument
        self._ledger.transfer(con_id, quantity)
        self._tell(instrument)

    def imagine(self, option: Instrument, quantity: int, mark: Decimal) -> Ledger:
        """Return the account as an exercise would leave it."""
        stock = self.underlying(option)
        after = self._ledger.imagine()
        after.book(option, -quantity, _ZERO, _ZERO)
        after.book(stock, shares_of(option, quantity), option.strike or _ZERO, _ZERO)
        if stock.con_id in after.holdings:
            after.holdings[stock.con_id].mark = mark
        return after

    def offered(self, con_id: int) -> int:
        """Return how much of a position open sales may sell, so that it is not there for a delivery."""
        return offered(con_id, self._registry)

    def underlying(self, option: Instrument) -> Instrument:
        """Return the shares an option is about; LookupError when the market does not have them."""
        stock = self._market.stock(option.symbol)
        if stock is None:
            raise LookupError(f"no underlying: {option.local_symbol}")
        return stock

    def _trade(self, instrument: Instrument, signed: int, price: Decimal, commission: Decimal = _ZERO) -> None:
        realized = self._ledger.book(instrument, signed, price, commission)
        perm_id = self._registry.take_perm_id()
        number = self._registry.next_execution_number
        execution = Execution(
            exec_id=f"{self._config.seed & 0xFFFFFFFF:08x}.{perm_id:08x}.{number:06x}.01",
            order_id=_NO_ORDER,
            client_id=_MANUAL_CLIENT,
            perm_id=perm_id,
            instrument=instrument,
            at=self._clock.now(),
            is_buy=signed > 0,
            shares=abs(signed),
            price=price,
            cumulative=abs(signed),
            average_price=price,
            commission=commission,
            realized=realized,
            order_ref="",
            takes_liquidity=False,
        )
        self._registry.executions.append(execution)
        if session := self._sessions.of_client(_MANUAL_CLIENT):
            details = execution_details(-1, execution, self._config.account, session.version)
            session.send(details, commission_report(execution))

    def _tell(self, instrument: Instrument) -> None:
        """Watch what is held now and no more what is gone, and tell who shows positions."""
        if self._ledger.quantity(instrument.con_id):
            self._ledger.mark(instrument.con_id, self._pulse.want(instrument, _HELD, self._config.held_seconds))
        else:
            self._pulse.drop(instrument.con_id, _HELD)
        for callback in self.after_booking:
            callback(instrument)


def shares_of(option: Instrument, quantity: int) -> int:
    """Return the shares that exercising options brings, negative when it takes them; written options: the reverse."""
    return quantity * option.multiplier * (1 if option.right == "C" else -1)
