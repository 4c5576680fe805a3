"""What the adapter needs to know of the settings."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class IbConfig:
    """One gateway and account. ``account`` empty takes the only one there is; times are in seconds."""

    host: str
    port: int
    client_id: int  # Fixed and not 0: another id cannot change or cancel the orders of this one.
    account: str = ""
    read_only: bool = False  # Refuse every order here, whatever was decided above.
    connect_timeout_seconds: float = 15.0  # For the whole of connecting and logging on.
    request_timeout_seconds: float = 15.0  # For each request that brings no timeout of its own.
    completed_timeout_seconds: float = 3.0  # Completed orders are optional evidence and often never answered.
    quote_linger_seconds: float = 0.4  # How long a finished option quote waits for its volume.
    market_data_type: int = 1  # 1 live, 2 frozen, 3 delayed, 4 delayed-frozen.
    watch_generic_ticks: str = "101"  # Open interest; asked for with streaming quotes.
    timezone_tws: str = "America/New_York"  # Of execution times that name no zone.
