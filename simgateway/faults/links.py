"""Faults of connections: cut, half open, refused, restarted, ids in use, too fast."""

from datetime import timedelta
from random import Random

from simgateway.faults.effect import Effect, Stage
from simgateway.faults.model import Fault
from simgateway.session import Session


class LinkEffect(Effect):
    """An event that happens to the connection whose message set it off, else to all, or the client's."""

    def concerned(self, session: Session | None) -> list[Session]:
        """Return the connections it happens to, those that have not started included unless a client is named."""
        if session is not None:
            return [session]
        client = self.fault.client
        return [row for row in self.stage.host.sessions() if client in {None, row.client_id}]


class Drop(LinkEffect):
    """Connections are cut, and their ids may stay in use as if the gateway had not noticed."""

    def happen(self, session: Session | None) -> None:
        """Cut them."""
        hold_seconds = self.fault.number("hold_seconds")
        for row in self.concerned(session):
            if hold_seconds and row.is_started:
                self.stage.host.hold_client_id(row.client_id, hold_seconds)
            row.abort()


class HalfOpen(LinkEffect):
    """New connections are accepted and never answered: what they send is taken and nothing comes back."""

    lingers = True

    def __init__(self, fault: Fault, stage: Stage, draw: Random) -> None:
        super().__init__(fault, stage, draw)
        self._until = stage.clock.now()

    def happen(self, session: Session | None) -> None:
        """Begin, and silence the open ones when told so."""
        self._until = self.stage.clock.now() + timedelta(seconds=self.fault.number("seconds"))
        if self.fault.flag("existing"):
            self.stage.deaf.update(row.number for row in self.concerned(session))

    def opened(self, number: int) -> None:
        """Silence a new one."""
        if self.stage.clock.now() < self._until:
            self.stage.deaf.add(number)

    def end(self) -> None:
        """Answer new ones again."""
        self._until = self.stage.clock.now()


class Refuse(Effect):
    """New connections are cut for a while."""

    def __init__(self, fault: Fault, stage: Stage, draw: Random) -> None:
        super().__init__(fault, stage, draw)
        self._until = stage.clock.now()

    def happen(self, session: Session | None) -> None:
        """Begin."""
        del session
        seconds = self.fault.number("seconds")
        self._until = self.stage.clock.now() + timedelta(seconds=seconds)
        self.stage.away(seconds)

    def end(self) -> None:
        """Take connections again, unless they are taken already."""
        if self.stage.clock.now() < self._until:
            self.stage.back()


class Restart(Refuse):
    """All connections are cut and new ones refused for minutes; what the gateway knows it keeps.

    The daily restart of IB Gateway: the process ends, the API comes back minutes later without a login
    (IBKR guides, "Auto restart").
    """

    def happen(self, session: Session | None) -> None:
        """Go away."""
        super().happen(session)
        for row in self.stage.host.sessions():
            row.abort()


class IdInUse(LinkEffect):
    """Client ids stay in use for a while after their connection is gone."""

    def happen(self, session: Session | None) -> None:
        """Hold the client's id, or those of all that are connected."""
        ids = {row.client_id for row in self.concerned(session) if row.is_started}
        if self.fault.client is not None:
            ids = {self.fault.client}
        for client_id in sorted(ids):
            self.stage.host.hold_client_id(client_id, self.fault.number("seconds"))


class TooFast(LinkEffect):
    """Error 100 whatever the client did."""

    def happen(self, session: Session | None) -> None:
        """Warn, and close."""
        for row in self.concerned(session):
            if row.is_started:
                self.stage.host.warn_too_fast(row, close=self.fault.flag("close"))
