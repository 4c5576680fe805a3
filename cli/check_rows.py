"""What a check found, row by row, and what to do about each kind of failure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from config.accounts import masked
from domain.entitlements import REMEDIES, access_of
from domain.reports import Failure, RequestFailed


class Verdict(StrEnum):
    """How a row came out."""

    OK = "ok"
    UNKNOWN = "unknown"  # It cannot be known now, as while the market is closed; no reason not to trade later.
    FAILED = "failed"
    SKIPPED = "skipped"  # It was not asked: something that it needs failed.


FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "connection": ("host", "port", "client_id", "server_version"),
    "account": ("account", "kind", "account_type", "net_liquidation", "available_funds"),
    "clock": ("skew_seconds",),
    "book": ("positions", "open_orders"),
    "contract": ("con_id",),
    "stock_snapshot": ("symbol", "bid", "ask", "bid_size", "ask_size", "last", "market_data_type"),
    "chain": ("expiries", "strikes"),
    "contracts": ("expiry", "contracts", "increments"),
    "option_snapshot": ("contract", "bid", "ask", "bid_size", "ask_size", "last", "market_data_type"),
    "historical_1m": ("bars", "first", "last"),
    "servers": ("codes",),
}
"""The fields of each event beside those that all have; the docstring of ``cli.check`` says what each one is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. ``event`` names it in JSON; ``fields`` are those of FIELDS that are known."""

    name: str
    event: str
    verdict: Verdict
    seen: str
    remedy: str = ""
    seconds: float = 0.0
    failure: Failure | None = None
    code: int | None = None
    fields: Mapping[str, object] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """Return the row for JSON: every field of its event, null where it is not known."""
        return {
            "event": self.event,
            "verdict": self.verdict.value,
            "seen": self.seen,
            "remedy": self.remedy,
            "seconds": round(self.seconds, 3),
            "failure": self.failure.value if self.failure else None,
            "code": self.code,
            **dict.fromkeys(FIELDS[self.event]),
            **self.fields,
        }


SUBSCRIPTIONS: Final[Mapping[str, str]] = {
    "stock_snapshot": "the quotes of the share's exchange (US Network A, B or C)",
    "option_snapshot": "OPRA, the quotes of US options",
    "historical_1m": "the quotes of the share's exchange (US Network A, B or C)",
}
"""What a kind of data is called in the broker's list of subscriptions."""
_BY_CODE: Final[Mapping[int, str]] = {
    162: "the history service refused: check the subscription for this share, and that no other program asks too fast",
    321: "the gateway's API is read-only: untick Read-Only API in its API settings",
    420: "another program asks too fast: stop it for the check",
}
_BY_FAILURE: Final[Mapping[Failure, str]] = {
    Failure.TIMED_OUT: "the gateway is slow or cut off from its servers: look at its window, or give it more --timeout",
    Failure.DISCONNECTED: "the gateway hung up: look at its log for the reason",
    Failure.PACING: "another program asks too fast: stop it for the check",
    Failure.NO_DATA: "nothing is known of it there: try again when the market is open, or with another --symbol",
    Failure.NO_SUCH_CONTRACT: "the gateway does not know it: check the spelling of the symbol",
    Failure.REFUSED: "the gateway refused: check account and permissions in its API settings",
    Failure.BAD_ANSWER: "the answer cannot be used: update TWS or IB Gateway",
    Failure.NOT_SUBSCRIBED: "subscribe to it, and share it with the paper account if this is one",
}


def remedy_of(failure: RequestFailed, event: str) -> str:
    """Return the likely cause and what to do."""
    if failure.advice:
        return failure.advice
    access = access_of(failure)
    if access is not None and access in REMEDIES:
        return with_subscription(REMEDIES[access], event)
    by_code = _BY_CODE.get(failure.code) if failure.code is not None else None
    return by_code if by_code and failure.failure is not Failure.PACING else _BY_FAILURE[failure.failure]


def with_subscription(remedy: str, event: str) -> str:
    """Return the remedy with the name of the subscription, where it is about one."""
    return (
        f"{remedy}; it is called {SUBSCRIPTIONS[event]}" if "subscribe" in remedy and event in SUBSCRIPTIONS else remedy
    )


def failed(name: str, event: str, failure: RequestFailed, seconds: float) -> Row:
    """Return the row of a request that brought no answer."""
    code = f" (code {failure.code})" if failure.code is not None else ""
    return Row(
        name=name,
        event=event,
        verdict=Verdict.FAILED,
        seen=f"{failure.failure.value}{code}{': ' if failure.text else ''}{masked(failure.text)}",
        remedy=remedy_of(failure, event),
        seconds=seconds,
        failure=failure.failure,
        code=failure.code,
    )


def skipped(name: str, event: str) -> Row:
    """Return the row of a question that could not be asked."""
    return Row(name=name, event=event, verdict=Verdict.SKIPPED, seen="not asked: something that it needs failed")
