"""Bad input: one line that says what and where to mend it, exit code 2, and nothing left behind."""

import json
import re
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.main import main
from tests.house import CHECKOUT

DAY = "2015-12-24"
TRADING = {"demo", "replay", "trade"}
Refused = Callable[..., str]


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Refused:
    """Return what runs a command line, sees that it is refused as it should be, and returns its one line."""

    def run(*arguments: object) -> str:
        with pytest.raises(SystemExit) as ended:
            main([*map(str, arguments), *(_places(tmp_path) if arguments[0] in TRADING else [])])
        said = capsys.readouterr()
        assert (ended.value.code, said.out) == (2, ""), said
        assert said.err.count("\n") == 1, said.err
        assert _left_behind(tmp_path) == []
        return said.err

    return run


def _places(folder: Path) -> list[str]:
    sets = {"runs_dir": "runs", "state_dir": "state", "log_dir": "logs"}
    return [part for key, name in sets.items() for part in ("--set", f"paths.{key}={folder / name}")]


def _left_behind(folder: Path) -> list[Path]:
    """Return what a run has made: the calendar is a cache, and whole."""
    made = [path for name in ("runs", "state", "logs") for path in (folder / name).rglob("*")]
    return [path for path in made if "calendar" not in path.relative_to(folder).parts]


@contextmanager
def a_listener() -> Iterator[int]:
    """Give a port that is in use."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield taken.getsockname()[1]


def nobodys_port() -> int:
    """Return a port at which nothing listens."""
    with a_listener() as port:
        return port


@contextmanager
def a_gateway_of(account: str) -> Iterator[int]:
    """Run a gateway that is logged in to this account; give its port."""
    command = [sys.executable, "-m", "simgateway", "--port", "0", "--symbols", "SPY", "--account", account]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["port"]
        finally:
            process.kill()


def recorded_day(folder: Path, *, quotes: bytes | None = None) -> Path:
    """Write a day of GOOG with one trade; its quotes are these bytes, if any are given."""
    minutes = folder / "data" / "equity" / "usa" / "minute" / "goog"
    minutes.mkdir(parents=True)
    for kind, row in (("trade", "34200000,1,1,1,1,100"), ("quote", "34200000,1,1,1,1,9,2,2,2,2,9")):
        with zipfile.ZipFile(minutes / f"20151224_{kind}.zip", "w") as archive:
            archive.writestr(f"20151224_goog_minute_{kind}.csv", row)
    if quotes is not None:
        (minutes / "20151224_quote.zip").write_bytes(quotes)
    return folder / "data"


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("risk.take_profit=0.5", r"--set risk\.take_profit: unknown key; did you mean risk\.take_profit_pct\?"),
        ("rsik.take_profit_pct=0.5", r"--set rsik.*unknown key; did you mean risk"),
        ("schedule.interval_seconds=soon", r"schedule\.interval_seconds: 'soon' must be a whole number"),
        ("options.max_spread_pct=-1", r"options\.max_spread_pct"),
        ("live=true", r"broker\.account is not an account of real money \(U…\), but live is true"),
        ("symbols=[SP$]", r"symbols: 'SP\$' is no symbol"),
        ("nonsense", r"--set nonsense: write section\.key=value, such as"),
        ("=5", r"--set =5: write section\.key=value, such as"),
        ("broker.account=DU7654321", r"broker\.account=DU7654321: the simulated gateway has DU1234567 alone"),
    ],
)
def test_a_setting_that_cannot_be_is_named(refused: Refused, setting: str, expected: str) -> None:
    line = refused("demo", "--set", setting)

    assert re.match(f"bot: .*{expected}", line)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("risk:\n  take_profit: 0.5\n", r"own\.yaml:2: risk\.take_profit: unknown key; did you mean"),
        ("schedule:\n  interval_seconds: soon\n", r"own\.yaml:2: schedule\.interval_seconds: 'soon' must be"),
        ("live: true\n", r"own\.yaml:1: live is true, and so is dry_run"),
        ("symbols: [SPY\n", r"own\.yaml:2: not YAML"),
        ("- SPY\n", r"own\.yaml:1: settings are keys with values"),
    ],
)
def test_a_settings_file_is_named_with_its_line(refused: Refused, tmp_path: Path, content: str, expected: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(content)

    line = refused("trade", "--settings", path)

    assert re.search(expected, line)


def test_a_settings_file_that_is_not_there_is_named(refused: Refused, tmp_path: Path) -> None:
    line = refused("trade", "--settings", tmp_path / "none.yaml")

    assert "none.yaml: no such file; name one with --settings" in line


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--crash", "risk"), "give ACTOR@HH:MM, such as"),
        (("--crash", "rsik@11:00"), "give ACTOR@HH:MM, such as"),
        (("--crash", "symbol:@11:00"), "give ACTOR@HH:MM, such as"),
        (("--crash", "risk@25:00"), "'25:00' is not a New York time HH:MM"),
        (("--crash", "risk@17:00"), "choose a time within the session, 09:30 to 16:00"),
        (("--crash", "symbol:GOOG@11:00"), "GOOG is not traded in this run; its symbols are SPY, QQQ, AAPL"),
        (("--until", "noon"), "--until noon: 'noon' is not a New York time HH:MM"),
        (("--until", "09:00"), "--until 09:00: choose a time after 09:30"),
        (("--threads", "--speed", "0"), "--speed 0: give a number above 0"),
        (("--threads", "--speed", "nan"), "--speed nan: give a number above 0"),
        (("--seed", "seven"), "'--seed'"),
        (("--sed", "7"), "No such option: --sed"),
        (("today",), "unexpected extra argument"),
    ],
)
def test_an_option_that_cannot_be_is_named(refused: Refused, arguments: tuple[str, ...], expected: str) -> None:
    line = refused("demo", *arguments)

    assert line.startswith("bot: ")
    assert expected in line


def test_a_command_that_is_none_is_named(refused: Refused) -> None:
    assert "No such command 'dmeo'. Did you mean 'demo'? (see ./bot --help)" in refused("dmeo")


def test_without_a_command_there_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])

    assert ended.value.code == 0
    assert "replay" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("day", "symbols", "expected"),
    [
        ("2015-12-23", "GOOG", r"no trades of GOOG on 2015-12-23 .*recorded days: 2015-12-24"),
        ("2015-12-26", "GOOG", r"--date 2015-12-26: the New York market was closed; choose a trading day"),
        ("2015-12-25", "GOOG", r"--date 2015-12-25: the New York market was closed; choose a trading day"),
        ("2015-13-45", "GOOG", r"--date 2015-13-45: not a day; write YYYY-MM-DD"),
        ("20151224", "GOOG", r"--date 20151224: not a day; write YYYY-MM-DD"),
        ("christmas", "GOOG", r"--date christmas: not a day; write YYYY-MM-DD"),
        ("1850-01-03", "GOOG", r"--date 1850-01-03: nobody knows its holidays; choose a recorded day"),
        ("9999-12-31", "GOOG", r"--date 9999-12-31: nobody knows its holidays; choose a recorded day"),
        (DAY, "NONE", r"no recording of NONE in .*: it has GOOG"),
        (DAY, "G$", r"symbols: 'G\$' is no symbol"),
        (DAY, ",", r"symbols: should have at least 1 item"),
    ],
)
def test_a_day_that_cannot_be_replayed_is_named(
    refused: Refused, tmp_path: Path, day: str, symbols: str, expected: str
) -> None:
    line = refused("replay", "--data", recorded_day(tmp_path), "--date", day, "--symbols", symbols)

    assert re.match(f"bot: {expected}", line)


def test_a_replay_without_its_options_is_told_which_is_missing(refused: Refused) -> None:
    assert "Missing option '--data' (see ./bot replay --help)" in refused("replay", "--date", DAY)


def test_a_data_folder_that_is_not_there_is_named(refused: Refused, tmp_path: Path) -> None:
    line = refused("replay", "--data", tmp_path / "none", "--date", DAY, "--symbols", "GOOG")

    assert "none: no such folder; give the one that has equity/usa/minute in it" in line


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", b"<html>not found</html>"])
def test_a_corrupt_zip_is_named(refused: Refused, tmp_path: Path, content: bytes) -> None:
    data = recorded_day(tmp_path, quotes=content)

    line = refused("replay", "--data", data, "--date", DAY, "--symbols", "GOOG")

    assert re.search(r"cannot read .*20151224_quote\.zip: .*; fetch this file again", line)


def test_damage_that_only_shows_during_the_day_ends_it_and_leaves_no_folder(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = recorded_day(tmp_path)
    other = data / "equity" / "usa" / "minute" / "goog" / "20151223_trade.zip"
    other.write_bytes(b"half a file")

    with pytest.raises(SystemExit) as ended:
        main(["replay", "--data", str(data), "--date", DAY, "--symbols", "GOOG", *_places(tmp_path)])

    lines = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2
    assert re.match(r"bot: cannot read .*20151223_trade\.zip: .*; fetch this file again", lines[-1])
    assert _left_behind(tmp_path) == []


@pytest.mark.parametrize("command", [("demo",), ("replay", "--date", DAY, "--symbols", "GOOG", "--data", ".")])
def test_a_runs_folder_that_cannot_be_written_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: tuple[str, ...]
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()

    with pytest.raises(SystemExit) as ended:
        main([*command, "--set", f"paths.runs_dir={in_the_way}"])

    assert ended.value.code == 2
    assert "paths.runs_dir" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--port", "99999"), "--port: 99999 is not a port, 0 to 65535"),
        (("--start", "9h"), "--start: 9h is not a New York time HH:MM"),
        (("--speed", "0"), "--speed: 0 is not a number above 0"),
        (("--date", "2026-03-14"), "--date 2026-03-14: New York does not trade on that Saturday"),
        (("--symbols", ""), "--symbols '': there is none; give names such as SPY,QQQ"),
        (("--market", "recorded"), "--market recorded needs --data"),
        (("--prot", "4002"), "unrecognized arguments: --prot"),
    ],
)
def test_a_gateway_that_cannot_be_is_refused(refused: Refused, arguments: tuple[str, ...], expected: str) -> None:
    line = refused("gateway", *arguments)

    assert line.startswith("simgateway: ")
    assert expected in line


def test_a_port_in_use_is_named_and_no_frame_log_is_begun(refused: Refused, tmp_path: Path) -> None:
    log = tmp_path / "frames.jsonl"

    with a_listener() as port:
        line = refused("gateway", "--symbols", "SPY", "--port", port, "--log", log)

    assert f"--port {port}: Address already in use; choose another" in line
    assert not log.exists()


def test_a_frame_log_that_cannot_be_written_is_named(refused: Refused, tmp_path: Path) -> None:
    line = refused("gateway", "--symbols", "SPY", "--port", 0, "--log", tmp_path / "none" / "frames.jsonl")

    assert "frames.jsonl: No such file or directory; choose a file that can be written" in line


def test_trading_where_nothing_listens_is_refused(refused: Refused) -> None:
    port = nobodys_port()

    line = refused("trade", "--set", "broker.host=127.0.0.1", "--set", f"broker.port={port}")

    assert f"broker.host/broker.port: 127.0.0.1:{port}: nothing listens there" in line


def test_trading_an_account_that_is_not_a_paper_account_is_refused(refused: Refused) -> None:
    with a_gateway_of("U1234567") as port:
        line = refused("trade", "--set", "dry_run=false", "--set", f"broker.port={port}")

    assert "is not a paper account (DU… or DF…): log in to a paper account, or set dry_run: true" in line
    assert "U1234567" not in line


def test_naming_an_account_that_is_not_a_paper_account_is_refused(refused: Refused) -> None:
    line = refused("trade", "--set", "dry_run=false", "--set", "broker.account=U1234567")

    assert "broker.account is not a paper account" in line


def test_live_trading_is_refused_while_dry_run_says_otherwise(refused: Refused) -> None:
    line = refused("trade", "--set", "live=true", "--set", "broker.account=U1234567")

    assert "live is true, and so is dry_run" in line
