"""What the operator ordered: may entries be opened, and is everything being closed? One table, which is what runs.

Nothing here ever stops guarding. An order is repeated without harm, survives restarts, and ends by another order alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from domain.denials import DenialRule
from domain.events import ControlMoved, Journaled
from domain.findings import Finding

HALT_FILE: Final = "HALT"
BY_FILE: Final = f"the {HALT_FILE} file"
BY_FLATTEN: Final = "./bot flatten"
NOTHING_OPEN: Final = "nothing is open any more"
_LAST_BRACKET: Final = "the last of our brackets"  # Until 0.1 the record of a flattening's end had this for its author.


class ControlState(StrEnum):
    """How the operator has it. A halt opens nothing; flattening also closes every bracket of ours, then is a halt."""

    RUNNING = "running"
    HALTED = "halted"
    FLATTENING = "flattening"


class Order(StrEnum):
    """What may be ordered; ``FLAT`` is not: nobody but the facts says that nothing of ours is open any more."""

    HALT = "halt"
    RESUME = "resume"
    FLATTEN = "flatten"
    FLAT = "flat"


TABLE: Final[Mapping[tuple[ControlState, Order], ControlState]] = {
    (ControlState.RUNNING, Order.HALT): ControlState.HALTED,
    (ControlState.RUNNING, Order.RESUME): ControlState.RUNNING,
    (ControlState.RUNNING, Order.FLATTEN): ControlState.FLATTENING,
    (ControlState.RUNNING, Order.FLAT): ControlState.RUNNING,
    (ControlState.HALTED, Order.HALT): ControlState.HALTED,
    (ControlState.HALTED, Order.RESUME): ControlState.RUNNING,
    (ControlState.HALTED, Order.FLATTEN): ControlState.FLATTENING,
    (ControlState.HALTED, Order.FLAT): ControlState.HALTED,
    (ControlState.FLATTENING, Order.HALT): ControlState.FLATTENING,
    (ControlState.FLATTENING, Order.RESUME): ControlState.FLATTENING,  # Refused: its sales are on their way.
    (ControlState.FLATTENING, Order.FLATTEN): ControlState.FLATTENING,
    (ControlState.FLATTENING, Order.FLAT): ControlState.HALTED,  # Or what was just closed would be bought again.
}
REFUSED: Final = {
    (ControlState.FLATTENING, Order.RESUME): "everything is being closed; resume when it is flat",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """The state, and the record that led to it; None: nothing was ever ordered."""

    state: ControlState = ControlState.RUNNING
    moved: ControlMoved | None = None

    @property
    def forbids(self) -> str:
        """Return why nothing may be opened, in words; empty while it may."""
        if self.state is ControlState.RUNNING or self.moved is None:
            return ""
        return f"{self.state.value} by {self.moved.by} since {self.moved.at.isoformat(timespec='seconds')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlStep:
    """The control afterwards; the record to journal, None where nothing changed; why the order was refused.

    ``reason`` says in words by whom, and what else led to it.
    """

    control: Control
    moved: ControlMoved | None = None
    refused: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveOrder:
    """To the ControlActor, from the operator → ControlAnswer. ``by`` says through what, such as ``./bot halt``."""

    order: Order
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskControl:
    """To the ControlActor: how does the operator have it → ControlAnswer. Changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlAnswer:
    """How it is now. ``brackets`` counts ours that are open; ``journaled`` is False while a restart would forget it."""

    state: ControlState
    changed: bool = False
    journaled: bool = True
    brackets: int = 0
    since: datetime | None = None
    by: str = ""  # Through what it was ordered.
    refused: str = ""


class SwitchPort(Protocol):
    """Where everyone sees what was ordered, at once and without asking. Callable from any thread; never waits."""

    @property
    def control(self) -> Control:
        """Return the latest."""
        ...

    def turn(self, control: Control) -> None:
        """Make this the latest."""
        ...

    @property
    def watches_file(self) -> bool:
        """Return whether there is a state folder in which a HALT file could lie."""
        ...

    def file_found(self) -> bool:
        """Return whether a HALT file lies in the state folder; in doubt it does."""
        ...

    def remove_file(self) -> None:
        """Remove the HALT file if it is there. Raises StoreError."""
        ...

    def forbids(self) -> str:
        """Return why nothing may be opened, by order or by file; empty while it may."""
        ...


def given(control: Control, order: Order, by: str, now: datetime) -> ControlStep:
    """Return the control after an order. What changes nothing is no news, and is not journaled.

    ``FLAT`` is nobody's order: the halt that it leads to is of whoever ordered the flattening, whatever ``by`` says.
    """
    refused = REFUSED.get((control.state, order), "")
    state = TABLE[control.state, order]
    if state is control.state:
        return ControlStep(control=control, refused=refused)
    ended = order is Order.FLAT
    moved = ControlMoved(at=now, state=state.value, by=_author(control) if ended else by)
    reason = f"{moved.by}; {NOTHING_OPEN}" if ended else by
    return ControlStep(control=replace(control, state=state, moved=moved), moved=moved, reason=reason)


def _author(control: Control) -> str:
    """Return who ordered what is in force; without a record it was the one command that closes everything."""
    return BY_FLATTEN if control.moved is None else control.moved.by


def folded(records: Iterable[Journaled]) -> Control:
    """Return the control that these records lead to, oldest first; those of others change nothing."""
    control = Control()
    for record in records:
        if isinstance(record, ControlMoved):
            moved = replace(record, by=_author(control)) if record.by == _LAST_BRACKET else record
            control = Control(state=ControlState(moved.state), moved=moved)
    return control


def halt_finding(forbids: str) -> Finding | None:
    """Return the finding that denies every entry while something forbids them."""
    return Finding(rule=DenialRule.HALTED, found=forbids, limit="./bot resume") if forbids else None


def nothing_forbids() -> str:
    """Let entries be opened: for where nobody gives orders."""
    return ""
