"""A real process that takes more memory than it may ends in order, to be started anew."""

import pytest

from tests.scenarios.pairs import PATIENCE_SECONDS, pair


def test_one_that_takes_too_much_ends_in_order_and_wants_to_be_started_anew(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOPWARD__MONITORING__MEMORY_LIMIT_MEGABYTES", "10")

    with pair(tmp_path_factory.mktemp("memory"), "greedy", 0) as one:
        one.bot.communicate(timeout=PATIENCE_SECONDS)
        (end,) = one.events("shutdown")
        started = one.events("actor_started")

    assert (one.bot.returncode, end["exit_code"]) == (70, 70)
    assert end["reason"].endswith("MiB of memory taken, 10 allowed")
    assert started  # It was not the start that failed.
