"""Fills that a status promises and whose executions do not come: what is sold is unknown until they do."""

from domain.bracket_effects import AskBook, Due, Liquidate, SetTimer
from domain.events import ClosedBy
from domain.ids import ExecId
from tests.builders import a_book, a_fee, a_fill, a_quote, a_status, an_open_order, ref
from tests.domain.bracket_life import Life, S, a_guarded_life


def a_life_whose_stop_is_said_to_have_filled() -> Life:
    life = a_guarded_life()
    life.tell(a_status("S", S.SUBMITTED), a_status("S", S.FILLED, filled=2))
    return life


def test_a_stop_that_is_said_to_have_filled_is_not_chased_while_its_executions_are_asked_for() -> None:
    life = a_life_whose_stop_is_said_to_have_filled()

    life.tell(a_quote("1.40", "1.42"), Due(timer="stop"), Due(timer="stop"), Due(timer="stop"), after=12)
    assert life.changed() == []
    assert life.cancelled() == []
    life.tell(Due(timer="claim"))

    assert life.wants(AskBook) == [AskBook()]


def test_an_order_to_sell_waits_too_and_the_executions_end_it() -> None:
    life = a_life_whose_stop_is_said_to_have_filled()

    life.tell(a_status("T", S.CANCELLED), Liquidate(why=ClosedBy.FLATTENED), after=1)
    assert (life.sent(), life.changed(), life.cancelled()) == ([], [], [])
    life.tell(a_fill("S", 2, "1.50", exec_id="out"), a_fee("out"), a_status("S", S.FILLED, filled=2))

    assert life.bracket.closed is not None
    assert life.bracket.closed.quantity == 2


def test_no_exits_are_placed_anew_while_it_is_not_known_what_the_last_ones_sold() -> None:
    life = a_guarded_life()

    life.tell(a_status("S", S.CANCELLED), a_status("T", S.CANCELLED, filled=1))
    assert life.sent() == []
    life.tell(a_fill("T", 1, "3.03", exec_id="out"))

    assert [(order.ref, order.quantity) for order in life.sent()] == [(ref("T", 1), 1), (ref("S", 1), 1)]


def test_a_claim_that_only_a_book_makes_is_followed_up_as_well() -> None:
    life = a_guarded_life()
    open_orders = (an_open_order("T", S.SUBMITTED, filled=1), an_open_order("S", S.PRE_SUBMITTED, quantity=1))

    life.tell(a_book(asked_at=life.now, open_orders=open_orders), after=1)

    assert "claim" in {timer.timer for timer in life.wants(SetTimer) if isinstance(timer, SetTimer)}
    assert ExecId("in") in {fill.exec_id for fill in life.bracket.fills}
