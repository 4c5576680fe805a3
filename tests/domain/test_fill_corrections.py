"""A correction of an execution, in the bracket and in the day's ledger."""

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.bracket_effects import Record
from domain.brackets import BracketPolicy, entry_average, folded, pnl, position
from domain.events import BracketPlanned, FillCorrected, LegFilled
from domain.ledger import Ledger, apply, loss
from tests.builders import NOW, a_fill, a_quote, a_status, ref
from tests.domain.bracket_life import Life, S, a_guarded_life, an_accepted_life
from tests.domain.ledger_builders import NEXT_DAY, a_closing, a_ledger, a_reservation, an_opening, bought, later, sold

BUY, SELL = bought(2, "2.00"), sold(2, "2.10")


def corrected(fill: LegFilled, price: str, *, revision: int = 2, **changes: object) -> FillCorrected:
    news = replace(fill, price=Decimal(price), revision=revision, **changes)  # type: ignore[arg-type] # any field
    return FillCorrected(at=later(5), fill=news)


def records(life: Life) -> list[object]:
    return [effect.record for effect in life.effects if isinstance(effect, Record)]


def test_a_correction_replaces_the_fill_and_is_recorded_once() -> None:
    life = a_guarded_life()
    report = replace(a_fill("E", 2, "2.10", exec_id="in"), revision=2)

    life.tell(report)
    (record,) = records(life)
    life.tell(report, a_fill("E", 2, "2.02", exec_id="in"))

    assert isinstance(record, FillCorrected)
    assert records(life) == []
    assert [(fill.price, fill.revision) for fill in life.bracket.fills] == [(Decimal("2.10"), 2)]
    assert (position(life.bracket), entry_average(life.bracket)) == (2, Decimal("2.10"))
    assert pnl(life.bracket) == Decimal("-421.00")


def test_exits_follow_the_corrected_price_of_the_entry() -> None:
    life = a_guarded_life()

    life.tell(replace(a_fill("E", 2, "2.10", exec_id="in"), revision=2))

    assert [(spec.ref, spec.limit, spec.trigger) for spec in life.changed()] == [
        (ref("T"), Decimal("3.15"), None),
        (ref("S"), Decimal("1.64"), Decimal("1.68")),
    ]


def test_a_correction_of_an_exit_moves_nothing() -> None:
    life = a_guarded_life()
    life.tell(a_fill("T", 1, "3.03", exec_id="out"), a_status("T", S.SUBMITTED, filled=1), a_quote())

    life.tell(replace(a_fill("T", 1, "3.00", exec_id="out"), revision=2))

    assert life.changed() == []
    assert [fill.price for fill in life.bracket.fills] == [Decimal("2.02"), Decimal("3.00")]


def test_a_correction_may_change_how_much_was_bought() -> None:
    life = an_accepted_life()
    life.tell(a_fill("E", 2, "2.02", exec_id="in"))

    life.tell(replace(a_fill("E", 1, "2.02", exec_id="in"), revision=2))

    assert position(life.bracket) == 1
    assert [order.filled for order in life.bracket.orders] == [1, 0, 0]


def test_an_execution_that_is_first_heard_as_corrected_is_a_fill_and_its_original_nothing_new() -> None:
    life = an_accepted_life()

    life.tell(replace(a_fill("E", 2, "2.10", exec_id="in"), revision=2), a_fill("E", 2, "2.02", exec_id="in"))

    assert [(type(record), getattr(record, "price", None)) for record in records(life)] == [
        (LegFilled, Decimal("2.10"))
    ]


@pytest.mark.parametrize("revisions", [(2, 3), (3, 2)])
def test_a_bracket_folded_from_the_journal_has_the_newest_correction(revisions: tuple[int, int]) -> None:
    life = a_guarded_life()
    (fill,) = life.bracket.fills
    news = [corrected(fill, f"2.{revision}0", revision=revision) for revision in revisions]

    state = folded([BracketPlanned(at=NOW, plan=life.bracket.plan), fill, *news], BracketPolicy())

    assert state is not None
    assert [one.price for one in state.fills] == [Decimal("2.30")]
    assert entry_average(state) == Decimal("2.30")


def test_a_correction_of_what_the_journal_does_not_know_changes_nothing() -> None:
    life = a_guarded_life()
    (fill,) = life.bracket.fills

    state = folded([BracketPlanned(at=NOW, plan=life.bracket.plan), corrected(fill, "2.30")], BracketPolicy())

    assert state is not None
    assert state.fills == ()


def test_fills_of_an_order_nobody_remembers_are_corrected_too() -> None:
    life = a_guarded_life()
    life.tell(a_fill("T", 1, "3.03", number=7, exec_id="out"))

    life.tell(replace(a_fill("T", 1, "3.13", number=7, exec_id="out"), revision=2))

    assert life.bracket.fills[-1].price == Decimal("3.13")


@pytest.mark.parametrize(("news", "less"), [(corrected(BUY, "2.05"), 10), (corrected(SELL, "2.05"), 10)])
@pytest.mark.parametrize("closed", [True, False])
def test_the_day_counts_a_corrected_price_once_whether_its_bracket_is_closed_or_not(
    news: FillCorrected, less: int, *, closed: bool
) -> None:
    ledger = a_ledger(a_reservation(), BUY, SELL, *([a_closing()] if closed else []))

    after = apply(apply(ledger, news), news)

    assert ledger.realised == Decimal(20)
    assert after.realised == Decimal(20 - less)
    assert loss(after, NOW).ours == loss(ledger, NOW).ours + less


def test_a_correction_that_is_older_or_of_nothing_counted_changes_nothing() -> None:
    ledger = a_ledger(BUY, corrected(BUY, "2.05", revision=3))

    assert apply(ledger, corrected(BUY, "2.01")) == ledger
    assert apply(Ledger(), corrected(BUY, "2.01")) == Ledger()


def test_a_correction_of_an_earlier_days_fill_leaves_this_days_loss_alone() -> None:
    ledger = apply(a_ledger(a_reservation(), BUY), an_opening(day=NEXT_DAY))

    after = apply(ledger, corrected(BUY, "2.05"))

    assert after.exposures == ledger.exposures
    assert after.closed_pnl == ledger.closed_pnl
    assert after.fills[BUY.exec_id].price == Decimal("2.05")
