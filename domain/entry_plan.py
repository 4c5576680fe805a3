"""From a choice to a plan: the intent's name, its prices, or the reason why there is none."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.bracket_prices import entry_limit, exit_prices
from domain.denials import DenialRule, EntryDenied
from domain.events import BracketPlan
from domain.findings import Finding, denied
from domain.ids import IntentId, Symbol
from domain.option_choice import Choice
from domain.strategies.protocol import Signal
from domain.trading_day import new_york


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitRules:
    """The exits' fractions of the premium, in (0, 0.5], and whether they rest at the broker."""

    take_profit: Decimal
    stop_loss: Decimal
    stop_limit_buffer: Decimal
    native: bool


def intent_id(symbol: Symbol, now: datetime) -> IntentId:
    """Return the name of a wish: day, symbol and second in New York.

    A function of the facts: a SymbolActor that died and thinks again in the same second names the same intent, and
    the journal holds each name once.
    """
    return IntentId(f"{new_york(now):%y%m%d}{symbol}{new_york(now):%H%M%S}")


def planned(
    choice: Choice, *, quantity: int, signal: Signal, rules: ExitRules, now: datetime
) -> BracketPlan | EntryDenied:
    """Return the plan, or the denial of a premium too small for a stop above one tick."""
    contract = choice.contract
    assert choice.quote.ask is not None, "a choice has an ask"
    limit = entry_limit(choice.quote.ask, contract.grid)
    prices = exit_prices(
        limit,
        take_profit=rules.take_profit,
        stop_loss=rules.stop_loss,
        buffer=rules.stop_limit_buffer,
        spread=choice.spread,
        grid=contract.grid,
    )
    if prices is None:
        finding = Finding(rule=DenialRule.PREMIUM_TOO_SMALL, found=f"{limit}", limit="trigger > limit > one tick")
        return denied(finding, contract.symbol, now, contract.label)
    return BracketPlan(
        intent=intent_id(contract.symbol, now),
        contract=contract,
        quantity=quantity,
        entry_limit=limit,
        target_limit=prices.target,
        stop_trigger=prices.trigger,
        stop_limit=prices.limit,
        take_profit_fraction=rules.take_profit,
        stop_loss_fraction=rules.stop_loss,
        stop_limit_buffer_fraction=rules.stop_limit_buffer,
        spread=choice.spread,
        native=rules.native,
        strategy=signal.strategy,
        confidence=signal.confidence,
        decided_at=now,
        quote_at=choice.quote.at,
        valid_until=choice.valid_until,
    )
