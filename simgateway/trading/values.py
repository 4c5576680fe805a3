"""The account's values under the names IB gives them."""

from simgateway.protocol.text import cents
from simgateway.trading.account import Ledger

Row = tuple[str, str, str]
"""Tag, value, currency."""

_LEVERAGE_FOUR = 4


def account_values(ledger: Ledger, account: str) -> list[Row]:
    """Return every value that is reported; money in USD with two decimals."""
    available = ledger.available_funds
    buying_power = available if ledger.cash_account else available * _LEVERAGE_FOUR
    money = {
        "NetLiquidation": ledger.net_liquidation,
        "TotalCashValue": ledger.cash,
        "SettledCash": ledger.settled_cash,
        "EquityWithLoanValue": ledger.equity_with_loan,
        "PreviousDayEquityWithLoanValue": ledger.previous_equity,
        "GrossPositionValue": ledger.market_value,
        "InitMarginReq": ledger.initial_margin,
        "MaintMarginReq": ledger.initial_margin,
        "FullInitMarginReq": ledger.initial_margin,
        "FullMaintMarginReq": ledger.initial_margin,
        "AvailableFunds": available,
        "FullAvailableFunds": available,
        "ExcessLiquidity": available,
        "BuyingPower": buying_power,
        "CashBalance": ledger.cash,
        "TotalCashBalance": ledger.cash,
        "UnrealizedPnL": ledger.unrealized,
        "RealizedPnL": ledger.day_realized,
    }
    rows: list[Row] = [
        ("AccountCode", account, ""),
        ("AccountType", "INDIVIDUAL", ""),
        ("AccountReady", "true", ""),
        ("Currency", "USD", "USD"),
        ("DayTradesRemaining", "-1", ""),
    ]
    return rows + [(tag, cents(value), "USD") for tag, value in money.items()]
