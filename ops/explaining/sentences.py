"""Events as sentences with the numbers in them. What has none here is told by the sentence that the log has."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from domain.trading_day import new_york
from ops.reading.rows import Row, at_of

WORDS: Final = {
    "rsi": "RSI",
    "ema_fast": "fast EMA",
    "ema_slow": "slow EMA",
    "vwap": "VWAP",
    "bars": "bars",
    "bars_min": "bars needed",
}
DECISIONS: Final = {"HOLD": "to do nothing", "BUY_CALL": "to buy a call", "BUY_PUT": "to buy a put"}
OUTCOMES: Final = {"backoff": "It sat this cycle out", "breaker_open": "It was not looked at: the breaker was open"}


def sentence_of(row: Row) -> str:
    """Return what a person reads; empty for what says nothing new."""
    say = _SENTENCES.get(row["event"])
    text = say(_Fields(row)) if say else str(row.get("msg", row["event"]))
    return " ".join(text.split())


def timed(rows: Iterable[Row]) -> Iterable[str]:
    """Yield a line for each row that says something, New York time in front; what repeats itself comes once."""
    status: dict[str, tuple[Any, ...]] = {}
    for row in rows:
        if row["event"] == "order_status":
            now = (row.get("status"), row.get("filled"), row.get("remaining"))
            if status.get(str(row.get("ref"))) == now:
                continue
            status[str(row.get("ref"))] = now
        text = sentence_of(row)
        if text:
            yield f"{new_york(at_of(row)):%H:%M:%S}  {text}"


class _Fields(dict[str, Any]):
    """A row of whatever version: what is missing shows as a question mark."""

    def __missing__(self, key: str) -> str:
        return "?"


def numbers(reason: str) -> str:
    """Return a reason such as "scalp.rsi=61.4 vwap=3" as words."""
    parts = []
    for part in reason.split():
        name, equals, value = part.partition("=")
        strategy, dot, plain = name.rpartition(".")
        parts.append(f"{strategy}{' ' if dot else ''}{WORDS.get(plain, plain.replace('_', ' '))} {value}")
        if not equals:
            parts[-1] = part
    return ", ".join(parts)


def usd(value: Any) -> str:
    """Return money, or what stands for it."""
    return f"{value:,.2f} USD" if isinstance(value, int | float) else "an unknown amount"


def _bars(row: _Fields) -> str:
    closes = row["closes"]
    if not isinstance(closes, list) or not closes:
        return ""
    count = f"{row['bars']} new bars" if row["bars"] != 1 else "one new bar"
    return f"{count}; the newest opened at {row['opens'][-1]}, closed at {closes[-1]}, volume {row['volumes'][-1]:g}."


def _history(row: _Fields) -> str:
    return f"{row['bars']} bars of {row['bar_size']} came in {row['seconds']} s, at try {row['attempt']}."


def _look(row: _Fields) -> str:
    decision = str(row["decision"])
    seen = f" It saw {numbers(str(row['reason']))}." if row.get("reason") else ""
    if decision in OUTCOMES:
        return f"Cycle {row['cycle']}: {OUTCOMES[decision]}.{seen}"
    if decision in DECISIONS:
        return f"Cycle {row['cycle']} decided {DECISIONS[decision]}.{seen}"
    return f"Cycle {row['cycle']} ended without an entry, by {decision}.{seen}"


def _signal(row: _Fields) -> str:
    decision = DECISIONS.get(str(row["decision"]), str(row["decision"]))
    why = numbers(str(row["reason"]))
    return f"{row['strategy']} wanted {decision} with confidence {row['confidence']}: {why}."


def _denied(row: _Fields) -> str:
    what = f"{row['candidate']} was" if row.get("candidate") else "The entry was"
    return f"{what} denied by {row['rule']}: {row['found']} against {row['limit']}."


def _chosen(row: _Fields) -> str:
    text = f"{row['contract']} was chosen at {row['bid']} bid, {row['ask']} ask, with the share at {row['spot']}."
    if row.get("filters"):
        text += f" It passed: {row['filters']}."
    if row.get("rejected"):
        text += f" Turned down beside it: {row['rejected']}."
    return f"{text} Greeks: {row['greeks']}." if row.get("greeks") else text


def _planned(row: _Fields) -> str:
    exits = f"target {row['target']}, stop {row['trigger']} (limit {row['stop_limit']})"
    return f"Planned: buy {row['quantity']} {row['contract']} at {row['price']} or less, {exits}."


def _order(row: _Fields, verb: str) -> str:
    limit = f" at {row['price']}" if row.get("price") is not None else ""
    trigger = f", triggered at {row['trigger']}" if row.get("trigger") is not None else ""
    return f"{verb} {row['ref']}: {row['side']} {row['quantity']} {row['order_type']}{limit}{trigger}, {row['tif']}."


def _status(row: _Fields) -> str:
    return f"The broker on {row['ref']}: {row['status']}, {row['filled']} filled, {row['remaining']} remain."


def _filled(row: _Fields) -> str:
    verb = "Bought" if row["event"] == "entry_filled" else "Sold"
    return f"{verb} {row['quantity']} at {row['price']} by the {str(row['leg']).lower()}; {row['position']} held now."


def _closed(row: _Fields) -> str:
    if not row["quantity"]:
        return f"It ended with nothing bought: {row['reason']}."
    return f"It ended by {row['reason']}: P&L {usd(row['pnl'])} after {usd(row['fees'])} of fees."


_SENTENCES: Final[dict[str, Callable[[_Fields], str]]] = {
    "actor_started": lambda _: "",
    "bars_seen": _bars,
    "guard_quote": lambda _: "",
    "historical_request": lambda _: "",
    "historical_success": _history,
    "symbol_cycle": _look,
    "signal": _signal,
    "entry_denied": _denied,
    "option_chosen": _chosen,
    "risk_reserved": lambda row: f"{usd(row['amount'])} set aside for {row['quantity']} contracts.",
    "bracket_planned": _planned,
    "order_placement": lambda row: _order(row, "Sent"),
    "order_sent": lambda _: "",
    "order_modify_sent": lambda row: _order(row, "Changed"),
    "order_status": _status,
    "entry_filled": _filled,
    "exit_filled": _filled,
    "fees_charged": lambda row: f"A fill cost {usd(row['fees'])} of fees.",
    "oco_actor_started": lambda row: f"Its guard began, life {row['epoch']}.",
    "oco_triggered": lambda row: f"The {str(row['leg']).lower()} triggered.",
    "position_closed": _closed,
}
