"""What faults of the gateway found: each by name, with what was wrong."""

from pathlib import Path

import pytest

from domain.commands import RequestBook
from domain.reports import BookReport
from tests.scenarios.bad_days import STRIKES, Life, nth


@pytest.mark.parametrize("end", ["positionEnd", "openOrderEnd", "execDetailsEnd"])
def test_one_lost_end_of_the_book_leaves_time_to_repair_within_the_bound(end: str, tmp_path: Path) -> None:
    """It was asked for again after four seconds: with the silence before that, a bare position waited for more."""
    with Life.of(tmp_path) as life:
        life.run_until(STRIKES)
        life.strike(nth(1, "mute", end))
        asked_at = life.now

        book = life.ask("broker", RequestBook())

        assert isinstance(book, BookReport)
        assert life.gateway.faults.fired["mute"] == 1
        assert (life.now - asked_at).total_seconds() < 3.0
