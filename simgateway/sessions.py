"""The open connections."""

from simgateway.session import Session


class Sessions:
    """Knows connections in the order they came; of one client id only one is started."""

    def __init__(self) -> None:
        self._open: dict[int, Session] = {}
        self.opened = 0
        self.overflowed = 0
        self.broken = 0
        self.messages_in = 0
        self.most_in_a_second = 0

    def add(self, session: Session) -> int:
        """Take a new connection; return its number, from 1."""
        self.opened += 1
        self._open[self.opened] = session
        return self.opened

    def remove(self, session: Session) -> None:
        """Forget a connection."""
        self._open.pop(session.number, None)

    def count(self, session: Session) -> None:
        """Note a message that came in."""
        self.messages_in += 1
        self.most_in_a_second = max(self.most_in_a_second, session.most_in_a_second)

    def all(self) -> tuple[Session, ...]:
        """Return the open connections."""
        return tuple(self._open.values())

    def of_client(self, client_id: int) -> Session | None:
        """Return the connection of a client, None when it has none."""
        for session in self._open.values():
            if session.client_id == client_id and session.is_started:
                return session
        return None
