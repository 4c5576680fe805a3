from decimal import Decimal
from pathlib import Path

from tests.simgateway.audit.log_builder import INTENT, LIMITS, START, Log, a_good_life, a_journal, audited


def test_a_good_life_breaks_nothing(tmp_path: Path) -> None:
    journal = a_journal(tmp_path)

    result = audited(a_good_life(), journal=journal)

    assert result.violations == ()
    assert set(result.checked_by) == {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12}


def test_the_result_tells_fills_money_and_counts() -> None:
    log = a_good_life()

    result = audited(log)

    assert (result.fills, result.entries, result.exits, result.positions) == (2, 1, 1, {})
    assert (result.realized, result.fees) == (Decimal("505.00"), Decimal("6.50"))
    assert result.checked == sum(result.checked_by.values())


def test_an_empty_log_has_nothing_to_check() -> None:
    log = Log()

    result = audited(log)

    assert (result.checked, result.violations) == (0, ())


def test_every_order_and_fill_adds_checks() -> None:
    once, twice = a_good_life(), a_good_life()
    twice.order(7, f"{INTENT}.X.0", side="SELL")

    counts = audited(once).checked_by, audited(twice).checked_by

    assert (counts[0][6], counts[1][6]) == (3, 4)


def test_without_a_journal_its_invariants_are_left_out() -> None:
    log = a_good_life()

    result = audited(log)

    assert not {8, 9} & set(result.checked_by)


def test_an_execution_that_is_repeated_in_an_answer_counts_once(tmp_path: Path) -> None:
    log = a_good_life().fill(1, f"{INTENT}.E.0", "e1")

    result = audited(log, journal=a_journal(tmp_path))

    assert (result.fills, result.violations, result.positions) == (2, (), {})


def test_a_what_if_order_is_no_order() -> None:
    log = Log().connect().order(1, "")
    fields = list(log.frames[-1].fields)
    fields[85] = "1"
    asking = Log().connect().add("in", *fields)

    result = audited(asking)

    assert result.checked_by.get(6) is None


def test_violations_carry_the_gateways_time() -> None:
    log = Log().connect().entry().entry_filled()
    log.wait(3).order(9, f"{INTENT}.E.1")

    found = [violation for violation in audited(log, LIMITS).violations if violation.invariant == 1]

    assert [violation.at for violation in found] == [log.at]
    assert found[0].at > START
