from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from simgateway.market.base import Print
from tests.conformance.stage import CALL, HIGH_LEVEL, PUT, STOCK, Stage
from tests.simgateway.fake_market import a_quote
from tests.simgateway.rig import NOON

SIZES = (
    ("1 secs", "60 S"), ("5 secs", "300 S"), ("10 secs", "300 S"), ("15 secs", "600 S"), ("30 secs", "1800 S"),
    ("1 min", "3600 S"), ("2 mins", "3600 S"), ("3 mins", "3600 S"), ("5 mins", "1 D"), ("10 mins", "1 D"),
    ("15 mins", "1 D"), ("20 mins", "1 D"), ("30 mins", "2 D"), ("1 hour", "1 D"), ("2 hours", "2 D"),
    ("3 hours", "2 D"), ("4 hours", "1 W"), ("8 hours", "1 W"), ("1 day", "1 M"), ("1 week", "3 M"), ("1 month", "1 Y"),
)  # fmt: skip
"""Every bar size of IB's table, each with a duration that it may have."""


def test_an_hour_of_minutes_comes_in_order(stage: Stage) -> None:
    line = stage.line()

    asked = line.history()
    line.until("bars_end", asked=asked)

    bars = line.all("bar", asked=asked)
    assert len(bars) == 60
    assert [row["date"] for row in bars] == sorted(row["date"] for row in bars)
    assert bars[0]["date"].endswith(" US/Eastern")
    assert all(row["low"] <= row["open"] <= row["high"] and row["low"] <= row["close"] <= row["high"] for row in bars)


@pytest.mark.parametrize(("size", "duration"), SIZES)
def test_bars_of_every_size_are_served(stage: Stage, size: str, duration: str) -> None:
    line = stage.line()

    asked = line.history(bar_size=size, duration=duration)

    assert line.until("bars_end", asked=asked)
    assert line.all("bar", asked=asked)


@pytest.mark.parametrize("duration", ["60 S", "1 D", "2 W", "1 M", "1 Y"])
def test_every_unit_of_duration_is_served(stage: Stage, duration: str) -> None:
    line = stage.line()

    asked = line.history(bar_size="1 min" if duration == "60 S" else "1 day", duration=duration)

    line.until("bars_end", asked=asked)
    counts = {
        "60 S": {1},
        "1 D": {1},
        "2 W": set(range(9, 16)),
        "1 M": set(range(20, 33)),
        "1 Y": set(range(249, 367)),
    }
    assert len(line.all("bar", asked=asked)) in counts[duration]


@pytest.mark.parametrize(("size", "duration"), [("1 secs", "1 D"), ("1 day", "60 S")])
def test_a_step_not_in_the_table_is_162(stage: Stage, size: str, duration: str) -> None:
    line = stage.line()

    asked = line.history(bar_size=size, duration=duration)

    row = line.until("error", asked=asked)
    assert row["code"] == 162
    assert "invalid step" in row["text"]


@pytest.mark.parametrize("size", ["1 day", "1 week", "1 month"])
def test_bars_of_a_day_and_more_are_dated_by_the_day(stage: Stage, size: str) -> None:
    line = stage.line()

    asked = line.history(bar_size=size, duration="3 M")
    line.until("bars_end", asked=asked)

    assert {len(row["date"]) for row in line.all("bar", asked=asked)} == {8}


def test_bars_may_be_dated_in_epoch_seconds(stage: Stage) -> None:
    line = stage.line()

    asked = line.history(format=2, duration="60 S")
    line.until("bars_end", asked=asked)

    assert all(row["date"].isdigit() for row in line.all("bar", asked=asked))


@pytest.mark.parametrize("what", ["BID", "ASK", "MIDPOINT"])
def test_bars_of_quotes_have_no_volume(stage: Stage, what: str) -> None:
    line = stage.line()

    asked = line.history(what=what)
    line.until("bars_end", asked=asked)

    assert {row["volume"] for row in line.all("bar", asked=asked)} == {-1.0}


def test_history_of_an_option_is_served(stage: Stage) -> None:
    line = stage.line()

    asked = line.history(CALL)

    assert line.until("bars_end", asked=asked)


def test_a_contract_without_trades_is_error_162(stage: Stage) -> None:
    line = stage.line()

    asked = line.history(PUT)

    row = line.until("error", asked=asked)
    assert row["code"] == 162
    assert "no data" in row["text"]


@pytest.mark.parametrize(("wrong", "value"), [("bar_size", "60 mins"), ("duration", "3 X"), ("what", "NONSENSE")])
def test_a_request_that_cannot_be_is_refused(stage: Stage, wrong: str, value: str) -> None:
    line = stage.line()
    stage.expect("never ended", of={"ib_async"})  # it takes 321 for a warning and waits on

    parts: dict[str, Any] = {wrong: value}
    asked = line.history(**parts)

    assert line.until("error", asked=asked)["code"] == 321


def test_an_unknown_contract_has_no_history(stage: Stage) -> None:
    line = stage.line()

    asked = line.history({**STOCK, "con_id": 0, "symbol": "NONE"})

    assert line.until("error", asked=asked)["code"] == 200


def test_a_request_under_way_can_be_cancelled(stage: Stage) -> None:
    stage.gateway(history_ms=(600_000, 600_000))
    line = stage.line()

    asked = line.history()
    line.do("stop_history", asked=asked)

    assert line.until("error", asked=asked)["code"] == 162


def test_small_bars_asked_for_twice_are_a_pacing_violation(stage: Stage) -> None:
    stage.gateway(speed=5.0, pacing=True, delay_ms=(0, 1), history_ms=(1, 2))
    line = stage.line()

    first = line.history(bar_size="5 secs", duration="60 S")
    second = line.history(bar_size="5 secs", duration="60 S")

    assert line.until("bars_end", asked=first)
    assert "pacing" in line.until("error", asked=second, code=162)["text"]


def test_bars_are_kept_up_to_date_until_cancelled(stage: Stage) -> None:
    line = stage.line()

    asked = line.history(live=True, bar_size="5 secs", duration="60 S", format=2)
    line.until("bars_end", asked=asked)

    for count, bid in enumerate(("1.01", "1.02", "1.03"), start=1):
        stage.show(STOCK["con_id"], bid, "1.10")
        row = line.until("bar_update", asked=asked, count=count)
    assert row["low"] <= row["open"] <= row["high"]
    line.do("stop_history", asked=asked)


def test_the_first_moment_of_history_is_told(stage: Stage) -> None:
    line = stage.line()

    text = line.ask("head", contract=STOCK, what="TRADES", format=1)
    epoch = line.ask("head", contract=STOCK, what="TRADES", format=2)

    assert "-" in line.until("head", asked=text)["at"]
    assert line.until("head", asked=epoch)["at"].isdigit()


@pytest.mark.parametrize(
    ("what", "kind"), [("TRADES", "past_trades"), ("BID_ASK", "past_quotes"), ("MIDPOINT", "past_ticks")]
)
def test_past_ticks_are_served(stage: Stage, what: str, kind: str) -> None:
    at = NOON - timedelta(minutes=10)
    stage.host.market.trades = [Print(at + timedelta(seconds=k), Decimal(100 + k), 5) for k in range(3)]
    stage.host.market.book = [(at + timedelta(seconds=k), a_quote("1.00", f"1.1{k}")) for k in range(3)]
    line = stage.line()

    asked = line.ask(
        "past_ticks", contract=STOCK, start="20251112 11:00:00 US/Eastern", end="", count=50, what=what, regular=1
    )

    line.until(kind, asked=asked, done=True)
    ticks = [tick for row in line.all(kind, asked=asked) for tick in row["ticks"]]
    assert len(ticks) == 3
    assert [tick[0] for tick in ticks] == sorted(tick[0] for tick in ticks)


def test_many_requests_at_once_are_all_answered(stage: Stage) -> None:
    line = stage.line()

    asked = [line.history(duration=f"{minutes * 60} S") for minutes in range(1, 21)]

    for minutes, number in enumerate(asked, start=1):
        line.until("bars_end", asked=number)
        assert len(line.all("bar", asked=number)) == minutes


def test_the_library_makes_a_row_of_each_bar(stage: Stage) -> None:
    line = stage.line()

    asked = line.history()
    line.until("bars_end", asked=asked)

    if stage.client.name in HIGH_LEVEL:
        assert line.until("done", asked=asked)["rows"] == 60
