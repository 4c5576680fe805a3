"""What faults of the gateway found: each by name, with what was wrong."""

from pathlib import Path

import pytest

from domain.commands import RequestBook
from domain.reports import BookReport
from tests.scenarios.bad_days import STRIKES, Life, nth, struck
from tests.scenarios.test_sold_by_hand import rising


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


def test_an_exit_sold_before_the_bot_could_ask_what_it_missed_opened_no_short_position(tmp_path: Path) -> None:
    """The gateway told the sale at once and the purchase when it was asked, a minute later: the audit saw a short."""
    up: list[bool] = []
    with Life.of(tmp_path, prices=rising(up)) as life:
        while not life.sent("placeOrder"):
            life.run_for(0.01)
        life.strike(struck("mute", "managedAccounts", lasts=30.0), struck("drop"))
        life.run_for(4.0)
        up.append(True)
        life.run_for(50.0)
        life.stop()

        sides = [frame.fields[18] for frame in life.frames.frames if frame.name == "execDetails"]
        assert sides[:3] == ["SLD", "BOT", "SLD"]
        assert [fields["reason"] for fields in life.events("position_closed")] == ["target"]
        assert life.audited().violations == ()
