"""The RiskActor's memory of the trading days that were opened. See ``domain.days_opened``."""

from datetime import date
from typing import Final

from actors.base import Actor
from domain.commands import ReadStream, SendAlert
from domain.day_opening import first_sight
from domain.days_opened import behind_finding, day_used, last_opened
from domain.events import DayOpened
from domain.ports import EventLog
from domain.reports import AccountReport
from domain.trading_day import Calendar, day_is_due

STREAM: Final = "days"


class DaysOpened:
    """Belongs to one actor. Its stream is the one place that names every day, whichever ledger is read."""

    def __init__(self, actor: Actor, calendar: Calendar, log: EventLog) -> None:
        self._actor = actor
        self._calendar = calendar
        self._log = log
        self._last: date | None = None
        self._behind = False

    async def remember(self) -> None:
        """Read from the journal which day was opened last. Raises StoreError."""
        known = await self._actor.ask_journal(ReadStream(stream=STREAM))
        self._last = last_opened(known.records)
        self.look()

    @property
    def by_clock(self) -> date:
        """Return the trading day of this moment by the calendar."""
        return self._calendar.trading_day(self._actor.clock.now())

    @property
    def day(self) -> date:
        """Return the trading day whose ledger counts."""
        return day_used(self.by_clock, self._last)

    def look(self) -> None:
        """Tell the operator once when the clock is behind a day that was opened, and once when it has passed it."""
        by_clock, last = self.by_clock, self._last
        finding = behind_finding(by_clock, last)
        if self._behind == (finding is not None):
            return
        self._behind = finding is not None
        if finding is None or last is None:
            self._log.emit("clock_caught_up", day=by_clock.isoformat())
            return
        self._log.emit("clock_behind_state", day=by_clock.isoformat(), last_day=last.isoformat())
        text = f"{finding.found}, but {last} was opened before; no entry until the clock has reached it again: set it"
        self._actor.tell("alerts", SendAlert(kind="clock_behind", text=text, level="CRITICAL"))

    def opening(self, account: AccountReport, ledger_day: date | None) -> DayOpened | None:
        """Return the opening of a new day, on its way to the journal; None when none is due.

        A clock that was set back opens no earlier day. One that was opened, but not in its ledger, is opened again.
        """
        now = self._actor.clock.now()
        session = self._calendar.current_or_next(now)
        if session is None or not day_is_due(session, now):
            return None
        if session.day < self.day or session.day <= (ledger_day or date.min):
            return None
        values = account.values
        opened = first_sight(
            session.day, values.get("NetLiquidation"), values.get("PreviousDayEquityWithLoanValue"), now
        )
        if opened is not None:
            self._last = opened.day
            self._actor.write(STREAM, opened)
            self._log.emit("day_opened", day=opened.day.isoformat(), equity=opened.start_equity)
        return opened
