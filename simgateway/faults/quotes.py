"""Which quotes each connection has asked for, so that a fault can choose them by their symbol."""

from collections.abc import Callable
from typing import Final

from simgateway.protocol.wire import Fields

_REMEMBERED_MOST: Final = 2000


class QuoteRequests:
    """Remembers the newest mktData requests of each connection; `symbol_of` names a contract given by its id alone."""

    def __init__(self, symbol_of: Callable[[int], str]) -> None:
        self._symbol_of = symbol_of
        self._by_connection: dict[int, dict[str, Fields]] = {}

    def note(self, connection: int, fields: Fields) -> None:
        """Take a message of a client: a request (1) is remembered until it is cancelled (2)."""
        if fields[0] == "1" and len(fields) > 17:
            rows = self._by_connection.setdefault(connection, {})
            rows[fields[2]] = fields[3:18]
            if len(rows) > _REMEMBERED_MOST:
                del rows[next(iter(rows))]
        elif fields[0] == "2" and len(fields) > 2:
            self._by_connection.get(connection, {}).pop(fields[2], None)

    def forget(self, connection: int) -> None:
        """Drop what a connection asked for."""
        self._by_connection.pop(connection, None)

    def streams(self, connection: int) -> list[str]:
        """Return the request ids of a connection's open quotes, oldest first; snapshots are left out."""
        return [req_id for req_id, row in self._by_connection.get(connection, {}).items() if row[-1] != "1"]

    def symbol(self, connection: int, req_id: str) -> str:
        """Return the symbol a request is about, empty when it is not known."""
        row = self._by_connection.get(connection, {}).get(req_id)
        if row is None:
            return ""
        if row[1] or not row[0].isdecimal():
            return row[1].upper()
        return self._symbol_of(int(row[0]))
