"""Finding the instruments a client's description means."""

from collections.abc import Iterable
from datetime import date

from simgateway.market.base import Instrument, Market
from simgateway.protocol.requests import ContractQuery
from simgateway.protocol.text import day_text, read_day

NOT_FOUND = "No security definition has been found for the request"
AMBIGUOUS = "The contract description specified for {symbol} is ambiguous."


class UnknownContractError(Exception):
    """Error 200: no contract, or more than one, fits a description; the text is for the client."""


class Lookup:
    """Finds instruments of one market; what has expired is unknown, as it is to IB."""

    def __init__(self, market: Market) -> None:
        self._market = market

    def find(self, query: ContractQuery, today: date) -> tuple[Instrument, ...]:
        """Return everything that fits, in the market's order; `today` is New York's day."""
        if query.con_id:
            exact = self._market.by_con_id(query.con_id)
            return self._alive((exact,), query, today) if exact else ()
        if query.sec_type == "STK":
            stock = self._market.stock(query.symbol)
            return self._alive((stock,), query, today) if stock else ()
        if query.sec_type == "OPT" and self._market.stock(query.symbol):
            return self._alive(self._options(query), query, today)
        return ()

    def one(self, query: ContractQuery, today: date) -> Instrument:
        """Return the one instrument that fits; UnknownContractError when none or several do."""
        found = self.find(query, today)
        if not found:
            raise UnknownContractError(NOT_FOUND)
        if len(found) > 1:
            raise UnknownContractError(AMBIGUOUS.format(symbol=query.symbol))
        return found[0]

    def _options(self, query: ContractQuery) -> Iterable[Instrument]:
        listed = self._market.listed(query.symbol, read_day(query.expiry), query.right, query.strike)
        if query.expiry and read_day(query.expiry) is None:
            return [option for option in listed if day_text(option.expiry).startswith(query.expiry)]
        return listed

    def _alive(self, instruments: Iterable[Instrument], query: ContractQuery, today: date) -> tuple[Instrument, ...]:
        return tuple(row for row in instruments if (row.expiry is None or row.expiry >= today) and _fits(row, query))


def _fits(instrument: Instrument, query: ContractQuery) -> bool:
    places = {"", "SMART", instrument.exchange, instrument.primary_exchange}
    return (
        query.currency in {"", instrument.currency}
        and query.trading_class in {"", instrument.trading_class}
        and query.local_symbol in {"", instrument.local_symbol}
        and query.sec_type in {"", instrument.sec_type}
        and query.multiplier in {"", str(instrument.multiplier)}
        and query.exchange in places
    )
