import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from config.complaints import all_keys
from config.load import load_fixed
from config.settings import Settings
from domain.errors import ConfigError
from tests.house import CHECKOUT


def fields(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    for name, field in model.model_fields.items():
        yield name, field
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from fields(field.annotation)


def bounds(field: Any) -> list[str]:
    """Return the limits of a number as they are written."""
    found = [getattr(rule, name) for rule in field.metadata for name in ("ge", "gt", "le") if hasattr(rule, name)]
    return [f"{limit:f}".rstrip("0").rstrip(".") if limit else "0" for limit in found]


def test_every_setting_says_what_it_is() -> None:
    silent = [name for name, field in fields(Settings) if not (field.description or "").endswith(".")]

    assert silent == []


def test_every_number_says_its_range() -> None:
    wrong = {
        name: limits
        for name, field in fields(Settings)
        if (limits := bounds(field))
        and not all(re.search(rf"\b{re.escape(limit)}\b", field.description) for limit in limits)
    }

    assert wrong == {}


def test_the_shipped_file_shows_every_setting() -> None:
    lines = (CHECKOUT / "config" / "settings.yaml").read_text(encoding="utf-8").splitlines()
    shown = {line.split(":")[0].strip() for line in lines if not line.startswith("#")}

    assert {key.rpartition(".")[2] for key in all_keys(Settings)} <= shown


def test_settings_cannot_be_changed() -> None:
    settings = load_fixed({})

    with pytest.raises(ValidationError, match="frozen"):
        settings.risk.max_open_positions = 5


@pytest.mark.parametrize(
    ("override", "accepted"),
    [
        ("schedule.interval_seconds=10", True), ("schedule.interval_seconds=3600", True),
        ("schedule.interval_seconds=3601", False), ("schedule.max_concurrent_symbols=1000", True),
        ("schedule.max_concurrent_symbols=1001", False), ("historical.timeout=30", True),
        ("historical.timeout=29", False), ("historical.timeout=300", True), ("options.strike_count=10", True),
        ("options.strike_count=11", False), ("risk.stop_loss_pct=0.5", True), ("risk.stop_loss_pct=0.51", False),
        ("risk.stop_loss_pct=0", False), ("risk.stop_loss_pct=-0.1", False), ("broker.client_id=0", False),
        ("broker.client_id=1", True), ("limits.messages_per_second=50", False),
        ("limits.messages_per_second=49", True),
        ("risk.cooldown_minutes=.inf", False),
        ("historical.bar_size=60 mins", False),
        ("historical.bar_size=2 mins", True),
        ("historical.bar_size=30 secs", False), ("options.min_dte=3", False), ("limits.subscriptions_warn=51", False),
        ("risk.no_entry_before_close_minutes=14", False), ("strategies.scalp.ema_fast_bars=21", False),
        ("strategies=[scalp, mine.Breakout]", True), ("strategies=[scalp, breakout]", False),
        ("strategies=[scalp, scalp]", False),
        ("symbols=[BRK B]", True), ("symbols=[1]", False), ("symbols=[A-B]", False),
        ("paths.log_total_megabytes=9", False), ("paths.log_total_megabytes=10", True),
        ("live=true", False), ("limits.order_reserve_per_second=20", True),
    ],
)  # fmt: skip
def test_a_value_is_accepted_up_to_its_limit(override: str, accepted: bool) -> None:  # noqa: FBT001 - a column of the table
    try:
        load_fixed({}, [override])
    except ConfigError:
        assert not accepted
    else:
        assert accepted


def test_days_to_expiry_replace_the_named_expiry() -> None:
    settings = load_fixed({}, ["options.min_dte=3", "options.max_dte=10"])

    assert (settings.options.min_dte, settings.options.max_dte) == (3, 10)


def test_a_blackout_is_written_in_new_york_and_kept_in_utc() -> None:
    settings = load_fixed(
        {"blackouts": [{"symbols": ["goog"], "start": "2026-01-28 15:00", "end": "2026-07-01 10:40"}]}
    )

    (blackout,) = settings.blackouts
    assert blackout.symbols == ("GOOG",)
    assert blackout.start == datetime(2026, 1, 28, 20, tzinfo=UTC)
    assert blackout.end == datetime(2026, 7, 1, 14, 40, tzinfo=UTC)


def test_settings_survive_being_written_and_read() -> None:
    settings = load_fixed({"blackouts": [{"start": "2026-01-28 15:00", "end": "2026-01-28 15:30"}], "symbols": ["SPY"]})

    again = load_fixed(settings.model_dump())

    assert again == settings


def test_what_must_be_in_no_log_is_named_in_one_place() -> None:
    settings = load_fixed({"monitoring": {"alert_urls": ["json://a", "json://b"]}})

    assert settings.monitoring.secrets == ("json://a", "json://b")
