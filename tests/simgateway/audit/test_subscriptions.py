from dataclasses import replace

import pytest

from tests.simgateway.audit.log_builder import LIMITS, OPTION, STOCK, Log, a_good_life, audited, broken


def test_a_subscription_that_is_open_at_the_end_breaks_invariant_10() -> None:
    log = a_good_life().ask_data(30, STOCK, "STK").wait(1).day_profit("0")

    result = audited(log)

    assert broken(result) == {10}


def test_more_subscriptions_than_the_limit_break_invariant_10() -> None:
    limits = replace(LIMITS, subscriptions_max=2)
    log = Log().connect().ask_data(1, 11).ask_data(2, 12).ask_data(3, 13)

    result = audited(log.cancel_data(1).cancel_data(2).cancel_data(3), limits)

    assert (broken(result), result.subscriptions_most) == ({10}, 3)


def test_too_many_are_found_again_as_long_as_they_last() -> None:
    limits = replace(LIMITS, subscriptions_max=1)
    log = Log().connect().ask_data(1, 11).ask_data(2, 12)

    result = audited(log.wait(60).day_profit("0").cancel_data(1).cancel_data(2), limits)

    assert [violation.invariant for violation in result.violations] == [10, 10]


def test_a_guards_subscription_may_last_as_long_as_its_position() -> None:
    log = Log().connect().entry().ask_data(30, OPTION).entry_filled().wait(600).day_profit("0")

    result = audited(log.target_filled().wait(30).cancel_data(30))

    assert broken(result) == set()


def test_a_subscription_that_outlives_its_position_breaks_invariant_10() -> None:
    log = Log().connect().entry().ask_data(30, OPTION).entry_filled().target_filled()

    log.day_profit("0").wait(30).day_profit("0").wait(61).day_profit("0").cancel_data(30)

    assert broken(audited(log)) == {10}


def test_a_run_without_orders_shows_no_positions_to_measure_a_subscription_by() -> None:
    log = Log().connect().ask_data(30, OPTION).day_profit("0").wait(90).day_profit("0").cancel_data(30)

    with_orders, without = audited(log), audited(log, replace(LIMITS, orders_allowed=False))

    assert (broken(with_orders), broken(without)) == ({10}, set())


def test_a_run_without_orders_may_neither_leave_a_subscription_open_nor_have_too_many() -> None:
    limits = replace(LIMITS, orders_allowed=False, subscriptions_max=1)
    left_open = Log().connect().ask_data(1, 11).wait(1).day_profit("0")
    too_many = Log().connect().ask_data(1, 11).ask_data(2, 12).cancel_data(1).cancel_data(2)

    assert (broken(audited(left_open, limits)), broken(audited(too_many, limits))) == ({10}, {10})


def test_a_new_connection_ends_what_the_old_one_had_open() -> None:
    log = Log().connect().ask_data(30, OPTION).wait(5)
    log.connection = 2

    result = audited(log.connect().day_profit("0"))

    assert broken(result) == set()


@pytest.mark.parametrize("code", [200, 354, 10197])
def test_a_refused_request_is_not_open(code: int) -> None:
    log = Log().connect().ask_data(30, OPTION).error(30, code)

    result = audited(log)

    assert broken(result) == set()


def test_a_snapshot_ends_by_itself() -> None:
    log = Log().connect().ask_data(30, OPTION, snapshot=True).wait(11).add("out", 57, 1, 30)

    result = audited(log)

    assert broken(result) == set()


def test_a_snapshot_that_the_end_cuts_short_is_nobodys_fault_and_one_that_never_ends_is() -> None:
    young = Log().connect().ask_data(30, OPTION, snapshot=True).wait(2).add("out", 49, 1, 0)
    old = Log().connect().ask_data(30, OPTION, snapshot=True).wait(90).add("out", 49, 1, 0)

    assert broken(audited(young)) == set()
    assert broken(audited(old)) == {10}


def test_what_1101_lost_is_not_open_any_more() -> None:
    log = a_good_life().ask_data(30, STOCK, "STK").wait(1).error(-1, 1101).day_profit("0")

    assert broken(audited(log)) == set()
