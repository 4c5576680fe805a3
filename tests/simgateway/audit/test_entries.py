from dataclasses import replace
from decimal import Decimal

import pytest

from tests.simgateway.audit.log_builder import CLIENT, INTENT, LIMITS, OPTION, Log, a_good_life, audited, broken


def test_a_second_live_entry_of_one_intent_breaks_invariant_1() -> None:
    log = Log().connect().entry()
    log.order(8, f"{INTENT}.E.1")

    result = audited(log.status(1, "Cancelled").status(8, "Cancelled"))

    assert broken(result) == {1}


def test_a_second_entry_after_a_partly_filled_one_breaks_invariant_1() -> None:
    log = Log().connect().entry().wait(1).fill(1, f"{INTENT}.E.0", "e1", quantity=2)
    log.status(1, "Cancelled", 2, 3).wait(1).quotes().order(8, f"{INTENT}.E.1")

    result = audited(log)

    assert 1 in broken(result)


def test_an_entry_may_be_sent_again_when_the_first_is_dead_and_unfilled() -> None:
    log = Log().connect().entry(children=False).status(1, "Cancelled").wait(1)
    log.order(8, f"{INTENT}.E.1").status(8, "Cancelled")

    result = audited(log)

    assert broken(result) == set()


def a_swallowed_entry() -> Log:
    """Send an entry into a connection that is dead already, and log on anew."""
    log = Log().connect().bars().quotes().order(1, f"{INTENT}.E.0").wait(5)
    log.connection = 2
    return log.connect()


def test_an_entry_that_the_book_of_the_next_connection_misses_never_arrived() -> None:
    log = a_swallowed_entry().book_told().wait(1).bars().quotes()

    result = audited(log.order(8, f"{INTENT}.E.1").status(8, "Cancelled"))

    assert broken(result) == set()


def test_an_entry_may_have_arrived_until_the_book_is_told() -> None:
    log = a_swallowed_entry().bars().quotes()

    result = audited(log.order(8, f"{INTENT}.E.1").status(8, "Cancelled").book_told())

    assert broken(result) == {1}


def test_the_id_of_an_order_that_never_arrived_may_be_another_ones() -> None:
    log = a_swallowed_entry().book_told().wait(1).bars().quotes().order(8, f"{INTENT}.E.1")
    log.order(1, f"{INTENT}.T.1", side="SELL", parent=8).status(1, "PreSubmitted").status(8, "Submitted")

    result = audited(log.fill(8, f"{INTENT}.E.1", "e1").status(8, "Filled", 5, 0).wait(6).listed(8, "Filled"))

    assert broken(result) == set()


def test_an_entry_that_was_refused_outright_is_dead() -> None:
    log = Log().connect().bars().quotes().order(1, f"{INTENT}.E.0").error(1, 201)
    log.order(8, f"{INTENT}.E.1").error(8, 201)

    result = audited(log)

    assert broken(result) == set()


def test_a_modified_entry_is_still_the_same_order() -> None:
    log = Log().connect().entry().order(1, f"{INTENT}.E.0", limit="2.04")

    result = audited(log.status(1, "Cancelled"))

    assert broken(result) == set()


def test_premium_beyond_the_limit_breaks_invariant_5() -> None:
    limits = replace(LIMITS, risk_limit=Decimal(1009))

    result = audited(a_good_life(), limits)

    assert broken(result) == {5}


def test_premium_at_the_limit_is_allowed() -> None:
    limits = replace(LIMITS, risk_limit=Decimal(1010))

    result = audited(a_good_life(), limits)

    assert broken(result) == set()


def test_what_is_held_counts_beside_a_new_entry() -> None:
    limits = replace(LIMITS, risk_limit=Decimal(1500))
    log = Log().connect().entry().entry_filled().wait(1)

    log.order(9, "other.E.0", con_id=6000, limit="1.00").status(9, "Cancelled")

    assert 5 in broken(audited(log, limits))


def test_an_order_in_a_dry_run_breaks_invariant_6() -> None:
    limits = replace(LIMITS, orders_allowed=False)

    result = audited(a_good_life(), limits)

    assert [row.invariant for row in result.violations] == [6, 6, 6]


def test_an_order_of_which_something_was_told_is_not_lost_with_its_connection() -> None:
    log = Log().connect().entry().entry_filled().wait(1)
    log.connection = 2

    result = audited(log.connect().book_told().wait(6).listed(1, "Filled"))

    assert broken(result) == set()


def test_the_book_of_the_connection_that_an_entry_left_on_may_be_older_than_it() -> None:
    log = Log().connect().bars().quotes().order(1, f"{INTENT}.E.0").book_told().wait(1).bars().quotes()

    result = audited(log.order(8, f"{INTENT}.E.1").status(8, "Cancelled"))

    assert broken(result) == {1}


def test_another_clients_book_says_nothing_of_an_entry() -> None:
    log = a_swallowed_entry()
    log.frames.append(replace(log.book_told().frames.pop(), client_id=CLIENT + 1))

    result = audited(log.wait(1).bars().quotes().order(8, f"{INTENT}.E.1").status(8, "Cancelled"))

    assert broken(result) == {1}


def test_whose_id_was_given_out_anew_is_an_order_of_its_own_contract() -> None:
    log = Log().connect().bars().quotes(con_id=OPTION + 1).order(1, "251112SPY095900.E.0", con_id=OPTION + 1).wait(5)
    log.connection = 2
    log.connect().book_told().wait(1).bars().quotes().order(8, f"{INTENT}.E.0").status(8, "Submitted")
    log.order(1, f"{INTENT}.T.0", side="SELL", parent=8).status(1, "PreSubmitted")

    result = audited(log.fill(8, f"{INTENT}.E.0", "e1").status(8, "Filled", 5, 0).wait(6).listed(8, "Filled"))

    assert broken(result) == set()


@pytest.mark.parametrize(
    ("lost", "cancelled", "expected"), [((2, 3), True, set()), ((2,), True, {1}), ((2, 3), False, {1})]
)
def test_an_entry_that_nobody_let_go_is_over_once_it_is_cancelled_though_no_answer_comes(
    *, lost: tuple[int, ...], cancelled: bool, expected: set[int]
) -> None:
    log = Log().connect().bars().quotes().order(1, f"{INTENT}.E.0", transmit=False)
    for number, name in ((2, "T"), (3, "S")):
        log.order(number, f"{INTENT}.{name}.0", side="SELL", parent=1, transmit=number == 3)
        if number in lost:
            log.lost(number)
    if cancelled:
        log.wait(4).cancel(1)

    log.wait(1).bars().quotes().order(8, f"{INTENT}.E.1").status(8, "Cancelled")

    assert broken(audited(log)) == expected
