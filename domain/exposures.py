"""One intent's claim on the day's risk: what was set aside for it and what its fills did."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from domain.bracket_reopened import BracketReopened
from domain.events import BracketPlan, LegFilled, RiskReserved
from domain.ids import ConId, IntentId, Symbol
from domain.reports import Side

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Reservation and fills of one intent, USD; from its reservation until its bracket is closed.

    Money is kept as cash paid and received, not as matched lots, so the order in which fills arrive changes nothing.
    ``symbol`` is None for fills that nobody reserved for.
    """

    intent: IntentId
    con_id: ConId
    symbol: Symbol | None
    reserved_on: date | None = None  # None: nothing was reserved.
    reserved: Decimal = ZERO
    multiplier: int = 100
    bought: int = 0
    paid: Decimal = ZERO
    sold: int = 0
    received: Decimal = ZERO
    bought_at: datetime | None = None  # The latest buy.

    @property
    def held(self) -> int:
        """Return contracts held by our fills; negative only while fills are missing."""
        return self.bought - self.sold

    @property
    def is_traded(self) -> bool:
        """Return whether any fill was counted."""
        return self.bought != 0 or self.sold != 0

    @property
    def is_open(self) -> bool:
        """Return whether anything is reserved or held."""
        return self.reserved > 0 or self.held > 0

    @property
    def held_cost(self) -> Decimal:
        """Return what the held contracts cost, by the average price paid; 0 when none are held."""
        return self.paid * self.held / self.bought if self.held > 0 else ZERO

    @property
    def at_risk(self) -> Decimal:
        """Return what this intent may lose at most: all that was reserved for it, and no less than what it holds."""
        return max(self.reserved, self.held_cost) if self.bought else self.reserved

    @property
    def realised(self) -> Decimal:
        """Return what the sold contracts made, fees not counted."""
        return self.received - self.paid * self.sold / self.bought if self.bought else ZERO

    def worth(self, bid: Decimal) -> Decimal:
        """Return what the held contracts bring at this bid in USD per share."""
        return bid * self.held * self.multiplier

    def pnl(self, bid: Decimal | None) -> Decimal:
        """Return realised and unrealised together at this bid; None values what is held at its cost."""
        held = self.held_cost if bid is None else self.worth(bid)
        return self.received - self.paid + held

    def carried(self, bid: Decimal | None) -> "Exposure":
        """Return the exposure as a new trading day begins: what is held starts at its last bid, or at its cost."""
        held = self.held_cost if bid is None else self.worth(bid)
        return replace(self, bought=self.held, paid=held, sold=0, received=ZERO)


def reserved_exposure(event: RiskReserved) -> Exposure:
    """Return the exposure that a reservation begins."""
    return Exposure(
        intent=event.intent,
        con_id=event.con_id,
        symbol=event.symbol,
        reserved_on=event.day,
        reserved=event.amount,
    )


def with_plan(exposures: Mapping[IntentId, Exposure], plan: BracketPlan) -> tuple[Mapping[IntentId, Exposure], Decimal]:
    """Return whose the fills are of an intent that was reserved on another day, or never: adopted from others.

    Fills of ours in an adopted contract, whose own plan was lost, go over into it: what they made until now, USD, is
    returned beside.
    """
    known = exposures.get(plan.intent)
    if known is not None and known.symbol is not None:
        return exposures, ZERO
    con_id, symbol = plan.contract.con_id, plan.contract.symbol
    mine = replace(known, symbol=symbol) if known else Exposure(intent=plan.intent, con_id=con_id, symbol=symbol)
    others = {intent: one for intent, one in exposures.items() if intent != plan.intent}
    nobodys = [one for one in others.values() if plan.adopted and one.symbol is None and one.con_id == con_id]
    kept = {intent: one for intent, one in others.items() if one not in nobodys}
    return {**kept, plan.intent: mine}, sum((one.pnl(plan.entry_limit) for one in nobodys), ZERO)


def with_reopened(exposures: Mapping[IntentId, Exposure], event: BracketReopened) -> Mapping[IntentId, Exposure]:
    """Return whose the fills are, heard already or to come, of an intent that was closed and goes on."""
    known = exposures.get(event.intent) or Exposure(intent=event.intent, con_id=event.con_id, symbol=None)
    return {**exposures, event.intent: replace(known, symbol=event.symbol)}


def with_correction(exposure: Exposure, was: LegFilled, fill: LegFilled) -> Exposure:
    """Return the exposure after the broker corrected an execution that was counted."""
    quantity, cash = fill.quantity - was.quantity, fill.cash - was.cash
    if fill.side is Side.SELL:
        return replace(exposure, sold=exposure.sold + quantity, received=exposure.received + cash)
    return replace(exposure, bought=exposure.bought + quantity, paid=exposure.paid + cash)


def with_fill(before: Exposure | None, fill: LegFilled) -> Exposure:
    """Return the exposure after a fill that was not counted before."""
    exposure = before or Exposure(intent=fill.intent, con_id=fill.con_id, symbol=None)
    cash = fill.cash
    if fill.side is Side.SELL:
        return replace(
            exposure,
            multiplier=fill.multiplier,
            sold=exposure.sold + fill.quantity,
            received=exposure.received + cash,
        )
    return replace(
        exposure,
        multiplier=fill.multiplier,
        bought=exposure.bought + fill.quantity,
        paid=exposure.paid + cash,
        bought_at=fill.at,
    )
