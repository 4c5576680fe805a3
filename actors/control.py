"""ControlActor: takes the operator's orders, and a HALT file for one. A shell around ``domain.control``.

It never keeps anybody from guarding: a halt cancels entries that still work, flattening has every bracket sell what it
holds. Nothing that is not ours is touched, for only our own brackets are told.
"""

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import Any, Final

from actors.base import Actor
from actors.runtime.context import Context
from domain.commands import AskPhase, CancelEntries, FlattenBracket, OpenIntents, ReadOpenIntents, SendAlert, Wake
from domain.control import (
    BY_FILE,
    AskControl,
    Control,
    ControlAnswer,
    ControlState,
    GiveOrder,
    Order,
    SwitchPort,
    given,
)
from domain.errors import StoreError
from domain.events import ClosedBy, ControlMoved
from domain.ports import EventLog

STREAM: Final = "control"
FIRST_SECONDS: Final = 1.0
LOOK_SECONDS: Final = 5.0
WRITTEN_SECONDS: Final = 4.0
BROKER_SECONDS: Final = 1.0
JOURNAL_SECONDS: Final = 5.0
BRACKETS: Final = "oco:"


class ControlActor(Actor):
    """Turns the switch first, so that an order works at once; then has it journaled; then says so."""

    def __init__(self, context: Context, *, switch: SwitchPort, log: EventLog) -> None:
        super().__init__(context)
        self._switch = switch
        self._log = log
        self._all_written = asyncio.Event()
        self._all_written.set()

    async def on_start(self) -> None:
        """Take over soon: the switch is in force all the time, and the journal starts after this actor."""
        self.timers.start("look", FIRST_SECONDS, Wake(what="take over"))

    def on_written(self) -> None:
        """Let those go who waited for the journal."""
        self._all_written.set()

    def receive(self, message: Any) -> Awaitable[ControlAnswer | None] | None:
        """Answer an order or a question with a ControlAnswer; look after the HALT file and the flattening."""
        match message:
            case GiveOrder():
                return self._ordered(message)
            case AskControl():
                return self._answered(changed=False)
            case Wake():
                if message.what == "take over":
                    self._take_over()
                self._look()
                return self._see_flat() if self._state is ControlState.FLATTENING else None
            case _:
                return None

    @property
    def _state(self) -> ControlState:
        return self._switch.control.state

    def _ordered(self, command: GiveOrder) -> Awaitable[ControlAnswer]:
        refused = self._file_stays(command.order)
        if not refused:
            before = self._switch.control
            refused = self._give(command.order, command.by)
            return self._answered(changed=self._switch.control is not before, refused=refused)
        return self._answered(changed=False, refused=refused)

    def _file_stays(self, order: Order) -> str:
        """Remove the HALT file before a resume, or say why not: it would halt everything again at once."""
        if order is not Order.RESUME or self._state is ControlState.FLATTENING:
            return ""
        try:
            self._switch.remove_file()
        except StoreError as error:
            return str(error)
        return ""

    def _give(self, order: Order, by: str) -> str:
        """Carry out an order and have it journaled; return why it is refused."""
        step = given(self._switch.control, order, by, self.clock.now())
        if step.moved is not None:
            self._turn(step.control, step.moved, step.reason)
        if self._state is not ControlState.RUNNING and order is not Order.FLAT:
            self._enforce()  # Again for a repeated order: a bracket may have come up since.
        return step.refused

    def _turn(self, control: Control, moved: ControlMoved, reason: str) -> None:
        self._switch.turn(control)
        self._journal(moved)
        self._log.emit("control", state=moved.state, reason=reason)
        level = "INFO" if control.state is ControlState.RUNNING else "WARNING"
        self.tell("alerts", SendAlert(kind="control", text=f"{moved.state} by {reason}", level=level))
        self.timers.start("look", LOOK_SECONDS, Wake(what="look"))

    def _journal(self, moved: ControlMoved) -> None:
        self._all_written.clear()
        self.write(STREAM, moved)

    def _enforce(self) -> None:
        """Tell our brackets; each may hear it as often as it comes."""
        flattening = self._state is ControlState.FLATTENING
        told = FlattenBracket(why=ClosedBy.FLATTENED) if flattening else CancelEntries(reason="halted")
        self.directory.broadcast(BRACKETS, told)

    def _take_over(self) -> None:
        """Have written what is in force; a predecessor may have died before the journal had it."""
        moved = self._switch.control.moved
        if moved is not None:
            self._journal(moved)

    def _look(self) -> None:
        if self._switch.watches_file or self._state is not ControlState.RUNNING:
            self.timers.start("look", LOOK_SECONDS, Wake(what="look"))
        if self._state is ControlState.RUNNING and self._switch.file_found():
            self._give(Order.HALT, BY_FILE)
        elif self._state is not ControlState.RUNNING:
            self._enforce()

    async def _see_flat(self) -> None:
        """End the flattening once nothing of ours is open; a silent journal ends nothing."""
        known = await self.ask_or_none("journal", ReadOpenIntents(), timeout_seconds=JOURNAL_SECONDS)
        if isinstance(known, OpenIntents) and not known.intents and not self._brackets():
            self._give(Order.FLAT, by="")

    def _brackets(self) -> int:
        return len(self.directory.names(BRACKETS))

    async def _answered(self, *, changed: bool, refused: str = "") -> ControlAnswer:
        """Answer once the journal has it, and what the broker's loop was sending meanwhile has left or was refused."""
        with contextlib.suppress(TimeoutError):  # It is in force all the same, and written as soon as that is possible.
            await asyncio.wait_for(self._all_written.wait(), WRITTEN_SECONDS)
        if changed:
            await self.ask_or_none("broker", AskPhase(), timeout_seconds=BROKER_SECONDS)
        control = self._switch.control
        return ControlAnswer(
            state=control.state,
            changed=changed,
            journaled=self._all_written.is_set(),
            brackets=self._brackets(),
            since=control.moved.at if control.moved else None,
            by=control.moved.by if control.moved else "",
            refused=refused,
        )
