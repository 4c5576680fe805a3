"""./bot config: what is in force, said without connecting and without keeping anything."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.main import main
from config.load import load
from tests.house import CHECKOUT

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Said:
    """Return what runs ``./bot config`` and gives its exit code, its output and its complaint."""
    monkeypatch.delenv("SETTINGS_FILE", raising=False)

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["config", *map(str, arguments)])
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


def test_show_prints_each_value_with_its_origin(said: Said) -> None:
    code, out, _ = said("show", "risk", "--set", "risk.stop_loss_pct=0.3")

    assert code == 0
    assert "risk.stop_loss_pct: 0.3  # --set risk.stop_loss_pct" in out
    assert "risk.take_profit_pct: 0.5  # default" in out
    assert all(line.startswith("risk.") for line in out.splitlines())


def test_show_as_json_is_one_object(said: Said) -> None:
    _, out, _ = said("show", "--json", "--settings", CHECKOUT / "config" / "paper.yaml")

    shown = json.loads(out)
    assert shown["dry_run"] == {"value": False, "from": f"{CHECKOUT / 'config' / 'paper.yaml'}:4"}


def test_what_show_prints_makes_the_same_settings_again(said: Said) -> None:
    _, out, _ = said("show", "--set", "options.expiry=0dte", "--set", "symbols=GOOG,SPY")

    sets = [line.partition("  # ")[0].replace(": ", "=", 1) for line in out.splitlines()]
    again = load(environment={}, overrides=[each for each in sets if not each.startswith("monitoring.")])
    assert again == load(environment={}, overrides=["options.expiry=0dte", "symbols=GOOG,SPY"])


def test_show_of_nothing_there_is_refused_in_one_line(said: Said) -> None:
    code, out, err = said("show", "risks")

    assert (code, out) == (2, "")
    assert err == "bot: risks: there is no such section or key; ./bot config show lists them all\n"


def test_diff_says_what_was_changed_from_what(said: Said) -> None:
    code, out, _ = said("diff", "--set", "risk.stop_loss_pct=0.3")

    assert (code, out) == (1, "risk.stop_loss_pct: 0.2 -> 0.3  # --set risk.stop_loss_pct\n")


def test_diff_of_untouched_settings_says_so(said: Said) -> None:
    assert said("diff") == (0, "nothing differs\n", "")


def test_diff_against_another_file_compares_with_its_values(said: Said, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("dry_run: false\nschedule: {interval_seconds: 60}\n", encoding="utf-8")

    code, out, _ = said("diff", "--settings", mine, "--against", CHECKOUT / "config" / "paper.yaml")

    assert (code, out) == (1, f"schedule.interval_seconds: 180 -> 60  # {mine}:2\n")


def test_check_names_what_a_start_would_do(said: Said) -> None:
    code, out, _ = said("check", "--json")

    assert code == 0
    assert json.loads(out)["mode"] == "dry_run"


def test_check_refuses_in_one_line(said: Said) -> None:
    code, out, err = said("check", "--set", "risk.stop_loss_pct=30")

    assert (code, out) == (2, "")
    complaint = "30 must be less than or equal to 0.5; write a fraction of 1, not a percentage"
    assert err == f"bot: --set risk.stop_loss_pct: {complaint}\n"


def test_the_schema_printed_is_the_shipped_one(said: Said) -> None:
    _, out, _ = said("schema")

    assert out == (CHECKOUT / "config" / "settings.schema.json").read_text(encoding="utf-8")
