"""Names for identities, so that one kind of id is never passed for another."""

from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NewType

Symbol = NewType("Symbol", str)  # The text of an underlying, upper case: "GOOG".
ConId = NewType("ConId", int)  # The broker's number of one contract.
IntentId = NewType("IntentId", str)  # One wish of a strategy; at most 24 ASCII characters.
OrderRef = NewType("OrderRef", str)  # "<intent>.<leg>.<n>"; survives restarts; at most 32 characters.
OrderId = NewType("OrderId", int)  # Ours per client id; disposable.
PermId = NewType("PermId", int)  # The broker's for ever; 0 until it told us.
ExecId = NewType("ExecId", str)  # One execution; never counted twice.
Generation = NewType("Generation", int)  # Counts connections of one process.
Epoch = NewType("Epoch", int)  # Counts the lives of one actor name.

ORDER_REF_CHARACTERS_MAX: Final = 32


class Leg(StrEnum):
    """Which part of a bracket an order is."""

    ENTRY = "E"
    TARGET = "T"
    STOP = "S"
    EXIT = "X"  # A close that is neither target nor stop: flatten, repair, quick exit.
    OUTSIDE = "O"  # No order of ours: what somebody else sold of it.


_REFS_KEPT: Final = 1024  # Each is asked for again with every quote of its bracket.
_LEGS: Final = MappingProxyType({leg.value: leg for leg in Leg})


@lru_cache(maxsize=_REFS_KEPT)
def order_ref(intent: IntentId, leg: Leg, number: int) -> OrderRef:
    """Return the order ref of the number-th order of this leg. Raises ValueError when it grows too long."""
    ref = f"{intent}.{leg.value}.{number}"
    if len(ref) > ORDER_REF_CHARACTERS_MAX or not ref.isascii():
        raise ValueError(f"order ref {ref!r} is not at most {ORDER_REF_CHARACTERS_MAX} ASCII characters")
    return OrderRef(ref)


@lru_cache(maxsize=_REFS_KEPT)
def split_ref(ref: str) -> tuple[IntentId, Leg, int] | None:
    """Return intent, leg and number of a ref of ours; None for any other text."""
    parts = ref.rsplit(".", 2)
    if len(parts) != 3 or (leg := _LEGS.get(parts[1])) is None or not parts[2].isdecimal():
        return None
    return IntentId(parts[0]), leg, int(parts[2])
