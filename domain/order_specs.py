"""What we ask the broker to hold: one order, ready to be sent."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from domain.contracts import OptionContract
from domain.ids import OrderRef
from domain.reports import Side


class OrderKind(StrEnum):
    """Order types in the broker's words."""

    LIMIT = "LMT"
    MARKET = "MKT"
    STOP_LIMIT = "STP LMT"


class TimeInForce(StrEnum):
    """How long an order rests. Always set: an empty one is rewritten by a preset (10349)."""

    DAY = "DAY"
    GTC = "GTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSpec:
    """One order. Prices in USD on the contract's grid; ``limit`` for LMT and STP LMT, ``trigger`` for STP LMT."""

    ref: OrderRef
    contract: OptionContract
    side: Side
    quantity: int
    kind: OrderKind
    tif: TimeInForce
    limit: Decimal | None = None
    trigger: Decimal | None = None
    parent: OrderRef | None = None  # Rests until this order fills; its siblings cancel one another.
    oca_group: str = ""  # Type 2: a fill takes as much off the others, with overfill protection: docs/adr/0011.
    transmit: bool = True  # False holds the order until the last of its family is sent.
