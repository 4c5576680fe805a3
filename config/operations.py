"""Settings of the house: where files go, when to stop asking, how the operator is reached."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator

from config.base import Listed, Section
from config.telegram import TOKEN, telegram_of

Folder = Annotated[Path, Field(strict=False)]


def _as_number(value: object) -> object:
    """Return the digits of a secrets' file as a number, an empty text as nothing; anything else as it is."""
    if not isinstance(value, str):
        return value
    return int(value) if value.isascii() and value.isdecimal() else value or None


def _is_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


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

    telegram_control: bool = Field(
        default=False, description="true lets one Telegram chat, the owner's, send halt and status; nothing else."
    )
    telegram_token: SecretStr | None = Field(
        default=None, description="Token of the Telegram bot; null takes that of tgram:// in alert_urls; secret."
    )
    telegram_chat_id: Annotated[int | None, BeforeValidator(_as_number)] = Field(
        default=None, ge=1, description="The owner's private chat, from 1; null takes that of the same address; secret."
    )
    telegram_api: str = Field(
        default="https://api.telegram.org", description="Where Telegram's bots are served, or a server of your own."
    )

    memory_limit_megabytes: int = Field(
        default=400,
        ge=0,
        le=100_000,
        description="Resident memory beyond which the process ends in order, exit code 70, MB, 0-100000; 0: no limit.",
    )
    hung_loop_seconds: float = Field(
        default=30, ge=5, le=600, description="A loop silent for longer ends the process, exit code 70, seconds, 5-600."
    )

    @field_validator("heartbeat_url")
    @classmethod
    def _check_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or not value.get_secret_value():
            return None
        if not _is_address(value.get_secret_value()):
            raise ValueError("monitoring.heartbeat_url must be an address such as https://example.org/ping")
        return value

    @field_validator("telegram_token")
    @classmethod
    def _check_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or not value.get_secret_value():
            return None
        if not TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("monitoring.telegram_token must be as BotFather gives it: digits, a colon, letters")
        return value

    @field_validator("telegram_api")
    @classmethod
    def _check_api(cls, value: str) -> str:
        if not _is_address(value):
            raise ValueError("monitoring.telegram_api must be an address such as https://api.telegram.org")
        return value

    @model_validator(mode="after")
    def _hold_together(self) -> "MonitoringSettings":
        if self.telegram_control and self.telegram is None:
            raise ValueError(
                "monitoring.telegram_control needs one address tgram://TOKEN/CHAT of a private chat in "
                "monitoring.alert_urls, or monitoring.telegram_token and monitoring.telegram_chat_id"
            )
        return self

    @property
    def telegram(self) -> tuple[str, int] | None:
        """Return token and chat by which halt and status come; None where they are off or not known."""
        if not self.telegram_control:
            return None
        token, chat = telegram_of(url.get_secret_value() for url in self.alert_urls) or ("", 0)
        token = self.telegram_token.get_secret_value() if self.telegram_token else token
        chat = self.telegram_chat_id or chat
        return (token, chat) if token and chat else None

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what must be in no log and no alert."""
        urls = (*self.alert_urls, *((self.heartbeat_url,) if self.heartbeat_url else ()))
        token = self.telegram_token.get_secret_value() if self.telegram_token else ""
        telegram = (f"telegram://{token}", token) if token else ()  # As an address too: each of its parts is masked.
        return (*(url.get_secret_value() for url in urls), *telegram)
