"""Which market data is ours: learned from every answer, so that what is refused is not asked for again and again.

Without live option quotes nothing may be opened; the operator is told once which subscription is missing. A refusal
is doubted an hour later, and whenever the data farms or the connection come back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.reports import Failure, RequestFailed

ASK_AGAIN_AFTER: Final = timedelta(hours=1)
TAKEN_AGAIN_AFTER: Final = timedelta(minutes=5)  # Somebody who looked at a chart for a moment.
DELAYED_FROM_TYPE: Final = 3  # The broker's market data types: 1 live, 2 frozen, 3 delayed, 4 delayed-frozen.


class Data(StrEnum):
    """A kind of data that has a subscription of its own."""

    UNDERLYING = "underlying quotes"
    OPTION = "option quotes"
    HISTORY = "bars"


class Access(StrEnum):
    """What we get of a kind of data."""

    UNKNOWN = "unknown"
    LIVE = "live"
    DELAYED = "delayed"
    NONE = "none"
    TAKEN = "taken by another session"


REMEDIES: Final[Mapping[Access, str]] = {
    Access.DELAYED: "subscribe to live data, and share it with the paper account if this is one",
    Access.NONE: "subscribe to it, accept its API agreement, and share it with the paper account if this is one",
    Access.TAKEN: "end the other session that uses this user's market data, or give the bot a user of its own",
}
# Sources: the broker's message codes; 10197 is a competing live session, 10167 shows delayed data instead.
_BY_CODE: Final[Mapping[int, Access]] = {10167: Access.DELAYED, 10197: Access.TAKEN}


RECOVERED_CODES: Final = frozenset({1101, 1102, 2104, 2106})
"""Codes after which a refusal may be a thing of the past: the way to the data is back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What is known of one kind: since when, and when a refusal is next doubted (None: it may be asked for)."""

    access: Access = Access.UNKNOWN
    since: datetime | None = None
    code: int | None = None
    doubted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlements:
    """What is known of every kind."""

    known: Mapping[Data, Holding] = field(default_factory=dict)

    def of(self, data: Data) -> Holding:
        """Return what is known of a kind; nothing at first."""
        return self.known.get(data, Holding())


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessChange:
    """Access to a kind of data is another than before."""

    data: Data
    before: Access
    now: Access
    code: int | None

    @property
    def is_loss(self) -> bool:
        """Return whether the operator has something to do."""
        return self.now in REMEDIES

    @property
    def text(self) -> str:
        """Return the change in one line, with what to do about a loss."""
        named = "" if self.code is None else f" (code {self.code})"
        remedy = f": {REMEDIES[self.now]}" if self.is_loss else ""
        return f"{self.data.value} are {self.now.value}{named}{remedy}"


def access_of(failure: RequestFailed) -> Access | None:
    """Return what a failed request says about access; None when it says nothing, as a time-out does."""
    otherwise = Access.NONE if failure.failure is Failure.NOT_SUBSCRIBED else None
    return otherwise if failure.code is None else _BY_CODE.get(failure.code, otherwise)


def access_of_type(market_data_type: int) -> Access:
    """Return what the broker's market data type of a quote says; frozen data is live data of a closed market."""
    return Access.DELAYED if market_data_type >= DELAYED_FROM_TYPE else Access.LIVE


def learned(
    entitlements: Entitlements, data: Data, access: Access, now: datetime, code: int | None = None
) -> tuple[Entitlements, AccessChange | None]:
    """Return what is known after an answer, and the change if it is one.

    A session that took the data took all of it: when one kind is live again, the others may be asked for at once.
    """
    before = entitlements.of(data)
    again_after = TAKEN_AGAIN_AFTER if access is Access.TAKEN else ASK_AGAIN_AFTER
    doubted_at = now + again_after if access in REMEDIES else None
    since = before.since if before.access is access else now
    after = Holding(access=access, since=since, code=code, doubted_at=doubted_at)
    change = None
    if before.access is not access:
        change = AccessChange(data=data, before=before.access, now=access, code=code)
    came_back = before.access is Access.TAKEN and access is Access.LIVE
    others = doubted(entitlements) if came_back else entitlements
    return Entitlements(known={**others.known, data: after}), change


def may_ask(entitlements: Entitlements, data: Data, now: datetime) -> bool:
    """Return whether asking for this kind has a chance: it was not refused, or long enough ago."""
    doubted_at = entitlements.of(data).doubted_at
    return doubted_at is None or now >= doubted_at


def doubted(entitlements: Entitlements) -> Entitlements:
    """Return what is known when farms or connection have come back: every refusal may be asked about at once."""
    known = {data: replace(holding, doubted_at=None) for data, holding in entitlements.known.items()}
    return Entitlements(known=known)


def live(entitlements: Entitlements, data: Data) -> bool:
    """Return whether this kind is known to be live."""
    return entitlements.of(data).access is Access.LIVE
