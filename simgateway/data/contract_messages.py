"""Messages that describe contracts: contractData (10), option parameters (75), symbol samples (79)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from simgateway.market.base import Instrument
from simgateway.protocol.responses import multiplier
from simgateway.protocol.text import ZONE_NAME, ascii7, day_text, number
from simgateway.protocol.wire import Fields

_ORDER_TYPES: Final = "ACTIVETIM,ADJUST,ALERT,COND,DAY,GTC,LMT,MKT,OCA,STP,STPLMT,TRAIL,WHATIF"
_OPTION_EXCHANGES: Final = ("SMART", "AMEX", "CBOE", "PHLX")
_STOCK_EXCHANGES: Final = ("SMART", "AMEX", "NYSE", "ARCA", "ISLAND")


def contract_block(instrument: Instrument, *, right: str = "") -> Fields:
    """Return the eleven fields that name a contract in orders and executions; `right` is what a stock has there."""
    return (
        *(str(instrument.con_id), instrument.symbol, instrument.sec_type, day_text(instrument.expiry)),
        *(number(instrument.strike or Decimal(0)), instrument.right or right, multiplier(instrument)),
        *(instrument.exchange, instrument.currency, instrument.local_symbol, instrument.trading_class),
    )


def contract_data(
    req_id: int, instrument: Instrument, underlying: Instrument | None, hours: tuple[str, str], version: int
) -> Fields:
    """Return a contract's details; `hours` are trading and liquid hours as the protocol writes them.

    39 fields at version 157, 40 from 163 on (ibapi's and ib_async's decoders; no security ids).
    """
    old = ("8",) if version < 164 else ()
    size_multiplier = ("100",) if version < 164 else ()
    return (
        *("10", *old, str(req_id), instrument.symbol, instrument.sec_type, day_text(instrument.expiry)),
        *(number(instrument.strike or Decimal(0)), instrument.right, instrument.exchange, instrument.currency),
        *(instrument.local_symbol, instrument.trading_class, instrument.trading_class, str(instrument.con_id)),
        *(number(instrument.min_tick), *size_multiplier, multiplier(instrument), _ORDER_TYPES),
        *_details(instrument, underlying, hours),
        *_sizes(version),
    )


def _details(instrument: Instrument, underlying: Instrument | None, hours: tuple[str, str]) -> Fields:
    is_option = instrument.sec_type == "OPT"
    exchanges = _OPTION_EXCHANGES if is_option else _STOCK_EXCHANGES
    rules = ",".join([str(instrument.market_rule_id)] * len(exchanges))
    month = "" if instrument.expiry is None else day_text(instrument.expiry)[:6]
    under_con_id = underlying.con_id if is_option and underlying else 0
    return (
        *(",".join(exchanges), "1", str(under_con_id), ascii7(instrument.long_name)),
        *("" if is_option else instrument.primary_exchange, month, "", "", "", ZONE_NAME, *hours, "", "0", "0"),
        *("1", instrument.symbol if is_option else "", "STK" if is_option else "", rules),
        *(day_text(instrument.expiry), "" if is_option else "COMMON"),
    )


def _sizes(version: int) -> Fields:
    if version >= 164:
        return ("1", "1", "1")
    return ("1",) if version == 163 else ()


def option_parameters(
    req_id: int,
    place: tuple[str, str],
    under_con_id: int,
    expiries: Sequence[date],
    strikes: Sequence[Decimal],
) -> Fields:
    """Return the expiries and strikes of one exchange and trading class (`place`); multiplier 100."""
    exchange, trading_class = place
    return (
        *("75", str(req_id), exchange, str(under_con_id), trading_class, "100"),
        *(str(len(expiries)), *(day_text(day) for day in expiries)),
        *(str(len(strikes)), *(number(strike) for strike in strikes)),
    )


def symbol_samples(req_id: int, stocks: Sequence[Instrument], version: int) -> Fields:
    """Return the stocks whose symbol matched."""
    rows: list[str] = []
    for stock in stocks:
        rows += [str(stock.con_id), stock.symbol, "STK", stock.primary_exchange, stock.currency, "1", "OPT"]
        rows += [stock.long_name, ""] if version >= 176 else []
    return ("79", str(req_id), str(len(stocks)), *rows)
