"""Callbacks of requests that few programs make, in the vocabulary of the others; and the whole table of both."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.conformance.drivers import vocabulary
from tests.conformance.drivers.vocabulary import Event, contract, plain


def _row(kind: str, *names: str) -> Callable[..., Event]:
    """Return a reader of a callback with plain arguments; what has no name here is dropped."""

    def read(*given: Any) -> Event:
        return {"kind": kind, **{name: plain(value) for name, value in zip(names, given, strict=False) if name}}

    return read


def _schedule(asked: int, start: str, end: str, zone: str, sessions: Any) -> Event:
    rows = [[row.startDateTime, row.endDateTime, row.refDate] for row in sessions]
    return {"kind": "schedule", "id": asked, "start": start, "end": end, "zone": zone, "sessions": rows}


def _components(asked: int, given: Any) -> Event:
    """Read the exchanges behind a best quote: a list of rows, or of the official 9.81 client a dict by bit."""
    rows = [(bit, *row) for bit, row in given.items()] if isinstance(given, dict) else [_letters(row) for row in given]
    return {"kind": "components", "id": asked, "rows": [list(row) for row in rows]}


def _letters(row: Any) -> tuple[int, str, str]:
    return (row.bitNumber, row.exchange, row.exchangeLetter)


def _depth_exchanges(rows: Any) -> Event:
    return {"kind": "depth_exchanges", "rows": [[row.exchange, row.secType, row.serviceDataType] for row in rows]}


def _position_multi(asked: int, account: str, model: str, of: Any, *given: Any) -> Event:
    numbers = {name: plain(value) for name, value in zip(("quantity", "average"), given, strict=True)}
    return {"kind": "position_multi", "id": asked, "account": account, "model": model, **contract(of), **numbers}


READERS: Final[Mapping[str, Callable[..., Event]]] = {
    **vocabulary.READERS,
    "tickByTickAllLast": _row("each_trade", "id", "which", "at", "price", "size", "", "exchange"),
    "tickByTickBidAsk": _row("each_quote", "id", "at", "bid", "ask", "bid_size", "ask_size"),
    "tickByTickMidPoint": _row("each_midpoint", "id", "at", "price"),
    "historicalSchedule": _schedule,
    "smartComponents": _components,
    "mktDepthExchanges": _depth_exchanges,
    "newsProviders": lambda rows: {"kind": "news_providers", "count": len(rows)},
    "userInfo": _row("user", "id", "branding"),
    "familyCodes": lambda rows: {"kind": "families", "rows": [[row.accountID, row.familyCodeStr] for row in rows]},
    "softDollarTiers": lambda asked, rows: {"kind": "tiers", "id": asked, "count": len(rows)},
    "positionMulti": _position_multi,
    "positionMultiEnd": _row("position_multi_end", "id"),
}
"""How each callback is read, by its name in EWrapper; a callback that is not here is not expected of the gateway."""
