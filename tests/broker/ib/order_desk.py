"""One order, and a desk to send it from."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from domain.ids import OrderRef
from domain.order_specs import OrderKind, OrderSpec, TimeInForce
from domain.reports import (
    Side,
)
from tests.broker.scripted_gateway import Desk, ScriptedGateway
from tests.builders import a_contract

ENTRY, TARGET, STOP = OrderRef("A.E.0"), OrderRef("A.T.0"), OrderRef("A.S.0")


def a_spec(ref: OrderRef = ENTRY, **changes: Any) -> OrderSpec:
    fields: dict[str, Any] = {
        "ref": ref,
        "contract": a_contract(),
        "side": Side.BUY,
        "quantity": 2,
        "kind": OrderKind.LIMIT,
        "tif": TimeInForce.DAY,
        "limit": Decimal("2.02"),
    }
    return OrderSpec(**{**fields, **changes})


def run(scenario: Callable[[Desk, ScriptedGateway], Awaitable[None]], **settings: Any) -> None:
    async def whole() -> None:
        async with ScriptedGateway() as gateway, Desk(gateway, **settings) as desk:
            await scenario(desk, gateway)

    asyncio.run(whole())
