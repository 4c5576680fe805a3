"""Exits believed lost that arrive after all, beside those that took their place."""

from domain.bracket_effects import Disconnected, Due, Liquidate
from domain.events import ClosedBy
from domain.reports import OrderEffect
from tests.builders import a_book, a_fee, a_fill, a_quote, a_status, an_error, an_open_order, ref
from tests.domain.bracket_life import Life, S, a_guarded_life


def a_life_whose_sell_was_believed_lost() -> Life:
    """Two held; the first sell was given up after two books, and a second one was placed."""
    life = a_guarded_life()
    life.tell(Liquidate(why=ClosedBy.FLATTENED), a_status("T", S.CANCELLED), a_status("S", S.CANCELLED), after=1)
    life.tell(Due(timer="silence"), after=2)
    life.tell(a_book(asked_at=life.now))
    life.tell(Due(timer="book"), Due(timer="anew"), after=2)
    life.tell(a_book(asked_at=life.now))
    return life


def test_an_exit_that_is_given_up_for_lost_is_cancelled_before_another_takes_its_place() -> None:
    life = a_life_whose_sell_was_believed_lost()

    assert life.cancelled() == [ref("X")]
    assert [order.ref for order in life.sent()] == [ref("X", 1)]


def test_of_a_lost_exit_the_broker_says_that_it_knows_none() -> None:
    life = a_life_whose_sell_was_believed_lost()

    life.tell(an_error("X", OrderEffect.NOT_FOUND), a_status("X", S.SUBMITTED, number=1))

    assert life.cancelled() == []
    assert life.sent() == []


def test_of_two_sells_that_nothing_links_the_older_is_cancelled_at_once() -> None:
    life = a_life_whose_sell_was_believed_lost()
    life.tell(a_status("X", S.SUBMITTED), a_status("X", S.SUBMITTED, number=1), after=1)

    rows = (an_open_order("X", S.SUBMITTED), an_open_order("X", S.SUBMITTED, number=1))
    life.tell(a_book(asked_at=life.now, open_orders=rows))

    assert life.cancelled() == [ref("X")]


def test_of_two_pairs_the_newer_stays() -> None:
    life = a_guarded_life()
    life.tell(a_status("T", S.CANCELLED), a_status("S", S.CANCELLED), after=1)
    life.tell(a_status("T", S.SUBMITTED, number=1), a_status("S", S.PRE_SUBMITTED, number=1))

    rows = [an_open_order("T", S.SUBMITTED), an_open_order("S", S.SUBMITTED)]
    rows += [an_open_order("T", S.SUBMITTED, number=1), an_open_order("S", S.PRE_SUBMITTED, number=1)]
    life.tell(a_status("T", S.SUBMITTED), a_status("S", S.SUBMITTED))
    life.tell(a_book(asked_at=life.now, open_orders=tuple(rows)))

    assert life.cancelled() == [ref("T"), ref("S")]


def test_target_and_stop_that_are_linked_are_no_strays() -> None:
    life = a_guarded_life()

    life.tell(a_status("T", S.SUBMITTED), a_quote(), after=1)

    assert life.cancelled() == []


def test_a_stray_is_not_left_to_the_broker_when_another_sold_all() -> None:
    life = a_guarded_life()
    life.tell(a_status("T", S.CANCELLED), a_status("S", S.CANCELLED), after=1)
    life.tell(a_status("T", S.SUBMITTED, number=1), a_status("S", S.PRE_SUBMITTED, number=1))
    sale = a_fill("T", 2, "3.00", exec_id="out", number=1)
    life.tell(a_status("S", S.SUBMITTED), sale, a_fee("out"))

    life.tell(a_book(asked_at=life.now, open_orders=(an_open_order("S", S.SUBMITTED),)))

    assert ref("S") in life.cancelled()


def test_of_two_pairs_that_one_book_told_of_the_one_of_the_higher_number_stays() -> None:
    life = a_guarded_life()
    life.tell(Disconnected(), after=5)
    gone = (an_open_order("T", S.CANCELLED), an_open_order("S", S.CANCELLED))

    rows = [an_open_order("T", S.SUBMITTED, number=9), an_open_order("S", S.SUBMITTED, number=9)]
    rows += [an_open_order("T", S.SUBMITTED, number=376), an_open_order("S", S.PRE_SUBMITTED, number=376)]
    life.tell(a_book(asked_at=life.now, open_orders=tuple(rows), completed=gone))

    assert life.cancelled() == [ref("T", 9), ref("S", 9)]
