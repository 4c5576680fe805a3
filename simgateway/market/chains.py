"""A symbol's option chain on the synthetic market: expiries by rule, strikes around the first day's open."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
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

# A con id holds everything about an option: 10 bits and more for the symbol, 11 for the expiry, 8 for the strike, one
# for the right. So any instance of the market finds the contract of an id that another one gave out.
_STOCK_BASE: Final = 700_000
_EXPIRY_BITS, _STRIKE_BITS = 11, 8
_SYMBOL_SHIFT: Final = _EXPIRY_BITS + _STRIKE_BITS + 1
SYMBOLS_MAX: Final = 2046


class Chain:
    """The listing of one symbol: the stock and all its options; contracts are made when asked for."""

    def __init__(self, index: int, symbol: str, profile: Profile, first_day: date) -> None:
        self._index = index
        self._symbol = symbol
        self._profile = profile
        self._first_day = first_day
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

    @cached_property
    def expiries(self) -> tuple[date, ...]:
        """Return the expiry dates, rising."""
        return tuple(sorted(set(_expiries(self._first_day, daily=self._profile.daily_expiries))))

    @cached_property
    def strikes(self) -> tuple[Decimal, ...]:
        """Return all strikes over all expiries, rising."""
        return tuple(sorted({strike for expiry in self.expiries for strike in self.strikes_of(expiry)}))

    def strikes_of(self, expiry: date) -> tuple[Decimal, ...]:
        """Return the strikes of one expiry: near expiries are dense and narrow, far ones sparse and wide."""
        near = (expiry - self._first_day).days <= _NEAR_DAYS
        every, reach = (1, _NEAR_REACH) if near else (_FAR_STEPS, _FAR_REACH)
        step = self._profile.strike_step
        centre = round(self._profile.price / step)
        steps = min(int(self._profile.price * reach / step), 2 ** (_STRIKE_BITS - 1) - 1)
        numbers = (number for number in range(centre - steps, centre + steps + 1) if number % every == 0 and number > 0)
        return tuple(Decimal(str(step)) * number for number in numbers)

    def listed(self, expiry: date | None, right: str, strike: Decimal | None) -> Iterator[Instrument]:
        """Give the options that match, by expiry, strike, right."""
        for day in self.expiries if expiry is None else (expiry,):
            if day not in self.expiries:
                continue
            for level in self.strikes_of(day):
                if strike is None or level == strike:
                    yield from (self._option(day, level, side) for side in "CP" if right in {"", side})

    def by_con_id(self, con_id: int) -> Instrument | None:
        """Return the contract of an id in this symbol's range."""
        if con_id == _STOCK_BASE + self._index:
            return self.stock
        if con_id not in self._made:
            code = con_id >> (_STRIKE_BITS + 1) & (1 << _EXPIRY_BITS) - 1
            for expiry in self.expiries:
                if expiry.toordinal() % (1 << _EXPIRY_BITS) == code:
                    tuple(self.listed(expiry, "", None))
        return self._made.get(con_id)

    def _option(self, expiry: date, strike: Decimal, right: str) -> Instrument:
        number = int(strike / Decimal(str(self._profile.strike_step))) % (1 << _STRIKE_BITS)
        code = (expiry.toordinal() % (1 << _EXPIRY_BITS)) << _STRIKE_BITS | number
        con_id = (self._index + 1) << _SYMBOL_SHIFT | code << 1 | (right == "P")
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
    return (con_id >> _SYMBOL_SHIFT) - 1


def occ_symbol(symbol: str, expiry: date, strike: Decimal, right: str) -> str:
    """Return the 21 characters of the Options Clearing Corporation: root, date, right, strike in thousandths."""
    return f"{symbol:<6}{expiry:%y%m%d}{right}{int(strike * 1000):08d}"


def _expiries(day: date, *, daily: bool) -> Iterator[date]:
    if daily:
        coming = sessions_from(day)
        yield from (next(coming) for _ in range(_DAILY_SESSIONS))
    friday = day + timedelta(days=(4 - day.weekday()) % 7)
    for week in range(_WEEKS):
        yield _kept(friday + timedelta(days=7 * week))
    for month in range(_MONTHS):
        year, index = divmod(day.year * 12 + day.month - 1 + month, 12)
        monthly = _kept(third_friday(year, index + 1))
        if monthly >= day:
            yield monthly
    for year in range(1, _LONG_YEARS + 1):
        yield _kept(third_friday(day.year + year, 1))


def _kept(friday: date) -> date:
    """Return the expiry of a week: its Friday, or the session before when that is a holiday."""
    return friday if is_trading_day(friday) else session_before(friday)
