"""Every error code in one table: what it means, and what it does to a request, an order and the connection.

Sources: ``seen`` in stored pages or tracker threads of the broker's and its libraries' users, ``table`` in another
client's list of codes, ``assumed`` from general knowledge. A code that is not here is read by its range, carefully.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.reports import Failure, OrderEffect, RequestFailed


class ConnectionEffect(StrEnum):
    """What a code says about the way from us to the exchange."""

    NONE = "none"
    LOST = "lost"  # The gateway lost its servers; our socket stays.
    RESTORED_DATA_LOST = "restored, data lost"  # Subscriptions are gone.
    RESTORED = "restored"
    FARM_DOWN = "farm down"
    FARM_UP = "farm up"
    TOO_FAST = "too fast"
    ENDING = "ending"  # The gateway is about to hang up.
    DATA_DENIED = "data denied"  # Quotes are not, or no longer, ours.


class Source(StrEnum):
    """How we know."""

    SEEN = "seen"
    TABLE = "table"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One row. ``request`` None: the request goes on."""

    code: int
    meaning: str
    request: Failure | None
    order: OrderEffect
    connection: ConnectionEffect
    source: Source


_F, _O, _C, _S = Failure, OrderEffect, ConnectionEffect, Source


def _row(
    code: int,
    meaning: str,
    request: Failure | None,
    order: OrderEffect,
    source: Source,
    *,
    connection: ConnectionEffect = ConnectionEffect.NONE,
) -> Code:
    return Code(code=code, meaning=meaning, request=request, order=order, connection=connection, source=source)


ROWS: Final[tuple[Code, ...]] = (
    _row(100, "message rate exceeded", _F.PACING, _O.UNCERTAIN, _S.SEEN, connection=_C.TOO_FAST),
    _row(101, "too many market data lines", _F.PACING, _O.NONE, _S.SEEN),
    _row(103, "duplicate order id", _F.REFUSED, _O.UNCERTAIN, _S.SEEN),
    _row(104, "a filled order cannot be changed", _F.REFUSED, _O.NOT_CANCELLABLE, _S.SEEN),
    _row(105, "the change does not match the order", _F.REFUSED, _O.UNCERTAIN, _S.SEEN),
    _row(109, "price outside the precautionary range", _F.REFUSED, _O.REJECTED, _S.SEEN),
    _row(110, "price off the contract's grid", _F.REFUSED, _O.REJECTED, _S.SEEN),
    _row(135, "no order with this id", _F.REFUSED, _O.NOT_FOUND, _S.SEEN),
    _row(161, "cancel of an order that cannot be cancelled", _F.REFUSED, _O.NOT_CANCELLABLE, _S.ASSUMED),
    _row(162, "history service; its text says more", _F.NO_DATA, _O.NONE, _S.ASSUMED),
    _row(163, "price outside the percentage constraints", _F.REFUSED, _O.REJECTED, _S.ASSUMED),
    _row(165, "history query message", None, _O.NONE, _S.ASSUMED),
    _row(200, "no such contract, or several", _F.NO_SUCH_CONTRACT, _O.REJECTED, _S.SEEN),
    _row(201, "order rejected", _F.REFUSED, _O.REJECTED, _S.ASSUMED),
    _row(202, "order cancelled", None, _O.CANCELLED, _S.ASSUMED),
    _row(300, "unknown ticker id; a late cancel", None, _O.NONE, _S.ASSUMED),
    _row(320, "the gateway cannot parse the request", _F.BAD_ANSWER, _O.UNCERTAIN, _S.ASSUMED),
    _row(321, "the request is invalid, or the API is read-only", _F.REFUSED, _O.REJECTED, _S.ASSUMED),
    _row(322, "the gateway failed to process the request", _F.BAD_ANSWER, _O.UNCERTAIN, _S.ASSUMED),
    _row(326, "client id in use", _F.DISCONNECTED, _O.UNCERTAIN, _S.ASSUMED, connection=_C.ENDING),
    _row(329, "the order cannot be changed as asked", _F.REFUSED, _O.UNCERTAIN, _S.ASSUMED),
    _row(354, "market data not subscribed", _F.NOT_SUBSCRIBED, _O.NONE, _S.ASSUMED, connection=_C.DATA_DENIED),
    _row(366, "no such history query; a late cancel", None, _O.NONE, _S.SEEN),
    _row(382, "size above a precaution", _F.REFUSED, _O.REJECTED, _S.ASSUMED),
    _row(383, "size above the size limit", _F.REFUSED, _O.REJECTED, _S.ASSUMED),
    _row(388, "size below the contract's smallest", _F.REFUSED, _O.REJECTED, _S.ASSUMED),
    _row(399, "a message about the order, such as held until the open", None, _O.NONE, _S.SEEN),
    _row(404, "held while shares are located", None, _O.NONE, _S.SEEN),
    _row(420, "invalid real-time query, pacing included", _F.PACING, _O.NONE, _S.ASSUMED),
    _row(434, "order size is zero", None, _O.REJECTED, _S.ASSUMED),
    _row(436, "an allocation must be named", _F.REFUSED, _O.REJECTED, _S.ASSUMED),
    _row(451, "total value above a precaution", _F.REFUSED, _O.REJECTED, _S.SEEN),
    _row(460, "no trading permission", _F.REFUSED, _O.REJECTED, _S.SEEN),
    _row(461, "no trading permission for this account", _F.REFUSED, _O.REJECTED, _S.ASSUMED),
    _row(463, "a limit price is needed for this trigger price", _F.REFUSED, _O.REJECTED, _S.ASSUMED),
    _row(478, "fields and contract id contradict each other", _F.NO_SUCH_CONTRACT, _O.REJECTED, _S.SEEN),
    _row(481, "order size was reduced or is invalid", _F.REFUSED, _O.UNCERTAIN, _S.ASSUMED),
    _row(492, "scanner precision", None, _O.NONE, _S.ASSUMED),
    _row(502, "an official client's own message", _F.DISCONNECTED, _O.UNCERTAIN, _S.ASSUMED),
    _row(503, "an official client's own message", _F.DISCONNECTED, _O.UNCERTAIN, _S.ASSUMED),
    _row(504, "an official client's own message", _F.DISCONNECTED, _O.UNCERTAIN, _S.ASSUMED),
    _row(507, "an official client's own message", _F.DISCONNECTED, _O.UNCERTAIN, _S.ASSUMED),
    _row(1100, "the gateway lost its servers", None, _O.NONE, _S.SEEN, connection=_C.LOST),
    _row(1101, "servers are back, subscriptions are lost", None, _O.NONE, _S.SEEN, connection=_C.RESTORED_DATA_LOST),
    _row(1102, "servers are back, subscriptions are kept", None, _O.NONE, _S.SEEN, connection=_C.RESTORED),
    _row(1300, "the API port changed, this connection ends", None, _O.NONE, _S.TABLE, connection=_C.ENDING),
    _row(2100, "account updates were cancelled", None, _O.NONE, _S.TABLE),
    _row(2101, "account updates cannot be had", None, _O.NONE, _S.TABLE),
    _row(2102, "the order cannot be changed yet, it is being processed", None, _O.UNCERTAIN, _S.TABLE),
    _row(2103, "market data farm broken", None, _O.NONE, _S.TABLE, connection=_C.FARM_DOWN),
    _row(2104, "market data farm OK", None, _O.NONE, _S.TABLE, connection=_C.FARM_UP),
    _row(2105, "history farm broken", None, _O.NONE, _S.TABLE, connection=_C.FARM_DOWN),
    _row(2106, "history farm OK", None, _O.NONE, _S.TABLE, connection=_C.FARM_UP),
    _row(2107, "history farm dormant, back on demand", None, _O.NONE, _S.TABLE, connection=_C.FARM_UP),
    _row(2108, "market data farm dormant, back on demand", None, _O.NONE, _S.TABLE, connection=_C.FARM_UP),
    _row(2109, "the outside-regular-hours flag is ignored", None, _O.NONE, _S.TABLE),
    _row(2110, "gateway and servers apart, heals by itself", None, _O.NONE, _S.TABLE, connection=_C.LOST),
    _row(2119, "market data farm connecting", None, _O.NONE, _S.TABLE, connection=_C.FARM_DOWN),
    _row(2157, "contract farm broken", None, _O.NONE, _S.TABLE, connection=_C.FARM_DOWN),
    _row(2158, "contract farm OK", None, _O.NONE, _S.TABLE, connection=_C.FARM_UP),
    _row(2161, "the price was capped or floored, it may not fill", None, _O.NONE, _S.TABLE),
    _row(10006, "the parent order is missing", _F.REFUSED, _O.REJECTED, _S.ASSUMED),
    _row(10043, "the order cannot be had at this moment", _F.REFUSED, _O.UNCERTAIN, _S.ASSUMED),
    _row(10052, "invalid time in force", _F.REFUSED, _O.REJECTED, _S.ASSUMED),
    _row(
        10089,
        "market data needs a further subscription",
        _F.NOT_SUBSCRIBED,
        _O.NONE,
        _S.TABLE,
        connection=_C.DATA_DENIED,
    ),
    _row(
        10090,
        "part of the market data is not subscribed",
        _F.NOT_SUBSCRIBED,
        _O.NONE,
        _S.SEEN,
        connection=_C.DATA_DENIED,
    ),
    _row(
        10091, "part of it needs an API subscription", _F.NOT_SUBSCRIBED, _O.NONE, _S.ASSUMED, connection=_C.DATA_DENIED
    ),
    _row(10147, "the order to cancel is not found", _F.REFUSED, _O.NOT_FOUND, _S.SEEN),
    _row(10148, "the order cannot be cancelled in its state", _F.REFUSED, _O.NOT_CANCELLABLE, _S.SEEN),
    _row(10149, "the order's id is not valid", _F.REFUSED, _O.NOT_FOUND, _S.ASSUMED),
    _row(10167, "not subscribed, delayed data is shown", None, _O.NONE, _S.TABLE, connection=_C.DATA_DENIED),
    _row(
        10168, "not subscribed, delayed data is off", _F.NOT_SUBSCRIBED, _O.NONE, _S.ASSUMED, connection=_C.DATA_DENIED
    ),
    _row(10182, "live updates were lost by a disconnection", _F.DISCONNECTED, _O.NONE, _S.ASSUMED),
    _row(
        10186,
        "not subscribed, no delayed data either",
        _F.NOT_SUBSCRIBED,
        _O.NONE,
        _S.ASSUMED,
        connection=_C.DATA_DENIED,
    ),
    _row(
        10197,
        "another live session took the market data",
        _F.NOT_SUBSCRIBED,
        _O.NONE,
        _S.ASSUMED,
        connection=_C.DATA_DENIED,
    ),
    _row(10268, "the e-trade-only attribute is not supported", _F.REFUSED, _O.REJECTED, _S.ASSUMED),
    _row(10311, "direct routing costs more, the order is held back", _F.REFUSED, _O.UNCERTAIN, _S.ASSUMED),
    _row(10349, "time in force was set by a preset", None, _O.NONE, _S.SEEN),
)


def _by_code(rows: Iterable[Code]) -> Mapping[int, Code]:
    table = {row.code: row for row in rows}
    assert len(table) == len(ROWS), "a code has two rows"
    return table


TABLE: Final[Mapping[int, Code]] = _by_code(ROWS)
NOTICES: Final = range(2100, 2200)

# The history service puts all its reasons under one code; the first piece of text that is found decides.
HISTORY_TEXTS: Final = (
    ("pacing violation", Failure.PACING),
    ("no market data permissions", Failure.NOT_SUBSCRIBED),
    ("not subscribed", Failure.NOT_SUBSCRIBED),
    ("query cancelled", Failure.TIMED_OUT),
    ("query canceled", Failure.TIMED_OUT),
    ("no data", Failure.NO_DATA),
)


def row_of(code: int) -> Code:
    """Return the code's row, or the careful reading of its range: a notice, or no data and an order to ask about."""
    known = TABLE.get(code)
    if known is not None:
        return known
    if code in NOTICES:
        return _row(code, "a notice", None, OrderEffect.NONE, Source.ASSUMED)
    return _row(code, "unknown", Failure.NO_DATA, OrderEffect.UNCERTAIN, Source.ASSUMED)


def order_effect(code: int) -> OrderEffect:
    """Return what an error that names an order does to it."""
    return row_of(code).order


def request_failure(code: int, text: str) -> RequestFailed:
    """Return the failure of a request that an error ended, whatever the table thinks of the code."""
    return RequestFailed(failure=_failure(code, text), code=code, text=text)


def ends_request(code: int) -> bool:
    """Return whether a request that gets this error has no answer."""
    return row_of(code).request is not None


def _failure(code: int, text: str) -> Failure:
    if code == 162:
        found = (failure for piece, failure in HISTORY_TEXTS if piece in text.lower())
        return next(found, Failure.NO_DATA)
    return row_of(code).request or Failure.BAD_ANSWER
