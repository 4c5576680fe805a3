"""What traded while a client was away: nobody tells it, and the log does not show it, until the client asks."""

from typing import Final

from simgateway.audit.notices import Connected, Notice, PartTold

_EXECUTIONS: Final = "55"


class Missed:
    """Follows the clients that came back and were not told all executions yet."""

    def __init__(self) -> None:
        self._known: Final = set[int]()
        self._waiting: Final = dict[int, int]()

    def follow(self, notice: Notice) -> None:
        """Take one notice; the first connection of a client in a log has missed nothing of the log."""
        match notice:
            case Connected() if notice.client_id in self._known:
                self._waiting[notice.client_id] = notice.connection
            case Connected():
                self._known.add(notice.client_id)
            case PartTold() if notice.part == _EXECUTIONS:
                self._told(notice.connection)
            case _:
                pass

    def by(self, client_id: int) -> bool:
        """Return whether trades of this client's orders may be missing from the log so far."""
        return client_id in self._waiting

    def _told(self, connection: int) -> None:
        for client_id in [one for one, newest in self._waiting.items() if newest == connection]:
            del self._waiting[client_id]
