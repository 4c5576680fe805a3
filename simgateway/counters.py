"""What the gateway counts, of each client and in all: connections, subscriptions, history in flight, waiting bytes."""

from dataclasses import asdict, dataclass

from simgateway.data.history import History
from simgateway.data.streams import Streams
from simgateway.session import Session
from simgateway.sessions import Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCounters:
    """One open connection: `connection` from 1, `client_id` -1 and `version` 0 until the client has told them.

    `subscriptions` are requests for quotes that are open, snapshots included; `buffered_bytes` wait in the buffers of
    the connection, both ways.
    """

    connection: int
    client_id: int
    version: int
    subscriptions: int
    history_in_flight: int
    messages_in: int
    messages_in_a_second_most: int
    buffered_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """What the gateway counted: open now, and the most that ever was; `clients` in the order they came.

    `cut_off_unread` clients left too much unread; `broken_handlers` are errors of the gateway's own, always 0.
    """

    connections: int
    connections_ever: int
    subscriptions: int
    subscriptions_most: int
    history_in_flight: int
    messages_in: int
    messages_in_a_second_most: int
    buffered_bytes: int
    clients: tuple[ClientCounters, ...] = ()
    cut_off_unread: int = 0
    broken_handlers: int = 0

    def as_row(self) -> dict[str, object]:
        """Return plain values for JSON, `clients` as a list of such rows."""
        return {**asdict(self), "clients": [asdict(client) for client in self.clients]}


def count(sessions: Sessions, streams: Streams, history: History) -> Counters:
    """Return what there is to count at this moment."""
    clients = tuple(_client(session, streams, history) for session in sessions.all())
    return Counters(
        connections=len(clients),
        connections_ever=sessions.opened,
        subscriptions=streams.count,
        subscriptions_most=streams.most,
        history_in_flight=history.in_flight,
        messages_in=sessions.messages_in,
        messages_in_a_second_most=sessions.most_in_a_second,
        buffered_bytes=sum(client.buffered_bytes for client in clients),
        clients=clients,
        cut_off_unread=sessions.overflowed,
        broken_handlers=sessions.broken,
    )


def _client(session: Session, streams: Streams, history: History) -> ClientCounters:
    return ClientCounters(
        connection=session.number,
        client_id=session.client_id,
        version=session.version,
        subscriptions=streams.count_of(session),
        history_in_flight=history.in_flight_of(session),
        messages_in=session.messages_in,
        messages_in_a_second_most=session.most_in_a_second,
        buffered_bytes=session.buffered_bytes,
    )
