import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.simgateway.audit.log_builder import LIMITS, START, Log, a_good_life, a_journal, audited, broken


def test_an_order_whose_intent_was_never_written_breaks_invariant_8(tmp_path: Path) -> None:
    journal = a_journal(tmp_path, intent="another")

    result = audited(a_good_life(), journal=journal)

    assert [row.invariant for row in result.violations] == [8, 8, 8]


def test_an_intent_written_after_its_order_breaks_invariant_8(tmp_path: Path) -> None:
    journal = a_journal(tmp_path, planned_at=START + timedelta(seconds=30))

    result = audited(a_good_life(), journal=journal)

    assert broken(result) == {8}


def test_an_order_without_a_ref_of_ours_breaks_invariant_8(tmp_path: Path) -> None:
    log = a_good_life().order(9, "by hand").status(9, "Cancelled")

    result = audited(log, journal=a_journal(tmp_path))

    assert broken(result) == {8}


@pytest.mark.parametrize("fills", [("e1",), ("e1", "e2", "e2"), ("e1", "e2", "e3")])
def test_a_fill_that_is_missing_doubled_or_invented_breaks_invariant_9(tmp_path: Path, fills: tuple[str, ...]) -> None:
    journal = a_journal(tmp_path, fills)

    result = audited(a_good_life(), journal=journal)

    assert broken(result) == {9}
    assert len(result.violations) == 1


def test_fills_of_other_days_are_not_missed(tmp_path: Path) -> None:
    journal = a_journal(tmp_path, ("old",))
    later = Log().wait(86_400).connect()

    result = audited(later.day_profit("0"), journal=journal)

    assert broken(result) == set()


def test_a_dry_run_may_have_fills_the_wire_never_saw(tmp_path: Path) -> None:
    limits = replace(LIMITS, orders_allowed=False)

    result = audited(Log().connect().wait(60).day_profit("0"), limits, a_journal(tmp_path))

    assert broken(result) == set()


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    missing = tmp_path / "nothing.sqlite"

    with pytest.raises(sqlite3.Error):
        audited(a_good_life(), journal=missing)
