"""Messages about ticks: strings (46), generic numbers (45), greeks (21), past ticks (96-98), every tick (99)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from simgateway.market.base import Print, Quote
from simgateway.market.bsm import Greeks
from simgateway.protocol.text import number
from simgateway.protocol.wire import Fields

EXCHANGES: Final = (("AMEX", "A"), ("CBOE", "B"), ("ISLAND", "Q"), ("NYSE", "N"), ("ARCA", "P"), ("PHLX", "X"))
"""The exchanges behind a best quote and their letters, by the bit that stands for each."""

NOT_COMPUTED: Final = ("-1", "-2", "-1", "-1", "-2", "-2", "-2", "-1")
"""What ibapi's decoder reads as no value: volatility, delta, price, dividends, gamma, vega, theta, underlying."""


def tick_generic(req_id: int, kind: int, value: str) -> Fields:
    """Return a number that is neither price nor size."""
    return ("45", "6", str(req_id), str(kind), value)


def tick_string(req_id: int, kind: int, value: str) -> Fields:
    """Return a text."""
    return ("46", "6", str(req_id), str(kind), value)


def option_computation(
    req_id: int, kind: int, found: tuple[float, Greeks] | None, price: Decimal | None, spot: Decimal | None
) -> Fields:
    """Return volatility and greeks at an option's price in USD, no dividends; theta a day, vega a point of volatility.

    Attribute 0 is "by return"; the message has no version from server version 156 on.
    """
    head = ("21", str(req_id), str(kind), "0")
    if found is None:
        return (*head, *NOT_COMPUTED[:2], _or(price, "-1"), *NOT_COMPUTED[3:7], _or(spot, "-1"))
    volatility, at = found
    derived = (f"{at.gamma:.6f}", f"{at.vega:.6f}", f"{at.theta:.6f}")
    return (*head, f"{volatility:.6f}", f"{at.delta:.6f}", _or(price, "-1"), "0", *derived, _or(spot, "-1"))


def past_midpoints(req_id: int, rows: Sequence[tuple[datetime, Quote]]) -> Fields:
    """Return past midpoints (96), the last answer to their request; each has an unused field and size 0."""
    ticks = ((_seconds(at), "0", number(_middle(quote)), "0") for at, quote in rows)
    return ("96", str(req_id), str(len(rows)), *_flat(ticks), "1")


def past_quotes(req_id: int, rows: Sequence[tuple[datetime, Quote]]) -> Fields:
    """Return past quotes (97): bid, ask, their sizes; mask 0 is neither past the day's low nor high."""
    ticks = (
        (_seconds(at), "0", _price(quote.bid), _price(quote.ask), str(quote.bid_size), str(quote.ask_size))
        for at, quote in rows
    )
    return ("97", str(req_id), str(len(rows)), *_flat(ticks), "1")


def past_trades(req_id: int, rows: Sequence[Print], exchange: str) -> Fields:
    """Return past trades (98), each with exchange and no special conditions."""
    ticks = ((_seconds(row.at), "0", number(row.price), str(row.size), exchange, "") for row in rows)
    return ("98", str(req_id), str(len(rows)), *_flat(ticks), "1")


def each_trade(req_id: int, kind: int, trade: Print, exchange: str) -> Fields:
    """Return a trade as it happens (99); kind 1 is Last, 2 AllLast."""
    return ("99", str(req_id), str(kind), _seconds(trade.at), number(trade.price), str(trade.size), "0", exchange, "")


def each_quote(req_id: int, at: datetime, quote: Quote) -> Fields:
    """Return a quote as it changes (99, kind 3)."""
    sizes = (str(quote.bid_size), str(quote.ask_size))
    return ("99", str(req_id), "3", _seconds(at), _price(quote.bid), _price(quote.ask), *sizes, "0")


def each_midpoint(req_id: int, at: datetime, quote: Quote) -> Fields:
    """Return a midpoint as it changes (99, kind 4); both sides are there."""
    return ("99", str(req_id), "4", _seconds(at), number(_middle(quote)))


def smart_components(req_id: int) -> Fields:
    """Return the exchanges behind a best quote (82)."""
    rows = ((str(bit), *exchange) for bit, exchange in enumerate(EXCHANGES))
    return ("82", str(req_id), str(len(EXCHANGES)), *_flat(rows))


def depth_exchanges() -> Fields:
    """Return the exchanges that have a deep book (80): listing exchange empty, group unset."""
    rows = ((name, "STK", "", "Deep", "2147483647") for name, _ in EXCHANGES)
    return ("80", str(len(EXCHANGES)), *_flat(rows))


def _middle(quote: Quote) -> Decimal:
    return ((quote.bid or Decimal(0)) + (quote.ask or Decimal(0))) / 2


def _seconds(at: datetime) -> str:
    return str(int(at.timestamp()))


def _price(price: Decimal | None) -> str:
    return _or(price, "-1")


def _or(value: Decimal | None, unset: str) -> str:
    return unset if value is None else number(value)


def _flat(rows: Iterable[Fields]) -> Iterable[str]:
    return (field for row in rows for field in row)
