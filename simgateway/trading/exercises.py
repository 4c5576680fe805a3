"""Requests to exercise an option early, or to let it lapse at its expiry."""

from decimal import Decimal
from typing import Final

from simgateway.config import Exercise, GatewayConfig
from simgateway.data.lookup import Lookup, UnknownContractError
from simgateway.data.pulse import Pulse
from simgateway.market.base import Instrument, Market
from simgateway.market.clock import GatewayClock
from simgateway.protocol import responses
from simgateway.protocol.requests import CONTRACT_FIELDS, read_contract
from simgateway.protocol.text import new_york_day, read_flag, read_int
from simgateway.protocol.wire import Fields
from simgateway.session import Session
from simgateway.trading.account import Ledger
from simgateway.trading.accounts import is_known
from simgateway.trading.deliveries import Deliveries
from simgateway.trading.holding import mark_of
from simgateway.trading.refusals import Refusal
from simgateway.trading.registry import Registry
from simgateway.trading.settlement import Settlement, intrinsic_of

_EXERCISE: Final = 1
_LAPSE: Final = 2
_READ_ONLY: Final = "Error validating request.-'bX' : cause - The API interface is currently in Read-Only mode."
_INVALID: Final = "Error validating request.-'bX' : cause - "
_FAILED: Final = "Error processing request.-'bX' : cause - "


class Exercises:
    """Answers exerciseOptions (21).

    An exercise is final and delivered at once, which in TWS is a setting. It is refused for more than is held and not
    offered by open orders, out of the money unless overridden, and when the account could not carry the delivery; to
    lapse is possible on the last trading day alone (sources: the API's documentation of exerciseOptions, IBKR's help on
    exercising and lapsing). IB's error codes for these are not documented: here 321 is a request that makes no sense,
    322 one that cannot be done.
    """

    def __init__(
        self,
        *,
        config: GatewayConfig,
        market: Market,
        clock: GatewayClock,
        pulse: Pulse,
        ledger: Ledger,
        registry: Registry,
        settlement: Settlement,
        deliveries: Deliveries,
    ) -> None:
        self._config = config
        self._clock = clock
        self._pulse = pulse
        self._ledger = ledger
        self._registry = registry
        self._settlement = settlement
        self._deliveries = deliveries
        self._lookup = Lookup(market)

    def ask(self, session: Session, fields: Fields) -> None:
        """Take exerciseOptions (21); its contract has no primary exchange."""
        req_id = read_int(fields[2])
        contract = read_contract((*fields[3:11], "", *fields[11:14]), 0)
        rest = fields[2 + CONTRACT_FIELDS :]
        action, quantity, override = read_int(rest[0]), read_int(rest[1]), read_flag(rest[3])
        if not is_known(session, req_id, rest[2], self._config.account):
            return
        try:
            option = self._lookup.one(contract, new_york_day(self._clock.now()))
        except UnknownContractError as error:
            session.send(responses.error(req_id, 200, str(error), session.version))
            return
        refusal = self._check(option, action, quantity, override=override)
        if refusal is not None:
            session.send(responses.error(req_id, refusal.code, refusal.text, session.version))
        elif action == _LAPSE:
            self._settlement.let_lapse(option, quantity)
        else:
            self._exercise(option, quantity)

    def _check(self, option: Instrument, action: int, quantity: int, *, override: bool) -> Refusal | None:
        if self._config.read_only:
            return Refusal(321, _READ_ONLY)
        if option.sec_type != "OPT" or action not in {_EXERCISE, _LAPSE} or quantity <= 0:
            return Refusal(321, f"{_INVALID}Invalid contract, exercise action or exercise quantity")
        free = self._free(option)
        if quantity > free:
            return Refusal(322, f"{_FAILED}Exercise quantity {quantity} exceeds the position that is free: {free}")
        if action == _LAPSE:
            is_last_day = option.expiry == new_york_day(self._clock.now())
            return None if is_last_day else Refusal(322, f"{_FAILED}Options can lapse on their last trading day only")
        price = self._price(option)
        if not override and intrinsic_of(option, price) <= 0:
            return Refusal(322, f"{_FAILED}The option is not in the money, and the override is not set")
        if self._config.exercise is Exercise.PHYSICAL and not self._settlement.can_carry(option, quantity, price):
            return Refusal(322, f"{_FAILED}The account cannot carry the delivery")
        return None

    def _exercise(self, option: Instrument, quantity: int) -> None:
        price = self._price(option)
        if self._config.exercise is Exercise.PHYSICAL:
            self._deliveries.exercise(option, quantity, price)
        else:
            self._deliveries.pay(option, quantity, intrinsic_of(option, price))

    def _free(self, option: Instrument) -> int:
        """Return how many contracts are held and not offered by an order that is still open."""
        offered = sum(row.remaining for row in self._registry.of_contract(option.con_id) if not row.ticket.is_buy)
        return max(0, self._ledger.quantity(option.con_id) - offered)

    def _price(self, option: Instrument) -> Decimal:
        quote = self._pulse.quote(self._deliveries.underlying(option))
        return mark_of(quote, is_share=True) or quote.close or Decimal(0)
