"""Taking over what others bought: a bracket whose entry was never ours, with exits by our rules.

It counts from the bid of that moment and not from what the owner paid: a holding that has lost much would else be sold
the instant it is adopted, and the day would be charged with the losses of others; the account's own P&L has those.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.bracket_prices import exit_prices
from domain.contracts import OptionContract
from domain.entry_plan import ExitRules, intent_id
from domain.events import BracketPlan, BracketPlanned, FeesCharged, LegFilled
from domain.ids import ExecId, IntentId, Leg, order_ref
from domain.others import Foreign
from domain.quotes import Quote
from domain.reports import Side

STRATEGY = "adopted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """A plan, and the records that make the holding ours: written at once, or not at all."""

    plan: BracketPlan
    records: tuple[BracketPlanned | LegFilled | FeesCharged, ...]


def adopted(
    holding: Foreign, contract: OptionContract, quote: Quote, rules: ExitRules, now: datetime
) -> Adoption | str:
    """Return what makes this holding ours, counted from the quote's bid in USD per share; or why it cannot be."""
    bid = quote.bid
    if bid is None or bid <= 0:
        return f"{contract.label} has no bid now, from which its exits would be reckoned; try again in the session"
    spread = max(quote.ask - bid, Decimal(0)) if quote.ask is not None else Decimal(0)
    prices = exit_prices(
        bid,
        take_profit=rules.take_profit,
        stop_loss=rules.stop_loss,
        buffer=rules.stop_limit_buffer,
        spread=spread,
        grid=contract.grid,
    )
    if prices is None:
        return f"{contract.label} is bid at {bid}, too little for a stop above one tick; close it by hand, or ignore it"
    plan = BracketPlan(
        intent=IntentId(f"{intent_id(contract.symbol, now)}A"),  # Never that of an entry in the same second.
        contract=contract,
        quantity=holding.quantity,
        entry_limit=bid,
        target_limit=prices.target,
        stop_trigger=prices.trigger,
        stop_limit=prices.limit,
        take_profit_fraction=rules.take_profit,
        stop_loss_fraction=rules.stop_loss,
        stop_limit_buffer_fraction=rules.stop_limit_buffer,
        spread=spread,
        native=rules.native,
        strategy=STRATEGY,
        confidence=0.0,
        decided_at=now,
        quote_at=quote.at,
        adopted=True,
    )
    return Adoption(plan=plan, records=(BracketPlanned(at=now, plan=plan), *_bought(plan, now)))


def _bought(plan: BracketPlan, now: datetime) -> tuple[LegFilled, FeesCharged]:
    """Return what stands for the purchase that was not ours; what it cost in fees is its owner's."""
    exec_id = ExecId(f"adopted {plan.intent}")
    filled = LegFilled(
        at=now,
        intent=plan.intent,
        leg=Leg.ENTRY,
        ref=order_ref(plan.intent, Leg.ENTRY, 0),
        exec_id=exec_id,
        con_id=plan.contract.con_id,
        side=Side.BUY,
        quantity=plan.quantity,
        price=plan.entry_limit,
        multiplier=plan.contract.multiplier,
    )
    return filled, FeesCharged(at=now, intent=plan.intent, exec_id=exec_id, fees=Decimal(0))
