"""When a bracket has a use for quotes."""

from dataclasses import replace

from domain.bracket_facts import needs_quotes
from tests.builders import a_bracket, a_fill, a_status
from tests.domain.bracket_life import Life, S, a_guarded_life, a_life, an_accepted_life


def a_flat_life() -> Life:
    """Sold out; its fees are not known."""
    life = a_guarded_life()
    life.tell(a_fill("T", 2, "2.40", exec_id="out"), a_status("T", S.FILLED, filled=2))
    return life


def test_quotes_are_needed_while_something_may_be_bought_or_is_held() -> None:
    lives = (a_life(), an_accepted_life(), a_guarded_life())

    assert [needs_quotes(life.bracket) for life in lives] == [True, True, True]
    assert needs_quotes(a_bracket())


def test_a_flat_bracket_needs_none_while_it_waits_for_its_fees() -> None:
    life = a_flat_life()

    assert life.bracket.closed is None
    assert not needs_quotes(life.bracket)


def test_a_correction_after_which_something_is_held_needs_them_again() -> None:
    life = a_flat_life()

    life.tell(replace(a_fill("T", 1, "2.40", exec_id="out"), revision=2))

    assert needs_quotes(life.bracket)


def test_an_entry_that_is_done_and_said_to_have_bought_more_needs_them() -> None:
    life = an_accepted_life()

    life.tell(a_status("E", S.CANCELLED, filled=1))

    assert life.bracket.closed is None
    assert needs_quotes(life.bracket)


def test_what_is_said_to_be_bought_and_sold_again_needs_none_though_no_execution_came() -> None:
    life = an_accepted_life()

    life.tell(a_status("E", S.FILLED, filled=2), a_status("T", S.SUBMITTED, filled=1), a_status("S", S.CANCELLED))
    assert needs_quotes(life.bracket)

    life.tell(a_status("T", S.FILLED, filled=2))

    assert life.bracket.closed is None
    assert not needs_quotes(life.bracket)


def test_what_is_held_needs_them_though_a_status_says_that_it_was_sold() -> None:
    life = a_guarded_life()

    life.tell(a_status("T", S.FILLED, filled=2))

    assert needs_quotes(life.bracket)


def test_a_closed_bracket_needs_none() -> None:
    life = a_life()

    life.tell(*(a_status(leg, S.CANCELLED) for leg in "ETS"))

    assert life.bracket.closed is not None
    assert not needs_quotes(life.bracket)
