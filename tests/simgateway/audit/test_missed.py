"""What traded while the client was away is told when it asks: until then a sale may be told without its buy."""

import pytest

from tests.simgateway.audit.log_builder import INTENT, Log, audited, broken


def back_after_a_buy() -> Log:
    """Come back after the entry was bought and sold at its target; only the sale is told yet."""
    log = Log().connect().entry().wait(1)
    log.connection = 2
    log.connect().wait(1).fill(2, f"{INTENT}.T.0", "e2", side="SLD", price="3.03")
    return log.status(2, "Filled", 5, 0).status(3, "Cancelled", 0, 5).wait(30)


def test_a_sale_told_to_a_client_that_is_back_opens_no_short_position_when_the_buy_is_told_with_the_answer() -> None:
    log = back_after_a_buy().fill(1, f"{INTENT}.E.0", "e1").status(1, "Filled", 5, 0)

    result = audited(log.executions_told().wait(5))

    assert broken(result) == set()
    assert result.positions == {}


@pytest.mark.parametrize("bought", [0, 4])
def test_a_short_position_that_the_answer_does_not_explain_breaks_invariant_3(bought: int) -> None:
    log = back_after_a_buy()
    if bought:
        log.fill(1, f"{INTENT}.E.0", "e1", quantity=bought)

    result = audited(log.executions_told().wait(0.1).fill(1, f"{INTENT}.E.0", "e3", quantity=5 - bought))

    assert broken(result) == {3}


def test_a_buy_that_is_sent_before_the_answer_explains_no_sale_before_it() -> None:
    log = back_after_a_buy().order(9, "251112SPY100500.E.0").wait(0.2).fill(9, "251112SPY100500.E.0", "e1")

    result = audited(log.executions_told().wait(5))

    assert 3 in broken(result)


def test_a_change_of_the_entry_that_was_missed_is_no_new_buy() -> None:
    log = back_after_a_buy().order(1, f"{INTENT}.E.0", limit="2.03").wait(0.1).fill(1, f"{INTENT}.E.0", "e1")

    assert broken(audited(log.executions_told().wait(5))) == set()


def test_without_any_answer_the_end_of_the_log_is_where_the_buy_had_to_be_told() -> None:
    assert broken(audited(back_after_a_buy().wait(60))) == {3}


def test_a_client_that_was_told_everything_once_it_was_back_has_missed_nothing_any_more() -> None:
    log = Log().connect().entry().wait(1)
    log.connection = 2
    log.connect().executions_told().wait(1).fill(2, f"{INTENT}.T.0", "e2", side="SLD", price="3.03")
    log.status(2, "Filled", 5, 0).status(3, "Cancelled", 0, 5).wait(3).fill(1, f"{INTENT}.E.0", "e1")

    assert broken(audited(log.status(1, "Filled", 5, 0).wait(5))) == {3}


def test_what_another_connection_is_told_says_nothing_of_what_this_one_missed() -> None:
    log = back_after_a_buy()
    log.connection = 1
    log.executions_told().wait(5)
    log.connection = 2
    log.fill(1, f"{INTENT}.E.0", "e1").status(1, "Filled", 5, 0)

    assert broken(audited(log.executions_told().wait(5))) == set()
