from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.bracket_effects import Alarm, Begin, BookFailed, Due, Finish, Liquidate, Record, SetTimer
from domain.brackets import folded, position
from domain.events import BracketPlanned, ClosedBy, Journaled
from domain.ids import ConId, ExecId, Leg, OrderRef
from domain.reports import BrokerStatus, ExecutionReport, Side
from tests.builders import NOW, a_book, a_bracket, a_fee, a_fill, a_position, a_status, an_open_order
from tests.domain.bracket_life import Life, a_guarded_life, an_accepted_life

S = BrokerStatus
RESTING = (an_open_order("T", S.SUBMITTED), an_open_order("S", S.PRE_SUBMITTED))


def a_sale(quantity: int, price: str = "1.90", *, seconds: float = 0, **changes: Any) -> ExecutionReport:
    """Return an execution of somebody else's sale."""
    sale = a_fill("X", quantity, price, exec_id=f"hand {quantity} {seconds:g}")
    return replace(sale, ref=None, executed_at=NOW + timedelta(seconds=seconds), **changes)


def look(life: Life, held: int, *sales: ExecutionReport, after: float = 0.0, **changes: Any) -> None:
    """Tell what the broker says when it is asked so much later."""
    life.now += timedelta(seconds=after)
    bought = a_fill("E", 2, "2.02", exec_id="in")
    given: dict[str, Any] = {
        "positions": (a_position(held),),
        "open_orders": RESTING,
        "executions": (bought, *sales),
        "commissions": (a_fee("in"), *(a_fee(sale.exec_id, "1.50") for sale in sales)),
        "asked_at": life.now,
        "at": life.now,
    }
    life.tell(a_book(**(given | changes)))


def twice(life: Life, held: int, *sales: ExecutionReport, **changes: Any) -> None:
    """Tell it by two answers, as far apart as they are asked for."""
    look(life, held, *sales, after=2, **changes)
    life.tell(Due(timer="book"), after=2)
    look(life, held, *sales, **changes)


def records(life: Life) -> list[Journaled]:
    return [effect.record for effect in life.effects if isinstance(effect, Record)]


def test_one_answer_changes_nothing_but_that_another_is_wanted_soon() -> None:
    life = a_guarded_life()

    look(life, 1, a_sale(1), after=2)

    assert (position(life.bracket), life.bracket.book_wanted) == (2, True)
    assert (life.changed(), life.cancelled(), records(life)) == ([], [], [])
    assert SetTimer(timer="book", seconds=1.25) in life.effects


def test_a_part_sold_by_somebody_else_cuts_both_exits_at_once_to_what_is_left() -> None:
    life = a_guarded_life()

    twice(life, 1, a_sale(1))

    assert [(order.ref.split(".")[1], order.quantity) for order in life.changed()] == [("T", 1), ("S", 1)]
    assert life.cancelled() == []
    (alarm,) = (effect for effect in life.effects if isinstance(effect, Alarm))
    assert alarm.kind == "sold_outside"
    assert alarm.text.endswith("1 sold by somebody else, 1 left; the exits are cut to that")
    (line,) = life.said("sold_outside")
    assert (line.fields["quantity"], line.fields["position"]) == (1, 1)
    assert life.bracket.unguarded_since is None


def test_all_sold_by_somebody_else_cancels_the_exits_and_ends_with_what_it_brought() -> None:
    life = a_guarded_life()

    twice(life, 0, a_sale(2), positions=())
    assert {ref.split(".")[1] for ref in life.cancelled()} == {"T", "S"}
    life.tell(a_status("T", S.CANCELLED), a_status("S", S.CANCELLED))

    (end,) = life.wants(Finish)
    assert isinstance(end, Finish)
    closed = end.closed
    assert (closed.closed_by, closed.quantity) == (ClosedBy.OUTSIDE, 2)
    assert (closed.pnl, closed.fees) == (Decimal("-26.50"), Decimal("2.50"))  # 2 * 100 * (1.90 - 2.02) - fees.


def test_what_was_sold_outside_is_folded_from_the_journal_like_any_fill() -> None:
    life = a_guarded_life()
    twice(life, 1, a_sale(1))
    bought = Life(a_bracket())
    bought.tell(Begin(), a_fill("E", 2, "2.02", exec_id="in"))
    planned = BracketPlanned(at=NOW, plan=life.bracket.plan)

    again = folded((planned, *records(bought), *records(life)), life.bracket.policy)

    assert again is not None
    assert (position(again), again.fills) == (1, life.bracket.fills)
    retold = Life(again)
    twice(retold, 1, a_sale(1))
    assert (position(retold.bracket), retold.said("sold_outside")) == (1, [])


@pytest.mark.parametrize(
    ("what", "held", "changes"),
    [
        ("nothing lacks", 2, {}),
        ("others hold more beside it", 5, {}),
        ("it was bought", 1, {"side": Side.BUY}),
        ("another contract", 1, {"con_id": ConId(999)}),
        ("well before the first of ours was bought", 1, {"seconds": -121}),
        ("by an order of ours", 1, {"ref": OrderRef("OTHER.T.0")}),
    ],
)
def test_without_a_sale_of_others_and_a_lack_nothing_is_believed(what: str, held: int, changes: dict[str, Any]) -> None:
    life = a_guarded_life()
    kept = dict(changes)
    sale = replace(a_sale(1, seconds=kept.pop("seconds", 0)), **kept)

    twice(life, held, sale)

    assert (position(life.bracket), life.changed(), life.bracket.shortfall) == (2, [], None), what


def test_a_lack_that_no_execution_explains_cuts_nothing() -> None:
    life = a_guarded_life()

    twice(life, 0)

    assert (position(life.bracket), life.cancelled(), life.bracket.book_wanted) == (2, [], False)


def test_what_others_held_beside_ours_went_first_so_that_the_newest_sales_are_ours() -> None:
    life = a_guarded_life()

    twice(life, 1, a_sale(3, "1.50", seconds=1), a_sale(1, "1.70", seconds=2), positions=(a_position(1),))

    (fill,) = [one for one in life.bracket.fills if one.leg is Leg.OUTSIDE]
    assert (fill.quantity, fill.price) == (1, Decimal("1.70"))


def test_of_a_sale_that_was_partly_ours_only_that_part_counts() -> None:
    life = a_guarded_life()

    twice(life, 0, a_sale(5, "1.50"), positions=())

    assert [one.quantity for one in life.bracket.fills if one.leg is Leg.OUTSIDE] == [2]


def test_a_position_that_was_told_late_is_no_sale() -> None:
    life = a_guarded_life()

    look(life, 1, a_sale(1), after=2)
    look(life, 2, a_sale(1), after=2)

    assert (position(life.bracket), life.bracket.shortfall, life.bracket.book_wanted) == (2, None, False)


def test_an_answer_to_an_older_question_does_not_count_as_the_second() -> None:
    life = a_guarded_life()
    asked = life.now + timedelta(seconds=2)

    look(life, 1, a_sale(1), after=2)
    look(life, 1, a_sale(1), asked_at=asked, after=2)

    assert (position(life.bracket), life.bracket.book_wanted) == (2, True)


def test_a_fill_of_ours_between_the_answers_asks_for_two_more() -> None:
    life = a_guarded_life()

    look(life, 1, a_sale(1), after=2)
    life.tell(a_fill("T", 1, "3.03", exec_id="out"))
    look(life, 0, a_sale(1), positions=(), after=2)
    assert (position(life.bracket), life.bracket.book_wanted) == (1, True)
    look(life, 0, a_sale(1), positions=(), after=2)

    assert position(life.bracket) == 0


def test_what_is_sold_between_the_answers_is_asked_about_next_and_holds_up_no_cut() -> None:
    life = a_guarded_life()

    life.tell(Due(timer="look"), after=60)
    look(life, 1, a_sale(1), after=2)
    life.tell(Due(timer="look"))
    look(life, 0, a_sale(1), a_sale(1, "1.80", seconds=1), positions=(), after=2)

    assert (position(life.bracket), [order.quantity for order in life.changed()]) == (1, [1, 1])
    assert [one.seconds for one in life.effects if isinstance(one, SetTimer) and one.timer == "look"] == [1]
    twice(life, 0, a_sale(1), a_sale(1, "1.80", seconds=1), positions=())
    assert (position(life.bracket), len(life.cancelled())) == (0, 2)


def test_a_sale_that_the_second_answer_does_not_tell_of_is_asked_about_anew() -> None:
    life = a_guarded_life()

    look(life, 1, a_sale(1), after=2)
    look(life, 1, a_sale(1, "1.80", seconds=1), after=2)

    assert (position(life.bracket), life.bracket.book_wanted) == (2, True)


def test_where_less_lacks_at_the_second_answer_that_much_is_asked_about_anew() -> None:
    life = a_guarded_life()

    look(life, 0, a_sale(2), positions=(), after=2)
    look(life, 1, a_sale(2), after=2)
    assert (position(life.bracket), life.bracket.book_wanted) == (2, True)
    look(life, 1, a_sale(2), after=2)

    assert position(life.bracket) == 1


def test_after_a_clock_was_set_back_the_first_answer_is_taken_anew() -> None:
    life = a_guarded_life()

    look(life, 1, a_sale(1), after=2)
    look(life, 1, a_sale(1), after=-3600)
    look(life, 1, a_sale(1), after=2)

    assert position(life.bracket) == 1


def test_while_fills_of_ours_are_claimed_and_not_told_nobody_else_is_believed() -> None:
    life = a_guarded_life()
    life.tell(a_status("T", S.SUBMITTED, filled=1))

    twice(life, 1, a_sale(1))

    assert (position(life.bracket), life.bracket.shortfall) == (2, None)


def test_when_the_target_sold_as_well_what_is_short_is_nothing_of_this_bracket() -> None:
    life = a_guarded_life()
    look(life, 0, a_sale(2), positions=(), after=2)

    sold = a_fill("T", 2, "3.03", exec_id="out")
    life.tell(sold, a_status("T", S.FILLED, filled=2), a_status("S", S.CANCELLED), a_fee("out"))
    look(life, -2, a_sale(2), open_orders=(), after=2)

    (end,) = life.wants(Finish)
    assert isinstance(end, Finish)
    assert end.closed.closed_by is ClosedBy.TARGET


def test_a_target_that_sells_after_the_sale_was_counted_is_an_oversold_position() -> None:
    life = a_guarded_life()
    twice(life, 0, a_sale(2), positions=())

    life.tell(a_fill("T", 2, "3.03", exec_id="out"))

    assert ("oversold", "CRITICAL") in [(one.kind, one.level) for one in life.effects if isinstance(one, Alarm)]
    assert life.sent() == []


def test_beside_a_stop_that_sells_part_by_part_the_target_is_cut_with_each() -> None:
    life = Life(a_bracket(quantity=4))
    life.tell(Begin(), a_status("E", S.SUBMITTED), a_status("T", S.PRE_SUBMITTED), a_status("S", S.PRE_SUBMITTED))
    life.tell(a_fill("E", 4, "2.02", exec_id="in"), a_fee("in"), a_status("T", S.SUBMITTED))
    resting = (an_open_order("T", S.SUBMITTED, quantity=4), an_open_order("S", S.SUBMITTED, quantity=4))
    given = {"open_orders": resting, "executions": (a_fill("E", 4, "2.02", exec_id="in"), a_sale(1))}
    twice(life, 3, **given)
    assert {order.quantity for order in life.changed()} == {3}

    life.tell(a_fill("S", 1, "1.60", exec_id="out"))

    assert [(order.ref.split(".")[1], order.quantity) for order in life.changed()] == [("T", 2)]


def test_an_entry_that_still_works_is_cancelled_before_the_exits_are_cut() -> None:
    life = an_accepted_life()
    life.tell(a_fill("E", 1, "2.02", exec_id="in"), a_fee("in"))
    working = (an_open_order("E", S.SUBMITTED, filled=1), *RESTING)

    twice(life, 0, a_sale(1), positions=(), open_orders=working, executions=(a_fill("E", 1, "2.02", exec_id="in"),
          a_sale(1)))  # fmt: skip

    assert [ref.split(".")[1] for ref in life.cancelled()] == ["E"]
    assert position(life.bracket) == 0


def test_nothing_is_sold_at_the_bid_while_it_may_be_gone() -> None:
    life = a_guarded_life()
    look(life, 0, a_sale(2), positions=(), after=2)

    life.tell(Liquidate(why=ClosedBy.FLATTENED), BookFailed(reason="silence"), Due(timer="book"))

    assert (life.sent(), life.changed()) == ([], [])
    look(life, 0, a_sale(2), positions=(), after=2)
    assert (life.sent(), life.changed(), len(life.cancelled())) == ([], [], 2)


def test_an_execution_told_again_under_another_answer_is_counted_once() -> None:
    life = a_guarded_life()
    twice(life, 1, a_sale(1))

    twice(life, 1, a_sale(1))

    assert [one.exec_id for one in life.bracket.fills] == [ExecId("in"), ExecId("hand 1 0")]
