from pathlib import Path

import pytest

from config.complaints import all_keys
from config.effective import DEFAULT, Entry, entries, of_symbol
from config.load import load_traced
from config.settings import Settings
from domain.errors import ConfigError

CHANNEL = "discord://token/of-a-channel"


def in_force(folder: Path, text: str = "", **environment: str) -> dict[str, Entry]:
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    read = load_traced(environment=environment, settings_file=folder / "mine.yaml")
    return {entry.key: entry for entry in entries(*read)}


def test_every_key_that_can_be_set_is_listed_with_what_it_is_for(tmp_path: Path) -> None:
    found = in_force(tmp_path)

    leaves = {key for key in all_keys(Settings) if not any(other.startswith(f"{key}.") for other in all_keys(Settings))}
    assert set(found) == leaves
    assert all(entry.description for entry in found.values())


def test_untouched_values_come_from_the_defaults_and_differ_from_nothing(tmp_path: Path) -> None:
    assert {(entry.origin, entry.is_changed) for entry in in_force(tmp_path).values()} == {(DEFAULT, False)}


def test_a_value_names_the_line_of_its_file_or_its_variable(tmp_path: Path) -> None:
    found = in_force(tmp_path, "risk:\n  stop_loss_pct: 0.3\n", STOPWARD__BREAKER__FAILURE_THRESHOLD="5")

    assert found["risk.stop_loss_pct"].origin == f"{tmp_path / 'mine.yaml'}:2"
    assert (found["risk.stop_loss_pct"].value, found["risk.stop_loss_pct"].default) == (0.3, 0.2)
    assert found["breaker.failure_threshold"].origin == "environment STOPWARD__BREAKER__FAILURE_THRESHOLD"


def test_of_a_secret_only_its_presence_is_said(tmp_path: Path) -> None:
    found = in_force(tmp_path, "", STOPWARD__MONITORING__ALERT_URLS=CHANNEL, STOPWARD__BROKER__ACCOUNT="DU1234567")

    assert found["monitoring.alert_urls"].value == found["broker.account"].value == "***"
    assert found["monitoring.heartbeat_url"].value == ""
    assert CHANNEL not in str(found)


def test_a_symbol_shows_its_own_values_and_where_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("overrides:\n  SPY:\n    risk:\n      stop_loss_pct: 0.1\n", encoding="utf-8")
    read = load_traced(environment={}, settings_file=tmp_path / "mine.yaml")

    spy = {entry.key: entry for entry in of_symbol(*read, "SPY")}
    qqq = {entry.key: entry for entry in of_symbol(*read, "QQQ")}

    assert (spy["risk.stop_loss_pct"].value, spy["risk.stop_loss_pct"].origin) == (0.1, f"{tmp_path / 'mine.yaml'}:4")
    assert (qqq["risk.stop_loss_pct"].value, qqq["risk.stop_loss_pct"].origin) == (0.2, DEFAULT)
    assert (spy["risk.take_profit_pct"].origin, {key.split(".")[0] for key in spy}) == (
        DEFAULT,
        {"strategies", "options", "risk"},
    )


def test_a_symbol_that_is_not_traded_is_refused() -> None:
    with pytest.raises(ConfigError, match="XYZ is not traded by these settings: SPY, QQQ, AAPL"):
        of_symbol(*load_traced(environment={}), "XYZ")
