"""Taking over what others bought: a bracket whose entry was never ours, with exits by our rules.

It counts from the bid of that moment and not from what the owner paid: a holding that has lost much would else be sold
the instant it is adopted, and the day would be charged with the losses of others; the account's own P&L has those.
"""

from datetime import datetime
from decimal import Decimal

from domain.bracket_prices import exit_prices
from domain.contracts import OptionContract
from domain.entry_plan import ExitRules, intent_id
from domain.events import BracketPlan
from domain.ids import IntentId
from domain.others import Foreign
from domain.quotes import Quote

STRATEGY = "adopted"


def adopted(
    holding: Foreign, contract: OptionContract, quote: Quote, rules: ExitRules, now: datetime
) -> BracketPlan | str:
    """Return the plan that makes this holding ours, from the quote's bid in USD per share; or why it cannot be."""
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
    return BracketPlan(
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
