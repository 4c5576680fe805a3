"""Which orders may work now: regular hours, the longer ones of shares, halts."""

from datetime import datetime, timedelta
from typing import Final

from simgateway.market.base import Instrument, Market
from simgateway.market.clock import GatewayClock
from simgateway.protocol.text import local_text, new_york_day
from simgateway.trading.orders import Order

_DAYS_AHEAD: Final = 15
_CLOSED: Final = (
    "Order Message:\n{action} {quantity} {name}\nWarning: Your order will not be placed at the exchange until {at}."
)


class Hours:
    """Regular hours are for all orders, the longer ones only for orders on shares that ask for them (`outsideRth`).

    The bells set `is_open` and `is_extended`; an order's own good-after moment counts as well.
    """

    def __init__(self, market: Market, clock: GatewayClock) -> None:
        self._market = market
        self._clock = clock
        self.is_open = False
        self.is_extended = False

    def start(self) -> None:
        """Learn what hours it is."""
        now = self._clock.now()
        regular = self._market.session(new_york_day(now))
        longer = self._market.extended_session(new_york_day(now))
        self.is_open = regular is not None and regular[0] <= now < regular[1]
        self.is_extended = longer is not None and longer != regular and longer[0] <= now < longer[1]

    def allow(self, order: Order) -> bool:
        """Return whether an order may work now, halted or not."""
        return order.wakes_at is None and (self.is_open or self.allow_longer(order))

    def allow_longer(self, order: Order) -> bool:
        """Return whether an order may work although the regular hours are over."""
        return self.is_extended and order.outside_hours

    def is_over(self, instrument: Instrument) -> bool:
        """Return whether an option has expired: it is settled, and no order on it may come any more."""
        expiry = instrument.expiry
        return expiry is not None and self._clock.now() >= self._market.expiry_time(expiry)

    def is_halted(self, instrument: Instrument) -> bool:
        """Return whether nothing of an instrument may fill or be triggered now."""
        return self._market.is_halted(instrument, self._clock.now())

    def closed_note(self, order: Order) -> str:
        """Return what notice 399 says of an order that has to wait."""
        opens = self._next_open()
        at = local_text(opens) if opens else "the next session opens"
        name = order.instrument.local_symbol
        return _CLOSED.format(action=order.ticket.action, quantity=order.quantity, name=name, at=at)

    def _next_open(self) -> datetime | None:
        now = self._clock.now()
        for ahead in range(_DAYS_AHEAD):
            session = self._market.session(new_york_day(now) + timedelta(days=ahead))
            if session and session[0] > now:
                return session[0]
        return None
