from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from domain.denials import DenialRule, EntryDenied
from domain.entry_plan import ExitRules, intent_id, planned
from domain.events import BracketPlan
from domain.ids import Symbol
from domain.option_choice import Choice
from domain.strategies.protocol import Action, Signal
from tests.builders import NOW, a_contract, a_quote

RULES = ExitRules(take_profit=Decimal("0.5"), stop_loss=Decimal("0.2"), stop_limit_buffer=Decimal("0.02"), native=True)
SIGNAL = Signal(action=Action.BUY_CALL, confidence=0.7, reason={}, strategy="scalp")


def a_choice(bid: str, ask: str) -> Choice:
    middle, spread = (Decimal(bid) + Decimal(ask)) / 2, Decimal(ask) - Decimal(bid)
    return Choice(contract=a_contract(), quote=a_quote(bid, ask), mid=middle, spread=spread)


def test_an_intent_is_named_by_its_facts_so_that_thinking_twice_names_the_same() -> None:
    names = {intent_id(Symbol("GOOG"), datetime(2015, 12, 24, 15, 31, 2, part, tzinfo=UTC)) for part in (0, 999)}

    assert names == {"151224GOOG103102"}


def test_a_plan_has_its_prices_in_order() -> None:
    choice = replace(a_choice("2.00", "2.04"), valid_until=NOW)

    plan = planned(choice, quantity=3, signal=SIGNAL, rules=RULES, now=NOW)

    assert isinstance(plan, BracketPlan)
    assert plan.quantity == 3
    assert plan.target_limit > plan.entry_limit > plan.stop_trigger > plan.stop_limit
    assert plan.entry_limit == Decimal("2.06")
    assert plan.valid_until == choice.valid_until == NOW


def test_a_premium_too_small_for_a_stop_is_denied_with_its_number() -> None:
    denial = planned(a_choice("0.01", "0.02"), quantity=1, signal=SIGNAL, rules=RULES, now=NOW)

    assert isinstance(denial, EntryDenied)
    assert denial.rule is DenialRule.PREMIUM_TOO_SMALL
    assert "0.04" in denial.found
