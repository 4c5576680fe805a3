"""Faults between the gateway and IB: notices, a lost line, a second session that takes the data; the socket stays."""

from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import Final

from simgateway.faults.effect import Effect, Items, Passing, Stage
from simgateway.faults.model import Fault
from simgateway.faults.refusals import COMPETING, TEXTS, text_of
from simgateway.protocol import responses
from simgateway.protocol.wire import Fields
from simgateway.session import Session

_TICKS: Final[Mapping[str, int]] = {"1": 4, "2": 4, "21": 3, "45": 4, "46": 4}
"""Ticks, and how many of their first fields say which tick of which request they are."""

_DATA: Final = frozenset(
    {
        *_TICKS,
        "10",
        "12",
        "13",
        "17",
        "50",
        "52",
        "57",
        "75",
        "76",
        "88",
        "90",
        "94",
        "95",
        "96",
        "97",
        "98",
        "99",
        "106",
    }
)
_REPORTS: Final = frozenset({"5", "3", "11", "59"})
_ORDERS: Final = frozenset({"3", "4", "58"})
_DATA_REQUESTS: Final = frozenset({"1", "9", "10", "20", "50", "78", "81", "87", "96", "97"})
_DATA_LOST: Final = 1101
_APART: Final = 2110
_LAST_FARM: Final = ("4", "-1", "2158")


def _is_last_of_welcome(passing: Passing) -> bool:
    """Return whether this ends what a client is told when it has connected."""
    return (passing.fields[0], *passing.fields[2:4]) == _LAST_FARM


class Newest:
    """Keeps the newest of each tick that did not pass, so that a client is up to date afterwards."""

    def __init__(self) -> None:
        self._rows: dict[tuple[Session, Fields], Fields] = {}

    def keep(self, session: Session, fields: Fields) -> None:
        """Keep one; what is no tick is forgotten."""
        if fields[0] in _TICKS:
            head = fields[: _TICKS[fields[0]]]
            self._rows.pop((session, head), None)
            self._rows[session, head] = fields

    def take(self) -> list[tuple[Session, Fields]]:
        """Return what was kept, and forget it."""
        rows = [(session, fields) for (session, _), fields in self._rows.items()]
        self._rows.clear()
        return rows


class Notice(Effect):
    """A notice that belongs to no request goes to all clients, or one."""

    def happen(self, session: Session | None) -> None:
        """Send it."""
        del session
        code = self.fault.whole("code")
        text = self.fault.text("text") or text_of(code)
        for row in self.stage.sessions(self.fault.client):
            row.push((responses.error(-1, code, text, row.version),))


class Connectivity(Effect):
    """The line between gateway and IB is lost for a while: 1100, then 1101 or 1102.

    Meanwhile market data does not pass, orders and reports about them wait; after 1101 quotes have to be asked for
    again. The socket stays open and pending requests are not failed (IBKR, "System message codes"). Who connects
    meanwhile was not told 1100, and is told 2110.
    """

    lingers = True

    def __init__(self, fault: Fault, stage: Stage, draw: Random) -> None:
        super().__init__(fault, stage, draw)
        self._is_lost = False
        self._newest = Newest()
        self._reports: list[tuple[Session, Fields]] = []
        self._asked: list[tuple[Session, Fields]] = []

    def happen(self, session: Session | None) -> None:
        """Lose the line."""
        del session
        if not self._is_lost:
            self._is_lost = True
            self._tell(1100)
            self.stage.lose_line(self.fault.client, self.fault.number("seconds"))
            self.stage.later(self.fault.number("seconds"), self._restore)

    def follow(self, passing: Passing) -> Items | None:
        """Keep back what would need the line."""
        number = passing.fields[0]
        if not self._is_lost:
            return None
        if passing.direction == "in":
            if number not in _ORDERS | _DATA_REQUESTS:
                return None
            self._asked.append((passing.session, passing.fields))
        elif _is_last_of_welcome(passing):
            self.stage.later(0, self._tell_newcomer, passing.session)
            return None
        elif number in _DATA:
            self._newest.keep(passing.session, passing.fields)
        elif number in _REPORTS and not passing.is_answer:
            self._reports.append((passing.session, passing.fields))
        else:
            return None
        return ()

    def end(self) -> None:
        """Bring the line back at once."""
        self.stage.line_back(self.fault.client)
        self._restore()

    def _restore(self) -> None:
        """Say that the line is back, once no other outage of it lasts."""
        if not self._is_lost:
            return
        if (seconds := self.stage.seconds_to_line(self.fault.client)) > 0:
            self.stage.later(seconds, self._restore)
            return
        self._is_lost = False
        code = self.fault.whole("restored")
        self._tell(code)
        ticks = self._newest.take()
        if code == _DATA_LOST:
            self._asked = [row for row in self._asked if row[1][0] in _ORDERS]
            for session in self.stage.sessions(self.fault.client):
                self.stage.host.drop_streams(session)
                self.stage.quotes.forget(session.number)
        else:
            self._send(ticks)
        self._send(self._reports)
        self._reports = []
        asked, self._asked = self._asked, []
        for session, fields in asked:
            self.stage.host.handle(session, fields)

    def _tell(self, code: int) -> None:
        for session in self.stage.sessions(self.fault.client):
            session.push((responses.error(-1, code, TEXTS[code], session.version),))

    def _tell_newcomer(self, session: Session) -> None:
        if self._is_lost and session.is_open:
            session.push((responses.error(-1, _APART, TEXTS[_APART], session.version),))

    def _send(self, rows: list[tuple[Session, Fields]]) -> None:
        for session, fields in rows:
            session.push((fields,))


class CompetingSession(Effect):
    """The same user has logged in elsewhere and has the data now: 10197 for each quote request, and no quotes."""

    lingers = True

    def __init__(self, fault: Fault, stage: Stage, draw: Random) -> None:
        super().__init__(fault, stage, draw)
        self._until = stage.clock.now()
        self._newest = Newest()

    def happen(self, session: Session | None) -> None:
        """Take the data."""
        del session
        seconds = self.fault.number("seconds")
        self._until = self.stage.clock.now() + timedelta(seconds=seconds)
        for row in self.stage.sessions(self.fault.client):
            for req_id in self.stage.quotes.streams(row.number):
                row.push((responses.error(int(req_id), COMPETING, TEXTS[COMPETING], row.version),))
        self.stage.later(seconds, self._give_back)

    def follow(self, passing: Passing) -> Items | None:
        """Keep quotes back and answer new requests for them."""
        number, session = passing.fields[0], passing.session
        if self.stage.clock.now() >= self._until:
            return None
        if passing.direction == "out" and number in _TICKS:
            self._newest.keep(session, passing.fields)
            return ()
        if passing.direction == "in" and number == "1" and session.is_started and passing.fields[2].isdecimal():
            error = responses.error(int(passing.fields[2]), COMPETING, TEXTS[COMPETING], session.version)
            session.push((error,))
        return None

    def end(self) -> None:
        """Give the data back at once."""
        self._until = self.stage.clock.now()
        self._give_back()

    def _give_back(self) -> None:
        if self.stage.clock.now() >= self._until:
            for session, fields in self._newest.take():
                session.push((fields,))
