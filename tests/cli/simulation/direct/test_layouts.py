"""What passes without the wire is field for field what the real library sends, and is read as the library reads it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from broker.ib.library import IB, ExecutionFilter
from broker.ib.translate import library_contract, library_order, listed_query, stock_query
from cli.simulation.direct.client import DirectClient
from domain.brackets import entry_spec
from domain.contracts import Right
from domain.ids import Symbol
from domain.order_specs import OrderKind
from tests.builders import a_plan

Ask = Callable[[Any], object]
OPTION = library_contract(a_plan().contract)
STOCK = stock_query(Symbol("SPY"), 700000, "ARCA")
ENTRY = entry_spec(a_plan())
STOP = replace(ENTRY, kind=OrderKind.STOP_LIMIT, trigger=Decimal("1.95"), limit=Decimal("1.9"), oca_group="A.1")
MARKET = replace(ENTRY, kind=OrderKind.MARKET, limit=None, transmit=not ENTRY.transmit)

QUESTIONS: dict[str, Ask] = {
    "limit": lambda client: client.placeOrder(7, OPTION, library_order(ENTRY, "DU1", 0)),
    "stop": lambda client: client.placeOrder(8, OPTION, library_order(STOP, "DU1", 7)),
    "market": lambda client: client.placeOrder(9, OPTION, library_order(MARKET, "DU1", 0)),
    "cancel": lambda client: client.cancelOrder(7),
    "stream": lambda client: client.reqMktData(
        5, OPTION, "101", snapshot=False, regulatorySnapshot=False, mktDataOptions=[]
    ),
    "snapshot": lambda client: client.reqMktData(
        5, STOCK, "", snapshot=True, regulatorySnapshot=False, mktDataOptions=[]
    ),
    "no quotes": lambda client: client.cancelMktData(5),
    "bars": lambda client: client.reqHistoricalData(
        6, STOCK, "", "1 D", "1 min", "TRADES", 1, 2, keepUpToDate=False, chartOptions=[]
    ),
    "no bars": lambda client: client.cancelHistoricalData(6),
    "stock": lambda client: client.reqContractDetails(4, STOCK),
    "listed": lambda client: client.reqContractDetails(
        4, listed_query(Symbol("SPY"), "SPY", date(2026, 3, 11), Right.PUT)
    ),
    "chain": lambda client: client.reqSecDefOptParams(6, "SPY", "", "STK", 700000),
    "executions": lambda client: client.reqExecutions(1, ExecutionFilter(acctCode="DU1")),
    "positions": lambda client: client.reqPositions(),
    "own orders": lambda client: client.reqOpenOrders(),
    "all orders": lambda client: client.reqAllOpenOrders(),
    "completed": lambda client: client.reqCompletedOrders(apiOnly=False),
    "summary": lambda client: client.reqAccountSummary(3, "All", "NetLiquidation,AccountType"),
    "no summary": lambda client: client.cancelAccountSummary(3),
    "profit": lambda client: client.reqPnL(2, "DU1", ""),
    "rule": lambda client: client.reqMarketRule(26),
    "time": lambda client: client.reqCurrentTime(),
    "accounts": lambda client: client.reqManagedAccts(),
    "ids": lambda client: client.reqIds(1),
    "data type": lambda client: client.reqMarketDataType(3),
}


class Heard:
    """A session that only listens."""

    def __init__(self) -> None:
        self.fields: tuple[str, ...] = ()

    def take(self, fields: tuple[str, ...]) -> None:
        self.fields = fields


def by_the_library(ask: Ask) -> tuple[str, ...]:
    library = IB()
    sent: list[str] = []
    client = library.client
    client.connState, client._serverVersion = client.CONNECTED, 176
    client.sendMsg = sent.append
    ask(client)
    client.connState = client.DISCONNECTED  # Or the library hangs up when it is collected.
    return tuple(sent[0].split("\0")[:-1])


def without(ask: Ask) -> tuple[str, ...]:
    client, heard = DirectClient(None, lambda *_: None), Heard()  # type: ignore[arg-type]  # nothing is opened
    client._session = heard  # type: ignore[assignment]  # as above
    ask(client)
    return heard.fields


@pytest.mark.parametrize("what", QUESTIONS)
def test_a_question_has_the_fields_that_the_library_sends(what: str) -> None:
    assert without(QUESTIONS[what]) == by_the_library(QUESTIONS[what])
