"""What clients are told, in one vocabulary: every callback of the TWS API as an event with names and units of our own.

All four clients name their callbacks alike (those of IB's EWrapper), so one table serves them; where releases differ in
arguments or attributes, the difference ends here. Standard library only: this runs inside a client's environment.

An event is a dict with `kind` and plain values: prices and money as numbers in the instrument's currency, None for the
protocol's "unset" (1.797e308, 2^31-1), moments as epoch seconds, days as YYYYMMDD. `id` is the number that the client
used on the wire; the driver adds `asked`, the number by which the case asked.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

Event = dict[str, Any]

CONTRACT_FIELDS: Final[Mapping[str, str]] = {
    "con_id": "conId",
    "symbol": "symbol",
    "sec_type": "secType",
    "expiry": "lastTradeDateOrContractMonth",
    "strike": "strike",
    "right": "right",
    "multiplier": "multiplier",
    "exchange": "exchange",
    "currency": "currency",
    "local_symbol": "localSymbol",
    "trading_class": "tradingClass",
}
ORDER_FIELDS: Final[Mapping[str, str]] = {
    "action": "action",
    "quantity": "totalQuantity",
    "type": "orderType",
    "limit": "lmtPrice",
    "trigger": "auxPrice",
    "tif": "tif",
    "oca": "ocaGroup",
    "oca_type": "ocaType",
    "ref": "orderRef",
    "transmit": "transmit",
    "parent": "parentId",
    "outside_rth": "outsideRth",
    "good_till": "goodTillDate",
    "trail_percent": "trailingPercent",
    "trail_stop": "trailStopPrice",
    "limit_offset": "lmtPriceOffset",
    "all_or_none": "allOrNone",
    "trigger_method": "triggerMethod",
    "what_if": "whatIf",
}
_UNSET_INTEGERS: Final = frozenset({2147483647, 9223372036854775807})
_LARGEST: Final = 1e300


def plain(value: Any) -> Any:
    """Return a value as JSON can carry it: Decimals as numbers, moments as epoch seconds, None for "unset"."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, date):
        return value.strftime("%Y%m%d")
    if isinstance(value, int):
        return None if value in _UNSET_INTEGERS else value
    if isinstance(value, Iterable):
        return [plain(each) for each in value]
    number = float(value)
    return None if not math.isfinite(number) or abs(number) > _LARGEST else number


def odd(names: Iterable[str], values: Iterable[Any]) -> Event:
    """Return as `odd` the numbers that `plain` gives no value, such as nan or 1.7976931348623157e+308, as text."""
    numbers = {name: value for name, value in zip(names, values, strict=False) if isinstance(value, float | Decimal)}
    found = {name: repr(float(value)) for name, value in numbers.items() if plain(value) is None}
    return {"odd": found} if found else {}


def amount(value: Any) -> Any:
    """Return a number the client keeps as text, such as a margin of a what-if order; text that is none stays."""
    try:
        return plain(float(value))
    except (TypeError, ValueError):
        return value


def moment(value: Any) -> float | None:
    """Return epoch seconds of an execution's time: a datetime, `YYYYMMDD-HH:MM:SS` in UTC, or with a zone's name.

    None for text without a zone: what that means is the client's guess.
    """
    if isinstance(value, datetime):
        return value.timestamp()
    text, _, zone = str(value).replace("  ", " ").rpartition(" ")
    if "-" in zone:
        return datetime.strptime(zone, "%Y%m%d-%H:%M:%S").replace(tzinfo=UTC).timestamp()
    if ":" in zone:
        return None
    return datetime.strptime(text, "%Y%m%d %H:%M:%S").replace(tzinfo=ZoneInfo(zone)).timestamp()


def contract(source: Any) -> Event:
    """Return a contract's fields."""
    return {ours: plain(getattr(source, theirs)) for ours, theirs in CONTRACT_FIELDS.items()}


def order(source: Any) -> Event:
    """Return an order's fields."""
    return {ours: plain(getattr(source, theirs)) for ours, theirs in ORDER_FIELDS.items()}


def _error(*given: Any) -> Event:
    """Read (id, code, text[, json]), or (id, time, code, text, json) as the official client has it since 10.30."""
    code, text = (given[2], given[3]) if len(given) > 3 and isinstance(given[2], int) else (given[1], given[2])
    return {"kind": "error", "id": given[0], "code": code, "text": text}


def _open_order(order_id: int, of: Any, source: Any, state: Any) -> Event:
    money = {
        "commission": plain(_first(state, "commission", "commissionAndFees")),
        "initial_margin": amount(state.initMarginChange),
        "initial_after": amount(state.initMarginAfter),
        "maintenance_margin": amount(state.maintMarginChange),
        "maintenance_after": amount(state.maintMarginAfter),
        "equity_before": amount(state.equityWithLoanBefore),
        "equity_change": amount(state.equityWithLoanChange),
        "equity_after": amount(state.equityWithLoanAfter),
    }
    ids = {"order": order_id, "perm": source.permId, "client": source.clientId, "con_id": of.conId}
    return {"kind": "order", **order(source), **ids, "status": state.status, **money}


def _completed_order(of: Any, source: Any, state: Any) -> Event:
    end = {"status": state.status, "text": state.completedStatus, "at": state.completedTime}
    row = {"perm": source.permId, "con_id": of.conId, "filled": plain(source.filledQuantity)}
    return {"kind": "completed", **order(source), **row, **end}


def _status(*given: Any) -> Event:
    names = ("order", "status", "filled", "remaining", "average", "perm", "parent", "last", "client")
    return {"kind": "status", **dict(zip(names, map(plain, given), strict=False))}


def _fill(asked: int, of: Any, source: Any) -> Event:
    return {
        "kind": "fill",
        "id": asked,
        "con_id": of.conId,
        "order": source.orderId,
        "client": source.clientId,
        "perm": source.permId,
        "exec_id": source.execId,
        "at": moment(source.time),
        "side": source.side,
        "shares": plain(source.shares),
        "price": plain(source.price),
        "cumulative": plain(source.cumQty),
        "average": plain(source.avgPrice),
        "ref": source.orderRef,
        "liquidity": plain(source.lastLiquidity),
    }


def _commission(source: Any) -> Event:
    money = {"amount": plain(_first(source, "commission", "commissionAndFees")), "currency": source.currency}
    return {"kind": "commission", "exec_id": source.execId, **money, "realized": plain(source.realizedPNL)}


def _details(asked: int, source: Any) -> Event:
    return {
        "kind": "contract",
        "id": asked,
        **contract(source.contract),
        "min_tick": source.minTick,
        "rules": source.marketRuleIds,
        "exchanges": source.validExchanges,
        "zone": source.timeZoneId,
        "hours": source.liquidHours,
        "long_name": source.longName,
        "underlying_con_id": source.underConId,
        "underlying": source.underSymbol,
    }


def _samples(asked: int, rows: Any) -> Event:
    return {"kind": "samples", "id": asked, "contracts": [contract(row.contract) for row in rows]}


def _rule(number: int, rows: Any) -> Event:
    return {"kind": "rule", "rule": number, "rows": [[row.lowEdge, row.increment] for row in rows]}


def _bar(kind: str) -> Callable[..., Event]:
    def read(asked: int, bar: Any) -> Event:
        prices = {name: plain(getattr(bar, name)) for name in ("date", "open", "high", "low", "close", "volume")}
        return {"kind": kind, "id": asked, **prices, "average": plain(_first(bar, "average", "wap"))}

    return read


def _ticks(kind: str, *names: str) -> Callable[..., Event]:
    def read(asked: int, ticks: Any, done: Any) -> Event:
        rows = [[plain(getattr(tick, name)) for name in ("time", *names)] for tick in ticks]
        return {"kind": kind, "id": asked, "ticks": rows, "done": bool(done)}

    return read


def _position(kind: str) -> Callable[..., Event]:
    def read(account: str, of: Any, quantity: Any, average: Any) -> Event:
        values = {"quantity": plain(quantity), "average": plain(average)}
        return {"kind": kind, "account": account, **contract(of), **values}

    return read


def _portfolio(of: Any, *given: Any) -> Event:
    names = ("quantity", "mark", "value", "average", "unrealized", "realized", "account")
    row = dict(zip(names, map(plain, given), strict=True))
    return {"kind": "portfolio", **contract(of), **row, **odd(names, given)}


def _row(kind: str, *names: str) -> Callable[..., Event]:
    """Return a reader of a callback whose arguments are plain values, in this order; what is more is dropped."""

    def read(*given: Any) -> Event:
        return {"kind": kind, **dict(zip(names, map(plain, given), strict=False)), **odd(names, given)}

    return read


def _first(source: Any, *names: str) -> Any:
    return next(getattr(source, name) for name in names if hasattr(source, name))


READERS: Final[Mapping[str, Callable[..., Event]]] = {
    "nextValidId": _row("next_id", "order"),
    "managedAccounts": _row("accounts", "accounts"),
    "currentTime": _row("time", "at"),
    "error": _error,
    "openOrder": _open_order,
    "openOrderEnd": _row("orders_end"),
    "orderStatus": _status,
    "completedOrder": _completed_order,
    "completedOrdersEnd": _row("completed_end"),
    "execDetails": _fill,
    "execDetailsEnd": _row("fills_end", "id"),
    "commissionReport": _commission,
    "commissionAndFeesReport": _commission,
    "contractDetails": _details,
    "contractDetailsEnd": _row("contracts_end", "id"),
    "symbolSamples": _samples,
    "marketRule": _rule,
    "securityDefinitionOptionParameter": _row(
        "chain", "id", "exchange", "con_id", "trading_class", "multiplier", "expiries", "strikes"
    ),
    "securityDefinitionOptionParameterEnd": _row("chain_end", "id"),
    "tickPrice": _row("price", "id", "tick", "price"),
    "priceSizeTick": _row("price", "id", "tick", "price", "size"),
    "tickSize": _row("size", "id", "tick", "size"),
    "tickString": _row("text", "id", "tick", "text"),
    "tickGeneric": _row("number", "id", "tick", "number"),
    "tickOptionComputation": _row(
        "greeks",
        "id",
        "tick",
        "attribute",
        "volatility",
        "delta",
        "price",
        "dividend",
        "gamma",
        "vega",
        "theta",
        "spot",
    ),
    "tickReqParams": _row("tick_parameters", "id", "min_tick", "exchange", "permissions"),
    "tickSnapshotEnd": _row("snapshot_end", "id"),
    "marketDataType": _row("data_type", "id", "type"),
    "historicalData": _bar("bar"),
    "historicalDataEnd": _row("bars_end", "id", "start", "end"),
    "historicalDataUpdate": _bar("bar_update"),
    "headTimestamp": _row("head", "id", "at"),
    "historicalTicks": _ticks("past_ticks", "price", "size"),
    "historicalTicksBidAsk": _ticks("past_quotes", "priceBid", "priceAsk", "sizeBid", "sizeAsk"),
    "historicalTicksLast": _ticks("past_trades", "price", "size", "exchange"),
    "realtimeBar": _row("live_bar", "id", "at", "open", "high", "low", "close", "volume", "average", "count"),
    "position": _position("position"),
    "positionEnd": _row("positions_end"),
    "pnl": _row("pnl", "id", "daily", "unrealized", "realized"),
    "pnlSingle": _row("pnl_single", "id", "quantity", "daily", "unrealized", "realized", "value"),
    "accountSummary": _row("summary", "id", "account", "tag", "value", "currency"),
    "accountSummaryEnd": _row("summary_end", "id"),
    "updateAccountValue": _row("value", "tag", "value", "currency", "account"),
    "updatePortfolio": _portfolio,
    "updateAccountTime": _row("account_time", "text"),
    "accountDownloadEnd": _row("account_end", "account"),
    "accountUpdateMulti": _row("multi", "id", "account", "model", "tag", "value", "currency"),
    "accountUpdateMultiEnd": _row("multi_end", "id"),
    "orderBound": _row("bound"),
}
"""How each callback of what programs ask every day is read, by its name in EWrapper; `rare_callbacks` adds the rest."""

SAME_AS: Final[Mapping[str, str]] = {"priceSizeTick": "tickPrice", "commissionAndFeesReport": "commissionReport"}
"""Callbacks under which some clients are told what others are told under another name; counted as that one."""
