from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cli.watch import Watch, run_watch
from domain.errors import ConfigError
from tests.ops.clock import StillClock
from tests.ops.report.lines import CONTRACT, OPEN, Written, filled, planned


def test_what_is_written_while_it_watches_is_on_the_board_once(tmp_path: Path) -> None:
    log = Written(tmp_path)
    log.at(1, "alert", kind="a", text="first", delivered=False)
    watch = Watch(tmp_path)

    quiet = watch.news()
    log.at(2, "alert", kind="b", text="second", delivered=False)
    news = watch.news()
    watch.close()
    log.facts()

    assert (quiet, news) == (False, True)
    assert [text for _, _, text in watch.board.events] == ["alert, a: first", "alert, b: second"]


def test_only_the_last_day_is_caught_up_on(tmp_path: Path) -> None:
    log = Written(tmp_path)
    log.at(0, "alert", kind="a", text="yesterday", delivered=False)
    log.at(24 * 60, "alert", kind="a", text="today", delivered=False)
    log.facts()

    watch = Watch(tmp_path)
    watch.close()

    assert [text for _, _, text in watch.board.events] == ["alert, a: today"]


def test_what_was_bought_on_an_earlier_day_is_held_today(tmp_path: Path) -> None:
    log = Written(tmp_path)
    for intent, day in (("260311SPY093100", 0), ("260312SPY093100", 1)):
        planned(log, day * 24 * 60 + 1, intent)
        filled(log, day * 24 * 60 + 2, intent, ("ENTRY", 2, "1.00", f"e{day}"))
    log.at(2 * 24 * 60, "day_opened", day="2026-03-13", equity=1000)
    for intent in ("260311SPY093100", "mine"):
        log.at(
            2 * 24 * 60 + 1, "guard_quote",
            intent=intent, contract=CONTRACT, bid=1.25, bid_first=1, bid_high=2, bid_low=1, ask=2,
        )  # fmt: skip
    log.facts()

    watch = Watch(tmp_path)
    watch.close()

    assert [(trip.intent, trip.held, trip.target) for trip in watch.board.open_trips] == [
        ("260311SPY093100", 2, Decimal("1.5"))
    ]
    assert not any("2 SPY" in text for _, _, text in watch.board.events)


def test_where_nobody_looks_it_is_printed_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = Written(tmp_path)
    log.at(0, "started", version="1.2.3", mode="paper", symbols=1)
    log.facts()

    code = run_watch(tmp_path, once=False, clock=StillClock(OPEN + timedelta(seconds=5)))

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert lines[0].startswith("Stopward paper 1.2.3  2026-03-11 09:30:00 New York  last line 5 s ago")
    assert {len(line) for line in lines} == {80}


def test_a_folder_that_does_not_exist_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder; start"):
        run_watch(tmp_path / "nowhere", once=True)
