"""A symbol's chain on the synthetic market: expiries by rule, every day new ones; strikes around its first open."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import count
from typing import Final

from simgateway.market.base import Instrument
from simgateway.market.grids import RULES, STOCK_RULE, option_rule_id
from simgateway.market.hours import is_trading_day, session_before, sessions_from, third_friday
from simgateway.market.profiles import Profile

_DAILY_SESSIONS: Final = 10
_WEEKS: Final = 7
_MONTHS: Final = 9
_LONG_YEARS: Final = 2
_NEAR_DAYS: Final = 45
_NEAR_REACH, _FAR_REACH = 0.12, 0.35
_FAR_STEPS: Final = 5

# The big index funds list 39 expiries and 428 strikes, most of them far out.
_BIG_EXPIRIES: Final = 39
_BIG_REACH: Final = 0.383
_QUARTER_MONTHS: Final = 3
_FRIDAY: Final = 4
_DAYS_KEPT: Final = 4

# A con id holds everything about an option: 10 bits for the symbol, 11 for the expiry, one that says whether the
# strike is near the middle of the listing or far out, 8 for the strike, one for the right. So any instance of the
# market finds the contract of an id that another one gave out.
_STOCK_BASE: Final = 700_000
_EXPIRY_BITS, _STRIKE_BITS = 11, 8
_STRIKES_IN_PAGE: Final = 1 << _STRIKE_BITS
_SYMBOL_SHIFT: Final = _EXPIRY_BITS + _STRIKE_BITS + 1
SYMBOLS_MAX: Final = 1023


class Chain:
    """The listing of one symbol: the stock and all its options; contracts are made when asked for."""

    def __init__(self, index: int, symbol: str, profile: Profile, first_day: date) -> None:
        self._index = index
        self._symbol = symbol
        self._profile = profile
        self._first_day = first_day
        self._rolled: date | None = None  # The last day whose new expiries are in the next one.
        self._listed_since: dict[date, date] = {}
        self._expiries_by_day: dict[date, tuple[date, ...]] = {}
        self._made: dict[int, Instrument] = {}

    @cached_property
    def stock(self) -> Instrument:
        """Return the underlying."""
        return Instrument(
            con_id=_STOCK_BASE + self._index,
            symbol=self._symbol,
            sec_type="STK",
            expiry=None,
            strike=None,
            right="",
            multiplier=1,
            exchange="SMART",
            primary_exchange=self._profile.exchange,
            currency="USD",
            local_symbol=self._symbol,
            trading_class=self._symbol,
            market_rule_id=STOCK_RULE,
            min_tick=RULES[STOCK_RULE][0][1],
            long_name=self._profile.name,
        )

    def expiries(self, on: date | None = None) -> tuple[date, ...]:
        """Return the expiry dates listed by a New York date, rising; what has expired since the first day included.

        None, and any day before the first, is the first day. What is listed once stays listed.
        """
        day = max(on or self._first_day, self._first_day)
        known = self._expiries_by_day.get(day)
        if known is None:
            self._roll_to(day)
            known = tuple(sorted(expiry for expiry, since in self._listed_since.items() if since <= day))
            self._expiries_by_day = {**dict(tuple(self._expiries_by_day.items())[-_DAYS_KEPT:]), day: known}
        return known

    def _roll_to(self, day: date) -> None:
        """List what each day up to this one brings."""
        while self._rolled is None or self._rolled < day:
            today = self._rolled = self._first_day if self._rolled is None else self._rolled + timedelta(days=1)
            if today != self._first_day and not is_trading_day(today):
                continue
            listed = {expiry for expiry in _expiries(today, daily=self._is_big) if expiry >= today}
            alive = sum(expiry >= today for expiry in self._listed_since.keys() | listed)
            for expiry in sorted(listed):
                self._listed_since.setdefault(expiry, today)
            self._made = {con_id: row for con_id, row in self._made.items() if row.expiry and row.expiry >= today}
            coming = _far_out(today)
            while self._is_big and alive < _BIG_EXPIRIES:
                following = next(coming)
                alive += following not in self._listed_since
                self._listed_since.setdefault(following, today)

    def strikes(self, on: date | None = None) -> tuple[Decimal, ...]:
        """Return all strikes over all expiries that are listed by a day, rising."""
        return tuple(sorted({strike for expiry in self.expiries(on) for strike in self.strikes_of(expiry, on)}))

    def strikes_of(self, expiry: date, on: date | None = None) -> tuple[Decimal, ...]:
        """Return the strikes of a listed expiry: near ones are dense and narrow, far ones sparse and wide.

        One that was listed when it was far gets the dense ones besides when it has come near.
        """
        day = max(on or self._first_day, self._first_day)
        was_far = (expiry - self._listed_since[expiry]).days > _NEAR_DAYS
        is_near = (expiry - day).days <= _NEAR_DAYS
        if was_far and is_near:
            return self._both
        return self._near if is_near else self._far

    @cached_property
    def _both(self) -> tuple[Decimal, ...]:
        return tuple(sorted({*self._near, *self._far}))

    @cached_property
    def _near(self) -> tuple[Decimal, ...]:
        steps = min(int(self._profile.price * _NEAR_REACH / self._profile.strike_step), _STRIKES_IN_PAGE // 2 - 1)
        return self._levels(self._centre - steps, self._centre + steps + 1, 1)

    @cached_property
    def _far(self) -> tuple[Decimal, ...]:
        if self._is_big:
            steps = min(int(self._profile.price * _BIG_REACH / self._profile.strike_step), _STRIKES_IN_PAGE - 1)
            return self._levels(self._centre - steps, self._centre + steps, 1)
        steps = min(int(self._profile.price * _FAR_REACH / self._profile.strike_step), _STRIKES_IN_PAGE // 2 - 1)
        return self._levels(self._centre - steps, self._centre + steps + 1, _FAR_STEPS)

    def _levels(self, first: int, last: int, every: int) -> tuple[Decimal, ...]:
        numbers = (number for number in range(first, last) if number % every == 0 and number > 0)
        return tuple(self._step * number for number in numbers)

    @property
    def _is_big(self) -> bool:
        return self._profile.daily_expiries

    @cached_property
    def _step(self) -> Decimal:
        return Decimal(str(self._profile.strike_step))

    @cached_property
    def _centre(self) -> int:
        return round(self._profile.price / self._profile.strike_step)

    def listed(
        self, expiry: date | None, right: str, strike: Decimal | None, on: date | None = None
    ) -> Iterator[Instrument]:
        """Give the options listed by a day that match, by expiry, strike, right."""
        known = self.expiries(on)
        for day in known if expiry is None else (expiry,):
            if day not in known:
                continue
            for level in self.strikes_of(day, on):
                if strike is None or level == strike:
                    yield from (self._option(day, level, side) for side in "CP" if right in {"", side})

    def by_con_id(self, con_id: int) -> Instrument | None:
        """Return the contract of an id in this symbol's range."""
        if con_id == _STOCK_BASE + self._index:
            return self.stock
        known = self._made.get(con_id)
        return known if known is not None else self._decoded(con_id)

    def _decoded(self, con_id: int) -> Instrument | None:
        code = con_id >> (_STRIKE_BITS + 1) & (1 << _EXPIRY_BITS) - 1
        number, right = self._number(con_id), "P" if con_id & 1 else "C"
        expiry = self._first_day + timedelta(days=(code - self._first_day.toordinal()) % (1 << _EXPIRY_BITS))
        strike = self._step * number
        if expiry in self.expiries(expiry) and strike in self.strikes_of(expiry, expiry):  # Listed by then.
            return self._option(expiry, strike, right)
        return None

    def _number(self, con_id: int) -> int:
        """Return which multiple of the strikes' step an id means."""
        low = con_id >> 1 & _STRIKES_IN_PAGE - 1
        half = _STRIKES_IN_PAGE // 2
        is_far = con_id >> _SYMBOL_SHIFT > SYMBOLS_MAX
        first = self._centre - (_STRIKES_IN_PAGE if is_far else half)
        number = first + (low - first) % _STRIKES_IN_PAGE
        return number + _STRIKES_IN_PAGE if is_far and number >= self._centre - half else number

    def _option(self, expiry: date, strike: Decimal, right: str) -> Instrument:
        number = int(strike / self._step)
        half = _STRIKES_IN_PAGE // 2
        is_far = not self._centre - half <= number < self._centre + half
        page = self._index + 1 + (SYMBOLS_MAX if is_far else 0)
        code = (expiry.toordinal() % (1 << _EXPIRY_BITS)) << _STRIKE_BITS | number % _STRIKES_IN_PAGE
        con_id = page << _SYMBOL_SHIFT | code << 1 | (right == "P")
        made = self._made.get(con_id)
        if made is None:
            made = self._made[con_id] = self._contract(con_id, expiry, strike, right)
        return made

    def _contract(self, con_id: int, expiry: date, strike: Decimal, right: str) -> Instrument:
        rule_id = option_rule_id(self._symbol)
        return Instrument(
            con_id=con_id,
            symbol=self._symbol,
            sec_type="OPT",
            expiry=expiry,
            strike=strike,
            right=right,
            multiplier=100,
            exchange="SMART",
            primary_exchange="",
            currency="USD",
            local_symbol=occ_symbol(self._symbol, expiry, strike, right),
            trading_class=self._symbol,
            market_rule_id=rule_id,
            min_tick=RULES[rule_id][0][1],
            long_name=self._profile.name,
        )


def symbol_index(con_id: int) -> int:
    """Return which symbol of the market a con id belongs to; may lie outside its list."""
    if con_id < 1 << _SYMBOL_SHIFT:
        return con_id - _STOCK_BASE
    return ((con_id >> _SYMBOL_SHIFT) - 1) % SYMBOLS_MAX


def occ_symbol(symbol: str, expiry: date, strike: Decimal, right: str) -> str:
    """Return the 21 characters of the Options Clearing Corporation: root, date, right, strike in thousandths."""
    return f"{symbol:<6}{expiry:%y%m%d}{right}{int(strike * 1000):08d}"


def _expiries(day: date, *, daily: bool) -> Iterator[date]:
    if daily:
        coming = sessions_from(day)
        yield from (next(coming) for _ in range(_DAILY_SESSIONS))
    friday = day + timedelta(days=(_FRIDAY - day.weekday()) % 7)
    for week in range(_WEEKS):
        yield _kept(friday + timedelta(days=7 * week))
    for month in range(_MONTHS):
        year, index = divmod(day.year * 12 + day.month - 1 + month, 12)
        monthly = _kept(third_friday(year, index + 1))
        if monthly >= day:
            yield monthly
    for year in range(1, _LONG_YEARS + 1):
        yield _kept(third_friday(day.year + year, 1))


def _far_out(day: date) -> Iterator[date]:
    """Yield what the big index funds list besides: ends of months, then Fridays that end a quarter, without end."""
    month = day.year * 12 + day.month - 1
    for ahead in range(_MONTHS):
        year, index = divmod(month + ahead + 1, 12)
        last = session_before(date(year, index + 1, 1))
        if (last - day).days > _NEAR_DAYS:
            yield last
    for ahead in count(_MONTHS):
        year, index = divmod(month + ahead, 12)
        if (index + 1) % _QUARTER_MONTHS == 0:
            yield _kept(third_friday(year, index + 1))


def _kept(friday: date) -> date:
    """Return the expiry of a week: its Friday, or the session before when that is a holiday."""
    return friday if is_trading_day(friday) else session_before(friday)
