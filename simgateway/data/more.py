"""The rest of the data requests behind one door: bars and ticks as they come, past ticks, computations, refusals."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from simgateway.config import GatewayConfig
from simgateway.data import tick_messages, unserved
from simgateway.data.greeks import RATE, GreeksDesk
from simgateway.data.history_ticks import HistoryTicks
from simgateway.data.lookup import Lookup, UnknownContractError
from simgateway.data.pulse import Pulse
from simgateway.data.realtime_bars import RealtimeBars
from simgateway.data.rights import Rights
from simgateway.data.tick_by_tick import TickByTick
from simgateway.market.base import Instrument, Market
from simgateway.market.bsm import Option, greeks
from simgateway.market.clock import GatewayClock
from simgateway.protocol import responses
from simgateway.protocol.requests import read_contract
from simgateway.protocol.text import new_york_day, read_decimal, read_int
from simgateway.protocol.wire import Fields
from simgateway.session import Session

_COMPUTED: Final = 53
_CENT_OF_A_CENT: Final = Decimal("0.0001")


class MoreData:
    """Everything about data that is neither history, streams nor contracts."""

    def __init__(
        self, config: GatewayConfig, market: Market, clock: GatewayClock, pulse: Pulse, rights: Rights
    ) -> None:
        self._clock = clock
        self._lookup = Lookup(market)
        self._greeks = GreeksDesk(market)
        self._live_bars = RealtimeBars(config, market, clock, rights)
        self._past = HistoryTicks(market, clock, rights)
        self._each = TickByTick(
            config=config, lookup=self._lookup, clock=clock, pulse=pulse, rights=rights, past=self._past
        )

    def handlers(self) -> Mapping[str, Callable[[Session, Fields], None]]:
        """Return which message is answered by what."""
        return {
            **unserved.handlers(),
            "50": self._live_bars.ask,
            "51": self._live_bars.cancel,
            "54": self._volatility,
            "55": self._price,
            "56": _ignore,
            "57": _ignore,
            "82": _depth_exchanges,
            "83": _smart_components,
            "96": self._past.ask,
            "97": self._each.ask,
            "98": self._each.cancel,
        }

    def forget(self, session: Session) -> None:
        """Drop what a gone connection had open."""
        self._live_bars.forget(session)
        self._each.forget(session)

    def _volatility(self, session: Session, fields: Fields) -> None:
        """Answer calculateImpliedVolatility (54): the volatility at an option's and its underlying's price."""
        option = self._option(session, fields)
        price, spot = read_decimal(fields[15]), read_decimal(fields[16])
        if option:
            found = self._greeks.of(option, price, spot, self._clock.now())
            session.send(tick_messages.option_computation(read_int(fields[2]), _COMPUTED, found, price, spot))

    def _price(self, session: Session, fields: Fields) -> None:
        """Answer calculateOptionPrice (55): the price at a volatility and an underlying's price."""
        option = self._option(session, fields)
        volatility, spot = read_decimal(fields[15]), read_decimal(fields[16])
        if not option or not volatility or not spot or option.strike is None:
            return
        terms = Option(option.right, float(option.strike), RATE, 0.0)
        at = greeks(terms, float(spot), self._greeks.years(option, self._clock.now()), float(volatility))
        price = Decimal(at.price).quantize(_CENT_OF_A_CENT)
        found = (float(volatility), at)
        session.send(tick_messages.option_computation(read_int(fields[2]), _COMPUTED, found, price, spot))

    def _option(self, session: Session, fields: Fields) -> Instrument | None:
        """Return the option of a computation; an unknown one, or a share, is error 200."""
        try:
            found = self._lookup.one(read_contract(fields, 3), new_york_day(self._clock.now()))
        except UnknownContractError as error:
            session.send(responses.error(read_int(fields[2]), 200, str(error), session.version))
            return None
        if not found.right:
            session.send(responses.error(read_int(fields[2]), 200, "Only options can be computed", session.version))
            return None
        return found


def _ignore(session: Session, fields: Fields) -> None:
    del session, fields


def _depth_exchanges(session: Session, fields: Fields) -> None:
    del fields
    session.send(tick_messages.depth_exchanges())


def _smart_components(session: Session, fields: Fields) -> None:
    session.send(tick_messages.smart_components(read_int(fields[1])))
