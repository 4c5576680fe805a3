"""What the adapter asks, as the fields of protocol version 176 that the library would send."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from simgateway.protocol.wire import Fields


def _price(value: float) -> str:
    """Return a price as the client library writes it: empty for the greatest double, its word for no value."""
    return "" if value > 1e300 else str(value)


def _contract(contract: Any) -> Fields:
    """Return the twelve fields of a contract."""
    return (
        *(str(contract.conId), contract.symbol, contract.secType, contract.lastTradeDateOrContractMonth),
        *(str(contract.strike), contract.right, contract.multiplier, contract.exchange, contract.primaryExchange),
        *(contract.currency, contract.localSymbol, contract.tradingClass),
    )


def _flag(value: object) -> str:
    return "1" if value else "0"


def _quotes(request_id: int, contract: Any, generics: str, snapshot: object, **_: object) -> Fields:
    return ("1", "11", str(request_id), *_contract(contract), "0", generics, _flag(snapshot), "0", "")


def _bars(request_id: int, contract: Any, *query: Any, **_: object) -> Fields:
    end, duration, size, what, regular, form = query
    head = ("20", str(request_id), *_contract(contract), _flag(contract.includeExpired))
    return (*head, end, size, duration, _flag(regular), what, str(form), "0", "")


def _details(request_id: int, contract: Any) -> Fields:
    tail = (_flag(contract.includeExpired), contract.secIdType, contract.secId, contract.issuerId)
    return ("9", "8", str(request_id), *_contract(contract), *tail)


def _order(order_id: int, contract: Any, order: Any) -> Fields:
    """Return placeOrder; what the adapter never sets is as the library leaves it."""
    blank = ("",)
    return (
        *("3", str(order_id), *_contract(contract), "", ""),
        *(order.action, str(order.totalQuantity), order.orderType, _price(order.lmtPrice), _price(order.auxPrice)),
        *(order.tif, order.ocaGroup, order.account, "O", "0", order.orderRef, _flag(order.transmit)),
        *(str(order.parentId), "0", "0", "0", str(order.triggerMethod), _flag(order.outsideRth), "0"),
        *("", "0.0", *blank * 7, "0", "", "-1", str(order.ocaType)),
        *("", "", "0", "", "", "0", "0", "", "0", *blank * 5, "0", *blank * 4, "0", *blank * 10, "0", "", ""),
        *("0", "0", "", "", "0", "", "0", "0", "0", "0", *blank * 6, "0", *blank * 8, "0", "0", "0", "0", "", ""),
        *("0", "", ""),
    )


def _executions(request_id: int, wanted: Any) -> Fields:
    return ("7", "3", str(request_id), "0", wanted.acctCode, "", "", "", "", "")


def _completed(*, apiOnly: bool) -> Fields:  # noqa: N803 - the library's name
    return ("99", _flag(apiOnly))


def _plain(*head: str, tail: Fields = ()) -> Callable[..., Fields]:
    """Return what puts its values behind these fields."""
    return lambda *values: (*head, *map(str, values), *tail)


QUESTIONS: Final[Mapping[str, Callable[..., Fields]]] = {
    "cancelAccountSummary": _plain("63", "1"),
    "cancelHistoricalData": _plain("25", "1"),
    "cancelMktData": _plain("2", "2"),
    "cancelOrder": _plain("4", "1", tail=("",)),
    "placeOrder": _order,
    "reqAccountSummary": _plain("62", "1"),
    "reqAllOpenOrders": _plain("16", "1"),
    "reqCompletedOrders": _completed,
    "reqContractDetails": _details,
    "reqCurrentTime": _plain("49", "1"),
    "reqExecutions": _executions,
    "reqHistoricalData": _bars,
    "reqIds": _plain("8", "1"),
    "reqManagedAccts": _plain("17", "1"),
    "reqMarketDataType": _plain("59", "1"),
    "reqMarketRule": _plain("91"),
    "reqMktData": _quotes,
    "reqOpenOrders": _plain("5", "1"),
    "reqPnL": _plain("92"),
    "reqPositions": _plain("61", "1"),
    "reqSecDefOptParams": _plain("78"),
}
"""By the library's name of the method: from its arguments to the fields of the message."""
