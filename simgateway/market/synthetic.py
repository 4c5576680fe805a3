"""A market drawn from a seed: the same seed, day and symbols give the same answers, in any order of asking."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from simgateway.market import hours, walk
from simgateway.market.base import Bar, Instrument, PriceRule, Print, Quote
from simgateway.market.chains import SYMBOLS_MAX, Chain, symbol_index
from simgateway.market.grids import RULES
from simgateway.market.levels import Levels
from simgateway.market.money import UNITS_PER_USD, usd
from simgateway.market.option_quotes import Moment, Terms, grid_of, option_quote
from simgateway.market.paths import STEP_SECONDS, DayPath
from simgateway.market.profiles import DEFAULT_SYMBOLS, profile_of
from simgateway.market.rows import DAY_SECONDS, MINUTE_SECONDS, Row, bar_of, longer
from simgateway.market.share_quotes import share_quote

_QUOTES_KEPT: Final = 4096
_HISTORY: Final = timedelta(days=5 * 365)
_OPTION_HISTORY: Final = timedelta(days=60)


class SyntheticMarket:
    """Shares and their options on and around one day. Quotes change every five seconds of the regular session.

    Outside of it nobody quotes: both sides are None. History goes back as far as it is asked for; options have no
    bars, since nothing but their quotes is drawn.
    """

    def __init__(self, seed: int, day: date, symbols: Sequence[str] = DEFAULT_SYMBOLS) -> None:
        if len(symbols) > SYMBOLS_MAX or len(set(symbols)) != len(symbols):
            raise ValueError(f"at most {SYMBOLS_MAX} different symbols")
        self._day = day
        self._symbols = tuple(symbols)
        first = next(hours.sessions_from(day))
        self._profiles = {symbol: profile_of(symbol) for symbol in symbols}
        self._chains = {
            symbol: Chain(index, symbol, self._profiles[symbol], first) for index, symbol in enumerate(symbols)
        }
        self._levels = {symbol: Levels(seed, symbol, self._profiles[symbol], first) for symbol in symbols}
        self._terms: dict[int, Terms] = {}
        self._quotes: dict[int, tuple[int, Quote]] = {}

    def symbols(self) -> tuple[str, ...]:
        """Return the underlyings in the order given."""
        return self._symbols

    def day(self) -> date:
        """Return the first market day."""
        return self._day

    def session(self, day: date) -> tuple[datetime, datetime] | None:
        """Return the regular hours of a New York date in UTC."""
        return hours.session(day)

    def extended_session(self, day: date) -> tuple[datetime, datetime] | None:
        """Return the regular hours: nothing trades outside of them here."""
        return hours.session(day)

    def expiry_time(self, day: date) -> datetime:
        """Return the close of that day's session."""
        return hours.expiry_time(day)

    def is_halted(self, instrument: Instrument, at: datetime) -> bool:
        """Return whether trading is halted: never here."""
        del instrument, at
        return False

    def first_data(self, instrument: Instrument) -> datetime:
        """Return the oldest moment of an instrument's history."""
        back = _OPTION_HISTORY if instrument.right else _HISTORY
        day = min(self._day, instrument.expiry or self._day) - back
        return hours.at_new_york(next(hours.sessions_from(day)), hours.OPEN)

    def by_con_id(self, con_id: int) -> Instrument | None:
        """Return the instrument with this number, whether it was listed before or not."""
        index = symbol_index(con_id)
        return self._chains[self._symbols[index]].by_con_id(con_id) if 0 <= index < len(self._symbols) else None

    def stock(self, symbol: str) -> Instrument | None:
        """Return the underlying itself."""
        chain = self._chains.get(symbol)
        return chain.stock if chain else None

    def expiries(self, symbol: str) -> tuple[date, ...]:
        """Return the expiry dates of a symbol's options."""
        chain = self._chains.get(symbol)
        return chain.expiries if chain else ()

    def strikes(self, symbol: str) -> tuple[Decimal, ...]:
        """Return all strikes of a symbol's options."""
        chain = self._chains.get(symbol)
        return chain.strikes if chain else ()

    def listed(self, symbol: str, expiry: date | None, right: str, strike: Decimal | None) -> tuple[Instrument, ...]:
        """Return the option contracts that match."""
        chain = self._chains.get(symbol)
        return tuple(chain.listed(expiry, right, strike)) if chain else ()

    def rule(self, rule_id: int) -> PriceRule:
        """Return a market rule."""
        return RULES.get(rule_id, ())

    def quote(self, instrument: Instrument, at: datetime) -> Quote:
        """Return the book at this moment: one of the day's steps of five seconds."""
        step = int(at.timestamp()) // STEP_SECONDS * STEP_SECONDS
        known = self._quotes.get(instrument.con_id)
        if known is not None and known[0] == step:
            return known[1]
        if len(self._quotes) >= _QUOTES_KEPT:
            self._quotes.clear()
        quote = self._make_quote(instrument, at, step)
        self._quotes[instrument.con_id] = (step, quote)
        return quote

    def next_change(self, instrument: Instrument, at: datetime) -> datetime | None:
        """Return the next step of five seconds, or the session's open or close."""
        opened_closed = hours.session(hours.new_york_date(at))
        if opened_closed is None or at >= opened_closed[1] or _is_over(instrument, at):
            return None
        if at < opened_closed[0]:
            return opened_closed[0]
        return datetime.fromtimestamp((int(at.timestamp()) // STEP_SECONDS + 1) * STEP_SECONDS, UTC)

    def bars(
        self,
        instrument: Instrument,
        end: datetime,
        seconds: int,
        start: datetime,
        regular_only: bool,  # noqa: FBT001 - the interface's order
        *,
        what: str = "TRADES",
    ) -> list[Bar]:
        """Return bars; nothing trades outside the session."""
        if instrument.sec_type != "STK" or seconds < MINUTE_SECONDS or what != "TRADES":
            return walk.bars(self, instrument, end, seconds, start, what=what, regular_only=regular_only)
        first, last = hours.new_york_date(start), hours.new_york_date(end)
        levels = self._levels[instrument.symbol]
        bars: list[Bar] = []
        for day in (first + timedelta(days=number) for number in range((last - first).days + 1)):
            rows = _rows_until(levels, day, seconds, end)
            earliest = start.timestamp() if seconds < DAY_SECONDS else 0
            bars += [bar_of(row, seconds) for row in rows if row.start >= earliest]
        return bars

    def prints(self, instrument: Instrument, start: datetime | None, end: datetime, most: int) -> list[Print]:
        """Return trades before `end`."""
        return walk.prints(self, instrument, start, end, most)

    def quotes(
        self, instrument: Instrument, start: datetime | None, end: datetime, most: int
    ) -> list[tuple[datetime, Quote]]:
        """Return changes of the book before `end`."""
        return walk.quotes(self, instrument, start, end, most)

    def settle_price(self, symbol: str, day: date) -> Decimal | None:
        """Return the close of that day's session."""
        levels = self._levels.get(symbol)
        path = levels.path(day) if levels else None
        return usd(path.closes[-1]) if path else None

    def _make_quote(self, instrument: Instrument, at: datetime, step: int) -> Quote:
        day = hours.new_york_date(at)
        levels = self._levels[instrument.symbol]
        path = levels.path(day)
        before = levels.close_before(day)
        if path is None or not 0 <= step - path.opened < path.minutes * MINUTE_SECONDS or _is_over(instrument, at):
            return _closed_quote(instrument, path, before, step)
        minute, second = divmod(step - path.opened, MINUTE_SECONDS)
        number = second // STEP_SECONDS
        price = path.price(minute, number)
        volume = path.volume_before[minute] + path.volume_in(minute, number)
        if instrument.sec_type == "STK":
            profile = self._profiles[instrument.symbol]
            return share_quote(profile, step, con_id=instrument.con_id, price=price, before=before, volume=volume)
        moment = Moment(
            at=step,
            spot=price / UNITS_PER_USD,
            opened=path.opens[0] / UNITS_PER_USD,
            before=before / UNITS_PER_USD if before is not None else None,
            day_share=volume / path.volume_before[-1],
        )
        return option_quote(self._profiles[instrument.symbol], self._terms_of(instrument), moment)

    def _terms_of(self, instrument: Instrument) -> Terms:
        terms = self._terms.get(instrument.con_id)
        if terms is None:
            terms = self._terms[instrument.con_id] = _terms(instrument)
        return terms


def _terms(instrument: Instrument) -> Terms:
    assert instrument.expiry is not None, "only options have terms"
    assert instrument.strike is not None, "only options have terms"
    ends = hours.session(instrument.expiry)
    assert ends is not None, "chains list only expiries on trading days"
    grid = grid_of(RULES[instrument.market_rule_id])
    strike = float(instrument.strike)
    return Terms(instrument.con_id, strike, instrument.right, int(ends[1].timestamp()), grid)


def _is_over(instrument: Instrument, at: datetime) -> bool:
    return instrument.expiry is not None and hours.new_york_date(at) > instrument.expiry


def _closed_quote(instrument: Instrument, path: DayPath | None, before: int | None, step: int) -> Quote:
    """Return a book nobody quotes in: before the open, after the close, on a holiday, past the expiry."""
    close = usd(before) if before is not None and instrument.sec_type == "STK" else None
    ended = path is not None and step >= path.opened + path.minutes * MINUTE_SECONDS
    if path is None or not ended or instrument.sec_type != "STK":
        return Quote(None, None, 0, 0, None, close, 0, None)
    return Quote(None, None, 0, 0, usd(path.closes[-1]), close, path.volume_before[-1], None)


def _rows_until(levels: Levels, day: date, seconds: int, end: datetime) -> Sequence[Row]:
    """Return a day's rows that start before `end`, the one that contains it as far as it has come."""
    session = hours.session(day)
    if session is None or end <= session[0]:
        return ()
    path = levels.path(day) if end < session[1] else None
    if path is None:
        return levels.rows(day, seconds)
    minute, second = divmod(int(end.timestamp()) - path.opened, MINUTE_SECONDS)
    rows = [path.row(number) for number in range(minute)]
    if end.timestamp() > path.opened + minute * MINUTE_SECONDS:
        rows.append(path.forming(minute, second // STEP_SECONDS))
    return rows if seconds == MINUTE_SECONDS else tuple(longer(rows, seconds, day, path.opened))
