"""Fills that a status promises and whose executions do not come: what is sold is unknown until they do."""

from dataclasses import replace

from domain.bracket_effects import AskBook, Due, Finish, Liquidate, SetTimer, StopEntry
from domain.events import ClosedBy
from domain.ids import ExecId
from tests.builders import a_book, a_fee, a_fill, a_quote, a_status, an_open_order, ref
from tests.domain.bracket_life import Life, S, a_guarded_life, an_accepted_life


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


def test_an_entry_that_is_said_to_have_bought_before_its_cancel_is_not_over() -> None:
    # Found by the search through all orders of events: it ended, and what it had bought was nobody's.
    life = an_accepted_life()
    life.tell(StopEntry(reason="loss limit"))

    life.tell(a_status("E", S.CANCELLED, filled=1), a_status("T", S.CANCELLED), a_status("S", S.CANCELLED))
    assert life.bracket.closed is None
    life.tell(Due(timer="claim"), after=2)
    assert life.wants(AskBook)
    life.tell(a_book(asked_at=life.now, executions=(a_fill("E", 1, "2.02", exec_id="in"),)))

    assert [(order.ref, order.quantity) for order in life.sent()] == [(ref("T", 1), 1), (ref("S", 1), 1)]


def test_the_exits_of_what_is_said_to_be_bought_stay_until_it_is_known() -> None:
    life = an_accepted_life()
    life.tell(StopEntry(reason="loss limit"))

    life.tell(a_status("E", S.CANCELLED, filled=1), Due(timer="sibling"))

    assert life.cancelled() == []
    assert life.wants(Finish) == []


def test_a_sale_that_overtakes_its_purchase_does_not_end_the_bracket() -> None:
    life = an_accepted_life()
    life.tell(StopEntry(reason="loss limit"), a_status("E", S.CANCELLED, filled=1))

    life.tell(a_fill("T", 1, "3.03", exec_id="out"), a_fee("out"), a_status("S", S.CANCELLED))
    life.tell(a_status("T", S.CANCELLED, filled=1))
    assert life.bracket.closed is None
    life.tell(a_fill("E", 1, "2.02", exec_id="in"), a_fee("in"))

    assert life.bracket.closed is not None
    assert life.bracket.closed.pnl == 99


def test_what_is_sold_besides_is_asked_for_before_the_accounts_are_made_up() -> None:
    life = a_guarded_life()
    life.tell(a_fill("T", 2, "3.03", exec_id="out"), a_fee("out"))

    life.tell(a_status("S", S.CANCELLED, filled=1))
    life.tell(Due(timer="claim"), after=2)

    assert life.wants(AskBook)
    assert life.bracket.closed is None


def test_a_correction_that_takes_a_fill_back_takes_its_claim_back() -> None:
    life = an_accepted_life()
    life.tell(a_status("E", S.SUBMITTED, filled=1), a_fill("E", 1, "2.02", exec_id="in"), a_fee("in"))

    life.tell(replace(a_fill("E", 0, "2.02", exec_id="in"), revision=2))

    assert [order.claimed_filled for order in life.bracket.orders if order.ref == ref()] == [0]
