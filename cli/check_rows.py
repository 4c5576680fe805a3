"""What a check found, row by row, and what to do about each kind of failure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from domain.entitlements import REMEDIES, access_of
from domain.reports import Failure, RequestFailed


class Verdict(StrEnum):
    """How a row came out."""

    OK = "ok"
    UNKNOWN = "unknown"  # It cannot be known now, as while the market is closed; no reason not to trade later.
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. ``fields`` are for ``--json``; ``event`` names the line there."""

    name: str
    event: str
    verdict: Verdict
    seen: str
    remedy: str = ""
    seconds: float = 0.0
    fields: Mapping[str, object] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """Return the row for JSON."""
        return {
            "event": self.event,
            "verdict": self.verdict.value,
            "seen": self.seen,
            "remedy": self.remedy,
            "seconds": round(self.seconds, 3),
            **self.fields,
        }


READ_ONLY_CODE: Final = 321
_BY_CODE: Final[Mapping[int, str]] = {
    162: "the history service refused: check the subscription for this share, and that no other program asks too fast",
    200: "the symbol is not known there: check its spelling",
    326: "another program uses this client id: stop it, or choose another with --client-id",
    READ_ONLY_CODE: "the gateway's API is read-only: untick Read-Only API in its API settings, or trade with dry_run",
    420: "another program asks too fast: stop it for the check",
}
_BY_FAILURE: Final[Mapping[Failure, str]] = {
    Failure.TIMED_OUT: "the gateway is slow or cut off from its servers: look at its window, or give it more --timeout",
    Failure.DISCONNECTED: "the gateway hung up: look at its log for the reason",
    Failure.PACING: "another program asks too fast: stop it for the check",
    Failure.NO_DATA: "nothing is known of it: right for a closed market, else check the symbol",
    Failure.NO_SUCH_CONTRACT: "the symbol is not known there: check its spelling",
    Failure.REFUSED: "the gateway refused: check account and permissions in its API settings",
    Failure.BAD_ANSWER: "the answer cannot be used: check that the gateway is of a version that is supported",
    Failure.NOT_SUBSCRIBED: "subscribe to it, and share it with the paper account if this is one",
}


def remedy_of(failure: RequestFailed) -> str:
    """Return the likely cause and what to do."""
    access = access_of(failure)
    if access is not None and access in REMEDIES:
        return REMEDIES[access]
    by_code = _BY_CODE.get(failure.code) if failure.code is not None else None
    return by_code or _BY_FAILURE[failure.failure]


def failed(name: str, event: str, failure: RequestFailed, seconds: float) -> Row:
    """Return the row of a request that brought no answer."""
    code = f" (code {failure.code})" if failure.code is not None else ""
    seen = f"{failure.failure.value}{code}{': ' if failure.text else ''}{failure.text}"
    return Row(
        name=name,
        event=event,
        verdict=Verdict.FAILED,
        seen=seen,
        remedy=remedy_of(failure),
        seconds=seconds,
        fields={"failure": failure.failure.value, "code": failure.code},
    )
