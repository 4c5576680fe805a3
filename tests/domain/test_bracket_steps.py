from datetime import timedelta
from decimal import Decimal

import pytest

from domain.bracket_effects import (
    Alarm,
    AskBook,
    Due,
    Finish,
    Liquidate,
    Send,
    Starved,
    StopEntry,
)
from domain.brackets import BracketPolicy, position
from domain.events import ClosedBy
from domain.order_specs import OrderKind
from domain.plan_age import is_stale
from domain.reports import OrderEffect
from tests.builders import (
    NOW,
    a_book,
    a_fee,
    a_fill,
    a_plan,
    a_quote,
    a_status,
    an_error,
    an_open_order,
    ref,
)
from tests.domain.bracket_life import Life, S, a_guarded_life, a_life, an_accepted_life, an_emulated_life


def test_a_native_bracket_is_sent_whole_and_its_last_order_transmits_it() -> None:
    life = a_life()

    orders = life.sent()
    assert [order.ref for order in orders] == [ref("E"), ref("T"), ref("S")]
    assert [order.transmit for order in orders] == [False, False, True]
    assert [order.parent for order in orders] == [None, ref("E"), ref("E")]


def test_an_emulated_bracket_sends_its_entry_alone() -> None:
    life = a_life(native=False)

    assert [(order.ref, order.transmit) for order in life.sent()] == [(ref("E"), True)]


def test_an_entry_that_does_not_fill_in_time_is_cancelled_and_the_bracket_ends_with_nothing_held() -> None:
    life = an_accepted_life()

    life.tell(Due(timer="entry"), after=30)
    assert life.cancelled() == [ref("E")]
    life.tell(a_status("E", S.CANCELLED), a_status("T", S.CANCELLED), a_status("S", S.CANCELLED))

    finish = life.wants(Finish)[0]
    assert isinstance(finish, Finish)
    assert (finish.closed.closed_by, finish.closed.quantity, finish.closed.pnl) == (
        ClosedBy.ENTRY_EXPIRED,
        0,
        Decimal(0),
    )


def test_a_rejected_entry_ends_the_bracket_as_rejected() -> None:
    life = a_life()

    life.tell(
        *(an_error(leg, OrderEffect.REJECTED) for leg in "ETS"),
    )

    finish = life.wants(Finish)[0]
    assert isinstance(finish, Finish)
    assert finish.closed.closed_by is ClosedBy.ENTRY_REJECTED


def test_a_filled_entry_with_acknowledged_exits_is_guarded_at_once() -> None:
    life = a_guarded_life()

    assert life.bracket.unguarded_since is None
    assert position(life.bracket) == 2


def test_a_fill_before_its_stop_was_acknowledged_is_loudly_unguarded_until_it_is() -> None:
    life = a_life()

    life.tell(a_fill("E", 2, "2.02"))
    assert life.said("position_unguarded")
    life.tell(a_status("S", S.PRE_SUBMITTED), after=0.4)
    assert life.said("position_guarded") == []
    life.tell(Due(timer="lasting"), after=1)

    assert life.said("position_guarded")[0].fields["unguarded_seconds"] == pytest.approx(0.4)


def test_a_better_fill_moves_both_exits_once() -> None:
    life = an_accepted_life()

    life.tell(a_fill("E", 2, "1.90"), a_status("T", S.SUBMITTED))
    changed = {order.ref: order for order in life.changed()}
    life.tell(a_quote())

    assert changed[ref("T")].limit == Decimal("2.85")
    assert changed[ref("S")].trigger == Decimal("1.52")
    assert {order.parent for order in changed.values()} == {None}
    assert life.changed() == []


def test_the_target_fills_and_the_position_is_closed_with_its_profit_after_fees() -> None:
    life = a_guarded_life()

    life.tell(a_fill("T", 2, "3.03", exec_id="out"), a_fee("out"), a_status("S", S.CANCELLED))

    finish = life.wants(Finish)[0]
    assert isinstance(finish, Finish)
    assert finish.closed.closed_by is ClosedBy.TARGET
    assert finish.closed.pnl == (Decimal("3.03") - Decimal("2.02")) * 200 - 2


def test_the_stop_fills_and_says_so() -> None:
    life = a_guarded_life()

    life.tell(
        a_status("S", S.SUBMITTED), a_fill("S", 2, "1.58", exec_id="out"), a_fee("out"), a_status("T", S.CANCELLED)
    )

    finish = life.wants(Finish)[0]
    assert isinstance(finish, Finish)
    assert finish.closed.closed_by is ClosedBy.STOP


def test_a_sibling_the_broker_does_not_cancel_is_cancelled_by_us() -> None:
    life = a_guarded_life()

    life.tell(a_fill("T", 2, "3.03", exec_id="out"), a_fee("out"))
    assert life.cancelled() == []
    life.tell(a_quote(seconds=1))
    life.tell(Due(timer="sibling"), after=2)

    assert life.cancelled() == [ref("S")]


def test_a_fee_that_never_comes_does_not_keep_the_bracket_open_for_ever() -> None:
    life = a_guarded_life()

    life.tell(a_fill("T", 2, "3.03", exec_id="out"), a_status("S", S.CANCELLED), a_quote(seconds=1))
    assert life.wants(Finish) == []
    life.tell(Due(timer="fees"), after=5)
    assert life.wants(AskBook)
    life.tell(a_book())
    assert life.wants(Finish) == []
    life.tell(Due(timer="fees"), after=5)

    assert life.wants(Finish)


def test_a_fee_that_overtook_its_fill_is_asked_for_once() -> None:
    life = a_guarded_life()

    life.tell(a_fee("out"), a_fill("T", 2, "3.03", exec_id="out"), a_status("S", S.CANCELLED), a_quote(seconds=1))
    life.tell(Due(timer="fees"), after=5)
    life.tell(a_book(commissions=(a_fee("out"),)))

    finish = life.wants(Finish)[0]
    assert isinstance(finish, Finish)
    assert finish.closed.fees == Decimal("2.00")


def test_a_triggered_stop_that_rests_is_lowered_step_by_step() -> None:
    life = a_guarded_life()

    life.tell(a_status("S", S.SUBMITTED), a_quote("1.40", "1.50", seconds=1))
    assert life.said("oco_triggered")
    life.tell(Due(timer="stop"), after=10)
    first = life.changed()[0]
    life.tell(Due(timer="stop"), after=2)
    second = life.changed()[0]

    assert (first.ref, first.kind, first.limit) == (ref("S"), OrderKind.STOP_LIMIT, Decimal("1.40"))
    assert second.limit == Decimal("1.26")


def test_an_unfilled_part_of_the_entry_is_given_up_when_its_children_are_not_armed() -> None:
    life = an_accepted_life()

    life.tell(a_fill("E", 1, "2.02"))
    life.tell(Due(timer="partial"), after=3)

    assert life.cancelled() == [ref("E")]


def test_an_unfilled_part_of_the_entry_may_go_on_while_armed_children_guard_the_rest() -> None:
    life = an_accepted_life()

    life.tell(a_fill("E", 1, "2.02"), a_status("T", S.SUBMITTED))
    life.tell(Due(timer="partial"), after=3)

    assert life.cancelled() == []


def test_exits_are_cut_to_what_a_partly_filled_entry_bought() -> None:
    life = an_accepted_life()

    life.tell(a_fill("E", 1, "2.02"), a_status("T", S.SUBMITTED), StopEntry(reason="loss limit"))
    life.tell(a_status("E", S.CANCELLED))

    assert {(order.ref, order.quantity) for order in life.changed()} == {(ref("T"), 1), (ref("S"), 1)}


def test_children_that_went_with_the_remainder_are_placed_again_as_one_group() -> None:
    life = an_accepted_life()

    life.tell(a_fill("E", 1, "2.02"), StopEntry(reason="loss limit"))
    life.tell(a_status("E", S.CANCELLED), a_status("T", S.CANCELLED), a_status("S", S.CANCELLED))

    pair = life.sent()
    assert [(order.ref, order.quantity, order.parent) for order in pair] == [
        (ref("T", 1), 1, None),
        (ref("S", 1), 1, None),
    ]
    assert len({order.oca_group for order in pair}) == 1
    assert pair[0].oca_group


def test_a_lone_exit_is_cancelled_before_a_fresh_pair_is_placed() -> None:
    life = a_guarded_life()

    life.tell(a_status("S", S.CANCELLED))
    assert (life.cancelled(), life.sent()) == ([ref("T")], [])
    life.tell(a_status("T", S.CANCELLED))

    assert [order.ref for order in life.sent()] == [ref("T", 1), ref("S", 1)]


def test_flattening_moves_the_resting_target_to_the_bid_and_then_lower() -> None:
    life = a_guarded_life()

    life.tell(Liquidate(why=ClosedBy.FLATTENED))
    first = life.changed()
    life.tell(a_quote(seconds=1))
    waiting = life.changed()
    life.tell(Due(timer="chase"), after=2)

    assert [(order.ref, order.limit) for order in first] == [(ref("T"), Decimal("2.00"))]
    assert waiting == []
    assert life.changed()[0].limit == Decimal("1.80")


def test_flattening_without_a_resting_target_clears_the_way_and_sells() -> None:
    life = an_accepted_life()
    life.tell(a_fill("E", 2, "2.02"), a_quote())

    life.tell(Liquidate(why=ClosedBy.FLATTENED))
    assert set(life.cancelled()) == {ref("T"), ref("S")}
    life.tell(a_status("T", S.CANCELLED), a_status("S", S.CANCELLED))

    assert [(o.ref, o.kind, o.limit, o.quantity) for o in life.sent()] == [
        (ref("X"), OrderKind.LIMIT, Decimal("2.00"), 2)
    ]


def test_without_any_bid_one_tick_rests_and_a_human_is_told() -> None:
    life = an_accepted_life()
    life.tell(a_fill("E", 2, "2.02"), Liquidate(why=ClosedBy.FLATTENED))

    life.tell(a_status("T", S.CANCELLED), a_status("S", S.CANCELLED))

    assert life.sent()[0].limit == Decimal("0.01")
    assert [effect.kind for effect in life.effects if isinstance(effect, Alarm)] == ["no_bid"]


def test_an_emulated_stop_needs_two_distinct_fresh_quotes() -> None:
    life = an_emulated_life()

    touch = a_quote("1.60", "1.70", seconds=1)
    life.tell(touch, touch)
    assert life.sent() == []
    life.tell(a_quote("1.60", "1.70", seconds=2))

    assert [(o.ref, o.kind) for o in life.sent()] == [(ref("X"), OrderKind.MARKET)]


def test_a_quote_above_the_trigger_forgets_the_first_touch() -> None:
    life = an_emulated_life()

    life.tell(
        a_quote("1.60", "1.70", seconds=1), a_quote("1.90", "2.00", seconds=2), a_quote("1.60", "1.70", seconds=3)
    )

    assert life.sent() == []


def test_an_emulated_target_sells_at_the_bid_where_market_exits_are_not_allowed() -> None:
    life = a_life(native=False, policy=BracketPolicy(allow_market_exit=False))
    life.tell(a_status("E", S.SUBMITTED), a_fill("E", 2, "2.02", exec_id="in"), a_fee("in"))

    life.tell(a_quote("3.05", "3.15", seconds=1))
    sold = life.sent()
    life.tell(a_status("X", S.SUBMITTED), a_fill("X", 2, "3.05", exec_id="out"), a_fee("out"))

    assert [(o.kind, o.limit) for o in sold] == [(OrderKind.LIMIT, Decimal("3.05"))]
    finish = life.wants(Finish)[0]
    assert isinstance(finish, Finish)
    assert finish.closed.closed_by is ClosedBy.TARGET


def test_a_quote_without_a_bid_or_an_old_one_touches_nothing() -> None:
    life = an_emulated_life()

    life.tell(a_quote(None, "1.70", seconds=1), a_quote("1.60", "1.70", seconds=2), after=60)

    assert life.bracket.stop_touches == 0


def test_a_market_order_is_not_chased() -> None:
    life = an_emulated_life()
    life.tell(a_quote("3.05", "3.15", seconds=1), a_status("X", S.SUBMITTED))

    life.tell(a_quote("3.00", "3.15", seconds=2))

    assert (life.changed(), life.sent()) == ([], [])


def test_an_emulated_bracket_without_data_is_closed() -> None:
    life = an_emulated_life()

    life.tell(Starved())
    assert life.sent() == []
    life.tell(Starved(), after=31)

    assert [order.ref for order in life.sent()] == [ref("X")]
    assert life.bracket.closing is ClosedBy.DATA_LOST


def test_a_native_bracket_without_data_goes_on_guarding() -> None:
    life = a_guarded_life()

    life.tell(Starved(), after=100)

    assert life.bracket.closing is None


def test_a_sibling_that_the_broker_will_cut_is_not_cut_by_us_at_once() -> None:
    life = a_guarded_life()

    life.tell(a_fill("T", 1, "3.03", exec_id="half"))
    life.tell(a_quote(seconds=1))

    assert life.changed() == []


def test_a_sibling_that_the_broker_does_not_cut_is_cut_by_us() -> None:
    life = a_guarded_life()
    life.tell(a_fill("T", 1, "3.03", exec_id="half"))

    life.tell(Due(timer="resize"), after=2)

    assert [(order.ref, order.quantity) for order in life.changed()] == [(ref("S"), 1)]


def a_life_with_a_pair_placed_anew() -> Life:
    """Both children were cancelled by hand; a linked pair of our own guards."""
    life = a_guarded_life()
    life.tell(a_status("T", S.CANCELLED), a_status("S", S.CANCELLED))
    life.tell(a_status("T", S.SUBMITTED, number=1), a_status("S", S.PRE_SUBMITTED, number=1))
    return life


def test_what_exits_that_sold_a_part_leave_is_guarded_anew_at_once() -> None:
    life = a_life_with_a_pair_placed_anew()

    life.tell(a_fill("T", 1, "3.03", number=1, exec_id="half"), a_status("S", S.CANCELLED, number=1))
    life.tell(a_status("T", S.CANCELLED, number=1))

    assert [(order.ref, order.quantity) for order in life.sent()] == [(ref("T", 2), 1), (ref("S", 2), 1)]
    assert life.bracket.placed_anew == 1


def test_exits_that_were_refused_are_not_placed_again_at_once() -> None:
    life = a_life_with_a_pair_placed_anew()

    life.tell(a_status("T", S.CANCELLED, number=1), a_status("S", S.CANCELLED, number=1))
    at_once = life.sent()
    life.tell(Due(timer="anew"), after=2)

    assert at_once == []
    assert [order.ref for order in life.sent()] == [ref("T", 2), ref("S", 2)]


def test_a_stop_that_sells_already_is_not_cancelled_for_want_of_a_target() -> None:
    life = a_guarded_life()

    life.tell(a_status("S", S.SUBMITTED), a_status("T", S.CANCELLED))
    life.tell(a_quote("1.40", "1.50", seconds=1), Due(timer="stop"), after=10)

    assert life.cancelled() == []
    assert [(order.ref, order.limit) for order in life.changed()] == [(ref("S"), Decimal("1.40"))]


def test_what_is_sent_first_may_leave_no_later_than_its_plan_says() -> None:
    until = NOW + timedelta(seconds=15)

    life = a_life(valid_until=until)

    assert [effect.valid_until for effect in life.effects if isinstance(effect, Send)] == [until]


@pytest.mark.parametrize(
    ("waited_seconds", "good_for_seconds", "stale"),
    [(30, None, False), (30.001, None, True), (15, 15, False), (15.001, 15, True), (30.001, 60, True)],
)
def test_a_plan_is_stale_when_its_quote_is_or_its_entry_would_have_been_cancelled(
    waited_seconds: float,
    good_for_seconds: float | None,
    stale: bool,  # noqa: FBT001 - a parameter of pytest
) -> None:
    until = None if good_for_seconds is None else NOW + timedelta(seconds=good_for_seconds)
    plan = a_plan(decided_at=NOW, valid_until=until)

    found = is_stale(plan, BracketPolicy(entry_unfilled_seconds=30), NOW + timedelta(seconds=waited_seconds))

    assert found is stale


def test_a_broker_that_shows_an_exit_as_it_was_is_asked_again_in_a_moment_and_not_with_each_of_its_reports() -> None:
    life = a_guarded_life()
    as_it_was = an_open_order("S", S.PRE_SUBMITTED, quantity=1)

    life.tell(as_it_was, as_it_was, as_it_was)
    assert [(order.ref, order.quantity) for order in life.changed()] == [(ref("S"), 2)]
    life.tell(Due(timer="asked"), after=2)

    assert [(order.ref, order.quantity) for order in life.changed()] == [(ref("S"), 2)]
