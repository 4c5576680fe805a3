"""The account's values under the names IB gives them.

Source of the names: the TWS API's AccountSummaryTags and its page on account values; `RegTEquity` and `RegTMargin` are
spelt as the gateway sends them, not as that class does.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from simgateway.protocol.text import cents, number
from simgateway.trading import regt
from simgateway.trading.account import Ledger
from simgateway.trading.holding import to_cents

Row = tuple[str, str, str]
"""Tag, value, currency."""

BASE: Final = "BASE"
USD: Final = "USD"
LEDGER_TAG: Final = "$LEDGER"
_ZERO: Final = Decimal(0)


def summary_values(ledger: Ledger) -> list[Row]:
    """Return the values an account summary can be asked for; money in USD with two decimals."""
    money = _equity(ledger) | _margins(ledger)
    days = ("DayTradesRemaining", *(f"DayTradesRemainingT+{ahead}" for ahead in range(1, 5)))
    rows: list[Row] = [("AccountType", "INDIVIDUAL", "")]
    rows += [(tag, cents(value), USD) for tag, value in money.items()]
    rows += [("LookAheadNextChange", "0", ""), ("HighestSeverity", "0", "")]
    rows += [(day, "-1", "") for day in days]
    rows += [("Cushion", _part(ledger.excess_liquidity, ledger), ""), ("Leverage", _leverage(ledger), "")]
    return rows


def ledger_values(ledger: Ledger, currencies: Iterable[str]) -> list[Row]:
    """Return the values of the cash ledger, once for each currency: USD, or BASE for all of them together."""
    options = ledger.market_value - ledger.stock_value
    money = {
        "CashBalance": ledger.cash,
        "TotalCashBalance": ledger.cash,
        "AccruedCash": _ZERO,
        "StockMarketValue": ledger.stock_value,
        "OptionMarketValue": options,
        "FutureOptionValue": _ZERO,
        "FuturesPNL": _ZERO,
        "NetLiquidationByCurrency": ledger.net_liquidation,
        "UnrealizedPnL": ledger.unrealized,
        "RealizedPnL": ledger.day_realized,
        "ExchangeRate": Decimal(1),
    }
    rows: list[Row] = []
    for currency in currencies:
        rows.append(("Currency", currency, currency))
        rows += [(tag, cents(value), currency) for tag, value in money.items()]
    return rows


def account_values(ledger: Ledger, account: str) -> list[Row]:
    """Return every value that account updates report."""
    rows: list[Row] = [("AccountCode", account, ""), ("AccountReady", "true", "")]
    return rows + summary_values(ledger) + ledger_values(ledger, (BASE, USD))


def _equity(ledger: Ledger) -> dict[str, Decimal]:
    return {
        "NetLiquidation": ledger.net_liquidation,
        "TotalCashValue": ledger.cash,
        "SettledCash": ledger.settled_cash,
        "AccruedCash": _ZERO,
        "BuyingPower": ledger.buying_power,
        "EquityWithLoanValue": ledger.equity_with_loan,
        "PreviousDayEquityWithLoanValue": ledger.previous_equity,
        "GrossPositionValue": ledger.gross_value,
    }


def _margins(ledger: Ledger) -> dict[str, Decimal]:
    regt_margin = _ZERO if ledger.cash_account else to_cents(abs(ledger.stock_value) * regt.INITIAL)
    initial, maintenance = ledger.initial_margin, ledger.maintenance_margin
    available, excess = ledger.available_funds, ledger.excess_liquidity
    money = {
        "RegTEquity": ledger.equity_with_loan,
        "RegTMargin": regt_margin,
        "SMA": max(_ZERO, ledger.equity_with_loan - regt_margin),
    }
    for prefix in ("", "Full", "LookAhead"):
        money |= {f"{prefix}InitMarginReq": initial, f"{prefix}MaintMarginReq": maintenance}
        money |= {f"{prefix}AvailableFunds": available, f"{prefix}ExcessLiquidity": excess}
    return money


def _part(amount: Decimal, ledger: Ledger) -> str:
    """Return an amount as a part of the net liquidation, 0 when there is none; never above 1."""
    if ledger.net_liquidation <= 0:
        return "0"
    return number(min(Decimal(1), amount / ledger.net_liquidation).quantize(Decimal("0.000001")))


def _leverage(ledger: Ledger) -> str:
    net = ledger.net_liquidation
    return cents(ledger.gross_value / net) if net > 0 else "0.00"
