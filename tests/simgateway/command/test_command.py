"""The command line: each mistake is one line, what is chosen arrives, and nothing is written before all is well."""

import argparse
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from simgateway.__main__ import main
from simgateway.command.markets import is_wall, market_of, start_of, symbols_of
from simgateway.command.parser import UnusableError, options_of
from simgateway.command.stand import stand


def a_choice(*words: str) -> argparse.Namespace:
    return options_of(["--symbols", "SPY", "--port", "0", *words])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--port", "70000"), "--port: 70000 is not a port, 0 to 65535"),
        (("--control-port", "x"), "--control-port: x is not a port"),
        (("--account", "me"), "--account: me is not an account id, such as DU1234567"),
        (("--date", "12.11.2025"), "--date: 12.11.2025 is not a day YYYY-MM-DD"),
        (("--deposit", "-5"), "--deposit: -5 is not an amount in USD"),
        (("--delay-ms", "9-1"), "--delay-ms: 9-1 is not a range: 9 is above 1"),
        (("--delay-ms", "fast"), "--delay-ms: fast is not a range of milliseconds"),
        (("--market-lines", "0"), "--market-lines: 0 is not a number of lines"),
        (("--children", "never"), "--children: never is none of armed_at_first_fill, armed_when"),
        (("--seed", "x"), "--seed: x is not a whole number, such as 7"),
        (("--seed", "9" * 5000), "is not a whole number"),
        (("--speeed", "2"), "unrecognized arguments: --speeed 2"),
        (("--spee", "2"), "unrecognized arguments: --spee 2"),
    ],
)
def test_a_word_that_cannot_be_read_is_one_line(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], expected: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)

    said = capsys.readouterr().err
    assert (ended.value.code, said.count("\n")) == (2, 1)
    assert expected in said


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--date", "2026-03-14"), "New York does not trade on that Saturday, next on 2026-03-16"),
        (("--date", "2025-11-27"), "New York does not trade on that Thursday, next on 2025-11-28"),
        (("--symbols", "0"), "--symbols 0: give 1 to 1023, or names such as SPY,QQQ"),
        (("--symbols", "SPY,SPY"), "each of them once"),
        (("--symbols", "SPY;QQQ"), "SPY;QQQ is no symbol, such as SPY"),
        (("--symbols", " , "), "--symbols ' , ': there is none; give names such as SPY,QQQ"),
        (("--date", "2025-11-12", "--happens", "08:00"), "--happens 08:00: choose 09:30 to 16:00, when it is open"),
        (("--date", "2025-11-28", "--happens", "13:00"), "--happens 13:00: choose 09:30 to 13:00, when it is open"),
        (("--character", "crush"), "'crush' is no character of a market: one of mixed, calm"),
        (("--symbols", "SPY", "--character", "IBM=halt"), "IBM has a character, but is not among the symbols SPY"),
        (("--data", "days"), "a synthetic market reads none"),
        (("--market", "csv"), "--market csv needs --data"),
        (("--market", "csv", "--data", "/none"), "--data /none: there is no such folder"),
        (("--market", "recorded", "--data", "/", "--character", "calm"), "are for --market synthetic alone"),
        (("--scenario", "none.toml"), "none.toml: No such file or directory"),
        (("--scenario", "worst_day"), "there is no such file, and ready-made are bad_link, bad_numbers"),
    ],
)
def test_what_cannot_be_served_is_one_line_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: tuple[str, ...], expected: str
) -> None:
    log = tmp_path / "frames.jsonl"

    code = main(["--port", "0", "--log", str(log), *words])

    said = capsys.readouterr().err
    assert (code, said.count("\n"), log.exists()) == (2, 1, False)
    assert expected in said


def test_a_control_port_in_use_is_named_before_the_log_is_begun(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    log = tmp_path / "frames.jsonl"
    with stand(a_choice("--control-port", "0"), market_of(a_choice())) as place:
        assert place.control is not None
        port = str(place.control.getsockname()[1])

        code = main(["--port", "0", "--log", str(log), "--control-port", port])

    assert (code, log.exists()) == (2, False)
    assert f"--control-port {port}: Address already in use; choose another" in capsys.readouterr().err


def test_what_is_chosen_arrives_at_the_gateway(tmp_path: Path) -> None:
    scenario = tmp_path / "bad.toml"
    scenario.write_text('[gateway]\nmessages_per_second = 20\n[[fault]]\nkind = "mute"\nmessage = "orderStatus"\n')
    words = ("--no-pacing", "--read-only", "--cash", "--deposit", "2500.50", "--account", "U7654321", "--seed", "3")
    more = ("--market-lines", "7", "--delay-ms", "0-5", "--children", "armed_when_complete")
    choice = a_choice(*words, *more, "--scenario", str(scenario))

    with stand(choice, market_of(choice)) as place:
        config = place.config

    assert (config.pacing, config.read_only, config.cash_account, config.start_cash) == (
        *(False, True, True),
        Decimal("2500.50"),
    )
    assert (config.account, config.seed, config.market_lines, config.delay_ms) == ("U7654321", 3, 7, (0, 5))
    assert (config.children_on_partial, config.messages_per_second) == ("armed_when_complete", 20)
    assert [fault.kind for fault in place.faults] == ["mute"]


def test_a_ready_made_day_is_chosen_by_its_name() -> None:
    choice = a_choice("--scenario", "nightly_restart")

    with stand(choice, market_of(choice)) as place:
        assert "restart" in [fault.kind for fault in place.faults]


def test_without_a_date_the_market_is_open_at_any_hour_and_has_a_past_of_thirty_sessions() -> None:
    choice = a_choice()
    market = market_of(choice)
    sunday = date(2026, 3, 15)
    stock = market.stock("SPY")
    assert stock is not None
    now = datetime(2026, 3, 15, 7, 0, tzinfo=UTC)

    days = market.bars(stock, now, 86_400, now - timedelta(days=31), regular_only=True)
    oldest = market.bars(stock, days[0].start + timedelta(hours=1), 60, days[0].start, regular_only=True)

    assert is_wall(choice)
    assert market.session(sunday) is not None
    assert len(days) >= 30
    assert len(oldest) == 60
    assert market.quote(stock, now).bid is not None


@pytest.mark.parametrize("words", [("--speed", "60"), ("--date", "2025-11-13"), ("--start", "10:15")])
def test_a_day_a_time_or_a_speed_means_a_session_of_new_york(words: tuple[str, ...]) -> None:
    choice = a_choice(*words)
    market = market_of(choice)

    assert not is_wall(choice)
    assert market.session(date(2025, 11, 15)) is None
    assert start_of(choice, market).tzinfo is not None


def test_a_market_that_is_always_open_can_be_sped_up_on_a_sunday() -> None:
    choice = a_choice("--date", "2026-03-15", "--speed", "100", "--always-open")
    market = market_of(choice)

    assert not is_wall(choice)
    assert market.session(date(2026, 3, 15)) is not None


def test_a_number_of_symbols_gives_so_many_and_the_known_ones_first() -> None:
    symbols = symbols_of("1000")

    assert (len(set(symbols)), symbols[0]) == (1000, "SPY")
    with pytest.raises(UnusableError):
        symbols_of("9999")


@pytest.mark.parametrize("words", [["--help"], ["inspect", "--help"]])
def test_help_calls_the_program_as_it_was_called(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(words, called="./other run")

    said = capsys.readouterr().out
    assert said.startswith(f"usage: ./other run {'inspect ' if len(words) > 1 else ''}[")
    assert "python -m" not in said


def test_help_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])

    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert "inspect LOG" in said
    assert max(len(line) for line in said.splitlines()) <= 120
