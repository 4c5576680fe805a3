"""Finding the instruments a client's description means."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from simgateway.market.base import Instrument, Market
from simgateway.protocol.requests import ContractQuery
from simgateway.protocol.text import day_text, read_day

NOT_FOUND = "No security definition has been found for the request"
AMBIGUOUS = "The contract description specified for {symbol} is ambiguous."

_OCC_LENGTH = 21
_OCC_ROOT = 6


class UnknownContractError(Exception):
    """Error 200: no contract, or more than one, fits a description; the text is for the client."""


class Lookup:
    """Finds instruments of one market; what has expired is unknown, as it is to IB, unless the request includes it."""

    def __init__(self, market: Market) -> None:
        self._market = market

    def find(self, query: ContractQuery, today: date, *, expired: bool = False) -> tuple[Instrument, ...]:
        """Return everything that fits, in the market's order; `today` is New York's day."""
        return tuple(self.fitting(query, today, expired=expired))

    def fitting(self, query: ContractQuery, today: date, *, expired: bool = False) -> Iterator[Instrument]:
        """Give what fits one by one, for a chain that is answered in parts."""
        found = self._candidates(query, today)
        return (row for row in found if (expired or row.expiry is None or row.expiry >= today) and _fits(row, query))

    def one(self, query: ContractQuery, today: date, *, expired: bool = False) -> Instrument:
        """Return the one instrument that fits; UnknownContractError when none or several do."""
        found = self.find(query, today, expired=expired)
        if not found:
            raise UnknownContractError(NOT_FOUND)
        if len(found) > 1:
            raise UnknownContractError(AMBIGUOUS.format(symbol=query.symbol))
        return found[0]

    def _candidates(self, query: ContractQuery, today: date) -> Iterable[Instrument]:
        if query.con_id:
            return _known(self._market.by_con_id(query.con_id))
        if query.sec_type == "STK":
            return _known(self._market.stock(query.symbol or query.local_symbol.upper()))
        if query.sec_type == "OPT" and not query.symbol and query.local_symbol:
            return self._by_local_symbol(query.local_symbol, today)
        if query.sec_type == "OPT" and self._market.stock(query.symbol):
            return self._options(query, today)
        return ()

    def _options(self, query: ContractQuery, today: date) -> Iterable[Instrument]:
        if query.local_symbol:
            return self._by_local_symbol(query.local_symbol, today)
        listed = self._market.listed(query.symbol, read_day(query.expiry), query.right, query.strike, today)
        if query.expiry and read_day(query.expiry) is None:
            return (option for option in listed if day_text(option.expiry).startswith(query.expiry))
        return listed

    def _by_local_symbol(self, text: str, today: date) -> Iterable[Instrument]:
        """Return the option of an Options Clearing Corporation symbol: root, yymmdd, right, strike in thousandths."""
        root, rest = text[:_OCC_ROOT].rstrip(), text[_OCC_ROOT:]
        if len(text) != _OCC_LENGTH or not (rest.isascii() and (rest[:6] + rest[7:]).isdigit()):
            return ()
        try:
            expiry = read_day(f"20{rest[:6]}")
        except ValueError:
            return ()
        return self._market.listed(root, expiry, rest[6], Decimal(rest[7:]) / 1000, today)


def _known(instrument: Instrument | None) -> tuple[Instrument, ...]:
    return (instrument,) if instrument else ()


def _fits(instrument: Instrument, query: ContractQuery) -> bool:
    return (
        query.currency in {"", instrument.currency}
        and query.trading_class in {"", instrument.trading_class}
        and query.local_symbol in {"", instrument.local_symbol}
        and query.sec_type in {"", instrument.sec_type}
        and query.multiplier in {"", str(instrument.multiplier)}
        and query.exchange in {"", "SMART", instrument.exchange, instrument.primary_exchange}
    )
