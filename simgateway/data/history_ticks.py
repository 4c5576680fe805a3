"""Past ticks: trades, quotes or midpoints before or after a moment."""

from datetime import datetime
from typing import Final

from simgateway.data import tick_messages
from simgateway.data.hours import hours_of
from simgateway.data.lookup import Lookup, UnknownContractError
from simgateway.data.moments import BadMomentError, moment_of
from simgateway.data.refusals import BAD_KIND, VALIDATING, RefusedError
from simgateway.data.requests import TicksRequest, read_ticks_request
from simgateway.data.rights import Rights
from simgateway.market.base import Instrument, Market, Quote
from simgateway.market.clock import GatewayClock
from simgateway.protocol import responses
from simgateway.protocol.text import new_york_day
from simgateway.protocol.wire import Fields
from simgateway.session import Session

MOST: Final = 1000
"""The most ticks of one request: IB's page on historical time and sales."""

_KINDS: Final = frozenset({"TRADES", "BID_ASK", "MIDPOINT"})
_EXCHANGE: Final = "ISLAND"


class HistoryTicks:
    """Answers requests 96 from the market; with a start the oldest ticks from it on, with an end the newest before."""

    def __init__(self, market: Market, clock: GatewayClock, rights: Rights) -> None:
        self._market = market
        self._clock = clock
        self._rights = rights
        self._lookup = Lookup(market)

    def ask(self, session: Session, fields: Fields) -> None:
        """Take a historicalTicks request (96)."""
        request = read_ticks_request(fields)
        try:
            instrument = self._lookup.one(request.contract, new_york_day(self._clock.now()), expired=request.expired)
            start, end = self._checked(request, instrument)
        except UnknownContractError as error:
            session.send(responses.error(request.req_id, 200, str(error), session.version))
        except BadMomentError as error:
            session.send(responses.error(request.req_id, 10314, str(error), session.version))
        except RefusedError as error:
            session.send(responses.error(request.req_id, error.code, str(error), session.version))
        else:
            session.send(self.past(request, instrument, start, end))

    def past(self, request: TicksRequest, instrument: Instrument, start: datetime | None, end: datetime) -> Fields:
        """Return the answer: message 96, 97 or 98, complete in itself."""
        hours = hours_of(self._market, instrument, regular_only=request.regular_only)

        def is_in(at: datetime) -> bool:
            span = hours(new_york_day(at))
            return span is not None and span[0] <= at <= span[1]

        if request.what == "TRADES":
            prints = self._market.prints(instrument, start, end, request.count)
            return tick_messages.past_trades(request.req_id, [row for row in prints if is_in(row.at)], _EXCHANGE)
        books = self._market.quotes(instrument, start, end, request.count)
        rows = [row for row in books if is_in(row[0]) and _is_wanted(row[1], request)]
        if request.what == "BID_ASK":
            rows = _without_sizes(rows) if request.ignore_size else rows
            return tick_messages.past_quotes(request.req_id, rows)
        return tick_messages.past_midpoints(request.req_id, rows)

    def _checked(self, request: TicksRequest, instrument: Instrument) -> tuple[datetime | None, datetime]:
        """Return the span: with a start it ends now; RefusedError for what IB does not take."""
        now = self._clock.now()
        start = moment_of(request.start, now, "Start Date/Time")
        end = moment_of(request.end, now)
        if request.what not in _KINDS:
            raise RefusedError(321, f"{VALIDATING}{BAD_KIND}")
        if start is None and end is None:
            raise RefusedError(321, f"{VALIDATING}Please specify either a start or an end time")
        if not 1 <= request.count <= MOST:
            raise RefusedError(321, f"{VALIDATING}Number of ticks must be between 1 and {MOST}")
        missing = self._rights.missing(instrument, live=False)
        if missing:
            raise RefusedError(10187, f"Failed to request historical ticks:{missing}")
        newest = now - self._rights.lag(instrument)
        return start, min(end, newest) if end else newest


def _is_wanted(quote: Quote, request: TicksRequest) -> bool:
    """Return whether a quote has what is asked for: both sides for a midpoint, at least one otherwise."""
    sides = (quote.bid is not None) + (quote.ask is not None)
    return sides == 2 if request.what == "MIDPOINT" else sides > 0


def _without_sizes(rows: list[tuple[datetime, Quote]]) -> list[tuple[datetime, Quote]]:
    """Return only the changes of a price."""
    kept: list[tuple[datetime, Quote]] = []
    for at, quote in rows:
        if not kept or (quote.bid, quote.ask) != (kept[-1][1].bid, kept[-1][1].ask):
            kept.append((at, quote))
    return kept
