"""A market drawn from a seed: the same seed, day and symbols give the same answers, in any order of asking."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from simgateway.market import walk
from simgateway.market.base import Bar, Instrument, PriceRule, Print, Quote
from simgateway.market.calendars import DayOfSecond, Hours, RegularHours
from simgateway.market.chains import SYMBOLS_MAX, Chain, symbol_index
from simgateway.market.characters import Character, characters_of, script_of
from simgateway.market.grids import RULES
from simgateway.market.levels import Levels
from simgateway.market.money import usd
from simgateway.market.option_books import OptionBook
from simgateway.market.option_minutes import OptionMinutes
from simgateway.market.option_quotes import terms_of
from simgateway.market.paths import STEP_SECONDS
from simgateway.market.profiles import DEFAULT_SYMBOLS, profile_of
from simgateway.market.rows import MINUTE_SECONDS
from simgateway.market.share_quotes import share_quote
from simgateway.market.synthetic_bars import BarMaker
from simgateway.market.underlyings import Underlying

_QUOTES_KEPT: Final = 8192
_MINUTES_KEPT: Final = 64
_HISTORY: Final = timedelta(days=5 * 365)
_OPTION_HISTORY: Final = timedelta(days=60)


class SyntheticMarket:
    """Shares and their options on and around one day. Quotes change every five seconds of the session.

    Outside of it nobody quotes: both sides are None. History goes back five years, an option's until 60 days before
    the first day or its expiry. Nothing is made before it is asked for. `character` is one of `Character` for all
    symbols or, as "SPY=crash,AAPL=halt", for some. A crash or a halt of ten minutes comes at `happens` (aware UTC;
    without it at 10:30 in New York of the first session); a gap at the next open, without it at the first.
    """

    def __init__(
        self,
        seed: int,
        day: date,
        symbols: Sequence[str] = DEFAULT_SYMBOLS,
        *,
        character: str = Character.MIXED,
        hours: Hours | None = None,
        happens: datetime | None = None,
    ) -> None:
        if len(symbols) > SYMBOLS_MAX or len(set(symbols)) != len(symbols):
            raise ValueError(f"at most {SYMBOLS_MAX} different symbols")
        self._seed = seed
        self._day = day
        self._symbols = tuple(symbols)
        self._indexes: Mapping[str, int] = {symbol: index for index, symbol in enumerate(symbols)}
        self._hours = hours or RegularHours()
        self._characters = characters_of(character, self._symbols)
        self._first = next(self._hours.sessions_from(day))
        self._happens = happens
        self._expire: dict[date, int] = {}
        self._days = DayOfSecond()
        self._underlyings: dict[str, Underlying] = {}
        self._books: dict[int, OptionBook] = {}
        self._minutes: dict[int, OptionMinutes] = {}
        self._quotes: dict[int, tuple[int, Quote]] = {}
        self._change = (0, datetime.fromtimestamp(0, UTC))
        self._newest_day = date.min

    @property
    def made(self) -> tuple[str, ...]:
        """Return the symbols of which anything was asked so far: no other has been made."""
        return tuple(self._underlyings)

    def symbols(self) -> tuple[str, ...]:
        """Return the underlyings in the order given."""
        return self._symbols

    def day(self) -> date:
        """Return the first market day."""
        return self._day

    def session(self, day: date) -> tuple[datetime, datetime] | None:
        """Return the regular hours of a New York date in UTC."""
        return self._hours.session(day)

    def extended_session(self, day: date) -> tuple[datetime, datetime] | None:
        """Return the hours in which shares trade."""
        return self._hours.extended_session(day)

    def expiry_time(self, day: date) -> datetime:
        """Return when options of this expiry end."""
        return self._hours.expiry_time(day)

    def is_halted(self, instrument: Instrument, at: datetime) -> bool:
        """Return whether trading in the share is halted, which halts its options too."""
        return self._underlying(instrument.symbol).is_halted(at.timestamp())

    def first_data(self, instrument: Instrument) -> datetime:
        """Return the oldest moment of an instrument's history: the open of a session."""
        back = _OPTION_HISTORY if instrument.right else _HISTORY
        day = min(self._first, instrument.expiry or self._first) - back
        session = self._hours.session(next(self._hours.sessions_from(day)))
        assert session is not None, "a trading day has a session"
        return session[0]

    def by_con_id(self, con_id: int) -> Instrument | None:
        """Return the instrument with this number, whether it was listed before or not."""
        index = symbol_index(con_id)
        if not 0 <= index < len(self._symbols):
            return None
        return self._underlying(self._symbols[index]).chain.by_con_id(con_id)

    def stock(self, symbol: str) -> Instrument | None:
        """Return the underlying itself."""
        return self._underlying(symbol).chain.stock if symbol in self._indexes else None

    def expiries(self, symbol: str, on: date | None = None) -> tuple[date, ...]:
        """Return the expiry dates of a symbol's options that are listed by a New York date, the expired included."""
        return self._underlying(symbol).chain.expiries(on) if symbol in self._indexes else ()

    def strikes(self, symbol: str, on: date | None = None) -> tuple[Decimal, ...]:
        """Return all strikes of a symbol's options."""
        return self._underlying(symbol).chain.strikes(on) if symbol in self._indexes else ()

    def listed(
        self, symbol: str, expiry: date | None, right: str, strike: Decimal | None, on: date | None = None
    ) -> tuple[Instrument, ...]:
        """Return the option contracts that match."""
        if symbol not in self._indexes:
            return ()
        return tuple(self._underlying(symbol).chain.listed(expiry, right, strike, on))

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
        quote = self._make_quote(instrument, step)
        self._quotes[instrument.con_id] = (step, quote)
        return quote

    def next_change(self, instrument: Instrument, at: datetime) -> datetime | None:
        """Return the next step of five seconds, or when the session begins or ends, or a halt ends."""
        second = at.timestamp()
        day = self._days.find(int(second))
        hours = self._hours.session(day) if instrument.right else self._hours.extended_session(day)
        if hours is None or at >= hours[1] or (instrument.right and second >= self._ends(instrument)):
            return None
        if at < hours[0]:
            return hours[0]
        resumes = self._underlying(instrument.symbol).resumes(second)
        following = resumes or (int(second) // STEP_SECONDS + 1) * STEP_SECONDS
        if self._change[0] != following:  # Thousands of contracts ask in the same step.
            self._change = (following, datetime.fromtimestamp(following, UTC))
        return self._change[1]

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
        """Return bars; those of less than a minute, and of a share with missing sides, from the quotes themselves."""
        patchy = what != "TRADES" and not instrument.right and self._characters[instrument.symbol] == "illiquid"
        if seconds < MINUTE_SECONDS or patchy or what not in walk.PRICES:
            return walk.bars(self, instrument, end, seconds, start, what=what, regular_only=regular_only)
        underlying = self._underlying(instrument.symbol)
        minutes = self._minutes_of(underlying, instrument) if instrument.right else None
        maker = BarMaker(underlying, minutes, self._hours, regular_only=regular_only)
        return maker.bars(max(start, self.first_data(instrument)), end, seconds, what)

    def prints(self, instrument: Instrument, start: datetime | None, end: datetime, most: int) -> list[Print]:
        """Return trades before `end`."""
        return walk.prints(self, instrument, start, end, most)

    def quotes(
        self, instrument: Instrument, start: datetime | None, end: datetime, most: int
    ) -> list[tuple[datetime, Quote]]:
        """Return changes of the book before `end`."""
        return walk.quotes(self, instrument, start, end, most)

    def settle_price(self, symbol: str, day: date) -> Decimal | None:
        """Return the share's price when that day's options expire: the close, 16:00 where it never closes."""
        path = self._underlying(symbol).levels.path(day) if symbol in self._indexes else None
        if path is None:
            return None
        minute = (int(self._hours.expiry_time(day).timestamp()) - path.opened) // MINUTE_SECONDS
        return usd(path.closes[minute - 1])

    def _underlying(self, symbol: str) -> Underlying:
        """Return a symbol's share, made when it is first asked for."""
        known = self._underlyings.get(symbol)
        if known is None:
            known = self._underlyings[symbol] = self._make_underlying(symbol)
        return known

    def _make_underlying(self, symbol: str) -> Underlying:
        key = f"{self._seed}/{symbol}"
        script = script_of(self._characters[symbol], key, self._hours, self._first, self._happens)
        profile = script.profile(profile_of(symbol))
        chain = Chain(self._indexes[symbol], symbol, profile, self._first)
        levels = Levels(self._seed, symbol, profile, self._first, hours=self._hours, script=script)
        return Underlying(profile, chain, levels, self._hours, script)

    def _book(self, underlying: Underlying, instrument: Instrument) -> OptionBook:
        known = self._books.get(instrument.con_id)
        if known is None:
            if len(self._books) >= _QUOTES_KEPT:
                self._books.clear()
            terms = terms_of(instrument, self._ends(instrument), RULES[instrument.market_rule_id])
            known = self._books[instrument.con_id] = OptionBook(underlying, terms)
        return known

    def _minutes_of(self, underlying: Underlying, instrument: Instrument) -> OptionMinutes:
        known = self._minutes.get(instrument.con_id)
        if known is None:
            if len(self._minutes) >= _MINUTES_KEPT:
                self._minutes.clear()
            known = self._minutes[instrument.con_id] = OptionMinutes(self._book(underlying, instrument))
        return known

    def _ends(self, instrument: Instrument) -> int:
        """Return when an option expires, in seconds since 1970."""
        assert instrument.expiry is not None, "only options expire"
        known = self._expire.get(instrument.expiry)
        if known is None:
            known = self._expire[instrument.expiry] = int(self._hours.expiry_time(instrument.expiry).timestamp())
        return known

    def _make_quote(self, instrument: Instrument, step: int) -> Quote:
        day = self._days.find(step)
        if day > self._newest_day:
            self._newest_day = day
            self._forget_expired(day)
        underlying = self._underlying(instrument.symbol)
        spot = underlying.spot(day, step)
        if not instrument.right:
            close = underlying.close_price(day)
            return (
                share_quote(underlying.profile, instrument.con_id, spot, close) if spot else underlying.shut(day, step)
            )
        if spot is None or spot.path.is_thin or step >= self._ends(instrument):
            return Quote(None, None, 0, 0, None, None, 0, None)
        return self._book(underlying, instrument).quote(day, spot)

    def _forget_expired(self, day: date) -> None:
        """Let go of what was kept of options that ended before this day; it is made anew for who asks for it."""
        for kept in (self._quotes, self._books, self._minutes):
            for con_id in tuple(kept):
                option = self.by_con_id(con_id)
                if option is not None and option.expiry is not None and option.expiry < day:
                    del kept[con_id]
