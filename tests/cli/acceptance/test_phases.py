from datetime import UTC, datetime, timedelta

import pytest

from cli.acceptance.phases import phase_of, starts_within
from domain.errors import ConfigError
from domain.trading_day import Calendar, Session

OPENS = datetime(2026, 3, 11, 13, 30, tzinfo=UTC)


def two_sessions() -> Calendar:
    days = (OPENS, OPENS + timedelta(days=1))
    return Calendar.of(Session(day=at.date(), opens_at=at, closes_at=at + timedelta(hours=6.5)) for at in days)


def test_four_hours_at_ten_minutes_end_with_the_25th_cycle() -> None:
    assert phase_of("3", None, None, None).cycles == 25


def test_half_an_hour_at_three_minutes_is_eleven_cycles() -> None:
    phase = phase_of("3", "spy, qqq", 180, 0.5)

    assert (phase.cycles, phase.symbols) == (11, ("SPY", "QQQ"))


def test_three_cycles_stay_three_whatever_their_rhythm() -> None:
    assert phase_of("2", None, 300, None).cycles == 3


def test_symbols_may_be_given_as_how_many() -> None:
    assert phase_of("stress", "2", None, None).symbols == ("S0000", "S0001")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("9", None, None, None), "--phase 9: give one of 1, 2, 3, 4, 5, stress"),
        (("3", None, 9, None), "--interval 9: give 10 to 3600 seconds"),
        (("3", None, None, 0.0), "--hours 0: give a number above 0"),
        (("3", "1001", None, None), "--symbols 1001: give names, or how many, 1 to 1000"),
        (("3", " , ", None, None), "--symbols: give names with commas"),
    ],
)
def test_what_cannot_be_run_is_refused(arguments: tuple[str, str | None, int | None, float | None], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        phase_of(*arguments)


def test_cycles_are_expected_inside_of_sessions_alone() -> None:
    whole_day = starts_within(two_sessions(), OPENS, OPENS + timedelta(days=1), 3600)

    assert whole_day == 7  # 09:30 to 15:30; the next day's first comes two seconds after its open.


def test_beyond_the_last_known_session_nothing_is_expected() -> None:
    after = OPENS + timedelta(days=3)

    assert starts_within(two_sessions(), after, after + timedelta(days=1), 3600) == 0
