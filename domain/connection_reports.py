"""What the broker's side says of the connection itself. All times UTC."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from domain.ids import ConId, Generation


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectivityReport:
    """A code about the gateway's own connection: 1100, 1101, 1102, 2103-2110, 2157, 2158."""

    generation: Generation
    at: datetime
    code: int
    text: str
    denied: ConId | None = None  # The contract whose stream was refused, where it is about one.


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCodeReport:
    """A code that our table does not have; it was treated as the cautious default of its range."""

    generation: Generation
    at: datetime
    code: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisconnectedReport:
    """The socket is gone."""

    critical: ClassVar[bool] = True
    generation: Generation
    at: datetime
    reason: str
