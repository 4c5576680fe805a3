"""The market that the command line describes."""

import argparse
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from typing import Final

from simgateway.command.parser import UnusableError
from simgateway.market import hours
from simgateway.market.base import Market, MarketDataError
from simgateway.market.calendars import EverOpen, RegularHours
from simgateway.market.chains import SYMBOLS_MAX
from simgateway.market.characters import Character
from simgateway.market.csv_market import CsvMarket
from simgateway.market.recorded import RecordedMarket
from simgateway.market.synthetic import SyntheticMarket
from simgateway.market.universe import universe
from simgateway.protocol.text import NEW_YORK

DEFAULT_DAY: Final = date(2025, 11, 12)
DEFAULT_START: Final = time_of_day(9, 30)
_HAPPENS_AFTER: Final = timedelta(minutes=5)


def is_wall(options: argparse.Namespace) -> bool:
    """Return whether the gateway runs on the wall clock, its market open at any hour."""
    return options.market == "synthetic" and (options.date, options.start, options.speed) == (None, None, None)


def is_ever_open(options: argparse.Namespace) -> bool:
    """Return whether the market is open around the clock, every day."""
    return is_wall(options) or bool(options.always_open)


def symbols_of(text: str) -> tuple[str, ...]:
    """Return the underlyings of --symbols: names, or so many of them. Raises UnusableError."""
    if text.strip().isascii() and text.strip().isdecimal():
        if not 0 < int(text) <= SYMBOLS_MAX:
            raise UnusableError(f"--symbols {text}: give 1 to {SYMBOLS_MAX}, or names such as SPY,QQQ")
        return universe(int(text))
    symbols = tuple(symbol.strip().upper() for symbol in text.split(",") if symbol.strip())
    if not symbols:
        raise UnusableError(f"--symbols {text!r}: there is none; give names such as SPY,QQQ, or how many")
    for symbol in symbols:
        if not all(each.isascii() and (each.isalnum() or each in ". ") for each in symbol) or len(symbol) > 12:
            raise UnusableError(f"--symbols {text}: {symbol} is no symbol, such as SPY")
    if len(set(symbols)) < len(symbols) or len(symbols) > SYMBOLS_MAX:
        raise UnusableError(f"--symbols {text}: give at most {SYMBOLS_MAX}, each of them once")
    return symbols


def market_of(options: argparse.Namespace) -> Market:
    """Return the market. Raises UnusableError or MarketDataError with what to choose instead."""
    symbols = symbols_of(options.symbols)
    day = options.date or (datetime.now(NEW_YORK).date() if is_wall(options) else DEFAULT_DAY)
    if options.market == "synthetic":
        _refuse_data(options)
        _check_day(options, day)
        _check_happens(options, day)
        return _synthetic(options, day, symbols)
    if options.character or options.happens or options.extended_hours or options.always_open:
        words = "--character, --happens, --always-open and --extended-hours"
        raise UnusableError(f"{words} are for --market synthetic alone")
    if options.data is None:
        raise MarketDataError(f"--market {options.market} needs --data, the folder of recorded days")
    if not options.data.is_dir():
        raise UnusableError(f"--data {options.data}: there is no such folder")
    return (RecordedMarket if options.market == "recorded" else CsvMarket)(options.data, day, symbols)


def start_of(options: argparse.Namespace, market: Market) -> datetime:
    """Return when the gateway's clock starts on a simulated day, in UTC."""
    return datetime.combine(market.day(), options.start or DEFAULT_START, NEW_YORK).astimezone(UTC)


def _synthetic(options: argparse.Namespace, day: date, symbols: tuple[str, ...]) -> SyntheticMarket:
    happens = datetime.combine(day, options.happens, NEW_YORK).astimezone(UTC) if options.happens else None
    if is_wall(options) and happens is None:
        happens = datetime.now(UTC) + _HAPPENS_AFTER
    hours_kept = EverOpen() if is_ever_open(options) else RegularHours(extended=options.extended_hours)
    character = options.character.strip() or Character.MIXED
    try:
        return SyntheticMarket(options.seed, day, symbols, character=character, hours=hours_kept, happens=happens)
    except ValueError as error:
        raise UnusableError(f"--character {options.character}: {error}") from error


def _refuse_data(options: argparse.Namespace) -> None:
    if options.data is not None:
        raise UnusableError(f"--data {options.data}: a synthetic market reads none; choose --market recorded or csv")


def _check_day(options: argparse.Namespace, day: date) -> None:
    if is_ever_open(options) or hours.is_trading_day(day):
        return
    following = hours.session_after(day)
    raise UnusableError(f"--date {day}: New York does not trade on that {day:%A}, next on {following}")


def _check_happens(options: argparse.Namespace, day: date) -> None:
    """Raise UnusableError when nothing can happen then: the market of the day is closed."""
    session = None if is_ever_open(options) else RegularHours(extended=options.extended_hours).session(day)
    if options.happens is None or session is None:
        return
    opened, closed = session
    if not opened <= datetime.combine(day, options.happens, NEW_YORK) < closed:
        first, last = (moment.astimezone(NEW_YORK) for moment in session)
        raise UnusableError(f"--happens {options.happens:%H:%M}: choose {first:%H:%M} to {last:%H:%M}, when it is open")
