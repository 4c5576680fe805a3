"""Messages to clients about connection, account and quotes: one function each; the layouts are the protocol's."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from simgateway.market.base import Instrument, PriceRule
from simgateway.protocol.text import ascii7, cents, day_text, number
from simgateway.protocol.wire import Fields


def error(req_id: int, code: int, text: str, version: int) -> Fields:
    """Return an error or a notice; `req_id` -1 belongs to no request.

    The last field from version 166 on is the reason for a rejection as JSON, empty here. `version` 0 is a client that
    has been refused before a version was agreed.
    """
    tail = ("",) if version >= 166 else ()
    return ("4", "2", str(req_id), str(code), ascii7(text), *tail)


def managed_accounts(account: str) -> Fields:
    """Return the list of accounts."""
    return ("15", "1", account)


def next_valid_id(order_id: int) -> Fields:
    """Return the next free order id."""
    return ("9", "1", str(order_id))


def current_time(now: datetime) -> Fields:
    """Return the server's time in epoch seconds."""
    return ("49", "1", str(int(now.timestamp())))


def end(message: str, *values: object) -> Fields:
    """Return one of the short messages with a version: 52, 53, 54, 55, 57, 62, 64, 74, and 8."""
    return (message, "1", *(str(value) for value in values))


def account_value(key: str, value: str, currency: str, account: str) -> Fields:
    """Return one value of account updates."""
    return ("6", "2", key, value, currency, account)


def account_value_multi(req_id: int, account: str, key: str, value: str, currency: str) -> Fields:
    """Return one value of account updates by request."""
    return ("73", "1", str(req_id), account, "", key, value, currency)


def summary_value(req_id: int, account: str, tag: str, value: str, currency: str) -> Fields:
    """Return one value of an account summary."""
    return ("63", "1", str(req_id), account, tag, value, currency)


def profit(req_id: int, daily: Decimal, unrealized: Decimal, realized: Decimal) -> Fields:
    """Return the account's profit and loss in USD."""
    return ("94", str(req_id), cents(daily), cents(unrealized), cents(realized))


def position(account: str, instrument: Instrument, quantity: int, average_cost: Decimal) -> Fields:
    """Return a position; the real gateway leaves the exchange of an option empty here."""
    exchange = instrument.exchange if instrument.sec_type == "STK" else ""
    return (
        *("61", "3", account, str(instrument.con_id), instrument.symbol, instrument.sec_type),
        *(day_text(instrument.expiry), number(instrument.strike or Decimal(0)), instrument.right),
        *(multiplier(instrument), exchange, instrument.currency, instrument.local_symbol, instrument.trading_class),
        *(str(quantity), number(average_cost)),
    )


def portfolio(
    instrument: Instrument,
    quantity: int,
    mark: Decimal,
    average_cost: Decimal,
    profits: Sequence[Decimal],
    *,
    account: str,
) -> Fields:
    """Return a portfolio line; `profits` are market value, unrealised, realised in USD."""
    value, unrealized, realized = profits
    return (
        *("7", "8", str(instrument.con_id), instrument.symbol, instrument.sec_type, day_text(instrument.expiry)),
        *(number(instrument.strike or Decimal(0)), instrument.right or "0", multiplier(instrument)),
        *(instrument.primary_exchange, instrument.currency, instrument.local_symbol, instrument.trading_class),
        *(str(quantity), number(mark), cents(value), number(average_cost), cents(unrealized), cents(realized), account),
    )


def multiplier(instrument: Instrument) -> str:
    """Return the multiplier as the wire has it: empty for a stock."""
    return "" if instrument.sec_type == "STK" else str(instrument.multiplier)


def tick_price(req_id: int, kind: int, price: Decimal | None, size: int) -> Fields:
    """Return a price with its size; a missing one is -1 with size 0."""
    return ("1", "6", str(req_id), str(kind), "-1" if price is None else number(price), str(size), "0")


def tick_size(req_id: int, kind: int, size: int) -> Fields:
    """Return a size."""
    return ("2", "6", str(req_id), str(kind), str(size))


def market_data_type(req_id: int, kind: int) -> Fields:
    """Return what sort of data follows: 1 live, 2 frozen, 3 delayed, 4 both."""
    return ("58", "1", str(req_id), str(kind))


def tick_parameters(req_id: int, instrument: Instrument) -> Fields:
    """Return the smallest price step and the right to snapshots."""
    return ("81", str(req_id), number(instrument.min_tick), "9c0001", "3")


def market_rule(rule_id: int, rule: PriceRule) -> Fields:
    """Return a price grid."""
    rows = (number(part) for row in rule for part in row)
    return ("93", str(rule_id), str(len(rule)), *rows)


def historical_data(req_id: int, start: str, finish: str, rows: Iterable[Fields]) -> Fields:
    """Return bars: rows of date, open, high, low, close, volume, average, count."""
    rows = tuple(rows)
    return ("17", str(req_id), start, finish, str(len(rows)), *(field for row in rows for field in row))


def head_timestamp(req_id: int, text: str) -> Fields:
    """Return when a contract's history begins."""
    return ("88", str(req_id), text)
