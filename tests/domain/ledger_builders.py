"""The ledger's events, valid by default; one word changes one thing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from domain.bracket_reopened import BracketReopened
from domain.commands import ReserveRisk
from domain.contracts import Right
from domain.events import (
    BracketClosed,
    ClosedBy,
    DayOpened,
    FeesCharged,
    Journaled,
    LegFilled,
    RiskReleased,
    RiskReserved,
)
from domain.ids import ConId, ExecId, IntentId, Leg, Symbol, order_ref
from domain.ledger import Ledger, folded, with_broker_pnl
from domain.reports import AccountReport, Side
from tests.builders import INTENT, NOW, a_contract

DAY = date(2026, 1, 5)
NEXT_DAY = date(2026, 1, 6)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def an_opening(equity: str = "10000", **changes: Any) -> DayOpened:
    return replace(DayOpened(at=NOW, day=DAY, start_equity=Decimal(equity)), **changes)


def a_ledger(*events: Journaled, equity: str = "10000") -> Ledger:
    """Return an open day of 10,000 USD after these events, the broker's P&L heard."""
    return with_broker_pnl(folded((an_opening(equity), *events)), Decimal(0), NOW)


def a_reservation(intent: str = INTENT, *, amount: str = "402", **changes: Any) -> RiskReserved:
    event = RiskReserved(
        at=NOW,
        day=DAY,
        intent=IntentId(intent),
        symbol=Symbol("GOOG"),
        con_id=ConId(101),
        quantity=2,
        amount=Decimal(amount),
    )
    return replace(event, **changes)


def a_release(intent: str = INTENT) -> RiskReleased:
    return RiskReleased(at=NOW, day=DAY, intent=IntentId(intent))


def bought(quantity: int, price: str, *, intent: str = INTENT, **changes: Any) -> LegFilled:
    fill = LegFilled(
        at=NOW,
        intent=IntentId(intent),
        leg=Leg.ENTRY,
        ref=order_ref(IntentId(intent), Leg.ENTRY, 0),
        exec_id=ExecId(f"{intent}.buy.{quantity}.{price}"),
        con_id=ConId(101),
        side=Side.BUY,
        quantity=quantity,
        price=Decimal(price),
        multiplier=100,
    )
    return replace(fill, **changes)


def sold(quantity: int, price: str, *, intent: str = INTENT, **changes: Any) -> LegFilled:
    exec_id = ExecId(f"{intent}.sell.{quantity}.{price}")
    return replace(
        bought(quantity, price, intent=intent, side=Side.SELL, leg=Leg.STOP, exec_id=exec_id),
        **changes,
    )


def fees(of: LegFilled, amount: str) -> FeesCharged:
    return FeesCharged(at=NOW, intent=of.intent, exec_id=of.exec_id, fees=Decimal(amount))


def a_closing(intent: str = INTENT, *, pnl: str = "-80", **changes: Any) -> BracketClosed:
    event = BracketClosed(
        at=NOW,
        intent=IntentId(intent),
        symbol=Symbol("GOOG"),
        con_id=ConId(101),
        closed_by=ClosedBy.STOP,
        quantity=2,
        pnl=Decimal(pnl),
        fees=Decimal(0),
    )
    return replace(event, **changes)


def a_reopening(intent: str = INTENT, **changes: Any) -> BracketReopened:
    event = BracketReopened(
        at=NOW,
        intent=IntentId(intent),
        symbol=Symbol("GOOG"),
        con_id=ConId(101),
        right=Right.CALL,
        life=1,
        reason="it works",
    )
    return replace(event, **changes)


def a_request(intent: str = INTENT, **changes: Any) -> ReserveRisk:
    request = ReserveRisk(
        at=NOW,
        intent=IntentId(intent),
        symbol=Symbol("GOOG"),
        contract=a_contract(),
        entry_limit=Decimal("2.00"),
        stop_loss_fraction=Decimal("0.2"),
        ask_size=50,
        overrides={},
    )
    return replace(request, **changes)


def an_account(account_type: str = "INDIVIDUAL", at: datetime = NOW, **values: str) -> AccountReport:
    """Return an account of 10,000 USD; ``Tag="value"`` adds or changes a tag, an empty value leaves it out."""
    tags: Mapping[str, str] = {"NetLiquidation": "10000", "AvailableFunds": "10000", **values}
    return AccountReport(
        at=at,
        account="DU1",
        values={tag: Decimal(value) for tag, value in tags.items() if value},
        account_type=account_type,
    )
