"""That a closed bracket goes on: the broker knows of something of it that its end left out. Part of ``Journaled``."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from domain.contracts import Right
from domain.ids import ConId, IntentId, Symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class BracketReopened:
    """It was taken for over, and is not, for this reason. ``life``: the how many-th time, from 1."""

    critical: ClassVar[bool] = True
    at: datetime
    intent: IntentId
    symbol: Symbol
    con_id: ConId
    right: Right
    life: int
    reason: str
