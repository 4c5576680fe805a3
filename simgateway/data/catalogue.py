"""Answers about contracts: details, option parameters, market rules, symbol search, session hours."""

from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import Final

from simgateway.data import contract_messages
from simgateway.data.lookup import NOT_FOUND, Lookup
from simgateway.market.base import Market
from simgateway.market.clock import GatewayClock
from simgateway.protocol import responses
from simgateway.protocol.requests import read_contract
from simgateway.protocol.text import NEW_YORK, day_text, new_york_day, read_int
from simgateway.protocol.wire import Fields
from simgateway.session import Session

_DAYS_OF_HOURS: Final = 6


class Catalogue:
    """Answers on the gateway's loop, from the market alone."""

    def __init__(self, market: Market, clock: GatewayClock, seed: int) -> None:
        self._market = market
        self._clock = clock
        self._lookup = Lookup(market)
        self._seed = seed
        self._hours = lru_cache(maxsize=32)(self._hours_from)

    def details(self, session: Session, fields: Fields) -> None:
        """Answer contractDetails (9): every contract that fits, or error 200."""
        req_id = read_int(fields[2])
        query = read_contract(fields, 3)
        today = new_york_day(self._clock.now())
        found = self._lookup.find(query, today)
        if not found:
            session.send(responses.error(req_id, 200, NOT_FOUND, session.version))
            return
        hours = self._hours(today)
        underlying = self._market.stock(found[0].symbol)
        rows = [contract_messages.contract_data(req_id, row, underlying, hours, session.version) for row in found]
        session.send(*rows, responses.end("52", req_id))

    def option_parameters(self, session: Session, fields: Fields) -> None:
        """Answer secDefOptParams (78): two exchanges, and an adjusted class that clients must not trade."""
        req_id = read_int(fields[1])
        symbol = fields[2].upper()
        stock = self._market.stock(symbol)
        if stock is None or stock.con_id != read_int(fields[5]):
            session.send(
                responses.error(
                    req_id, 321, "Error validating request.-'bF' : cause - Invalid contract id", session.version
                )
            )
            return
        today = new_york_day(self._clock.now())
        expiries = [day for day in self._market.expiries(symbol) if day >= today]
        strikes = list(self._market.strikes(symbol))
        messages = []
        if expiries and strikes:
            Random(f"{self._seed}:strikes:{symbol}").shuffle(strikes)  # the real ones come in no order
            adjusted = [strike + Decimal("0.37") for strike in strikes[:5]]
            chain = (stock.con_id, expiries, strikes)
            messages = [
                contract_messages.option_parameters(req_id, ("CBOE", symbol), *chain),
                contract_messages.option_parameters(req_id, ("SMART", f"2{symbol}"), stock.con_id, expiries, adjusted),
                contract_messages.option_parameters(req_id, ("SMART", symbol), *chain),
            ]
        session.send(*messages, ("76", str(req_id)))

    def market_rule(self, session: Session, fields: Fields) -> None:
        """Answer marketRule (91); an unknown rule is error 321."""
        rule_id = read_int(fields[1])
        rule = self._market.rule(rule_id)
        if rule:
            session.send(responses.market_rule(rule_id, rule))
        else:
            session.send(responses.error(-1, 321, "Error validating request: unknown market rule", session.version))

    def matching_symbols(self, session: Session, fields: Fields) -> None:
        """Answer matchingSymbols (81) by prefix."""
        pattern = fields[2].upper()
        stocks = [self._market.stock(symbol) for symbol in self._market.symbols() if symbol.startswith(pattern)]
        found = [stock for stock in stocks if stock is not None]
        session.send(contract_messages.symbol_samples(read_int(fields[1]), found, session.version))

    def _hours_from(self, first: date) -> tuple[str, str]:
        """Return trading and liquid hours of the days from `first` on, as the protocol writes them."""
        days = [first + timedelta(days=count) for count in range(_DAYS_OF_HOURS)]
        liquid = ";".join(self._hours_of(day) for day in days)
        return (liquid, liquid)

    def _hours_of(self, day: date) -> str:
        session = self._market.session(day)
        if session is None:
            return f"{day_text(day)}:CLOSED"
        begin, finish = (moment.astimezone(NEW_YORK) for moment in session)
        return f"{day_text(day)}:{begin:%H%M}-{day_text(day)}:{finish:%H%M}"
