"""Settings of the connection: where the gateway is, how long to wait for it, how much may be asked of it."""

from typing import Annotated

from pydantic import Field, field_serializer, field_validator, model_validator

from config.base import Listed, Section
from config.new_york import TimeWindow, parse_window


class BrokerSettings(Section):
    """The gateway and the account."""

    host: str = Field(default="127.0.0.1", min_length=1, description="Name or address of the gateway's machine.")
    port: int = Field(
        default=4002,
        ge=1,
        le=65535,
        description="TCP port, 1-65535: gateway 4001 live, 4002 paper; TWS 7496 live, 7497 paper.",
    )
    client_id: int = Field(
        default=17,
        ge=1,
        le=999_999,
        description="Our number at the gateway, 1-999999; keep it: only it can change its orders.",
    )
    account: str = Field(
        default="", description="Account id, such as DU1234567; empty takes the only one the gateway has."
    )
    connect_timeout_seconds: float = Field(
        default=10, ge=1, le=120, description="For one try to connect, seconds, 1-120."
    )
    contract_timeout_seconds: float = Field(
        default=20, ge=1, le=120, description="For contract details, seconds, 1-120."
    )
    quote_timeout_seconds: float = Field(
        default=12, ge=1, le=60, description="For one snapshot of a quote, seconds, 1-60."
    )
    book_timeout_seconds: float = Field(
        default=20, ge=1, le=120, description="For positions, open orders and executions together, seconds, 1-120."
    )
    health_interval_seconds: float = Field(
        default=15, ge=5, le=300, description="Between two questions for the gateway's clock, seconds, 5-300."
    )
    health_timeout_seconds: float = Field(default=5, ge=1, le=60, description="For the gateway's clock, seconds, 1-60.")
    clock_skew_seconds_max: float = Field(
        default=2,
        ge=0.5,
        le=10,
        description="How far our clock may be from the gateway's, seconds, 0.5-10; beyond, no entry.",
    )
    read_only: bool = Field(default=False, description="true refuses every order before it reaches the wire.")
    reset_windows: Annotated[tuple[TimeWindow, ...], Listed] = Field(
        default=(parse_window("23:45-01:45"),),
        description="When the broker resets its servers, HH:MM-HH:MM New York; a loss then is no alarm.",
    )

    @field_validator("reset_windows", mode="before")
    @classmethod
    def _read_windows(cls, value: object) -> object:
        """Return windows for their texts. Raises ValueError with the one that is none."""
        texts = value.split(",") if isinstance(value, str) else value
        if not isinstance(texts, list | tuple):
            return texts
        return tuple(parse_window(each) if isinstance(each, str) else each for each in texts)

    @field_serializer("reset_windows")
    def _write_windows(self, value: tuple[TimeWindow, ...]) -> list[str]:
        """Return the texts that make these windows again."""
        return [str(window) for window in value]


class LimitsSettings(Section):
    """How much is asked of the broker. It closes the connection above 50 messages a second."""

    messages_per_second: int = Field(
        default=45, ge=10, le=49, description="All we send, messages in any one second, 10-49."
    )
    order_reserve_per_second: int = Field(
        default=6, ge=0, le=20, description="Of these kept free for orders, messages a second, 0-20."
    )
    per_symbol_requests_per_second: float = Field(
        default=2, ge=0.1, le=20, description="Data requests of one symbol over time, requests a second, 0.1-20."
    )
    per_symbol_burst_requests: int = Field(
        default=30, ge=1, le=100, description="Data requests of one symbol at once after a rest, count, 1-100."
    )
    subscriptions_warn: int = Field(
        default=20, ge=1, le=100, description="Streaming quotes from which to warn, count, 1-100."
    )
    subscriptions_skip: int = Field(
        default=50, ge=1, le=100, description="Streaming quotes above which new ones are skipped, count, 1-100."
    )
    history_in_flight: int = Field(default=50, ge=1, le=50, description="Open requests for bars, count, 1-50.")

    @model_validator(mode="after")
    def _hold_together(self) -> "LimitsSettings":
        if self.subscriptions_warn > self.subscriptions_skip:
            raise ValueError(
                f"subscriptions_warn {self.subscriptions_warn} is above subscriptions_skip {self.subscriptions_skip}"
            )
        if self.order_reserve_per_second >= self.messages_per_second:
            raise ValueError("order_reserve_per_second leaves nothing of messages_per_second for data")
        return self
