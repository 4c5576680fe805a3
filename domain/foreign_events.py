"""What the operator said of things that others hold or work; part of ``domain.events.Journaled``."""

from dataclasses import dataclass
from datetime import datetime

from domain.ids import ConId, PermId, Symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignIgnored:
    """The operator leaves a holding of others, or an order (``perm_id`` not 0), to its owner, as it is now."""

    at: datetime
    symbol: Symbol
    con_id: ConId
    perm_id: PermId
    quantity: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignChanged:
    """What was ignored is gone, or is more or less by now: the operator's word on it is over."""

    at: datetime
    con_id: ConId
    perm_id: PermId


ForeignRecord = ForeignIgnored | ForeignChanged
