from decimal import Decimal
from pathlib import Path

import pytest

from simgateway.audit.book import Holding
from simgateway.audit.notices import Executed
from tests.simgateway.audit.log_builder import INTENT, OPTION, Log, a_good_life, a_journal, audited, broken


def test_a_fill_whose_exits_are_accepted_already_is_never_unguarded() -> None:
    log = a_good_life()

    result = audited(log)

    assert result.unguarded_max_seconds == 0


def test_exits_that_come_in_time_are_measured_and_allowed() -> None:
    log = Log().connect().entry(children=False).entry_filled().wait(3).exits()

    result = audited(log.target_filled())

    assert broken(result) == set()
    assert result.unguarded_max_seconds == pytest.approx(3.1)


def test_a_position_without_exits_breaks_invariant_2_and_12() -> None:
    log = Log().connect().entry(children=False).entry_filled().wait(6).status(1, "Filled", 5, 0)

    result = audited(log)

    assert broken(result) == {2, 12}
    assert [row.invariant for row in result.violations].count(2) == 1


@pytest.mark.parametrize(
    ("told", "expected"), [("PreSubmitted", set()), ("Inactive", {2, 12}), ("PendingSubmit", {2, 12})]
)
def test_exits_whose_status_was_lost_are_accepted_when_the_picture_of_them_says_so(
    told: str, expected: set[int]
) -> None:
    log = Log().connect().entry(children=False).entry_filled()
    log.order(2, f"{INTENT}.T.0", side="SELL", parent=1).order(3, f"{INTENT}.S.0", side="SELL", parent=1)

    result = audited(log.wait(0.1).listed(2, told).listed(3, told).wait(6).listed(1, "Filled"))

    assert broken(result) == expected


@pytest.mark.parametrize(("sold", "expected"), [(5, set()), (3, {2})])
def test_a_sale_whose_execution_is_lost_is_taken_off_what_has_to_be_guarded(sold: int, expected: set[int]) -> None:
    log = Log().connect().entry().entry_filled().wait(1)
    log.status(2, "Filled" if sold == 5 else "Cancelled", sold, 5 - sold).status(3, "Cancelled")

    result = audited(log.wait(6).fill(2, f"{INTENT}.T.0", "e2", side="SLD", quantity=sold, price="3.03"))

    assert broken(result) - {12} == expected


def test_a_picture_of_an_exit_that_was_cancelled_before_does_not_revive_it() -> None:
    log = Log().connect().entry().entry_filled().wait(1)
    log.status(2, "Cancelled").status(3, "Cancelled").listed(2, "Submitted").listed(3, "PreSubmitted")

    result = audited(log.wait(6).listed(1, "Filled"))

    assert broken(result) == {2, 12}


@pytest.mark.parametrize(("told", "expected"), [("Cancelled", {2, 12}), ("Submitted", set())])
def test_exits_that_went_while_nobody_was_told_are_over_when_the_list_of_those_says_so(
    told: str, expected: set[int]
) -> None:
    log = Log().connect().entry().entry_filled().wait(1)

    result = audited(log.completed(f"{INTENT}.T.0", told).completed(f"{INTENT}.S.0", told).wait(6).listed(1, "Filled"))

    assert broken(result) == expected


def test_exits_that_are_rejected_again_and_again_guard_nothing() -> None:
    log = Log().connect().entry(children=False).entry_filled()
    for number in range(2, 12):
        log.order(number, f"{INTENT}.S.{number}", side="SELL", parent=1, kind="STP LMT").wait(0.4)
        log.status(number, "PreSubmitted").wait(0.3).status(number, "Inactive")

    result = audited(log)

    assert [row.invariant for row in result.violations] == [2, 12]
    assert result.unguarded_max_seconds == pytest.approx(7.0)


def test_a_position_that_is_bare_twice_is_measured_twice() -> None:
    log = Log().connect().entry(children=False).entry_filled().wait(3).exits().wait(2)
    log.status(2, "Cancelled").status(3, "Cancelled").wait(3)

    result = audited(log.order(4, f"{INTENT}.S.1", side="SELL").wait(0.1).status(4, "PreSubmitted"))

    assert broken(result) == set()
    assert result.unguarded_max_seconds == pytest.approx(3.1)


def test_exits_that_were_sent_and_not_accepted_guard_nothing() -> None:
    log = Log().connect().entry(children=False).entry_filled()
    log.order(2, f"{INTENT}.S.0", side="SELL", parent=1).wait(6).status(2, "PreSubmitted")

    result = audited(log)

    assert broken(result) == {2}


def test_a_stop_that_is_cancelled_leaves_the_position_bare() -> None:
    log = Log().connect().entry().entry_filled().wait(1).status(2, "Cancelled").status(3, "Cancelled").wait(9)

    result = audited(log.status(3, "Cancelled"))

    assert broken(result) == {2, 12}
    assert result.unguarded_max_seconds == pytest.approx(9)


def test_exits_that_the_bot_cancels_with_its_last_words_break_invariant_12() -> None:
    log = Log().connect().entry().entry_filled().wait(1).cancel(2).cancel(3)

    result = audited(log)

    assert broken(result) == {12}


def test_one_of_two_exits_is_guard_enough_at_the_end() -> None:
    log = Log().connect().entry().entry_filled().wait(1).cancel(2).cancel(4)

    result = audited(log)

    assert broken(result) == set()


def test_exits_smaller_than_the_position_guard_it_not() -> None:
    log = Log().connect().entry(children=False).exits(quantity=3).entry_filled().wait(6).status(3, "PreSubmitted", 0, 3)

    result = audited(log)

    assert broken(result) == {2, 12}


def test_emulated_brackets_have_no_native_exits_to_miss(tmp_path: Path) -> None:
    log = Log().connect().entry(children=False).entry_filled().wait(60)
    log.order(4, f"{INTENT}.X.0", side="SELL").fill(4, f"{INTENT}.X.0", "e2", side="SLD").status(4, "Filled", 5, 0)

    result = audited(log, journal=a_journal(tmp_path, native=False))

    assert broken(result) == set()


def test_target_and_stop_of_one_parent_count_once() -> None:
    log = Log().connect().entry().entry_filled().wait(10).status(3, "PreSubmitted")

    result = audited(log)

    assert broken(result) == set()


def test_exits_of_an_oca_group_count_once() -> None:
    log = Log().connect().entry(children=False).entry_filled()
    log.order(5, f"{INTENT}.T.1", side="SELL", oca="g").order(6, f"{INTENT}.S.1", side="SELL", oca="g")
    log.wait(1).status(5, "Submitted").status(6, "PreSubmitted").wait(9).status(6, "PreSubmitted")

    result = audited(log)

    assert broken(result) == set()


def test_of_a_group_that_sold_while_nobody_was_told_nothing_works_on() -> None:
    log = Log().connect().entry(children=False).entry_filled()
    log.order(5, f"{INTENT}.T.1", side="SELL", oca="g").order(6, f"{INTENT}.S.1", side="SELL", oca="g")
    log.wait(1).status(5, "Submitted").status(6, "PreSubmitted").wait(200)
    log.fill(5, f"{INTENT}.T.1", "e2", side="SLD").wait(30).status(5, "Filled", 5, 0)

    result = audited(log)

    assert broken(result) == set()


def test_two_exits_without_a_group_break_invariant_3() -> None:
    log = Log().connect().entry().entry_filled().wait(1)
    log.order(4, f"{INTENT}.X.0", side="SELL")

    result = audited(log.status(4, "Submitted"))

    assert broken(result) == {3}


def test_an_exit_that_crossed_a_fill_is_no_fault_at_once() -> None:
    log = Log().connect().entry().entry_filled().wait(1).status(2, "Cancelled").status(3, "Cancelled", 0, 5)
    log.order(4, f"{INTENT}.X.0", side="SELL").status(4, "Submitted").wait(1)
    log.fill(4, f"{INTENT}.X.0", "e2", side="SLD", quantity=3).status(4, "Submitted", 3, 2).wait(0.2)

    log.order(4, f"{INTENT}.X.0", side="SELL", quantity=6).wait(0.1).order(4, f"{INTENT}.X.0", side="SELL", quantity=5)

    assert broken(audited(log.status(4, "Submitted", 3, 2))) == set()


def test_an_exit_that_stays_too_large_breaks_invariant_3() -> None:
    log = Log().connect().entry().entry_filled().target_filled()
    log.order(4, f"{INTENT}.X.0", side="SELL").wait(3).status(4, "Submitted")

    result = audited(log)

    assert broken(result) == {3}


def test_a_sale_that_opens_a_short_breaks_invariant_3() -> None:
    log = Log().connect().entry().entry_filled().wait(1)
    log.fill(2, f"{INTENT}.T.0", "e2", side="SLD").fill(3, f"{INTENT}.S.0", "e3", side="SLD")

    result = audited(log.status(2, "Filled", 5, 0).status(3, "Filled", 5, 0))

    assert broken(result) == {3}
    assert result.positions == {5001: -5}


def test_children_of_an_unfilled_parent_sell_nothing_yet() -> None:
    log = Log().connect().entry().wait(20).status(1, "Submitted")

    result = audited(log)

    assert broken(result) == set()


def test_a_guarded_position_at_the_end_is_fine() -> None:
    log = Log().connect().entry().entry_filled().wait(20).status(3, "PreSubmitted")

    result = audited(log)

    assert broken(result) == set()


def test_an_expired_position_needs_no_guard() -> None:
    log = Log().connect().entry().entry_filled().wait(3 * 86_400)
    log.status(2, "Cancelled").status(3, "Cancelled").wait(60).status(3, "Cancelled")

    result = audited(log)

    assert broken(result) == set()


def test_an_exit_that_the_gateway_lost_sells_nothing_beside_those_placed_anew() -> None:
    log = Log().connect().entry(children=False).order(2, f"{INTENT}.T.0", side="SELL", limit="3.03", parent=1)
    log.add("note", "fault", "lose_order", "placeOrder", 3, 2).order(3, f"{INTENT}.S.0", side="SELL", parent=1)
    log.status(3, "PreSubmitted").entry_filled().wait(3).cancel(3).status(3, "Cancelled")

    log.order(5, f"{INTENT}.T.1", side="SELL", oca="g").order(6, f"{INTENT}.S.1", side="SELL", oca="g")
    log.status(5, "Submitted").status(6, "PreSubmitted").wait(9).day_profit("0")

    assert broken(audited(log)) == set()


def test_what_a_completed_exit_sold_is_not_bare_though_its_execution_is_told_late() -> None:
    log = Log().connect().entry().entry_filled().wait(1)

    log.completed(f"{INTENT}.T.0", "Filled").completed(f"{INTENT}.S.0", "Cancelled").wait(14)

    assert broken(audited(log.fill(2, f"{INTENT}.T.0", "e9", side="SLD"))) == set()


def test_exits_whose_end_the_gateway_kept_to_itself_sell_nothing_beside_those_placed_anew() -> None:
    log = Log().connect().entry().entry_filled().wait(1).connect()
    for name in ("T", "S"):
        log.completed_muted(f"{INTENT}.{name}.0", "Cancelled")

    log.order(5, f"{INTENT}.T.1", side="SELL", oca="g").order(6, f"{INTENT}.S.1", side="SELL", oca="g")
    log.status(5, "Submitted").status(6, "PreSubmitted").wait(9).day_profit("0")

    assert broken(audited(log)) == set()


@pytest.mark.parametrize(
    ("lost", "repaired_after", "expected"), [(True, 4.9, set()), (True, 5.1, {2}), (False, 4.9, {2})]
)
def test_an_exit_that_is_lost_begins_the_bound_anew_and_one_without_an_answer_does_not(
    *, lost: bool, repaired_after: float, expected: set[int]
) -> None:
    log = Log().connect().entry(children=False).entry_filled().wait(4).order(5, f"{INTENT}.T.1", side="SELL", oca="g")
    if lost:
        log.add("note", "fault", "lose_order", "placeOrder", 3, 5)

    log.wait(repaired_after).order(6, f"{INTENT}.T.2", side="SELL", oca="g").status(6, "Submitted")

    assert broken(audited(log.wait(1).fill(6, f"{INTENT}.T.2", "e9", side="SLD"))) == expected


def test_a_correction_of_a_fill_is_not_held_twice() -> None:
    log = Log().connect().entry().wait(1).fill(1, f"{INTENT}.E.0", "0001.2.3.01").status(1, "Filled", 5, 0)

    result = audited(log.fill(1, f"{INTENT}.E.0", "0001.2.3.02").wait(9).day_profit("0"))

    assert list(result.positions.values()) == [5]
    assert broken(result) == set()


def test_a_sale_that_is_told_before_its_buy_was_asked_for_opens_no_short_position() -> None:
    log = Log().connect().entry().wait(1).fill(2, f"{INTENT}.T.0", "e2", side="SLD", price="3.03")
    log.status(2, "Filled", 5, 0).status(3, "Cancelled", 0, 5).wait(0.2).fill(1, f"{INTENT}.E.0", "e1")

    result = audited(log.status(1, "Filled", 5, 0).wait(5))

    assert broken(result) == set()
    assert result.realized == 505


@pytest.mark.parametrize(("is_told", "expected"), [(True, set()), (False, {3})])
def test_the_buy_of_an_entry_that_works_in_silence_may_be_told_whenever_somebody_asks(
    *, is_told: bool, expected: set[int]
) -> None:
    log = Log().connect().entry().silent(1).wait(1).fill(2, f"{INTENT}.T.0", "e2", side="SLD", price="3.03")
    log.status(2, "Filled", 5, 0).status(3, "Cancelled", 0, 5).wait(20)
    if is_told:
        log.fill(1, f"{INTENT}.E.0", "e1")

    assert broken(audited(log.day_profit("0").wait(5))) == expected


def test_a_sale_whose_buy_is_told_too_late_breaks_invariant_3() -> None:
    log = Log().connect().entry().wait(1).fill(2, f"{INTENT}.T.0", "e2", side="SLD", price="3.03")
    log.status(2, "Filled", 5, 0).status(3, "Cancelled", 0, 5).wait(3).fill(1, f"{INTENT}.E.0", "e1")

    result = audited(log.status(1, "Filled", 5, 0).wait(5))

    assert broken(result) == {3}


@pytest.mark.parametrize("kind", ["mute", "delay"])
@pytest.mark.parametrize(("name", "part"), [("openOrderEnd", 53), ("positionEnd", 62), ("execDetailsEnd", 55)])
def test_while_a_part_of_the_book_is_kept_back_nobody_can_repair(kind: str, name: str, part: int) -> None:
    log = Log().connect().entry(children=False).entry_filled().wait(1).withheld(kind, name, part)

    result = audited(log.wait(3).add("out", part, 1).wait(3.9).exits().target_filled())

    assert broken(result) == set()
    assert result.unguarded_max_seconds == pytest.approx(8)


@pytest.mark.parametrize("part", [53, 62, 55])
def test_what_was_kept_back_excuses_nothing_once_it_is_told(part: int) -> None:
    name = {53: "openOrderEnd", 62: "positionEnd", 55: "execDetailsEnd"}[part]
    log = Log().connect().entry(children=False).entry_filled().wait(1).withheld("mute", name, part)

    result = audited(log.wait(1).add("out", part, 1).wait(4.2).exits().target_filled())

    assert broken(result) == {2}


@pytest.mark.parametrize(("repaired_after", "expected"), [(3.9, set()), (5.1, {2})])
def test_a_gateway_that_is_away_excuses_all_of_it_and_nothing_once_it_is_back(
    repaired_after: float, expected: set[int]
) -> None:
    log = Log().connect().entry(children=False).entry_filled().wait(1).add("note", "fault", "restart")

    log.wait(219).connect().wait(repaired_after)

    assert broken(audited(log.exits().target_filled())) == expected


@pytest.mark.parametrize(("withheld_anew_after", "expected"), [(4.0, set()), (None, {2})])
def test_a_book_that_nobody_asks_for_again_excuses_no_longer_than_the_bound(
    withheld_anew_after: float | None, expected: set[int]
) -> None:
    log = Log().connect().entry(children=False).entry_filled().withheld("mute")
    if withheld_anew_after is not None:
        log.wait(withheld_anew_after).withheld("mute").wait(6.1 - withheld_anew_after)
    else:
        log.wait(6.1)

    result = audited(log.wait(4).exits().target_filled())

    assert broken(result) == expected


@pytest.mark.parametrize(("kind", "name"), [("mute", "completedOrdersEnd"), ("reorder", "openOrderEnd")])
def test_what_a_repair_can_do_without_excuses_nothing(kind: str, name: str) -> None:
    log = Log().connect().entry(children=False).entry_filled().withheld(kind, name, 53)

    assert broken(audited(log.wait(5.1).exits().target_filled())) == {2}


def test_what_an_older_connection_kept_back_excuses_nothing() -> None:
    log = Log().connect().entry(children=False).entry_filled().withheld("mute").connect()

    assert broken(audited(log.wait(5.1).exits().target_filled())) == {2}


@pytest.mark.parametrize(("lost", "back"), [(1100, 1101), (1100, 1102), (2110, 1102)])
def test_while_the_gateway_has_lost_its_line_nobody_can_repair(lost: int, back: int) -> None:
    log = Log().connect().entry(children=False).entry_filled().error(-1, lost)
    log.wait(20).error(-1, back).wait(1).order(9, f"{INTENT}.X.0", side="SELL").wait(1).status(9, "Submitted")

    assert broken(audited(log)) == set()


def test_a_line_that_was_lost_excuses_nothing_once_it_is_back() -> None:
    log = Log().connect().entry(children=False).wait(1).error(-1, 1100).wait(20).error(-1, 1102)
    log.fill(1, f"{INTENT}.E.0", "e1").wait(6).order(9, f"{INTENT}.X.0", side="SELL").wait(1).status(9, "Submitted")

    assert broken(audited(log)) == {2}


def test_a_line_that_an_older_connection_lost_excuses_nothing() -> None:
    log = Log().connect().entry(children=False).entry_filled().error(-1, 1100)
    log.connection = 2
    log.connect().wait(6).order(9, f"{INTENT}.X.0", side="SELL").wait(1).status(9, "Submitted")

    assert broken(audited(log)) == {2}


@pytest.mark.parametrize(("knocks_every", "expected"), [(2.0, set[int]()), (12.0, {2})])
def test_a_client_whose_id_is_in_use_can_only_knock_again(knocks_every: float, expected: set[int]) -> None:
    log = Log().connect().entry(children=False).entry_filled()
    for number in range(2, 5):
        log.connection = number
        log.connect().wait(0.2).error(-1, 326).wait(knocks_every)
    log.connection = 5
    log.connect().wait(1).order(9, f"{INTENT}.X.0", side="SELL").wait(1).status(9, "Submitted")

    assert broken(audited(log)) == expected


def test_the_end_of_one_exit_alone_leaves_its_sibling_at_work() -> None:
    log = Log().connect().entry().entry_filled().wait(1)

    result = audited(log.completed(f"{INTENT}.T.0", "Cancelled").wait(6).listed(1, "Filled"))

    assert broken(result) == set()


def test_pictures_that_end_before_the_status_are_passed_over() -> None:
    log = Log().connect().entry().entry_filled().wait(1)

    result = audited(log.add("out", 5, 2, OPTION).add("out", 101, OPTION).add("out", 101, *[""] * 40).wait(6))

    assert broken(result) == set()


def test_what_an_entry_is_said_to_have_bought_is_not_taken_off_what_has_to_be_guarded() -> None:
    log = Log().connect().entry(children=False).exits(quantity=1).wait(1)
    log.fill(1, f"{INTENT}.E.0", "e1", quantity=3).status(1, "Filled", 5, 0)

    result = audited(log.wait(6).listed(1, "Filled"))

    assert broken(result) == {2, 12}


def test_an_older_status_that_comes_late_takes_no_sale_back() -> None:
    log = Log().connect().entry().entry_filled().wait(1).status(3, "Cancelled")

    log.status(2, "Filled", 5, 0).status(2, "Cancelled", 0, 5).wait(6).fill(2, f"{INTENT}.T.0", "e2", side="SLD")

    assert broken(audited(log)) == set()


def test_a_position_is_carried_at_what_is_left_of_its_cost() -> None:
    holding = Holding()

    for number, (is_buy, quantity, price) in enumerate([(True, 5, "2.00"), (False, 2, "3.00"), (False, 4, "1.00")]):
        holding.take(an_execution(f"e{number}", quantity, price, is_buy=is_buy))
        if number == 1:
            assert (holding.quantity, holding.cost, holding.realized) == (3, Decimal(600), Decimal(200))

    assert (holding.quantity, holding.cost, holding.realized) == (-1, Decimal(-100), Decimal(-100))


def an_execution(exec_id: str, quantity: int, price: str, *, is_buy: bool) -> Executed:
    return Executed(
        exec_id=exec_id,
        key=(1, 1),
        con_id=OPTION,
        is_buy=is_buy,
        quantity=quantity,
        price=Decimal(price),
        multiplier=100,
        ref="",
    )


@pytest.mark.parametrize(("code", "expected"), [(202, set()), (161, {3})])
def test_an_exit_whose_cancel_an_error_alone_told_sells_nothing_beside_those_placed_anew(
    code: int, expected: set[int]
) -> None:
    log = Log().connect().entry().entry_filled().wait(1).error(2, code).status(3, "Cancelled")
    log.order(12, f"{INTENT}.T.1", side="SELL", oca="A.1").order(13, f"{INTENT}.S.1", side="SELL", oca="A.1")

    result = audited(log.wait(0.1).status(12, "Submitted").status(13, "PreSubmitted").wait(3).status(12, "Submitted"))

    assert broken(result) == expected


def test_an_exit_whose_cancel_an_error_alone_told_guards_nothing() -> None:
    log = Log().connect().entry().entry_filled().wait(1).error(2, 202).error(3, 202)

    assert broken(audited(log.wait(5.1).exits().target_filled())) == {2}


@pytest.mark.parametrize(
    ("is_silent", "is_cancelled", "expected"), [(True, False, set()), (True, True, {2}), (False, False, {2})]
)
def test_an_exit_that_works_in_silence_guards_until_it_is_cancelled(
    *, is_silent: bool, is_cancelled: bool, expected: set[int]
) -> None:
    log = Log().connect().entry(children=False).entry_filled().wait(1).order(5, f"{INTENT}.T.1", side="SELL", oca="g")
    if is_silent:
        log.silent(5)
    if is_cancelled:
        log.wait(1).cancel(5)

    log.wait(9).listed(5, "Submitted").fill(5, f"{INTENT}.T.1", "e9", side="SLD")

    assert broken(audited(log)) == expected
