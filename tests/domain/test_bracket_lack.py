"""Fewer contracts are at the broker than a bracket holds, and nobody is said to have sold them."""

from typing import Any

import pytest

from domain.bracket_effects import Alarm, Due, SetTimer
from domain.brackets import position
from domain.reports import BrokerStatus
from tests.builders import a_fill, a_status
from tests.domain.bracket_life import Life, a_guarded_life
from tests.domain.test_bracket_outside import a_sale, look


def told(life: Life) -> list[dict[str, Any]]:
    return [dict(line.fields) for line in life.said("position_lacking")]


def test_what_two_answers_lack_is_told_with_its_numbers_and_nothing_is_traded() -> None:
    life = a_guarded_life()

    look(life, 0, positions=(), after=2)
    assert (told(life), life.bracket.book_wanted) == ([], False)
    assert SetTimer(timer="look", seconds=5) in life.effects
    look(life, 0, positions=(), after=5)

    ((line,), (alarm,)) = told(life), [one for one in life.effects if isinstance(one, Alarm)]
    assert (line["position"], line["quantity"]) == (2, 2)
    assert (alarm.kind, alarm.level) == ("position_lacking", "CRITICAL")
    assert "2 held by our fills, 0 at the broker" in alarm.text
    assert (position(life.bracket), life.sent(), life.changed(), life.cancelled()) == (2, [], [], [])


def test_it_is_told_once_and_anew_when_more_is_lacking() -> None:
    life = a_guarded_life()
    look(life, 1, after=2)
    look(life, 1, after=5)
    assert [line["quantity"] for line in told(life)] == [1]

    for _ in range(3):
        look(life, 1, after=60)
        assert told(life) == []
    look(life, 0, after=60)
    look(life, 0, after=5)

    assert [line["quantity"] for line in told(life)] == [2]


def test_once_it_was_there_again_two_answers_are_wanted_anew() -> None:
    life = a_guarded_life()
    look(life, 1, after=2)
    look(life, 2, after=5)

    look(life, 1, after=5)

    assert (told(life), life.bracket.lack is None) == ([], False)


@pytest.mark.parametrize("known", [True, False])
def test_that_all_is_there_again_is_said_where_the_lack_was_told(*, known: bool) -> None:
    life = a_guarded_life()
    look(life, 1, after=2)
    if known:
        look(life, 1, after=5)

    look(life, 2, after=5)

    assert [line.fields["position"] for line in life.said("position_complete")] == [2] * known


def test_an_answer_too_soon_after_the_first_proves_nothing_and_is_followed_by_another() -> None:
    life = a_guarded_life()
    look(life, 1, after=2)

    look(life, 1, after=4)

    assert told(life) == []
    assert SetTimer(timer="look", seconds=5) in life.effects
    life.tell(Due(timer="look"), after=5)
    look(life, 1)
    assert len(told(life)) == 1


def test_a_fill_of_ours_between_the_answers_asks_for_two_more() -> None:
    life = a_guarded_life()
    look(life, 0, after=2)

    life.tell(a_fill("T", 1, "3.03", exec_id="out"))
    look(life, 0, after=5)
    assert told(life) == []
    look(life, 0, after=5)

    assert [(line["position"], line["quantity"]) for line in told(life)] == [(1, 1)]


def test_after_a_clock_was_set_back_the_first_answer_is_taken_anew() -> None:
    life = a_guarded_life()
    look(life, 1, after=2)

    look(life, 1, after=-3600)
    assert told(life) == []
    look(life, 1, after=5)

    assert len(told(life)) == 1


def test_of_what_others_sold_only_the_rest_is_told() -> None:
    life = a_guarded_life()

    look(life, 0, a_sale(1), after=2)
    look(life, 0, a_sale(1), after=5)
    assert (position(life.bracket), told(life)) == (1, [])
    look(life, 0, a_sale(1), after=5)

    assert [(line["position"], line["quantity"]) for line in told(life)] == [(1, 1)]


@pytest.mark.parametrize("held", [2, 5])
def test_while_all_of_it_is_there_nothing_is_told(held: int) -> None:
    life = a_guarded_life()

    look(life, held, after=2)
    look(life, held, after=5)

    assert (told(life), life.bracket.lack) == ([], None)


def test_while_fills_of_ours_are_claimed_and_not_told_nothing_is_said_to_lack() -> None:
    life = a_guarded_life()
    life.tell(a_status("T", BrokerStatus.SUBMITTED, filled=1))

    look(life, 0, positions=(), after=2)
    look(life, 0, positions=(), after=5)

    assert (told(life), life.bracket.lack) == ([], None)
