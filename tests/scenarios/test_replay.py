"""Recorded days: one with an early close, one of a thin chain, one without options."""

import json
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest

from cli.replay_span import run_span
from domain.trading_day import NEW_YORK
from tests.scenarios.days import CENT, Fill, Ran, held_after, market_data, replayed, wanted
from tests.scenarios.recorded import spread_of_minute

CHRISTMAS_EVE = "2015-12-24"
OPTION_RULES = {"max_spread_pct", "min_volume", "min_open_interest", "no_bid", "no_ask", "max_quote_age_seconds"}
SAME_DAY = (
    "options.expiry=0dte",
    "options.max_spread_pct=40",
    "options.min_volume=0",
    "schedule.interval_seconds=60",
)
SATURDAY = 5


@pytest.fixture(scope="module")
def by_default(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Replay GOOG with the settings nobody changed."""
    return replayed(wanted(tmp_path_factory.mktemp("default")), CHRISTMAS_EVE, "GOOG")


@pytest.fixture(scope="module")
def same_day(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Replay GOOG in what expires that day."""
    return replayed(wanted(tmp_path_factory.mktemp("0dte"), *SAME_DAY), CHRISTMAS_EVE, "GOOG")


@pytest.fixture(scope="module")
def weekly(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Replay GOOG in next week's options."""
    sets = ("options.expiry=weekly", "options.max_spread_pct=8", "options.min_volume=0")
    return replayed(wanted(tmp_path_factory.mktemp("weekly"), *sets), CHRISTMAS_EVE, "GOOG")


@pytest.fixture(scope="module")
def monthly(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Replay TWX in the month's options."""
    sets = ("options.expiry=monthly", "options.max_spread_pct=8", "options.min_volume=0")
    return replayed(wanted(tmp_path_factory.mktemp("monthly"), *sets), "2014-06-05", "TWX")


@pytest.fixture(scope="module")
def without_options(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Replay SPY on a day of which no options were recorded, until noon."""
    return replayed(wanted(tmp_path_factory.mktemp("spy")), "2013-10-07", "SPY", until="12:00")


@pytest.fixture(params=["same_day", "weekly", "monthly"])
def traded(request: pytest.FixtureRequest) -> Ran:
    """Return each day on which something was bought."""
    day: Ran = request.getfixturevalue(request.param)
    return day


def lies_within(fill: Fill, low: Decimal | None, high: Decimal | None) -> bool:
    """Return whether somebody was there to trade with, at a price between the two."""
    other_side = high if fill.quantity > 0 else low
    above, below = low is None or low <= fill.price, high is None or fill.price <= high
    return other_side is not None and above and below


def test_christmas_eve_ends_at_one(by_default: Ran) -> None:
    assert by_default.result.trading_day == {"date": CHRISTMAS_EVE, "open": "09:30", "close": "13:00"}
    assert by_default.result.cycles_completed == by_default.result.cycles > 0


def test_a_day_of_a_span_is_the_day_by_itself(
    by_default: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = replace(wanted(tmp_path), as_json=True)

    code = run_span(asked, data=market_data(), span="2015-12-20..2015-12-31", symbols="GOOG", workers=None)

    said = json.loads(capsys.readouterr().out)
    assert (code, [day["trace"] for day in said["days"]]) == (0, [by_default.result.trace])
    assert said["invariants"] == by_default.result.invariants


def test_by_default_every_candidate_is_denied_by_a_rule_of_the_options(by_default: Ran) -> None:
    result = by_default.result

    assert result.entries == 0
    assert result.denied_by["max_spread_pct"] > 0
    assert result.denied_by.keys() <= OPTION_RULES


def test_a_denial_names_its_candidate_and_its_number_beside_the_limit(by_default: Ran) -> None:
    spreads = [row for row in by_default.events("entry_denied") if row["rule"] == "max_spread_pct"]

    assert all(row["candidate"].startswith("GOOG 201") for row in spreads)
    assert all(Decimal(str(row["found"]).split()[0]) > Decimal(str(row["limit"]).split()[0]) for row in spreads)


def test_what_expires_that_day_makes_three_round_trips(same_day: Ran) -> None:
    bought = [fill for fill in same_day.fills() if fill.quantity > 0]

    assert same_day.result.exits == same_day.result.entries >= 3
    assert {fill.contract["expiry"] for fill in bought} == {CHRISTMAS_EVE}


def test_what_expires_that_day_is_not_held_after_a_quarter_to_one(same_day: Ran) -> None:
    in_time = [fill for fill in same_day.fills() if fill.at.time() <= time(12, 45)]

    assert held_after(in_time) == {}
    assert in_time == same_day.fills()


def test_next_weeks_options_make_an_entry(weekly: Ran) -> None:
    bought = [fill for fill in weekly.fills() if fill.quantity > 0]

    assert weekly.result.entries >= 1
    assert {fill.contract["expiry"] for fill in bought} == {"2015-12-31"}


def test_a_monthly_expiry_may_be_a_saturday(monthly: Ran) -> None:
    expiries = {date.fromisoformat(fill.contract["expiry"]) for fill in monthly.fills()}

    assert monthly.result.entries >= 1
    assert {expiry.weekday() for expiry in expiries} == {SATURDAY}


def test_every_fill_lies_within_what_its_minute_had(traded: Ran) -> None:
    fills = traded.fills()

    outside = [
        fill for fill in fills if not lies_within(fill, *spread_of_minute(market_data(), fill.contract, fill.at))
    ]

    assert fills
    assert outside == []


def test_a_days_profit_is_the_gateways_to_the_cent(traded: Ran) -> None:
    result = traded.result

    assert result.pnl.quantize(CENT) == result.gateway_pnl.quantize(CENT)


def test_a_traded_day_ends_flat_and_violates_nothing(traded: Ran) -> None:
    result = traded.result

    assert result.positions_open_at_end == 0
    assert held_after(traded.fills()) == {}
    assert result.violations == []
    assert result.invariants["checked"] > 0


def test_a_day_without_options_has_signals_and_a_clear_reason_for_no_entry(without_options: Ran) -> None:
    result = without_options.result
    signals = without_options.events("signal")
    denials = without_options.events("entry_denied")

    assert result.entries == 0
    assert len(signals) >= 1
    assert {row["rule"] for row in denials} == {"no_chain"}
    assert "chain of SPY" in result.examples["no_chain"]


def test_a_fill_is_stamped_within_the_session(traded: Ran) -> None:
    clocks = {fill.at.astimezone(NEW_YORK).time() for fill in traded.fills()}

    assert min(clocks) >= time(9, 30)
    assert max(clocks) <= time(16, 0)
