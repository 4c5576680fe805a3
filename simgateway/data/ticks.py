"""The ticks of a quote: all of them at the beginning, afterwards those of what has changed.

Everything is first made without the request's number, since many requests share the ticks of a contract.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

from simgateway.market.base import Bar, Quote
from simgateway.protocol.text import number
from simgateway.protocol.wire import Fields

BID_SIZE, BID, ASK, ASK_SIZE, LAST, LAST_SIZE, HIGH, LOW, VOLUME, CLOSE = range(10)
OPEN: Final = 14
BID_EXCHANGE, ASK_EXCHANGE, LAST_EXCHANGE = 32, 33, 84
LAST_TIME: Final = 45
HALTED: Final = 49

PRICE, SIZE, GENERIC, STRING = "1", "2", "45", "46"

DELAYED: Final = {
    BID: 66,
    ASK: 67,
    LAST: 68,
    BID_SIZE: 69,
    ASK_SIZE: 70,
    LAST_SIZE: 71,
    HIGH: 72,
    LOW: 73,
    VOLUME: 74,
    CLOSE: 75,
    OPEN: 76,
    10: 80,
    11: 81,
    12: 82,
    13: 83,
    LAST_TIME: 88,
    HALTED: 90,
}
"""The numbers of the same ticks in delayed data; what is not here does not exist there."""

Tick = tuple[str, int, tuple[str, ...]]
"""A tick without its request: message, kind, and the fields behind it."""


def addressed(req_id: str, tick: Tick, *, delayed: bool = False) -> Fields:
    """Return the message of a tick for one request, the kind as delayed data numbers it if it has to be."""
    message, kind, rest = tick
    return (message, "6", req_id, str(DELAYED[kind] if delayed else kind), *rest)


def price(kind: int, value: Decimal | None, size: int) -> Tick:
    """Return a price with its size; a missing one is -1 with size 0."""
    return (PRICE, kind, ("-1", "0", "0") if value is None else (number(value), str(size), "0"))


def size(kind: int, value: int) -> Tick:
    """Return a size."""
    return (SIZE, kind, (str(value),))


def generic(kind: int, value: str) -> Tick:
    """Return a number that is neither price nor size."""
    return (GENERIC, kind, (value,))


def string(kind: int, value: str) -> Tick:
    """Return a text."""
    return (STRING, kind, (value,))


def halted(*, is_halted: bool) -> Tick:
    """Return whether trading is halted."""
    return generic(HALTED, "1" if is_halted else "0")


def everything(quote: Quote, now: datetime, *, is_halted: bool) -> Iterator[Tick]:
    """Give the ticks a new request begins with."""
    yield price(BID, quote.bid, quote.bid_size)
    yield price(ASK, quote.ask, quote.ask_size)
    if quote.last is not None:
        yield string(LAST_TIME, str(int(now.timestamp())))
        yield price(LAST, quote.last, 1)
    yield size(BID_SIZE, quote.bid_size)
    yield size(ASK_SIZE, quote.ask_size)
    if quote.last is not None:
        yield size(LAST_SIZE, 1)
    yield size(VOLUME, quote.volume)
    if quote.close is not None:
        yield price(CLOSE, quote.close, 0)
    yield halted(is_halted=is_halted)


def day(bar: Bar) -> list[Tick]:
    """Return the day's high, low and open."""
    return [price(HIGH, bar.high, 0), price(LOW, bar.low, 0), price(OPEN, bar.open, 0)]


def changes(old: Quote, new: Quote, now: datetime) -> Iterator[Tick]:
    """Give the ticks that turn one quote into another: a price carries its size, a size alone goes alone."""
    if new.bid != old.bid:
        yield price(BID, new.bid, new.bid_size)
    elif new.bid_size != old.bid_size:
        yield size(BID_SIZE, new.bid_size)
    if new.ask != old.ask:
        yield price(ASK, new.ask, new.ask_size)
    elif new.ask_size != old.ask_size:
        yield size(ASK_SIZE, new.ask_size)
    if new.volume != old.volume or new.last != old.last:
        yield from _trade(old, new, now)
    if new.close != old.close and new.close is not None:
        yield price(CLOSE, new.close, 0)


def _trade(old: Quote, new: Quote, now: datetime) -> Iterator[Tick]:
    traded = max(1, new.volume - old.volume)
    if new.last is not None:
        yield string(LAST_TIME, str(int(now.timestamp())))
        if new.last != old.last:
            yield price(LAST, new.last, traded)
        yield size(LAST_SIZE, traded)
    if new.volume != old.volume:
        yield size(VOLUME, new.volume)
