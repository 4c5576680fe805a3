"""What lacks of a bracket and nobody sold is written off by the operator's word, at a price of nothing."""

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.bracket_effects import Begin, Disconnected, Finish, Gone, Record
from domain.bracket_gone import WrittenOff, is_meant, on_disk, said, summed, to_write_off
from domain.brackets import folded, position
from domain.events import BracketPlanned, ClosedBy, Journaled
from domain.ids import Leg
from domain.reports import BookReport, BrokerStatus
from tests.builders import INTENT, NOW, a_book, a_bracket, a_fee, a_fill, a_position, a_status
from tests.domain.bracket_life import Life, a_guarded_life
from tests.domain.test_bracket_outside import RESTING, a_sale, look

BY = "./bot gone"


def book_of(life: Life, held: int) -> BookReport:
    """Return what the broker says upon the word: as much lacks as before."""
    bought = (a_fill("E", 2, "2.02", exec_id="in"),)
    positions = (a_position(held),) if held else ()
    return a_book(positions=positions, open_orders=RESTING, executions=bought, asked_at=life.now, at=life.now)


def a_lacking_life(held: int = 1) -> Life:
    """Two bought and guarded, of which so many are there; the operator was told."""
    life = a_guarded_life()
    look(life, held, after=2)
    look(life, held, after=5)
    return life


def asked(life: Life, held: int) -> Gone | str:
    """Let the broker be asked once more upon the word, and return what is to be journaled."""
    book = book_of(life, held)
    life.tell(book)
    return to_write_off(life.bracket, book, life.now)


def written_off(life: Life, held: int) -> Gone:
    gone = asked(life, held)
    assert isinstance(gone, Gone)
    gone = replace(gone, by=BY)
    life.tell(gone)
    return gone


def records(life: Life) -> list[Journaled]:
    return [effect.record for effect in life.effects if isinstance(effect, Record)]


def test_what_lacks_is_sold_at_nothing_and_both_exits_are_cut_to_what_is_there() -> None:
    life = a_lacking_life(1)

    gone = written_off(life, 1)

    assert (gone.sale.leg, gone.sale.quantity) == (Leg.OUTSIDE, 1)
    assert (gone.sale.price, gone.fees.fees) == (Decimal(0), Decimal(0))
    assert [(order.ref.split(".")[1], order.quantity) for order in life.changed()] == [("T", 1), ("S", 1)]
    assert (position(life.bracket), life.bracket.lack, life.sent()) == (1, None, [])
    assert records(life) == [gone.sale, gone.fees]
    (line,) = life.said("position_written_off")
    assert (line.fields["quantity"], line.fields["position"], line.fields["reason"]) == (1, 1, BY)


def test_when_nothing_is_left_the_exits_are_cancelled_and_the_whole_premium_is_lost() -> None:
    life = a_lacking_life(0)

    written_off(life, 0)
    assert {ref.split(".")[1] for ref in life.cancelled()} == {"T", "S"}
    life.tell(a_status("T", BrokerStatus.CANCELLED), a_status("S", BrokerStatus.CANCELLED))

    (end,) = life.wants(Finish)
    assert isinstance(end, Finish)
    assert (end.closed.closed_by, end.closed.quantity) == (ClosedBy.OUTSIDE, 2)
    assert end.closed.pnl == Decimal("-405.00")  # 2 * 100 * 2.02, and the entry's fee.


def test_said_twice_it_is_counted_once_and_answered_as_done_before() -> None:
    life = a_lacking_life(1)
    gone = written_off(life, 1)

    life.tell(gone)

    assert (position(life.bracket), life.effects) == (1, [])
    assert asked(life, 1) == ""


def test_what_goes_after_it_is_another_write_off() -> None:
    life = a_lacking_life(1)
    first = written_off(life, 1)
    life.tell(a_status("T", BrokerStatus.SUBMITTED), a_status("S", BrokerStatus.PRE_SUBMITTED))
    look(life, 0, after=60)
    look(life, 0, after=5)

    second = written_off(life, 0)

    assert (first.sale.exec_id, second.sale.exec_id) == (f"gone {INTENT} 0", f"gone {INTENT} 1")
    assert position(life.bracket) == 0


def test_nothing_is_written_off_that_two_answers_did_not_lack() -> None:
    life = a_guarded_life()
    look(life, 1, after=2)

    refused = asked(life, 1)

    assert isinstance(refused, str)
    assert refused.endswith("1 are not at the broker; that is being made sure of; try again in ten seconds")
    assert "is being made sure of" in str(asked(a_guarded_life(), 1))


def test_nor_while_all_of_it_is_there() -> None:
    refused = asked(a_guarded_life(), 2)

    assert isinstance(refused, str)
    assert refused.endswith("nothing lacks; 2 held by our fills, and at the broker too")


@pytest.mark.parametrize("what", ["claimed", "cut"])
def test_nor_while_what_became_of_its_orders_is_not_known(what: str) -> None:
    life = a_lacking_life(1)
    book = book_of(life, 1)
    life.tell(a_status("T", BrokerStatus.SUBMITTED, filled=1) if what == "claimed" else Disconnected())

    assert "is being asked" in str(to_write_off(life.bracket, book, life.now))


def test_a_sale_that_is_told_of_upon_the_word_is_counted_as_what_it_is() -> None:
    life = a_lacking_life(0)
    book = replace(book_of(life, 0), executions=(*book_of(life, 0).executions, a_sale(1)))
    life.tell(book)

    refused = to_write_off(life.bracket, book, life.now)

    assert isinstance(refused, str)
    assert "is being asked" in refused


def test_a_successor_folds_it_like_any_fill_and_places_no_exit_for_it() -> None:
    life = a_lacking_life(1)
    gone = written_off(life, 1)
    bought = Life(a_bracket())
    bought.tell(Begin(), a_fill("E", 2, "2.02", exec_id="in"), a_fee("in"))
    planned = BracketPlanned(at=NOW, plan=life.bracket.plan)

    again = folded((planned, *records(bought), gone.sale, gone.fees), life.bracket.policy)

    assert again is not None
    assert (position(again), again.fills) == (1, life.bracket.fills)
    successor = Life(again, life.now)
    successor.tell(replace(book_of(life, 1), asked_at=life.now))
    assert [(order.ref.split(".")[1], order.quantity) for order in successor.changed()] == [("T", 1), ("S", 1)]
    assert asked(successor, 1) == ""


def test_what_is_on_the_disk_and_was_never_acknowledged_is_found_there() -> None:
    life = a_lacking_life(1)
    gone = asked(life, 1)
    assert isinstance(gone, Gone)
    found = on_disk(life.bracket, (*records(life), gone.sale, gone.fees), BY)

    assert found == (replace(gone, by=BY),)
    life.tell(*found)
    assert on_disk(life.bracket, (gone.sale, gone.fees), BY) == ()


@pytest.mark.parametrize(
    ("what", "meant"),
    [("goog", True), ("101", True), ("goog  2026-01-09 750c", True), (INTENT, True), ("SPY", False), ("", False)],
)
def test_it_is_named_by_symbol_number_label_or_intent(what: str, *, meant: bool) -> None:
    assert is_meant(a_bracket(), what) is meant


def test_what_is_answered_names_the_loss_and_what_is_left() -> None:
    part, whole = a_lacking_life(1), a_lacking_life(0)
    one, all_of_it = written_off(part, 1), written_off(whole, 0)

    label = part.bracket.plan.contract.label
    assert said(part.bracket, (one,)).done == (
        f"1 {label} counted as sold at 0, 202.00 USD lost; the exits are cut to the 1 left"
    )
    assert said(whole.bracket, (all_of_it,)).done == (
        f"2 {label} counted as sold at 0, 404.00 USD lost; nothing is left, and the exits are cancelled"
    )
    assert said(part.bracket, ()) == WrittenOff()


def test_the_answers_of_all_guards_are_one() -> None:
    stranger = WrittenOff(unknown=True)

    assert summed("SPY", (stranger, WrittenOff(done="a"), WrittenOff(refused="b"), WrittenOff(done="c"))) == WrittenOff(
        done="a; c", refused="b"
    )
    nobody = summed("SPY", (stranger,))
    assert (nobody.unknown, nobody.refused) == (
        True,
        "nothing of ours that is open is known as SPY; ./bot watch --once shows what is",
    )
    assert summed("SPY", ()).unknown
