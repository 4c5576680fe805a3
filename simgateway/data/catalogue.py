"""Answers about contracts: details, option parameters, market rules, symbol search, session hours."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from random import Random
from typing import Final

from simgateway.data import contract_messages
from simgateway.data.lookup import NOT_FOUND, Lookup
from simgateway.market.base import Instrument, Market
from simgateway.market.clock import GatewayClock, TimerHandle
from simgateway.protocol import responses
from simgateway.protocol.requests import read_details_request
from simgateway.protocol.text import NEW_YORK, day_text, new_york_day, read_int
from simgateway.protocol.wire import Fields
from simgateway.session import Session

_DAYS_OF_HOURS: Final = 6
_SAMPLES: Final = 16
_PART: Final = 500


class Catalogue:
    """Answers on the gateway's loop, from the market alone."""

    def __init__(self, market: Market, clock: GatewayClock, seed: int) -> None:
        self._market = market
        self._clock = clock
        self._lookup = Lookup(market)
        self._seed = seed
        self._hours = lru_cache(maxsize=32)(self._hours_from)
        self._sending: dict[Session, dict[int, TimerHandle]] = {}

    def details(self, session: Session, fields: Fields) -> None:
        """Answer contractDetails (9): every contract that fits, or error 200; a whole chain goes out in parts."""
        request = read_details_request(fields, session.version)
        today = new_york_day(self._clock.now())
        found = self._lookup.fitting(request.contract, today, expired=request.include_expired)
        first = list(islice(found, _PART)) if not (request.sec_id or request.issuer_id) else []
        if not first:
            session.send(responses.error(request.req_id, 200, NOT_FOUND, session.version))
            return
        self._send_part(session, request.req_id, first, found)

    def forget(self, session: Session) -> None:
        """Stop what is still to be sent to a gone connection."""
        for timer in self._sending.pop(session, {}).values():
            timer.cancel()

    def _send_part(self, session: Session, req_id: int, rows: list[Instrument], rest: Iterator[Instrument]) -> None:
        """Send some contracts; the next ones come after whatever else is due, so that nobody waits for a chain."""
        share, option = (self._hours(new_york_day(self._clock.now()), is_share) for is_share in (True, False))
        underlying = self._market.stock(rows[0].symbol)
        messages = [
            contract_messages.contract_data(req_id, row, underlying, option if row.right else share, session.version)
            for row in rows
        ]
        following = list(islice(rest, _PART))
        timers = self._sending.setdefault(session, {})
        if following:
            session.send(*messages)
            now = self._clock.now()
            timers[req_id] = self._clock.call_at(now, self._send_part, session, req_id, following, rest)
            return
        session.send(*messages, responses.end("52", req_id))
        timers.pop(req_id, None)
        if not timers:
            del self._sending[session]

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
        expiries = [day for day in self._market.expiries(symbol, today) if day >= today]
        strikes = list(self._market.strikes(symbol, today))
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
        """Answer matchingSymbols (81): shares whose symbol begins with the text or whose name has it, at most 16.

        Source: IB's page on stock contract search.
        """
        pattern = fields[2].strip().upper()
        stocks = [stock for stock in map(self._market.stock, self._market.symbols()) if stock is not None]
        by_symbol = [stock for stock in stocks if pattern and stock.symbol.startswith(pattern)]
        by_name = [
            stock for stock in stocks if pattern and stock not in by_symbol and pattern in stock.long_name.upper()
        ]
        found = sorted(by_symbol, key=lambda stock: (len(stock.symbol), stock.symbol)) + by_name
        session.send(contract_messages.symbol_samples(read_int(fields[1]), found[:_SAMPLES], session.version))

    def _hours_from(self, first: date, is_share: bool) -> tuple[str, str]:  # noqa: FBT001 - a key of the cache
        """Return trading and liquid hours of the days from `first` on, as the protocol writes them.

        Shares trade longer than their liquid hours, options only in them.
        """
        days = [first + timedelta(days=count) for count in range(_DAYS_OF_HOURS)]
        liquid = ";".join(_hours_of(day, self._market.session(day)) for day in days)
        longer = ";".join(_hours_of(day, self._market.extended_session(day)) for day in days)
        return (longer if is_share else liquid, liquid)


def _hours_of(day: date, session: tuple[datetime, datetime] | None) -> str:
    """Return one day's hours; each end names its own date, as what never closes ends at the next day's midnight."""
    if session is None:
        return f"{day_text(day)}:CLOSED"
    begin, finish = (moment.astimezone(NEW_YORK) for moment in session)
    return f"{day_text(day)}:{begin:%H%M}-{day_text(finish.date())}:{finish:%H%M}"
