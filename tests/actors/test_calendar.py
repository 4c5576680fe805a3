from datetime import date, timedelta

from actors.calendar import STREAM, CalendarActor
from actors.live_calendar import LiveCalendar
from actors.runtime.context import Context
from domain.commands import SendAlert
from domain.kept_sessions import SessionsKnown, SessionsUnknown, SessionTimes
from tests.actors.stage import Stage
from tests.builders import NOW

DAY = timedelta(days=1).total_seconds()
FAILED = SessionsUnknown(reason="no pandas")


def known(ahead: int, *, version: str = "4.1") -> SessionsKnown:
    """Return a session on each day, up to so many days ahead."""
    opens = [NOW + timedelta(days=number, hours=-1) for number in range(ahead + 1)]
    sessions = (SessionTimes(day=each.date(), opens_at=each, closes_at=each + timedelta(hours=6)) for each in opens)
    return SessionsKnown(at=NOW, version=version, sessions=tuple(sessions))


class Library:
    """Answers by script, the last answer again and again."""

    def __init__(self, *answers: SessionsKnown | SessionsUnknown) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[date, date]] = []

    async def __call__(self, first: date, last: date) -> SessionsKnown | SessionsUnknown:
        self.asked.append((first, last))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def opened(stage: Stage, calendar: LiveCalendar, library: Library) -> None:
    def kind(context: Context) -> CalendarActor:
        return CalendarActor(context, calendar=calendar, ask=library, log=stage.log)

    stage.launch(kind, "calendar")


def test_what_the_start_found_is_kept_once(stage: Stage) -> None:
    stage.journal()
    found = known(400)

    opened(stage, LiveCalendar(found), Library(found))
    stage.run_for(3 * DAY)

    assert stage.store.read(STREAM) == (found,)
    assert [line["sessions"] for line in stage.log.named("calendar_renewed")] == [401]


def test_it_asks_once_a_day_and_the_calendar_in_use_has_the_answer(stage: Stage) -> None:
    stage.journal()
    first, second = known(400), known(402, version="4.2")
    calendar, library = LiveCalendar(first), Library(second)

    opened(stage, calendar, library)
    stage.run_for(2.5 * DAY)

    assert len(library.asked) == 2
    assert calendar.known is second
    assert calendar.session_of(second.sessions[-1].day) is not None
    assert stage.store.read(STREAM) == (first, second)


def test_a_failure_is_one_line_a_day_and_the_old_sessions_go_on(stage: Stage) -> None:
    stage.journal()
    alerts = stage.cast("alerts")
    calendar = LiveCalendar(known(400))

    opened(stage, calendar, Library(FAILED))
    stage.run_for(2.5 * DAY)

    assert [line["reason"] for line in stage.log.named("calendar_failed")] == ["no pandas", "no pandas"]
    assert len(calendar.sessions) == 401
    assert alerts.heard == []


def test_an_alert_says_when_the_sessions_come_to_their_end(stage: Stage) -> None:
    stage.journal()
    alerts = stage.cast("alerts")

    opened(stage, LiveCalendar(known(20)), Library(FAILED))
    stage.run_for(1.5 * DAY)

    (alert,) = alerts.heard
    assert isinstance(alert, SendAlert)
    assert alert.kind == "calendar"


def test_without_a_journal_the_next_day_keeps_it(stage: Stage) -> None:
    found = known(400)
    opened(stage, LiveCalendar(found), Library(found))
    stage.run_for(300)

    stage.journal()
    stage.run_for(DAY)

    assert stage.store.read(STREAM) == (found,)


def test_a_live_calendar_equals_none_but_itself() -> None:
    one, other = LiveCalendar(known(4)), LiveCalendar(known(4))

    assert one == one  # noqa: PLR0124 - is the point
    assert one != other
    assert len({one, other}) == 2
