"""CalendarActor: has the sessions asked for anew once a day, in a process of their own, and keeps them in the journal.

A failure is one line a day. The old sessions go on as long as they reach, and an alert says when that is not long any
more; behind the last one the market counts as closed, so nothing is opened.
"""

from datetime import timedelta
from typing import Any, Final

from actors.base import Actor
from actors.live_calendar import LiveCalendar
from actors.runtime.context import Context
from actors.runtime.hosts import Host
from actors.runtime.supervisor import Backoff, ChildSpec
from domain.commands import ReadStream, SendAlert, StreamRead, Wake
from domain.kept_sessions import SHORT, AskSessions, SessionsKnown, SessionsUnknown, is_news, latest, reach, span
from domain.ports import EventLog
from domain.trading_day import Calendar

STREAM: Final = "calendar"
EVERY: Final = timedelta(days=1)
FIRST: Final = timedelta(seconds=60)  # A start has better things to do.
KEEP_SECONDS: Final = 2.0  # The journal starts after this actor.
JOURNAL_SECONDS: Final = 10.0
PING_SECONDS: Final = 30.0


def calendar_specs(calendar: Calendar, ask: AskSessions | None, host: Host, log: EventLog) -> tuple[ChildSpec, ...]:
    """Return the child that renews a calendar which can be; none for a run that ends before."""
    if ask is None or not isinstance(calendar, LiveCalendar):
        return ()
    spec = ChildSpec(
        name="calendar",
        factory=lambda context: CalendarActor(context, calendar=calendar, ask=ask, log=log),
        host=host,
        ping_every_seconds=PING_SECONDS,
        backoff=Backoff(first_seconds=0.2, factor=2.0, most_seconds=5.0),
    )
    return (spec,)


class CalendarActor(Actor):
    """One timer to the next question. Nobody waits for the answer."""

    def __init__(self, context: Context, *, calendar: LiveCalendar, ask: AskSessions, log: EventLog) -> None:
        super().__init__(context)
        self._calendar = calendar
        self._asked = ask
        self._log = log

    async def on_start(self) -> None:
        """Write soon what the start found, and ask when it is a day old."""
        now = self.clock.now()
        self.timers.start("keep", KEEP_SECONDS, Wake(what="keep"))
        self.timers.start_at("renew", max(now + FIRST, self._calendar.known.at + EVERY), Wake(what="renew"))

    def receive(self, message: Any) -> None:
        """Do in the background what it is time for."""
        match message:
            case Wake(what="keep"):
                self.spawn(self._keep())
            case Wake(what="renew"):
                self.timers.start_at("renew", self.clock.now() + EVERY, Wake(what="renew"))
                self.spawn(self._renew())
            case _:
                pass

    async def _renew(self) -> None:
        found = await self._asked(*span(self.clock.now()))
        if isinstance(found, SessionsUnknown):
            self._complain(found)
            return
        self._calendar.renew(found)
        await self._keep()

    async def _keep(self) -> None:
        """Have the journal hold the sessions in use, when that is news to it; without an answer tomorrow does."""
        known, now = self._calendar.known, self.clock.now()
        answer = await self.ask_or_none("journal", ReadStream(stream=STREAM), timeout_seconds=JOURNAL_SECONDS)
        if isinstance(answer, StreamRead) and is_news(latest(answer.records), known, now):
            self.write(STREAM, known)
            self._say(known)

    def _say(self, known: SessionsKnown) -> None:
        self._log.emit(
            "calendar_renewed",
            library_version=known.version,
            sessions=len(known.sessions),
            known_until=known.sessions[-1].day.isoformat(),
        )

    def _complain(self, failed: SessionsUnknown) -> None:
        known = self._calendar.known
        until = known.sessions[-1].day.isoformat()
        self._log.emit("calendar_failed", reason=failed.reason, known_until=until)
        if reach(known, self.clock.now()) < SHORT:
            text = f"trading sessions are known until {until} only, and nothing is opened afterwards: {failed.reason}"
            self.tell("alerts", SendAlert(kind="calendar", text=text))
