import json
from pathlib import Path

import pytest

from simgateway.audit.audit import audit
from simgateway.audit.findings import Findings
from simgateway.audit.lives import check_lives
from tests.simgateway.audit.log_builder import LIMITS, broken


def a_log(folder: Path, *rows: tuple[str, str, str]) -> Path:
    path = folder / "bot.jsonl"
    lines = [
        json.dumps({"ts": f"2025-11-12T15:{at}+00:00", "event": event, "actor": actor}) for at, event, actor in rows
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_an_actor_that_was_restarted_or_given_up_is_accounted_for(tmp_path: Path) -> None:
    rows = [("00:00", "actor_failed", "a"), ("00:01", "actor_restarted", "a")]
    rows += [("01:00", "actor_failed", "b"), ("01:01", "actor_gave_up", "b")]

    result = audit((), LIMITS, None, a_log(tmp_path, *rows))

    assert (broken(result), result.checked_by) == (set(), {11: 3})


@pytest.mark.parametrize("answer", [[], [("00:02", "actor_restarted", "other")], [("02:00", "actor_restarted", "a")]])
def test_an_actor_that_failed_in_silence_breaks_invariant_11(
    tmp_path: Path, answer: list[tuple[str, str, str]]
) -> None:
    log = a_log(tmp_path, ("00:00", "actor_failed", "a"), *answer)

    result = audit((), LIMITS, None, log)

    assert broken(result) == {11}


@pytest.mark.parametrize(("answer", "expected"), [("actor_started", set()), ("dead_letter", {11})])
def test_an_actor_that_hung_is_expected_to_have_a_successor_too(
    tmp_path: Path, answer: str, expected: set[int]
) -> None:
    log = a_log(tmp_path, ("00:00", "actor_hung", "a"), ("00:02", answer, "a"))

    assert broken(audit((), LIMITS, None, log)) == expected


def test_of_an_actor_that_hung_in_its_stop_no_successor_is_expected(tmp_path: Path) -> None:
    log = tmp_path / "bot.jsonl"
    row = {"ts": "2025-11-12T15:00:00+00:00", "event": "actor_hung", "actor": "a", "message": "on_stop"}
    log.write_text(json.dumps(row) + "\n", encoding="utf-8")

    assert broken(audit((), LIMITS, None, log)) == set()


@pytest.mark.parametrize(("begun", "expected"), [("01:05", set()), ("01:16", {11})])
def test_one_whose_supervisor_was_begun_anew_lives_when_it_is_started_there(
    tmp_path: Path, begun: str, expected: set[int]
) -> None:
    rows = [("00:00", "actor_failed", "symbol:A"), ("00:01", "actor_failed", "breaker")]
    rows += [("01:00", "actor_restarted", "breaker"), ("01:00", "actor_restarted", "symbols")]

    result = audit((), LIMITS, None, a_log(tmp_path, *rows, (begun, "actor_started", "symbol:A")))

    assert broken(result) == expected


def test_a_supervisor_that_gives_up_speaks_for_its_children_too(tmp_path: Path) -> None:
    rows = [("00:00", "actor_failed", "risk"), ("00:01", "actor_gave_up", "trading")]
    rows += [("00:01", "actor_failed", "trading")]

    result = audit((), LIMITS, None, a_log(tmp_path, *rows))

    assert broken(result) == set()


@pytest.mark.parametrize(("answered", "expected"), [("10:01", set()), ("11:30", {11})])
def test_one_taken_along_that_fails_again_in_its_next_life_is_measured_from_then(
    tmp_path: Path, answered: str, expected: set[int]
) -> None:
    rows = [("00:00", "actor_failed", "symbol:A"), ("00:01", "actor_gave_up", "symbols")]
    rows += [("10:00", "actor_failed", "symbol:A"), (answered, "actor_restarted", "symbol:A")]

    assert broken(audit((), LIMITS, None, a_log(tmp_path, *rows))) == expected


@pytest.mark.parametrize(("answered", "expected"), [("01:15", set()), ("01:16", {11})])
def test_a_successor_has_the_time_of_a_start_that_hung_and_of_another(
    tmp_path: Path, answered: str, expected: set[int]
) -> None:
    log = a_log(tmp_path, ("00:00", "actor_failed", "a"), (answered, "actor_restarted", "a"))

    assert broken(audit((), LIMITS, None, log)) == expected


def test_one_that_fails_again_before_it_is_up_is_measured_from_its_first_failure(tmp_path: Path) -> None:
    rows = [("00:00", "actor_failed", "a"), ("00:50", "actor_failed", "a"), ("01:40", "actor_restarted", "a")]

    assert broken(audit((), LIMITS, None, a_log(tmp_path, *rows))) == {11}


def test_a_supervisor_that_gave_up_long_ago_speaks_for_nobody_who_fails_now(tmp_path: Path) -> None:
    rows = [("00:00", "actor_failed", "b"), ("00:01", "actor_gave_up", "b"), ("10:00", "actor_failed", "b")]

    result = audit((), LIMITS, None, a_log(tmp_path, *rows))

    assert [(one.invariant, f"{one.at:%M:%S}") for one in result.violations] == [(11, "10:00")]


def test_a_log_that_tells_of_nothing_shows_nothing() -> None:
    findings = Findings()

    check_lives((), findings)

    assert findings.checked_by == {}


def test_of_two_surrenders_the_nearer_one_speaks(tmp_path: Path) -> None:
    rows = [
        ("00:01", "actor_gave_up", "symbols"),
        ("10:00", "actor_failed", "risk"),
        ("10:01", "actor_gave_up", "trading"),
    ]

    assert broken(audit((), LIMITS, None, a_log(tmp_path, *rows))) == set()
