from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from domain.bracket_effects import (
    Alarm,
    AskBook,
    Begin,
    BookFailed,
    BracketInput,
    Disconnected,
    Due,
    Finish,
    Liquidate,
    NotSent,
    Record,
    Resume,
    SetTimer,
    StopEntry,
)
from domain.brackets import BracketPolicy, folded, position
from domain.events import BracketPlanned, ClosedBy, ExitNumbered, Journaled, LegFilled, RiskReleased
from domain.ids import ConId, IntentId, Leg, Symbol
from domain.reports import OrderEffect
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
from tests.domain.bracket_life import Life, S, a_guarded_life, a_life, an_accepted_life, an_emulated_life


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
    life.tell(Due(timer="anew"), Due(timer="book"), after=2)
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
    life.tell(Due(timer="lasting"), after=1)
    assert life.bracket.unguarded_since is None


def test_adopted_exits_stay_linked_when_they_are_changed_later() -> None:
    life = a_guarded_life()
    life.tell(a_status("T", S.CANCELLED), a_status("S", S.CANCELLED))
    group = f"{life.bracket.plan.intent}.1"
    life = Life(replace(life.bracket, orders=life.bracket.orders[:3], book_wanted=True), life.now)
    pair = (
        an_open_order("T", S.SUBMITTED, number=1, limit=Decimal("3.03")),
        an_open_order("S", S.PRE_SUBMITTED, number=1, trigger=Decimal("1.61"), limit=Decimal("1.57")),
    )

    life.tell(a_book(open_orders=tuple(replace(one, oca_group=group) for one in pair)))

    adopted = [order.spec for order in life.bracket.orders if order.ref in (ref("T", 1), ref("S", 1))]
    assert [spec.oca_group for spec in adopted] == [group, group]


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
    records.append(ExitNumbered(at=NOW, intent=life.bracket.plan.intent, leg=Leg.TARGET, number=5000))
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
    assert [order.ref for order in again.sent()] == [ref("T", 5001), ref("S", 5001)]


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


def test_an_exit_that_a_predecessor_sent_is_asked_about_before_another_is() -> None:
    # Found by the search: an answer older than the exit did not know it, and a second one sold the position twice.
    life = a_guarded_life()
    sent_at = NOW + timedelta(seconds=5)
    records: list[Journaled] = [BracketPlanned(at=NOW, plan=life.bracket.plan), *life.bracket.fills]
    records.append(ExitNumbered(at=sent_at, intent=life.bracket.plan.intent, leg=Leg.EXIT, number=0))
    state = folded(records, BracketPolicy())
    assert state is not None
    again = Life(state, sent_at)
    again.tell(Resume(), Liquidate(why=ClosedBy.FLATTENED), a_quote())

    gone = (an_open_order("T", S.CANCELLED), an_open_order("S", S.CANCELLED))
    again.tell(a_book(asked_at=NOW, completed=gone))
    assert again.sent() == []
    again.tell(
        a_book(asked_at=sent_at + timedelta(seconds=1), completed=gone, open_orders=(an_open_order("X", S.SUBMITTED),))
    )

    assert again.sent() == []
    assert [order.ref for order in again.bracket.orders if not order.done] == [ref("X")]


def test_an_entry_that_no_book_tells_of_is_cancelled_since_it_may_rest_untransmitted() -> None:
    life = a_life()
    life.tell(Due(timer="silence"), after=5)

    life.tell(a_book(asked_at=life.now))
    first = life.cancelled()
    life.tell(a_book(asked_at=life.now))

    assert (first, life.cancelled()) == ([], [ref("E")])
    assert life.wants(Finish)


def test_an_exit_that_no_book_tells_of_is_cancelled_too_since_it_may_arrive_later() -> None:
    life = a_guarded_life()
    rest = an_open_order("T", S.SUBMITTED)
    life.tell(Disconnected(), after=5)

    life.tell(*(a_book(asked_at=life.now, open_orders=(rest,)) for _ in range(2)))

    assert life.cancelled() == [ref("S"), ref("T")]  # A lone exit goes before a fresh pair.


def test_a_fill_that_is_claimed_and_does_not_come_is_asked_for_in_a_moment() -> None:
    life = a_guarded_life()

    life.tell(a_status("S", S.FILLED, filled=2), a_status("S", S.FILLED, filled=2), a_status("T", S.CANCELLED))
    timers = [effect for effect in life.effects if isinstance(effect, SetTimer) and effect.timer == "claim"]
    life.tell(Due(timer="claim"), after=2)

    assert len(timers) == 1
    assert life.wants(AskBook)


def test_a_claim_is_not_asked_about_twice_at_once_nor_where_nobody_answers() -> None:
    life = a_guarded_life()
    life.tell(a_status("S", S.FILLED, filled=2), Due(timer="claim"))

    life.tell(Due(timer="claim"), after=2)
    asked = life.wants(AskBook)
    life.tell(Disconnected(), Due(timer="claim"), after=2)

    assert asked == life.wants(AskBook) == []
    assert [effect.timer for effect in life.effects if isinstance(effect, SetTimer)] == ["claim"]


def test_a_claim_whose_fills_came_meanwhile_is_settled() -> None:
    life = a_guarded_life()
    life.tell(a_status("S", S.SUBMITTED, filled=1), a_fill("S", 1, "1.58", exec_id="out"))

    life.tell(Due(timer="claim"), after=2)

    assert life.wants(AskBook) == []


def test_an_exit_of_which_a_status_told_is_not_missed_by_two_books_without_its_row() -> None:
    life = a_guarded_life()
    alone = {"open_orders": (an_open_order("T", S.SUBMITTED),), "heard": (ref("S"),)}

    for _ in range(2):
        life.tell(Due(timer="book"), a_book(asked_at=life.now + timedelta(seconds=1), **alone), after=2)

    assert life.cancelled() == []
    assert life.sent() == []


def test_two_books_that_miss_exits_and_the_silence_before_them_leave_time_within_the_bound() -> None:
    policy = BracketPolicy()

    assert policy.in_flight_seconds + policy.book_retry_seconds <= policy.unguarded_alarm_seconds - 1.5
