from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domain.errors import ConfigError
from ops.explaining.question import explain, moment_of
from ops.logs import FileLog
from ops.reading.files import log_files
from ops.reading.rows import Reader
from tests.ops.clock import StillClock

OPEN = datetime(2026, 3, 11, 13, 30, tzinfo=UTC)  # 09:30 New York
INTENT = "260311SPY093610"
CONTRACT = "SPY 2026-03-13 500C"


class Story:
    """Writes a log by the bot's own hand, strict about its catalogue."""

    def __init__(self, folder: Path) -> None:
        self._clock = StillClock(OPEN)
        self._log = FileLog(folder, self._clock, inline=True, strict=True)
        self.folder = folder

    def at(self, minute: int, second: int, event: str, **fields: Any) -> "Story":
        self._clock.at = OPEN + timedelta(minutes=minute, seconds=second)
        self._log.emit(event, **fields)
        return self

    def answers(self, what: str, at: str | None = None) -> list[str]:
        self._log.close()
        return list(explain(Reader(log_files(self.folder)), what, at).lines)


def looks(story: Story, minute: int, cycle: int, decision: str, symbol: str = "SPY") -> None:
    story.at(minute, 2, "historical_success", symbol=symbol, bars=9, seconds=0.3, attempt=1, bar_size="1 min")
    story.at(minute, 2, "symbol_cycle", symbol=symbol, cycle=cycle, decision=decision, reason="scalp.rsi=50.5")


def test_a_symbol_at_a_time_is_told_by_its_last_look_and_no_other_symbols(tmp_path: Path) -> None:
    story = Story(tmp_path)
    for minute in (0, 3, 6):
        looks(story, minute, 1 + minute // 3, "HOLD")
        looks(story, minute, 1 + minute // 3, "HOLD", "SPYG")

    assert story.answers("spy", "09:34") == [
        "09:33:02  9 bars of 1 min came in 0.3 s, at try 1.",
        "09:33:02  Cycle 2 decided to do nothing. It saw scalp RSI 50.5.",
    ]


def test_a_denial_is_told_with_its_number_and_the_limit(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.at(0, 1, "signal", symbol="SPY", strategy="scalp", decision="BUY_CALL", confidence=0.4, reason="rsi=61")
    story.at(0, 2, "entry_denied", symbol="SPY", rule="max_spread_pct", found="9.1", limit="2", candidate="SPY 500C")
    story.at(0, 2, "symbol_cycle", symbol="SPY", cycle=1, decision="max_spread_pct", reason="")

    assert story.answers("SPY") == [
        "09:30:01  scalp wanted to buy a call with confidence 0.4: RSI 61.",
        "09:30:02  SPY 500C was denied by max_spread_pct: 9.1 against 2.",
        "09:30:02  Cycle 1 ended without an entry, by max_spread_pct.",
    ]


def test_an_intent_is_told_from_what_was_seen_to_what_came_of_it(tmp_path: Path) -> None:
    story = Story(tmp_path)
    looks(story, 0, 1, "HOLD")
    story.at(6, 2, "signal", symbol="SPY", strategy="scalp", decision="BUY_CALL", confidence=0.4, reason="rsi=61")
    story.at(
        6, 10, "option_chosen",
        symbol="SPY", contract=CONTRACT, bid=Decimal("1.00"), ask=Decimal("1.02"), spot=500, filters="cheap",
        rejected="", greeks="none",
    ).at(6, 10, "bracket_planned", intent=INTENT, contract=CONTRACT, quantity=2, price=Decimal("1.02"), target=2,
         trigger=Decimal("0.8"), stop_limit=Decimal("0.7"), strategy="scalp",
    )  # fmt: skip
    looks(story, 7, 3, "HOLD", "QQQ")
    story.at(6, 11, "order_placement", ref=f"{INTENT}.E.0", contract=CONTRACT, side="BUY", quantity=2,
             order_type="LMT", price=Decimal("1.02"), trigger=None, tif="DAY")  # fmt: skip
    for second in (12, 13):
        story.at(6, second, "order_status", ref=f"{INTENT}.E.0", status="Filled", filled=2, remaining=0)
    story.at(9, 0, "order_refused", refs=f"x.S.1,{INTENT}.S.1", reason="old epoch")
    story.at(9, 9, "position_closed", intent=INTENT, contract=CONTRACT, reason="target", quantity=2, pnl=9.5, fees=1)

    assert story.answers(INTENT) == [
        "09:36:02  scalp wanted to buy a call with confidence 0.4: RSI 61.",
        f"09:36:10  {CONTRACT} was chosen at 1.0 bid, 1.02 ask, with the share at 500. It passed: cheap. Greeks: none.",
        f"09:36:10  Planned: buy 2 {CONTRACT} at 1.02 or less, target 2, stop 0.8 (limit 0.7).",
        f"09:36:11  Sent {INTENT}.E.0: BUY 2 LMT at 1.02, DAY.",
        f"09:36:12  The broker on {INTENT}.E.0: Filled, 2 filled, 0 remain.",
        f"09:39:00  x.S.1,{INTENT}.S.1 refused on our side: old epoch",
        "09:39:09  It ended by target: P&L 9.50 USD after 1.00 USD of fees.",
    ]


def test_lines_of_another_version_are_told_as_far_as_they_go(tmp_path: Path) -> None:
    line = '{"ts":"2026-03-11T13:30:02.000000Z","event":"symbol_cycle","symbol":"SPY","decision":"HOLD"}\n'
    (tmp_path / "bot.jsonl").write_text(line)

    answer = explain(Reader(log_files(tmp_path)), "SPY", None)

    assert answer.lines == ("09:30:02  Cycle ? decided to do nothing.",)


@pytest.mark.parametrize(
    ("what", "at", "problem"),
    [
        ("SPY", "9h30", "not a time; write HH:MM"),
        ("SPY", "2026-02-30 09:30", "not a time; write HH:MM"),
        ("SPY", "09:29", "SPY was not looked at on 2026-03-11 before 09:29:59"),
        ("QQQ", None, "QQQ was not looked at"),
        ("260311SPY100000", None, "no line of the log names it"),
    ],
)
def test_what_the_log_does_not_know_is_said_in_one_line(
    tmp_path: Path, what: str, at: str | None, problem: str
) -> None:
    story = Story(tmp_path)
    looks(story, 0, 1, "HOLD")

    with pytest.raises(ConfigError, match=problem):
        story.answers(what, at)


def test_an_empty_log_is_said_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "bot.jsonl").write_text("")

    with pytest.raises(ConfigError, match="no line yet"):
        explain(Reader(log_files(tmp_path)), "SPY", None)


def test_minutes_mean_the_end_of_the_minute_and_a_date_another_day() -> None:
    assert moment_of("09:30:15", OPEN) == OPEN + timedelta(seconds=15.999999)
    assert moment_of("09:30", OPEN) == OPEN + timedelta(seconds=59.999999)
    assert moment_of("2026-03-10 09:30:00", OPEN) == OPEN + timedelta(days=-1, seconds=0.999999)


def test_what_comes_long_after_an_intents_end_is_not_read_and_what_comes_soon_is(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.at(9, 9, "position_closed", intent=INTENT, contract=CONTRACT, reason="target", quantity=2, pnl=9.5, fees=1)
    story.at(10, 0, "risk_released", intent=INTENT)
    story.at(90, 0, "risk_released", intent=INTENT)

    assert [line[:8] for line in story.answers(INTENT)] == ["09:39:09", "09:40:00"]


def test_what_was_adopted_has_an_intent_of_its_own_kind(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.at(9, 0, "foreign_adopted", intent=f"{INTENT}A", contract=CONTRACT, quantity=2, price=Decimal("1.10"))

    assert story.answers(f"{INTENT}A") == [f"09:39:00  2 {CONTRACT} of others are ours, counted from 1.10 USD"]


def test_a_look_hours_before_the_time_asked_about_is_found_whole(tmp_path: Path) -> None:
    story = Story(tmp_path)
    looks(story, 0, 1, "HOLD")
    looks(story, 200, 2, "HOLD", "QQQ")

    assert [line[:8] for line in story.answers("SPY", "12:55")] == ["09:30:02", "09:30:02"]
