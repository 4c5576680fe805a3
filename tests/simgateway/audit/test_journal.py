import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from simgateway.audit import AuditResult
from tests.simgateway.audit.log_builder import (
    EXPIRY,
    INTENT,
    LIMITS,
    OPTION,
    START,
    Log,
    a_good_life,
    a_journal,
    audited,
    broken,
)


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


def a_written_off(folder: Path, *, told: int, cut: bool = True, gone: int = 2, answers: int = 0) -> AuditResult:
    """Five were bought; so many are told of when some are written off, and the exits are cut to the rest or are not.

    ``answers``: so many answers without that position follow upon the one with it.
    """
    log = Log().connect().entry().entry_filled().wait(20)
    head = (61, 3, "DU1", OPTION, "SPY", "OPT", EXPIRY, "560", "C", 100, "", "USD", "", "SPY")
    log.add("out", *head, told, "100").add("out", 62, 1)
    for _ in range(answers):
        log.add("out", 62, 1)
    log.wait(30)
    path = a_journal(folder, ("e1",))
    body = json.dumps({"exec_id": "gone 1 0", "con_id": OPTION, "quantity": gone})
    at = (START + timedelta(seconds=40)).isoformat()
    with closing(sqlite3.connect(path)) as connection, connection:
        row = (at, f"bracket:{INTENT}", "LegFilled", body)
        connection.execute("INSERT INTO records (at, stream, kind, body) VALUES (?, ?, ?, ?)", row)
    if cut:
        log.exits(3)
    log.day_profit("0").wait(30).day_profit("0")
    return audited(log, journal=path)


def test_what_was_written_off_is_gone_once_the_gateway_told_of_less(tmp_path: Path) -> None:
    result = a_written_off(tmp_path, told=3)

    assert broken(result) == set()
    assert result.positions == {OPTION: 3}


@pytest.mark.parametrize(("answers", "expected"), [(0, {9}), (1, set()), (2, set())])
def test_a_position_that_an_answer_leaves_out_is_gone(answers: int, expected: set[int], tmp_path: Path) -> None:
    assert broken(a_written_off(tmp_path, told=5, gone=5, answers=answers)) - {3} == expected


def test_a_write_off_of_what_is_there_breaks_invariant_9(tmp_path: Path) -> None:
    result = a_written_off(tmp_path, told=5)

    assert broken(result) == {9}


def test_exits_that_are_not_cut_after_a_write_off_break_invariant_3(tmp_path: Path) -> None:
    assert broken(a_written_off(tmp_path, told=3, cut=False)) == {3}


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
