"""The rows about market data: quotes, bars, and whether the gateway has its servers."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from broker.ib.error_codes import ConnectionEffect, row_of
from cli.check_rows import Row, Verdict, failed, with_subscription
from domain.connection_reports import ConnectivityReport
from domain.denials import DenialRule
from domain.entitlements import REMEDIES, Access
from domain.quote_checks import quote_problem
from domain.quotes import Quote
from domain.reports import (
    BarsReport,
    Failure,
    RequestFailed,
    SnapshotReport,
)

BARS_MIN: Final = 30
BARS_SECONDS_MAX: Final = 15.0
SILENT: Final = frozenset({Failure.NO_DATA, Failure.TIMED_OUT})
DOWN: Final = frozenset({ConnectionEffect.LOST, ConnectionEffect.FARM_DOWN})
UP: Final = frozenset({ConnectionEffect.RESTORED, ConnectionEffect.RESTORED_DATA_LOST, ConnectionEffect.FARM_UP})
QUOTE_AGE_SECONDS_MAX: Final = 60.0


def quote_row(
    name: str, event: str, answer: SnapshotReport | RequestFailed, seconds: float, *, is_open: bool, what: str
) -> Row:
    """Return what a quote says about entitlement. ``what``: the contract, for JSON.

    While the market is closed a missing side or silence says nothing; a refusal and delayed data do at any hour.
    """
    label = {("symbol" if event == "stock_snapshot" else "contract"): what}
    if isinstance(answer, RequestFailed):
        row = replace(failed(name, event, answer, seconds), fields=label)
        return row if is_open or answer.failure not in SILENT else _closed(row)
    quote = answer.quote
    problem = quote_problem(quote, quote.at, QUOTE_AGE_SECONDS_MAX)
    delayed = problem is DenialRule.DELAYED_DATA
    row = Row(
        name=name,
        event=event,
        verdict=Verdict.FAILED if problem else Verdict.OK,
        seen=f"{_shown(quote.bid)} bid, {_shown(quote.ask)} ask, {'delayed' if delayed else 'live'}",
        remedy=_quote_remedy(problem, event),
        seconds=seconds,
        fields={**label, **_quote_fields(quote)},
    )
    return _closed(row) if problem and not delayed and not is_open else row


def _quote_remedy(problem: DenialRule | None, event: str) -> str:
    if problem is None:
        return ""
    if problem is DenialRule.DELAYED_DATA:
        return with_subscription(REMEDIES[Access.DELAYED], event)
    return "nobody quotes both sides at this moment: try again, or with another --symbol"


def _closed(row: Row) -> Row:
    seen = "no quote while the market is closed, and no refusal"
    return replace(row, verdict=Verdict.UNKNOWN, seen=seen, remedy="check again when the market is open")


def _quote_fields(quote: Quote) -> dict[str, object]:
    prices = {name: _plain(getattr(quote, name)) for name in ("bid", "ask", "last")}
    sizes = {"bid_size": quote.bid_size, "ask_size": quote.ask_size}
    return {**prices, **sizes, "market_data_type": quote.market_data_type}


def bars_row(name: str, answer: BarsReport | RequestFailed, seconds: float) -> Row:
    """Return whether enough minute bars came soon enough."""
    if isinstance(answer, RequestFailed):
        return failed(name, "historical_1m", answer, seconds)
    bars = answer.bars
    few, slow = len(bars) < BARS_MIN, seconds > BARS_SECONDS_MAX
    remedies = (
        f"at least {BARS_MIN} are needed: try again later in the session, or with another --symbol" if few else "",
        f"{BARS_SECONDS_MAX:g} s at most are wanted: the history service is slow or another program uses it"
        if slow
        else "",
    )
    return Row(
        name=name,
        event="historical_1m",
        verdict=Verdict.FAILED if few or slow else Verdict.OK,
        seen=f"{len(bars)} bars in {seconds:.1f} s",
        remedy="; ".join(filter(None, remedies)),
        seconds=seconds,
        fields={"bars": len(bars), "first": _moment(bars[0].start), "last": _moment(bars[-1].start)},
    )


def servers_row(reports: Iterable[ConnectivityReport]) -> Row:
    """Return whether the gateway has its own servers, by the last word on each of them."""
    down: dict[str, int] = {}
    for report in reports:
        effect, farm = row_of(report.code).connection, report.text.rpartition(":")[2].strip().rpartition(".")[2]
        if effect in DOWN:
            down["" if effect is ConnectionEffect.LOST else farm] = report.code
        elif effect in UP:
            down.pop(farm if effect is ConnectionEffect.FARM_UP else "", None)
    codes = sorted(set(down.values()))
    seen = ", ".join(f"{row_of(code).meaning} (code {code})" for code in codes)
    return Row(
        name="the broker's servers",
        event="servers",
        verdict=Verdict.FAILED if down else Verdict.OK,
        seen=seen or "no complaint",
        remedy="it usually heals by itself: check again; else look at the gateway's window and network" if down else "",
        fields={"codes": codes},
    )


def _shown(price: Decimal | None) -> str:
    """Return a price with its cents, and with more where it has more."""
    if price is None:
        return "no"
    return f"{price:.2f}" if price == round(price, 2) else f"{price:f}"


def _plain(price: Decimal | None) -> float | None:
    return None if price is None else float(price)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
