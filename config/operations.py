"""Settings of the house: where files go, when to stop asking, how the operator is reached."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from config.base import Listed, Section

Folder = Annotated[Path, Field(strict=False)]


class PathsSettings(Section):
    """Folders; a relative one is meant from the checkout."""

    state_dir: Folder = Field(default=Path("state"), description="Folder of the journal of a real account.")
    log_dir: Folder = Field(default=Path("logs"), description="Folder of bot.log and bot.jsonl.")
    runs_dir: Folder = Field(
        default=Path("runs"), description="Folder in which each demo, replay and simulation has its own."
    )
    log_rotate_megabytes: int = Field(
        default=20, ge=1, le=1000, description="Size at which a log is set aside, MB, 1-1000."
    )
    log_keep_days: int = Field(
        default=30, ge=1, le=3650, description="Age at which such a log is deleted, days, 1-3650."
    )
    log_total_megabytes: int = Field(
        default=500, ge=10, le=100_000, description="All logs together, oldest deleted first, MB, 10-100000."
    )


class BreakerSettings(Section):
    """The circuit breaker on data requests."""

    failure_threshold: int = Field(default=3, ge=1, le=100, description="Failures in a row that open it, count, 1-100.")
    reset_timeout_seconds: float = Field(
        default=300, ge=1, le=3600, description="From the last failure to the one probe, seconds, 1-3600."
    )


class MonitoringSettings(Section):
    """Alerts and heartbeat. The addresses are secrets: keep them in .env."""

    alerts_enabled: bool = Field(default=False, description="true sends alerts to alert_urls.")
    alert_urls: Annotated[tuple[SecretStr, ...], Listed] = Field(
        default=(), max_length=20, description="Addresses in the spelling of apprise; at most 20; secret."
    )
    heartbeat_url: SecretStr | None = Field(
        default=None, description="Address asked while every actor answers; secret."
    )
    heartbeat_interval_seconds: float = Field(
        default=60, ge=10, le=3600, description="From one heartbeat to the next, seconds, 10-3600."
    )

    @field_validator("heartbeat_url")
    @classmethod
    def _check_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or not value.get_secret_value():
            return None
        parts = urlsplit(value.get_secret_value())
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("monitoring.heartbeat_url must be an address such as https://example.org/ping")
        return value

    memory_limit_megabytes: int = Field(
        default=400,
        ge=0,
        le=100_000,
        description="Resident memory beyond which the process ends in order, exit code 70, MB, 0-100000; 0: no limit.",
    )
    hung_loop_seconds: float = Field(
        default=30, ge=5, le=600, description="A loop silent for longer ends the process, exit code 70, seconds, 5-600."
    )

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what must be in no log and no alert."""
        urls = (*self.alert_urls, *((self.heartbeat_url,) if self.heartbeat_url else ()))
        return tuple(url.get_secret_value() for url in urls)
