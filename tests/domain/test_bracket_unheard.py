"""Changes that the broker does not answer: the order may have sold, or be gone."""

from domain.bracket_effects import AskBook, Due, Liquidate, SetTimer
from domain.events import ClosedBy
from domain.reports import OrderEffect
from tests.builders import a_book, a_fill, a_quote, a_status, an_error, ref
from tests.domain.bracket_life import Life, S, a_guarded_life


def a_life_that_moved_its_target() -> Life:
    """Two held; the target was moved to the bid."""
    life = a_guarded_life()
    life.tell(a_status("T", S.SUBMITTED), a_status("S", S.PRE_SUBMITTED))
    life.tell(a_quote("2.00", "2.02"), Liquidate(why=ClosedBy.FLATTENED), after=1)
    assert [order.ref for order in life.changed()] == [ref("T")]
    return life


def test_a_change_without_an_answer_is_asked_about_not_only_repeated() -> None:
    life = a_life_that_moved_its_target()
    assert "silence" in {effect.timer for effect in life.effects if isinstance(effect, SetTimer)}

    life.tell(Due(timer="silence"), after=2)
    assert life.wants(AskBook)
    life.tell(Due(timer="chase"), a_book(asked_at=life.now, executions=(a_fill("T", 2, "2.00", exec_id="out"),)))

    assert life.changed() == []
    assert life.bracket.fills[-1].exec_id == "out"


def test_a_change_that_was_answered_is_not_asked_about() -> None:
    life = a_life_that_moved_its_target()
    life.tell(a_status("T", S.SUBMITTED))

    life.tell(Due(timer="silence"), after=2)

    assert life.wants(AskBook) == []


def test_an_error_is_an_answer_to_a_change() -> None:
    life = a_life_that_moved_its_target()
    life.tell(an_error("T", OrderEffect.NOT_FOUND))

    assert not any(order.change_unheard for order in life.bracket.orders)


def test_changes_in_a_row_do_not_put_the_question_off() -> None:
    life = a_life_that_moved_its_target()

    life.tell(Due(timer="chase"), after=1)

    assert life.changed()
    assert "silence" not in {effect.timer for effect in life.effects if isinstance(effect, SetTimer)}
