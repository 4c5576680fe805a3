from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.bracket_effects import (
    Alarm,
    AskBook,
    Begin,
    BookFailed,
    BracketInput,
    Cancel,
    Change,
    Disconnected,
    Due,
    Effect,
    Finish,
    Liquidate,
    NotSent,
    Record,
    Resume,
    Say,
    Send,
    SetTimer,
    Starved,
    StopEntry,
)
from domain.bracket_steps import step
from domain.brackets import Bracket, BracketPolicy, folded, position
from domain.events import BracketPlanned, ClosedBy, ExitNumbered, Journaled, LegFilled, RiskReleased
from domain.ids import ConId, IntentId, Leg, Symbol
from domain.order_specs import OrderKind, OrderSpec
from domain.reports import BrokerStatus, OrderEffect
from tests.builders import (
    NOW,
    a_book,
    a_bracket,
    a_fee,
    a_fill,
    a_quote,
    a_status,
    an_error,
    an_open_order,
    ref,
)

S = BrokerStatus


class Life:
    """A bracket that is told things one after the other."""

    def __init__(self, bracket: Bracket, now: datetime = NOW) -> None:
        self.bracket = bracket
        self.now = now
        self.effects: list[Effect] = []

    def tell(self, *messages: BracketInput, after: float = 0.0) -> list[Effect]:
        """Return what it wants done about these; ``after`` seconds pass before."""
        self.now += timedelta(seconds=after)
        self.effects = []
        for message in messages:
            self.bracket, effects = step(self.bracket, message, self.now)
            self.effects.extend(effects)
        return self.effects

    def wants(self, kind: type) -> list[Effect]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def sent(self) -> list[OrderSpec]:
        return [order for effect in self.effects if isinstance(effect, Send) for order in effect.orders]

    def changed(self) -> list[OrderSpec]:
        return [effect.order for effect in self.effects if isinstance(effect, Change)]

    def cancelled(self) -> list[str]:
        return [effect.ref for effect in self.effects if isinstance(effect, Cancel)]

    def said(self, event: str) -> list[Say]:
        return [effect for effect in self.effects if isinstance(effect, Say) and effect.event == event]


def a_life(*, policy: BracketPolicy | None = None, **plan: Any) -> Life:
    life = Life(a_bracket(policy=policy, **plan))
    life.tell(Begin())
    return life


def an_accepted_life(**plan: Any) -> Life:
    """Sent, and acknowledged by the broker."""
    life = a_life(**plan)
    life.tell(a_status("E", S.SUBMITTED), a_status("T", S.PRE_SUBMITTED), a_status("S", S.PRE_SUBMITTED))
    return life


def a_guarded_life(**plan: Any) -> Life:
    """Bought at the entry's limit, both exits resting."""
    life = an_accepted_life(**plan)
    life.tell(a_fill("E", 2, "2.02", exec_id="in"), a_fee("in"), a_status("T", S.SUBMITTED), a_quote())
    return life


def an_emulated_life() -> Life:
    life = a_life(native=False)
    life.tell(a_status("E", S.SUBMITTED), a_quote(), a_fill("E", 2, "2.02", exec_id="in"), a_fee("in"))
    return life


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

    assert life.wants(Finish)


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


def test_orders_refused_on_our_side_end_an_entry() -> None:
    life = a_life()

    life.tell(NotSent(refs=(ref("E"), ref("T"), ref("S")), reason="not ready"))

    finish = life.wants(Finish)[0]
    assert isinstance(finish, Finish)
    assert finish.closed.closed_by is ClosedBy.ENTRY_REJECTED


def test_an_exit_refused_on_our_side_is_tried_again_after_asking_the_broker() -> None:
    life = an_emulated_life()
    life.tell(a_quote("3.05", "3.15", seconds=1))

    life.tell(NotSent(refs=(ref("X"),), reason="not ready"))
    assert life.wants(SetTimer)
    life.tell(Due(timer="book"), after=2)
    assert life.wants(AskBook)
    life.tell(a_book())

    assert [order.ref for order in life.sent()] == [ref("X", 1)]


def test_silence_is_answered_by_asking_the_broker_never_by_sending_again() -> None:
    life = a_life()

    life.tell(Due(timer="silence"), after=5)

    assert life.wants(AskBook)
    assert life.sent() == []


def test_while_the_broker_cannot_be_reached_silence_waits() -> None:
    life = a_life()
    life.tell(Disconnected())

    life.tell(BookFailed(reason="timed out"), Due(timer="silence"), after=5)

    assert life.wants(AskBook) == []
    assert {effect.timer for effect in life.effects if isinstance(effect, SetTimer)} == {"book", "silence"}


def test_when_everything_was_answered_the_silence_timer_ends() -> None:
    life = an_accepted_life()

    life.tell(Due(timer="silence"), after=5)

    assert life.effects == []


def test_a_claim_of_fills_without_executions_is_asked_about() -> None:
    life = an_accepted_life()
    life.tell(a_status("E", S.FILLED, filled=2))

    life.tell(Due(timer="silence"), after=5)

    assert life.wants(AskBook)


def test_one_book_that_misses_an_order_proves_nothing_the_second_does() -> None:
    life = a_life()
    life.tell(Due(timer="silence"), after=5)

    life.tell(a_book(asked_at=life.now))
    assert life.wants(Finish) == []
    life.tell(Due(timer="book"), after=2)
    life.tell(a_book(asked_at=life.now))

    assert life.wants(Finish)


def test_a_book_asked_for_before_the_orders_left_says_nothing_about_them() -> None:
    life = a_life()
    life.tell(Due(timer="silence"), after=5)

    for _ in range(3):
        life.tell(a_book(asked_at=NOW))

    assert life.wants(Finish) == []


def test_what_happened_while_the_connection_was_lost_is_found_in_the_book() -> None:
    life = an_accepted_life()
    life.tell(Disconnected())

    life.tell(
        a_book(
            asked_at=NOW + timedelta(seconds=9),
            executions=(a_fill("E", 2, "2.02", exec_id="in"),),
            commissions=(a_fee("in"), a_fee("of somebody else")),
            open_orders=(an_open_order("T", S.SUBMITTED), an_open_order("S", S.PRE_SUBMITTED)),
        )
    )

    assert position(life.bracket) == 2
    assert life.bracket.unguarded_since is None
    assert not life.bracket.book_wanted


def test_an_order_that_nobody_remembers_is_adopted_from_the_book() -> None:
    life = a_guarded_life()
    life.tell(a_status("T", S.CANCELLED), a_status("S", S.CANCELLED))
    state = replace(life.bracket, orders=life.bracket.orders[:3], book_wanted=True)
    life = Life(state, life.now)

    life.tell(
        a_book(
            open_orders=(
                an_open_order("T", S.SUBMITTED, number=1, limit=Decimal("3.03")),
                an_open_order("S", S.PRE_SUBMITTED, number=1, trigger=Decimal("1.61"), limit=Decimal("1.57")),
                replace(an_open_order("T", S.SUBMITTED), ref=None),
            )
        )
    )

    assert life.sent() == []
    assert life.bracket.unguarded_since is None


def test_reports_about_others_change_nothing() -> None:
    life = an_accepted_life()
    before = life.bracket

    life.tell(
        replace(a_fill("E", 2, "2.02"), ref=None),
        replace(a_status("E", S.CANCELLED), ref=None),
        replace(an_error("E", OrderEffect.REJECTED), ref=ref("T", 9)),
        replace(an_open_order("E", S.SUBMITTED), ref=None),
        a_fee("unknown"),
    )

    assert life.bracket == before


def test_a_repeated_execution_and_a_repeated_fee_count_once() -> None:
    life = an_accepted_life()

    reports: list[BracketInput] = [a_fill("E", 2, "2.02", exec_id="in"), a_fee("in")]
    life.tell(*reports, *reports)

    assert position(life.bracket) == 2
    assert sum(isinstance(effect, Record) for effect in life.effects) == 2


def test_more_sold_than_held_is_the_loudest_alarm() -> None:
    life = a_guarded_life()

    life.tell(a_fill("T", 3, "3.03"))

    assert ("oversold", "CRITICAL") in [(e.kind, e.level) for e in life.effects if isinstance(e, Alarm)]


def test_a_change_the_broker_refuses_raises_doubt_and_a_question() -> None:
    life = a_guarded_life()

    life.tell(an_error("T", OrderEffect.REJECTED, code=110))

    assert life.wants(AskBook)
    assert life.said("order_error")


def test_a_cancel_is_not_repeated_while_it_is_on_its_way() -> None:
    life = an_accepted_life()
    life.tell(StopEntry(reason="loss limit"))

    life.tell(a_quote())

    assert life.cancelled() == []


def test_a_runaway_of_changes_ends_with_a_call_for_a_human() -> None:
    life = Life(a_bracket(policy=BracketPolicy(changes_max=1)))
    life.tell(Begin(), a_status("E", S.SUBMITTED), a_status("T", S.PRE_SUBMITTED), a_status("S", S.PRE_SUBMITTED))

    life.tell(a_fill("E", 2, "1.90"), a_status("T", S.SUBMITTED))

    assert len(life.changed()) == 1
    assert any(isinstance(effect, Alarm) and "changes" in effect.text for effect in life.effects)


def test_a_closed_bracket_is_deaf() -> None:
    life = a_life()
    life.tell(NotSent(refs=(ref("E"), ref("T"), ref("S")), reason="not ready"))

    assert life.tell(a_fill("E", 2, "2.02")) == []


def test_the_journal_brings_a_bracket_back_with_its_orders_unknown() -> None:
    life = a_guarded_life()
    records: list[Journaled] = [BracketPlanned(at=NOW, plan=life.bracket.plan)]
    records += [*life.bracket.fills, *life.bracket.fees]
    records.append(ExitNumbered(at=NOW, intent=life.bracket.plan.intent, leg=Leg.TARGET, number=4))
    records.append(RiskReleased(at=NOW, day=NOW.date(), intent=life.bracket.plan.intent))

    state = folded(records, BracketPolicy())
    assert state is not None
    again = Life(state)
    again.tell(Resume(), after=10)
    assert again.wants(AskBook)
    again.tell(
        a_book(
            asked_at=again.now,
            executions=(a_fill("E", 2, "2.02", exec_id="in"),),
            commissions=(a_fee("in"),),
        )
    )
    again.tell(Due(timer="book"), after=2)
    again.tell(a_book(asked_at=again.now))

    assert position(again.bracket) == 2
    assert [order.ref for order in again.sent()] == [ref("T", 5), ref("S", 5)]


def test_a_closed_bracket_is_known_as_closed_from_the_journal() -> None:
    life = a_life()
    life.tell(NotSent(refs=(ref("E"), ref("T"), ref("S")), reason="not ready"))
    closed = life.bracket.closed
    assert closed is not None

    state = folded([BracketPlanned(at=NOW, plan=life.bracket.plan), closed], BracketPolicy())

    assert state is not None
    assert state.closed == closed


def test_records_without_a_plan_are_no_bracket() -> None:
    fill = LegFilled(
        at=NOW,
        intent=IntentId("x"),
        leg=Leg.ENTRY,
        ref=ref(),
        exec_id=a_fill("E", 1, "2.00").exec_id,
        con_id=ConId(1),
        side=a_fill("E", 1, "2.00").side,
        quantity=1,
        price=Decimal(2),
        multiplier=100,
    )

    assert folded([fill], BracketPolicy()) is None
    assert Symbol("GOOG") == a_fill("E", 1, "2.00").symbol


def test_an_adopted_order_brings_along_the_fills_that_were_counted_before() -> None:
    life = a_guarded_life()
    life.tell(a_status("T", S.CANCELLED), a_status("S", S.CANCELLED))
    forgotten = Life(replace(life.bracket, orders=life.bracket.orders[:3], book_wanted=True), life.now)
    forgotten.tell(a_fill("T", 1, "3.03", number=1, exec_id="out"))

    forgotten.tell(
        a_book(
            open_orders=(
                an_open_order("T", S.SUBMITTED, number=1, filled=1),
                an_open_order("S", S.PRE_SUBMITTED, number=1, quantity=1),
            )
        )
    )

    assert [order.filled for order in forgotten.bracket.orders if order.ref == ref("T", 1)] == [1]
    assert forgotten.sent() == []


def test_a_second_cancel_of_an_exit_is_not_sent_while_the_first_is_on_its_way() -> None:
    life = an_accepted_life()
    life.tell(a_fill("E", 2, "2.02"), a_quote(), Liquidate(why=ClosedBy.FLATTENED))

    life.tell(a_status("T", S.CANCELLED), a_quote(seconds=1))

    assert life.cancelled() == []


def test_a_sibling_being_cancelled_when_the_other_fills_is_waited_for() -> None:
    life = an_accepted_life()
    life.tell(a_fill("E", 2, "2.02", exec_id="in"), a_fee("in"), a_quote(), Liquidate(why=ClosedBy.FLATTENED))

    life.tell(a_fill("T", 2, "3.03", exec_id="out"), a_fee("out"))
    life.tell(Due(timer="sibling"), after=2)
    assert life.cancelled() == []
    life.tell(a_status("S", S.CANCELLED))

    assert life.wants(Finish)


def test_a_record_written_twice_counts_once() -> None:
    life = a_guarded_life()
    records: list[Journaled] = [BracketPlanned(at=NOW, plan=life.bracket.plan)]
    records += [*life.bracket.fills * 2, *life.bracket.fees * 2]

    state = folded(records, BracketPolicy())

    assert state is not None
    assert (position(state), len(state.fees)) == (2, 1)


def test_executions_of_others_in_the_book_are_not_ours() -> None:
    life = an_accepted_life()
    life.tell(Disconnected())

    life.tell(a_book(executions=(replace(a_fill("E", 2, "2.02"), ref=None),)))

    assert position(life.bracket) == 0


def test_a_position_without_protection_for_longer_than_its_bound_calls_a_human() -> None:
    life = a_life()
    life.tell(a_fill("E", 2, "2.02"))

    life.tell(Due(timer="unguarded"), after=5)

    assert [effect.level for effect in life.effects if isinstance(effect, Alarm)] == ["CRITICAL"]


def test_a_position_guarded_again_within_its_bound_calls_nobody() -> None:
    life = a_life()
    life.tell(a_fill("E", 2, "2.02"), a_status("S", S.PRE_SUBMITTED))

    life.tell(Due(timer="unguarded"), after=5)

    assert [effect for effect in life.effects if isinstance(effect, Alarm)] == []
