"""Requests that stay open until they are cancelled or their connection ends, named by connection and number."""

from typing import Generic, Protocol, TypeVar

from simgateway.session import Session


class Open(Protocol):
    """What an open request knows of itself."""

    @property
    def session(self) -> Session:
        """Return the connection that asked."""
        ...

    @property
    def req_id(self) -> int:
        """Return the request's number."""
        ...


_T = TypeVar("_T", bound=Open)


class Subscriptions(Generic[_T]):
    """The open requests of one kind, in the order in which they came."""

    def __init__(self) -> None:
        self._open: dict[tuple[int, int], _T] = {}

    def __len__(self) -> int:
        return len(self._open)

    def all(self) -> list[_T]:
        """Return them, oldest first."""
        return list(self._open.values())

    def has(self, session: Session, req_id: int) -> bool:
        """Return whether a connection has one with this number."""
        return (session.number, req_id) in self._open

    def add(self, row: _T) -> None:
        """Take a new one."""
        self._open[row.session.number, row.req_id] = row

    def take(self, session: Session, req_id: int) -> _T | None:
        """Remove and return one; None when there is none with this number."""
        return self._open.pop((session.number, req_id), None)

    def take_all(self, session: Session) -> list[_T]:
        """Remove and return those of one connection."""
        keys = [key for key in self._open if key[0] == session.number]
        return [self._open.pop(key) for key in keys]
