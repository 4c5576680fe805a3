import json
from pathlib import Path

import pytest

from simgateway.audit.audit import audit
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


def test_a_supervisor_that_gives_up_speaks_for_its_children_too(tmp_path: Path) -> None:
    rows = [("00:00", "actor_failed", "risk"), ("00:01", "actor_gave_up", "trading")]
    rows += [("00:01", "actor_failed", "trading")]

    result = audit((), LIMITS, None, a_log(tmp_path, *rows))

    assert broken(result) == set()
