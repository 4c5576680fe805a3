"""Which part of the gateway answers which message."""

from collections.abc import Callable, Mapping

from simgateway.data.catalogue import Catalogue
from simgateway.data.history import History
from simgateway.data.more import MoreData
from simgateway.data.streams import Streams
from simgateway.protocol.wire import Fields
from simgateway.session import Session
from simgateway.trading.desk import Desk
from simgateway.trading.exercises import Exercises
from simgateway.trading.feed import AccountFeed
from simgateway.trading.order_queries import OrderQueries

Handler = Callable[[Session, Fields], None]


def _ignore(session: Session, fields: Fields) -> None:
    """Take a message that needs no answer."""
    del session, fields


def routes(
    *,
    catalogue: Catalogue,
    desk: Desk,
    queries: OrderQueries,
    feed: AccountFeed,
    exercises: Exercises,
    history: History,
    streams: Streams,
    more_data: MoreData,
) -> Mapping[str, Handler]:
    """Return the table of messages; what is not in it is error 320."""
    return {
        **more_data.handlers(),
        "1": streams.open,
        "2": streams.cancel,
        "3": desk.place,
        "4": desk.cancel,
        "5": queries.own,
        "6": feed.updates.ask,
        "7": queries.executions,
        "8": queries.next_id,
        "9": catalogue.details,
        "14": _ignore,
        "15": desk.bind,
        "16": queries.all,
        "20": history.ask,
        "21": exercises.ask,
        "25": history.cancel,
        "58": desk.cancel_all,
        "59": streams.data_type,
        "61": feed.positions.ask,
        "62": feed.summaries.ask,
        "63": feed.summaries.cancel,
        "64": feed.positions.cancel,
        "74": feed.positions.ask_multi,
        "75": feed.positions.cancel_multi,
        "76": feed.updates.ask_multi,
        "77": feed.updates.cancel_multi,
        "78": catalogue.option_parameters,
        "80": feed.family_codes,
        "81": catalogue.matching_symbols,
        "87": history.head,
        "90": _ignore,
        "91": catalogue.market_rule,
        "92": feed.profits.ask,
        "93": feed.profits.cancel,
        "94": feed.profits.ask_single,
        "95": feed.profits.cancel_single,
        "99": queries.completed,
        "104": feed.user_info,
    }
