"""What the gateway says, read for the adapter: which of its handlers is called, and with what.

The layouts are those of protocol version 176. What cannot be read raises ValueError or IndexError.
"""

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Final

from simgateway.protocol.text import read_moment
from simgateway.protocol.wire import Fields

Reader = Callable[[Fields], tuple[Any, ...]]
_BAR_FIELDS: Final = 8
_BARS_FROM: Final = 5
_RULES_FROM: Final = 3
_EXPIRIES_FROM: Final = 7


def _integer(text: str) -> int:
    return int(text or 0)


def _number(text: str) -> float:
    return float(text or 0)


def _plain(skip: int, *kinds: Callable[[str], Any]) -> Reader:
    """Return a reader of fields in a row, behind the first `skip`."""

    def read(f: Fields) -> tuple[Any, ...]:
        return tuple([kind(text) for kind, text in zip(kinds, f[skip:], strict=False)])

    return read


def _contract(part: Sequence[str]) -> SimpleNamespace:
    """Return the contract of eleven fields in orders, executions and positions, as far as anybody asks."""
    return SimpleNamespace(
        conId=_integer(part[0]),
        symbol=part[1],
        secType=part[2],
        lastTradeDateOrContractMonth=part[3],
        strike=_number(part[4]),
        right=part[5],
        multiplier=part[6],
        tradingClass=part[10],
    )


def _price_tick(f: Fields) -> tuple[Any, ...]:
    return int(f[2]), int(f[3]), float(f[4]), _number(f[5])


def _error(f: Fields) -> tuple[Any, ...]:
    return int(f[2]), int(f[3]), f[4], f[5]


def _order(f: Fields, at: int) -> SimpleNamespace:
    """Return the fields that openOrder and completedOrder have in common; `at` is where the contract begins."""
    return SimpleNamespace(
        action=f[at + 11],
        totalQuantity=_number(f[at + 12]),
        orderType=f[at + 13],
        lmtPrice=_number(f[at + 14]),
        auxPrice=_number(f[at + 15]),
        ocaGroup=f[at + 17],
        account=f[at + 18],
        orderRef=f[at + 21],
        orderId=0,
        clientId=0,
        parentId=0,
        whatIf=False,
    )


def _open_order(f: Fields) -> tuple[Any, ...]:
    order = _order(f, 2)
    order.orderId, order.clientId, order.permId = int(f[1]), _integer(f[24]), _integer(f[25])
    order.parentId = _integer(f[58])
    order.whatIf = f[93] == "1"
    return int(f[1]), _contract(f[2:]), order, SimpleNamespace(status=f[94])


def _completed_order(f: Fields) -> tuple[Any, ...]:
    order = _order(f, 1)
    order.permId, order.filledQuantity = _integer(f[23]), _number(f[87])
    return _contract(f[1:]), order, SimpleNamespace(status=f[77])


def _execution(f: Fields) -> tuple[Any, ...]:
    execution = SimpleNamespace(
        orderId=_integer(f[2]),
        execId=f[14],
        time=read_moment(f[15]),
        acctNumber=f[16],
        side=f[18],
        shares=_number(f[19]),
        price=_number(f[20]),
        permId=_integer(f[21]),
        orderRef=f[26],
    )
    return int(f[1]), _contract(f[3:]), execution


def _commission(f: Fields) -> tuple[Any, ...]:
    return (SimpleNamespace(execId=f[2], commission=_number(f[3])),)


def _position(f: Fields) -> tuple[Any, ...]:
    return f[2], _contract(f[3:]), _number(f[14]), _number(f[15])


def _bars(f: Fields) -> tuple[Any, ...]:
    ends = _BARS_FROM + int(f[4]) * _BAR_FIELDS
    rows = (f[place : place + _BAR_FIELDS] for place in range(_BARS_FROM, ends, _BAR_FIELDS))
    bars = [
        SimpleNamespace(
            date=row[0],
            open=float(row[1]),
            high=float(row[2]),
            low=float(row[3]),
            close=float(row[4]),
            volume=float(row[5]),
        )
        for row in rows
    ]
    return int(f[1]), bars


def _rule(f: Fields) -> tuple[Any, ...]:
    ends = _RULES_FROM + 2 * int(f[2])
    rows = range(_RULES_FROM, ends, 2)
    return int(f[1]), [SimpleNamespace(lowEdge=float(f[row]), increment=float(f[row + 1])) for row in rows]


def _details(f: Fields) -> tuple[Any, ...]:
    contract = SimpleNamespace(
        conId=int(f[12]),
        symbol=f[2],
        lastTradeDateOrContractMonth=f[4],
        strike=_number(f[5]),
        right=f[6],
        multiplier=f[14],
        tradingClass=f[11],
        primaryExchange=f[20],
    )
    return int(f[1]), SimpleNamespace(contract=contract, validExchanges=f[16], marketRuleIds=f[34])


def _parameters(f: Fields) -> tuple[Any, ...]:
    strikes_at = _EXPIRIES_FROM + int(f[6])
    row = SimpleNamespace(
        exchange=f[2],
        tradingClass=f[4],
        multiplier=f[5],
        expirations=f[_EXPIRIES_FROM:strikes_at],
        strikes=[float(text) for text in f[strikes_at + 1 :]],
    )
    return int(f[1]), row


READERS: Final[Mapping[str, tuple[str, Reader]]] = {
    "1": ("priceSizeTick", _price_tick),
    "2": ("tickSize", _plain(2, _integer, _integer, _number)),
    "3": (
        "orderStatus",
        _plain(1, _integer, str, _number, _number, _number, _integer, _integer, _number, _integer, str, _number),
    ),
    "4": ("error", _error),
    "5": ("openOrder", _open_order),
    "9": ("nextValidId", _plain(2, _integer)),
    "10": ("contractDetails", _details),
    "11": ("execDetails", _execution),
    "15": ("managedAccounts", _plain(2, str)),
    "17": ("historicalBars", _bars),
    "49": ("currentTime", _plain(2, _integer)),
    "52": ("contractDetailsEnd", _plain(2, _integer)),
    "53": ("openOrderEnd", _plain(2)),
    "55": ("execDetailsEnd", _plain(2, _integer)),
    "57": ("tickSnapshotEnd", _plain(2, _integer)),
    "58": ("marketDataType", _plain(2, _integer, _integer)),
    "59": ("commissionReport", _commission),
    "61": ("position", _position),
    "62": ("positionEnd", _plain(2)),
    "63": ("accountSummary", _plain(2, _integer, str, str, str, str)),
    "64": ("accountSummaryEnd", _plain(2, _integer)),
    "75": ("optionParameters", _parameters),
    "76": ("optionParametersEnd", _plain(1, _integer)),
    "93": ("marketRule", _rule),
    "94": ("pnl", _plain(1, _integer, _number, _number, _number)),
    "101": ("completedOrder", _completed_order),
    "102": ("completedOrdersEnd", _plain(1)),
}
"""By the number of the message: the handler's name, the library's where it has one, and who reads its fields."""
