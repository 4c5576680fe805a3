"""Why the gateway itself refuses an order before it travels: what it asks for, its prices, its times.

Codes and their meanings are those of the TWS API's page "Error Codes".
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from simgateway.market.base import Instrument, Market, PriceRule
from simgateway.protocol.tickets import OrderTicket
from simgateway.trading.lifetimes import ends_at, wakes_at
from simgateway.trading.trailing import increment_at

_TYPES: Final = frozenset({"MKT", "LMT", "STP", "STP LMT", "TRAIL", "TRAIL LIMIT"})
_TIMES: Final = frozenset({"DAY", "GTC", "IOC", "GTD", "FOK"})
_TYPES_NOT_HERE: Final = frozenset(
    {"MOC", "LOC", "MIT", "LIT", "MTL", "REL", "VOL", "BOX TOP", "MIDPRICE", "MKT PRT", "STP PRT", "SNAP MKT"}
    | {"SNAP MID", "SNAP PRIM", "PEG MKT", "PEG MID", "PEG STK", "PEG PRIM", "PEG BEST", "PEG BENCH", "PASSV REL"}
    | {"TRAIL MIT", "TRAIL LIT", "TRAIL REL + MKT", "REL + LMT", "REL + MKT", "LMT + MKT", "QUOTE", "RFQ", "VWAP"}
)
_TIMES_NOT_HERE: Final = frozenset({"OPG", "AUC", "DTC", "GTX"})
_NOT_HERE: Final = (387, "Unsupported order type for this exchange and security type.")
_INVALID: Final = "Error validating request.-'bX' : cause - {what}"
_NO_MOMENT: Final = (
    "The date, time, or time-zone entered is invalid. The correct format is yyyymmdd hh:mm:ss xx/xxxx where yyyymmdd "
    "and xx/xxxx are optional. E.g.: 20031126 15:59:00 US/Eastern"
)
_EXTRAS: Final = {
    "e_trade_only": (10268, "The 'EtradeOnly' order attribute is not supported"),
    "firm_quote_only": (10269, "The 'FirmQuoteOnly' order attribute is not supported"),
    "conditions": (402, "Conditions are not allowed for this contract."),
    "pegged": _NOT_HERE,
} | {
    name: (10340, f"The following order attribute is not supported: {name}")
    for name in ("adjusted", "delta_neutral", "hedge", "scale", "volatility")
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error code of the protocol and its text."""

    code: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked, and what it is judged by; `now` is aware UTC."""

    ticket: OrderTicket
    instrument: Instrument
    market: Market
    account: str
    now: datetime

    @property
    def rule(self) -> PriceRule:
        """Return the contract's price grid."""
        return self.market.rule(self.instrument.market_rule_id)


def check_ticket(ask: Ask) -> Refusal | None:
    """Return why the gateway itself refuses an order, None when it does not."""
    for check in _CHECKS:
        refusal = check(ask)
        if refusal is not None:
            return refusal
    return None


def on_grid(price: Decimal, rule: PriceRule, smallest: Decimal) -> bool:
    """Return whether a price is a multiple of the increment that holds there."""
    return price % increment_at(price, rule, smallest) == 0


def _check_account(ask: Ask) -> Refusal | None:
    if ask.ticket.account in {"", ask.account}:
        return None
    return _invalid(f"Invalid account code '{ask.ticket.account}'.")


def _check_kind(ask: Ask) -> Refusal | None:
    ticket = ask.ticket
    if ticket.order_type in _TYPES_NOT_HERE or ticket.tif in _TIMES_NOT_HERE:
        return Refusal(*_NOT_HERE)
    if ticket.order_type not in _TYPES:
        return _invalid(f"Invalid order type:{ticket.order_type}")
    if ticket.action not in {"BUY", "SELL"}:
        return _invalid(f"Invalid side:{ticket.action}")
    return None if ticket.tif in _TIMES else _invalid(f"Invalid time in force:{ticket.tif}")


def _check_extras(ask: Ask) -> Refusal | None:
    if ask.ticket.algo:
        return Refusal(439, "The order processing failed. Algorithm definition not found.")
    for name in sorted(ask.ticket.extras):
        if name in _EXTRAS:
            return Refusal(*_EXTRAS[name])
    if ask.ticket.what_if and not ask.ticket.transmit:
        return Refusal(413, "What-if order should have the transmit flag set to true.")
    return None


def _check_size(ask: Ask) -> Refusal | None:
    if ask.ticket.cash_quantity:
        return Refusal(10244, "Cash Quantity cannot be used for this order")
    if ask.ticket.has_fraction:
        return Refusal(10243, "Fractional-sized order cannot be placed via API.")
    return Refusal(434, "The order size cannot be zero.") if ask.ticket.quantity <= 0 else None


def _check_prices(ask: Ask) -> Refusal | None:
    ticket = ask.ticket
    prices = [] if ticket.is_trailing or not ticket.has_limit else [ticket.limit]
    prices += [ticket.trigger] if ticket.is_stop and not ticket.is_trailing else []
    if any(price is None or price <= 0 for price in prices):
        return _invalid("The order needs a price above zero")
    return None if all(_fits(ask, price) for price in prices) else _off_grid()


def _check_trail(ask: Ask) -> Refusal | None:
    ticket = ask.ticket
    if not ticket.is_trailing:
        return None
    amount, percent = ticket.trigger or Decimal(0), ticket.trailing_percent or Decimal(0)
    if (amount > 0) == (percent > 0) or amount < 0 or not 0 <= percent < 100:
        return _invalid("A trailing order needs either a trailing amount or a percentage")
    if ticket.has_limit and ticket.limit_offset is None and (ticket.limit is None or ticket.trail_stop_price is None):
        return _invalid("A trailing limit order needs a limit offset, or its stop price and limit")
    if ticket.trail_stop_price is not None and ticket.trail_stop_price <= 0:
        return Refusal(403, "Invalid stop price.")
    prices = (ticket.trail_stop_price, amount or None, ticket.limit_offset, ticket.limit if ticket.has_limit else None)
    smallest = ask.instrument.min_tick
    return None if all(price is None or price % smallest == 0 for price in prices) else _off_grid()


def _check_times(ask: Ask) -> Refusal | None:
    try:
        wakes_at(ask.ticket, ask.now)
        end = ends_at(ask.ticket, ask.now, ask.market)
    except ValueError:
        missing = ask.ticket.tif == "GTD" and not ask.ticket.good_till
        return Refusal(334, "Invalid Good Till Date order") if missing else Refusal(343, _NO_MOMENT)
    return Refusal(334, "Invalid Good Till Date order") if end is not None and end <= ask.now else None


def _fits(ask: Ask, price: Decimal | None) -> bool:
    return price is None or on_grid(price, ask.rule, ask.instrument.min_tick)


def _off_grid() -> Refusal:
    return Refusal(110, "The price does not conform to the minimum price variation for this contract.")


def _invalid(what: str) -> Refusal:
    return Refusal(321, _INVALID.format(what=what))


_CHECKS: Final[tuple[Callable[[Ask], Refusal | None], ...]] = (
    _check_account,
    _check_kind,
    _check_extras,
    _check_size,
    _check_prices,
    _check_trail,
    _check_times,
)
