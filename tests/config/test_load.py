from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from config.load import load, load_fixed
from config.settings import Settings
from domain.errors import ConfigError
from domain.modes import Mode
from tests.house import CHECKOUT


def loaded(
    folder: Path, general: str = "", *, overrides: Sequence[str] = (), env: Mapping[str, str] | None = None
) -> Settings:
    """Load from a checkout that has nothing but this general file and what the test put beside it."""
    (folder / "config").mkdir(exist_ok=True)
    (folder / "config" / "settings.yaml").write_text(general, encoding="utf-8")
    return load(environment=env or {}, overrides=overrides, checkout=folder)


def refusal(
    folder: Path, general: str = "", *, overrides: Sequence[str] = (), env: Mapping[str, str] | None = None
) -> str:
    """Return the one line with which these settings are refused."""
    with pytest.raises(ConfigError) as caught:
        loaded(folder, general, overrides=overrides, env=env)
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_the_shipped_file_says_what_the_defaults_are() -> None:
    shipped = load(environment={})

    assert shipped == load_fixed({})


def test_the_shipped_paper_file_sends_real_orders_to_a_paper_gateway() -> None:
    paper = load(environment={}, settings_file=CHECKOUT / "config" / "paper.yaml")

    assert (paper.dry_run, paper.live, paper.broker.port) == (False, False, 4002)


def test_the_shipped_live_example_is_refused_until_an_account_is_typed_into_it() -> None:
    live = CHECKOUT / "config" / "live.example.yaml"
    with pytest.raises(ConfigError, match=r"live\.example\.yaml:\d+: live is true, which needs the account's id"):
        load(environment={}, settings_file=live)

    settings = load(environment={}, settings_file=live, overrides=["broker.account=U1234567"])

    assert settings.mode is Mode.LIVE


def test_each_source_wins_over_the_ones_before_it(tmp_path: Path) -> None:
    general = "schedule: {interval_seconds: 20, max_concurrent_symbols: 3}\nbreaker: {failure_threshold: 4}\n"
    named = tmp_path / "mine.yaml"
    named.write_text("schedule:\n  interval_seconds: 30\n")
    environment = {"SETTINGS_FILE": str(named), "STOPWARD__BREAKER__FAILURE_THRESHOLD": "5"}

    settings = loaded(tmp_path, general, env=environment, overrides=["breaker.failure_threshold=6"])

    assert settings.schedule.interval_seconds == 30
    assert settings.schedule.max_concurrent_symbols == 3
    assert settings.breaker.failure_threshold == 6


def test_a_named_file_wins_over_the_one_of_the_environment(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("dry_run: true\n")
    (tmp_path / "b.yaml").write_text("dry_run: false\n")

    settings = load(
        environment={"SETTINGS_FILE": str(tmp_path / "a.yaml")}, settings_file=tmp_path / "b.yaml", checkout=tmp_path
    )

    assert settings.dry_run is False


def test_a_fraction_keeps_the_digits_that_were_written(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "risk: {stop_loss_pct: 0.1}\n")

    assert settings.risk.stop_loss_pct == Decimal("0.1")


def test_folders_are_meant_from_the_checkout(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "paths: {log_dir: here, runs_dir: /elsewhere}\n")

    assert settings.paths.log_dir == tmp_path / "here"
    assert settings.paths.runs_dir == Path("/elsewhere")


def test_symbols_come_in_upper_case_from_a_text_with_commas(tmp_path: Path) -> None:
    settings = loaded(tmp_path, overrides=["symbols=goog, TWX"])

    assert settings.symbols == ("GOOG", "TWX")


@pytest.mark.parametrize("word", ["ON", "NO", "Y", "ON, NO"])
def test_a_symbol_that_looks_like_a_switch_stays_a_symbol(tmp_path: Path, word: str) -> None:
    settings = loaded(tmp_path, f"symbols: [{word}]\n")

    assert ", ".join(settings.symbols) == word


def test_secrets_come_from_dot_env_and_are_not_shown(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("STOPWARD__MONITORING__ALERT_URLS=tgram://hushed/1,json://host\n")

    settings = loaded(tmp_path)

    assert [each.get_secret_value() for each in settings.monitoring.alert_urls] == ["tgram://hushed/1", "json://host"]
    assert "hushed" not in repr(settings)


def test_dot_env_takes_nothing_but_secrets(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("STOPWARD__DRY_RUN=false\n")

    line = refusal(tmp_path)

    assert line.startswith(".env: STOPWARD__DRY_RUN: only secrets belong here")


def test_a_symbol_may_have_values_of_its_own(tmp_path: Path) -> None:
    general = (
        "options: {max_spread_pct: 3}\noverrides: {goog: {options: {min_volume: 5}, strategies: {use: [whale]}}}\n"
    )

    own = loaded(tmp_path, general).for_symbol("GOOG")

    assert (own.options.max_spread_pct, own.options.min_volume, own.strategies.use) == (Decimal(3), 5, ("whale",))


def test_a_symbol_without_values_of_its_own_has_the_general_ones(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "overrides: {GOOG: {options: {min_volume: 5}}}\n")

    assert settings.for_symbol("SPY").options == settings.options


def test_fixed_settings_see_neither_file_nor_environment() -> None:
    settings = load_fixed({"symbols": ["AAA"], "broker": {"port": 1}}, ["broker.port=2"])

    assert (settings.symbols, settings.broker.port) == (("AAA",), 2)


@pytest.mark.parametrize(
    ("general", "line"),
    [
        (
            "risk:\n  max_daily_loss_pct: 15\n",
            "2: risk.max_daily_loss_pct: 15 must be less than or equal to 0.5; write a fraction of 1, not a percentage",
        ),
        (
            "risk:\n  max_daily_los_pct: 0.1\n",
            "2: risk.max_daily_los_pct: unknown key; did you mean risk.max_daily_loss_pct?",
        ),
        ("max_spread_pct: 4\n", "1: max_spread_pct: unknown key; did you mean options.max_spread_pct?"),
        ("dry_run: true\nlive: false\ndry_run: false\n", "3: dry_run is set twice; first on line 1"),
        ("risk:\n  max_open_positions: 'three'\n", "2: risk.max_open_positions: 'three' must be a whole number"),
        ("risk:\n  stop_loss_pct: abc\n", "2: risk.stop_loss_pct: 'abc' must be a number"),
        ("risk:\n  nosuch: 1\n", "2: risk.nosuch: unknown key; ./bot config show risk lists those there are"),
        ("nosuch: 1\n", "1: nosuch: unknown key; ./bot config show lists those there are"),
        (
            "overrides: {GOOG: {risk: {nosuch: 4}}}\n",
            "1: overrides.GOOG.risk.nosuch: unknown key; ./bot config show risk lists those there are",
        ),
        ("dry_run: 1\n", "1: dry_run: 1 must be true or false"),
        ("symbols: [GOOG, goog]\n", "1: symbols: GOOG is named twice"),
        ("symbols: []\n", "1: symbols: should have at least 1 item"),
        ("symbols: [true]\n", "1: symbols.0: True must be a text; write it in quotes"),
        ("schedule: {interval_seconds: 9}\n", "1: schedule.interval_seconds: 9 must be greater than or equal to 10"),
        ("historical:\n  duration: 5 D\n", "2: historical: '5 D' comes in bars of 3 mins to 1 week, not of 1 min"),
        ("risk: [\n", "2: not YAML: expected the node content, but found '<stream end>'"),
        ("- a\n", "1: settings are keys with values, not list"),
        ("risk: 5\n", "1: risk: 5 must be keys with values"),
        (
            "dry_run: false\nbroker: {account: U1234567}\n",
            (
                "2: broker.account is not a paper account (DU… or DF…): log in to a paper account, "
                "or set dry_run: true; real money needs live: true as well"
            ),
        ),
        ("live: true\n", "1: live is true, and so is dry_run: set one of them to false"),
        (
            "live: true\ndry_run: false\nbroker: {account: DU1234567}\n",
            (
                "3: broker.account is not an account of real money (U…), but live is true: name another, "
                "or set live: false"
            ),
        ),
        (
            "overrides: {GOOG: {risk: {max_open_positions: 4}}}\n",
            "1: overrides.GOOG.risk.max_open_positions is a limit of the whole account: set risk.max_open_positions",
        ),
        (
            "overrides:\n  goog:\n    options: {max_spred_pct: 4}\n",
            "3: overrides.GOOG.options.max_spred_pct: unknown key; did you mean options.max_spread_pct?",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_its_place(tmp_path: Path, general: str, line: str) -> None:
    assert refusal(tmp_path, general).removesuffix(" (and 1 more)") == f"config/settings.yaml:{line}"


def test_the_earlier_bots_paper_key_is_refused_with_what_replaced_it(tmp_path: Path) -> None:
    line = refusal(tmp_path, "broker: {paper: true}\n")

    assert "broker.paper: it was replaced: dry_run: true sends no order" in line


def test_a_variable_is_named_as_the_place(tmp_path: Path) -> None:
    line = refusal(tmp_path, env={"STOPWARD__RISK__STOP_LOSS_PCT": "20"})

    assert line.startswith("environment STOPWARD__RISK__STOP_LOSS_PCT: risk.stop_loss_pct: 20 must be")
    assert line.endswith("; write a fraction of 1, not a percentage")


@pytest.mark.parametrize("text", ["risk", "=5", "risk..x=1"])
def test_an_override_without_key_or_value_is_refused(tmp_path: Path, text: str) -> None:
    line = refusal(tmp_path, overrides=[text])

    assert line == f"--set {text}: write section.key=value, such as --set options.max_spread_pct=5"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml: no such file; name one with --settings or SETTINGS_FILE"):
        load(environment={}, settings_file=tmp_path / "nowhere.yaml", checkout=tmp_path)


def test_an_account_that_was_read_as_a_number_is_not_repeated(tmp_path: Path) -> None:
    line = refusal(tmp_path, "broker: {account: 1234567}\n")

    assert line == "config/settings.yaml:1: broker.account: must be a text; write it in quotes"
