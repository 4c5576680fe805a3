"""A log looked at: everything that the text and the JSON say."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from simgateway.frames import Frame
from simgateway.inspect.orders import OrderLife, Orders
from simgateway.inspect.requests import Request, Requests
from simgateway.inspect.tally import Tally
from simgateway.inspect.timeline import Timeline

NEW_YORK: Final = ZoneInfo("America/New_York")
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which part of a log: moments in New York's time, a time of day alone being on the log's first day.

    `client` is the only one to tell of, `kinds` are names of messages to list one by one.
    """

    client: int | None = None
    since: datetime | time = time.min
    until: datetime | time | None = None
    kinds: frozenset[str] = frozenset()

    @property
    def is_part(self) -> bool:
        """Return whether hours were chosen."""
        return self.until is not None or self.since != time.min


@dataclass(frozen=True, slots=True)
class Hours:
    """The moments that are told of, both included."""

    since: datetime
    until: datetime

    @classmethod
    def of(cls, wanted: Wanted, first: datetime) -> "Hours":
        """Return them for a log that begins at `first`."""
        day = first.astimezone(NEW_YORK).date()
        since, until = (
            each if isinstance(each, datetime) else datetime.combine(day, each, NEW_YORK) if each else _NEVER
            for each in (wanted.since, wanted.until)
        )
        return cls(since, until)

    def covers(self, at: datetime) -> bool:
        """Return whether a moment lies within them."""
        return self.since <= at <= self.until


@dataclass(slots=True)
class Report:
    """What was found; `listed` are the messages of the wanted kinds."""

    wanted: Wanted
    tally: Tally = field(default_factory=Tally)
    timeline: Timeline = field(default_factory=Timeline)
    orders: list[OrderLife] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    listed: list[Frame] = field(default_factory=list)

    @property
    def never_cancelled(self) -> list[Request]:
        """Return what goes on until it is cancelled, and was not: still open at the end, or when its client left."""
        return [row for row in self.requests if row.goes_on and row.ended_by in {"", "disconnected"}]

    @property
    def never_answered(self) -> list[Request]:
        """Return the questions to which nothing came back, not even an error."""
        return [row for row in self.requests if row.answered is None and row.ended_by != "cancelled"]

    @property
    def faults(self) -> list[Frame]:
        """Return what the gateway did on purpose."""
        return [frame for frame in self.tally.notes if frame.fields[0] == "fault"]


def report_on(frames: Iterable[Frame], wanted: Wanted) -> Report:
    """Read the frames once. Lives are followed from the log's start, and told when they reach into the hours."""
    report, orders, requests = Report(wanted), Orders(), Requests()
    clients: dict[int, int] = {}
    hours: Hours | None = None
    for frame in frames:
        hours = hours or Hours.of(wanted, frame.at)
        if frame.at > hours.until:
            break
        if frame.client_id >= 0:
            clients[frame.connection] = frame.client_id
        orders.take(frame)
        requests.take(frame)
        if frame.at >= hours.since and _concerns(frame, wanted, clients):
            _count(report, frame)
    if hours:
        since, client = hours.since, wanted.client
        report.orders = [row for row in orders.all.values() if client in {None, row.client_id} and row.last_at >= since]
        report.requests = [
            row
            for row in requests.all
            if client in {None, clients.get(row.connection)} and (row.ended is None or row.ended >= since)
        ]
    return report


def _count(report: Report, frame: Frame) -> None:
    report.tally.take(frame)
    report.timeline.take(frame)
    if frame.name in report.wanted.kinds:
        report.listed.append(frame)


def _concerns(frame: Frame, wanted: Wanted, clients: dict[int, int]) -> bool:
    if wanted.client is None or (frame.direction == "note" and frame.connection == 0):
        return True
    if frame.direction == "in" and frame.fields[:1] == ("71",) and len(frame.fields) > 2:
        return frame.fields[2] == str(wanted.client)
    return clients.get(frame.connection) == wanted.client
