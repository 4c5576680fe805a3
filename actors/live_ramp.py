"""The RiskActor's memory of how long real money is traded, and the small orders that follow. See ``domain.ramp``."""

from dataclasses import replace
from datetime import date
from typing import Final

from actors.base import Actor
from domain.commands import ReadStream
from domain.ledger_rules import RiskLimits
from domain.live_days import LiveDayBegan
from domain.ports import EventLog
from domain.ramp import Ramp, after

STREAM: Final = "ramp"


class LiveRamp:
    """Belongs to one actor. Without days to ramp, 0, it reads and writes nothing."""

    def __init__(self, actor: Actor, days_needed: int, log: EventLog) -> None:
        self._actor = actor
        self._ramp = Ramp(days_needed=days_needed)
        self._log = log

    async def remember(self) -> None:
        """Read from the journal which days were traded live."""
        if self._ramp.days_needed:
            known = await self._actor.ask_journal(ReadStream(stream=STREAM))
            self._ramp = after(self._ramp, known.records)

    def cut(self, limits: RiskLimits, day: date) -> RiskLimits:
        """Return the limits of this New York day."""
        return replace(limits, ramp_contracts=self._ramp.contracts_most(day))

    def count(self, day: date) -> None:
        """Count a New York day whose ledger was opened, and tell the operator while it is traded small."""
        needed = self._ramp.days_needed
        if not needed:
            return
        began = LiveDayBegan(at=self._actor.clock.now(), day=day)
        self._ramp = after(self._ramp, (began,))
        self._actor.write(STREAM, began)
        most = self._ramp.contracts_most(day)
        if most is not None:
            self._log.emit("live_ramp", day=day.isoformat(), found=self._ramp.number(day), limit=needed, quantity=most)
