from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from domain.bracket_effects import BracketInput, Finish
from domain.bracket_reopened import BracketReopened
from domain.bracket_reopening import intent_of, is_sign_of_life, late_executions, reopened
from domain.brackets import Bracket, BracketPolicy, folded, position
from domain.contracts import Right
from domain.denials import DenialRule
from domain.entries import allowed as entry_allowed
from domain.entries import folded as folded_rules
from domain.events import BracketPlanned, ClosedBy
from domain.ids import IntentId, OrderRef, Symbol
from domain.ledger import apply
from domain.record_keys import key_of
from domain.reports import BrokerStatus, ExecutionReport, OpenOrderReport
from tests.builders import INTENT, NOW, a_book, a_fee, a_fill, a_plan, a_status, an_open_order
from tests.domain.bracket_life import Life, a_life
from tests.domain.ledger_builders import a_closing, a_ledger, a_reopening, a_reservation, bought, later, sold
from tests.domain.test_entries import LIMITS, SESSION

S = BrokerStatus
AFTER = later(1)
PLANNED = BracketPlanned(at=NOW, plan=a_plan())
ENDED = a_closing(closed_by=ClosedBy.ENTRY_EXPIRED, quantity=0, pnl="0")


def a_closed_bracket(*, life: int = 0) -> Bracket:
    """Return one whose entry two books missed: nothing was bought, as far as it knows."""
    bracket = folded((PLANNED, replace(ENDED, life=life)), BracketPolicy())
    assert bracket is not None
    return replace(bracket, life=life)


def again(
    bracket: Bracket,
    *executions: ExecutionReport,
    works: tuple[OpenOrderReport, ...] = (),
    asked_at: datetime = AFTER,
) -> BracketReopened | None:
    return reopened(bracket, executions, works, asked_at=asked_at, now=later(2))


def test_an_execution_that_was_never_counted_opens_a_closed_bracket_again() -> None:
    news = again(a_closed_bracket(life=1), a_fill("E", 2, "2.02", exec_id="in"))

    assert news == a_reopening(at=later(2), life=2, reason=f"in of {INTENT}.E.0 was never counted")


def test_an_order_that_works_after_the_end_opens_a_closed_bracket_again() -> None:
    news = again(a_closed_bracket(), works=(an_open_order("E", S.SUBMITTED),))

    assert news is not None
    assert news.reason == f"{INTENT}.E.0 works"


@pytest.mark.parametrize(
    "works",
    [
        {"works": (an_open_order("E", S.CANCELLED),)},
        {"works": (an_open_order("E", S.SUBMITTED),), "asked_at": NOW},
        {"works": (an_open_order("E", S.SUBMITTED, ref=OrderRef("another.E.0")),)},
        {"works": ()},
    ],
    ids=["cancelled", "asked before the end", "of another intent", "nothing"],
)
def test_what_says_nothing_of_a_life_after_the_end_leaves_it_closed(works: Any) -> None:
    assert again(a_closed_bracket(), **works) is None


def test_executions_that_come_again_leave_a_bracket_closed() -> None:
    fill = bought(2, "2.02")
    bracket = folded((PLANNED, fill, sold(2, "2.40"), a_closing()), BracketPolicy())
    assert bracket is not None

    assert again(bracket, replace(a_fill("E", 2, "2.02"), exec_id=fill.exec_id)) is None


def test_a_bracket_that_is_open_is_not_opened() -> None:
    bracket = folded((PLANNED,), BracketPolicy())
    assert bracket is not None

    assert again(bracket, a_fill("E", 2, "2.02")) is None


def test_what_executed_after_the_end_is_late_and_before_it_is_not() -> None:
    fill, closed = a_fill("E", 2, "2.02"), a_closed_bracket()

    assert late_executions(closed, fill) == (fill,)
    assert late_executions(closed, a_book(executions=(fill,))) == (fill,)
    assert late_executions(closed, a_status("E", S.SUBMITTED)) == ()
    assert late_executions(replace(closed, closed=None), fill) == ()


@pytest.mark.parametrize(
    ("report", "lives"),
    [
        (a_fill("E", 2, "2.02"), True),
        (a_status("E", S.PRE_SUBMITTED), True),
        (a_status("E", S.FILLED), False),
        (an_open_order("E", S.SUBMITTED), True),
        (an_open_order("E", S.INACTIVE), False),
        (a_fee("in"), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_what_works_or_has_executed_is_a_sign_of_life(report: BracketInput, *, lives: bool) -> None:
    assert is_sign_of_life(report) is lives


def test_the_intent_of_a_report_is_that_of_its_ref() -> None:
    fill = a_fill("E", 2, "2.02")

    assert intent_of(fill) == INTENT
    assert intent_of(replace(fill, ref=None)) is None
    assert intent_of(replace(fill, ref=OrderRef("by hand"))) is None


def test_a_bracket_that_was_opened_again_asks_the_broker_and_ends_a_second_time() -> None:
    records = (PLANNED, ENDED, a_reopening())
    bracket = folded(records, BracketPolicy())
    assert bracket is not None
    life = Life(bracket)

    works = (an_open_order("T", S.SUBMITTED), an_open_order("S", S.PRE_SUBMITTED))
    life.tell(a_book(executions=(a_fill("E", 2, "2.02", exec_id="in"),), open_orders=works))
    held = position(life.bracket)
    life.tell(a_fill("T", 2, "2.40", exec_id="out"), a_fee("in"), a_fee("out"))
    life.tell(a_status("E", S.FILLED, filled=2), a_status("T", S.FILLED, filled=2), a_status("S", S.CANCELLED))

    (finish,) = life.wants(Finish)
    assert isinstance(finish, Finish)
    assert held == 2
    assert (finish.closed.life, finish.closed.quantity, finish.closed.closed_by) == (1, 2, ClosedBy.TARGET)


def test_the_first_end_of_a_bracket_has_no_number() -> None:
    life = a_life()

    life.tell(*(a_status(leg, S.CANCELLED) for leg in "ETS"))

    assert [finish.closed.life for finish in life.wants(Finish) if isinstance(finish, Finish)] == [0]


def test_each_life_has_one_beginning_and_one_end_in_the_journal() -> None:
    rows = (ENDED, replace(ENDED, life=1), a_reopening(), a_reopening(life=2))

    assert len({key_of(row) for row in rows}) == len(rows)
    assert key_of(a_reopening(at=later(5), reason="told twice")) == key_of(a_reopening())


def test_a_purchase_after_the_end_is_ours_again_and_counts_once_it_is_sold() -> None:
    ledger = a_ledger(a_reservation(), PLANNED, ENDED, a_reopening(), bought(2, "2.00"))

    (exposure,) = ledger.exposures.values()
    closed = apply(apply(ledger, sold(2, "1.50")), a_closing(life=1))

    assert (exposure.symbol, exposure.at_risk) == (Symbol("GOOG"), Decimal(400))
    assert (closed.closed_pnl, closed.losses_in_row, dict(closed.exposures)) == (Decimal(-100), 1, {})


def test_a_purchase_that_was_heard_before_its_bracket_was_opened_again_is_counted_once() -> None:
    fill = bought(2, "2.00")

    ledger = a_ledger(a_reservation(), PLANNED, ENDED, fill, a_reopening(), fill)

    (exposure,) = ledger.exposures.values()
    assert (exposure.symbol, exposure.held, exposure.at_risk) == (Symbol("GOOG"), 2, Decimal(400))


def test_a_bracket_that_goes_on_keeps_others_out_of_its_symbol() -> None:
    rules = folded_rules(Symbol("GOOG"), (PLANNED, ENDED, a_reopening()))

    denied = entry_allowed(rules, "scalp", NOW, SESSION, LIMITS)

    assert denied is not None
    assert (denied.rule, rules.open_right) == (DenialRule.SYMBOL_BUSY, Right.CALL)


def test_a_bracket_that_goes_on_does_not_hide_the_one_that_was_opened_meanwhile() -> None:
    second = BracketPlanned(at=later(60), plan=a_plan(intent=IntentId("second")))

    rules = folded_rules(Symbol("GOOG"), (PLANNED, ENDED, second, a_reopening(at=later(61))))

    assert rules.open_intent == "second"


def test_the_fold_of_a_bracket_that_goes_on_is_open_and_holds_what_it_bought() -> None:
    bracket = folded((PLANNED, ENDED, a_reopening(), bought(2, "2.00")), BracketPolicy())

    assert bracket is not None
    assert (bracket.closed, bracket.life, position(bracket)) == (None, 1, 2)
