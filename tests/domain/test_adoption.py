from dataclasses import replace
from decimal import Decimal

import pytest

from domain.adoption import adopted
from domain.bracket_effects import Resume, Send
from domain.bracket_steps import step
from domain.brackets import BracketPolicy, folded, position
from domain.entry_plan import ExitRules
from domain.events import BracketPlan, BracketPlanned
from domain.ids import ConId, Symbol
from domain.ledger import folded as folded_ledger
from domain.ledger import loss, marked
from domain.orders import OrderStatus
from domain.others import Foreign
from domain.reports import Side
from tests.builders import GENERATION, NOW, a_book, a_contract, a_position, a_quote
from tests.domain.ledger_builders import a_ledger, an_opening, bought, sold

RULES = ExitRules(take_profit=Decimal("0.5"), stop_loss=Decimal("0.2"), stop_limit_buffer=Decimal("0.02"), native=True)
HOLDING = Foreign(symbol=Symbol("GOOG"), con_id=ConId(101), quantity=2, sec_type="OPT")


def taken(bid: str | None = "2.00", ask: str | None = "2.02") -> BracketPlanned:
    plan = adopted(HOLDING, a_contract(), a_quote(bid, ask), RULES, NOW)
    assert isinstance(plan, BracketPlan)
    return BracketPlanned(at=NOW, plan=plan)


def test_what_is_adopted_counts_from_its_bid_and_its_exits_are_reckoned_from_there() -> None:
    plan = taken().plan

    assert (plan.quantity, plan.entry_limit, plan.target_limit, plan.stop_trigger) == (
        2,
        Decimal("2.00"),
        Decimal("3.00"),
        Decimal("1.60"),
    )
    assert plan.stop_limit < plan.stop_trigger
    assert plan.adopted


@pytest.mark.parametrize(
    ("bid", "why"), [(None, "no bid now"), ("0", "no bid now"), ("0.02", "too little for a stop above one tick")]
)
def test_what_has_no_bid_or_hardly_one_is_not_adopted(bid: str | None, why: str) -> None:
    refused = adopted(HOLDING, a_contract(), a_quote(bid), RULES, NOW)

    assert isinstance(refused, str)
    assert why in refused


def test_a_spread_nobody_quotes_is_taken_for_none() -> None:
    assert taken(ask=None).plan.spread == 0


def test_its_bracket_sends_no_entry_and_places_linked_exits_for_all_of_it() -> None:
    bracket = folded((taken(),), BracketPolicy())
    assert bracket is not None

    resumed, first = step(bracket, Resume(), NOW)
    book = a_book(positions=(a_position(2),), generation=GENERATION)
    _, effects = step(resumed, book, NOW)

    assert position(bracket) == 2
    assert [order.status for order in bracket.orders] == [OrderStatus.FILLED]
    assert not [one for one in first if isinstance(one, Send)]
    (sent,) = [one for one in effects if isinstance(one, Send)]
    assert not sent.opens
    assert [(order.side, order.quantity, order.limit) for order in sent.orders] == [
        (Side.SELL, 2, taken().plan.target_limit),
        (Side.SELL, 2, taken().plan.stop_limit),
    ]
    assert len({order.oca_group for order in sent.orders}) == 1


def test_the_day_counts_it_from_then_on_and_takes_it_for_no_entry() -> None:
    ledger = folded_ledger((taken(),), a_ledger())

    assert (ledger.at_risk, ledger.entries_today, [one.symbol for one in ledger.exposures.values()]) == (
        Decimal(400),
        0,
        ["GOOG"],
    )
    assert loss(marked(ledger, ConId(101), Decimal("1.50")), NOW).ours == Decimal(100)


def test_fills_of_ours_whose_plan_was_lost_go_over_into_what_is_adopted() -> None:
    orphaned = a_ledger(bought(3, "2.50"), sold(1, "2.30"))

    ledger = folded_ledger((taken(),), orphaned)

    assert list(ledger.exposures) == [taken().plan.intent]
    assert (ledger.at_risk, ledger.realised) == (Decimal(400), Decimal(-120))


def test_an_adoption_that_was_closed_is_not_taken_up_again() -> None:
    ledger = folded_ledger((an_opening(),))
    closed = replace(ledger, closed={taken().plan.intent: None})

    assert folded_ledger((taken(),), closed) is closed
