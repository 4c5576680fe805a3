"""The one table of faults: what each is called, what it does, what can be chosen about it."""

from collections.abc import Mapping
from typing import Final

from simgateway.faults.kind import DAY, Kind, Parameter, Scope


def _seconds(default: float, doc: str) -> Parameter:
    return Parameter(name="seconds", type="number", default=default, doc=doc)


def _text(name: str, doc: str, default: str = "") -> Parameter:
    return Parameter(name=name, type="text", default=default, doc=doc)


def _flag(name: str, doc: str, *, default: bool = False) -> Parameter:
    return Parameter(name=name, type="flag", default=default, doc=doc)


def _whole(name: str, default: int, limits: tuple[float, float], doc: str, *choices: float) -> Parameter:
    low, high = limits
    return Parameter(name=name, type="whole", default=default, doc=doc, low=low, high=high, choices=choices)


_ODD: Final = ("nan", "-1", "0", "max", "inf", "")
_VALUE: Final = Parameter(
    name="value", type="text", default="nan", doc="instead of the number; max is 1.797e308, '' is empty", choices=_ODD
)
_SYMBOL: Final = _text("symbol", "only quotes that were asked for by this symbol")
_CODE: Final = _whole("code", 0, (1, 99_999), "error code")
_NO_DATA_CODES: Final = (354, 10089, 10090, 10091, 10167, 10168)
_ORDER_REPORTS: Final = ("openOrder", "orderStatus")

_FRAMES: Final = (
    Kind(name="mute", scope=Scope.BOTH, doc="the message is lost"),
    Kind(
        name="delay",
        scope=Scope.BOTH,
        doc="the message comes later; what follows it overtakes it, or waits behind it",
        parameters=(_seconds(1.0, "how much later"), _flag("overtaken", "let later ones overtake", default=True)),
    ),
    Kind(
        name="duplicate",
        scope=Scope.BOTH,
        doc="the message comes more than once",
        parameters=(_whole("copies", 1, (1, 100), "how many more"), _seconds(0.0, "how much later the copies come")),
    ),
    Kind(
        name="reorder",
        scope=Scope.BOTH,
        doc="the message comes after the next ones of its connection",
        parameters=(
            _whole("passed_by", 1, (1, 1000), "how many pass it"),
            _seconds(5.0, "it waits no longer than this"),
        ),
    ),
    Kind(
        name="cut",
        scope=Scope.OUT,
        doc="the connection ends in the middle of the message's frame",
        parameters=(Parameter(name="share", type="number", default=0.5, doc="how much of it is sent", high=1.0),),
    ),
    Kind(
        name="garbage",
        scope=Scope.OUT,
        doc="random bytes come before the message",
        parameters=(_whole("size", 64, (1, 100_000), "bytes"), _flag("framed", "as the content of a whole frame")),
    ),
    Kind(
        name="short",
        scope=Scope.OUT,
        doc="the message lacks its last fields",
        parameters=(_whole("fields", 1, (1, 100), "how many"),),
    ),
    Kind(
        name="unknown",
        scope=Scope.OUT,
        doc="a message that no client knows comes before the message",
        parameters=(_whole("number", 999, (200, 9999), "its number"),),
    ),
)

_LINKS: Final = (
    Kind(
        name="drop",
        scope=Scope.EVENT,
        doc="connections are cut; what was not written is lost",
        parameters=(
            Parameter(name="hold_seconds", type="number", default=0.0, doc="how long the client id stays in use (326)"),
        ),
    ),
    Kind(
        name="half_open",
        scope=Scope.EVENT,
        doc="connections are accepted and never answered",
        parameters=(_flag("existing", "those that are open fall silent too"), _seconds(60.0, "for how long new ones")),
    ),
    Kind(
        name="refuse",
        scope=Scope.EVENT,
        doc="new connections are cut at once",
        parameters=(_seconds(60.0, "for how long"),),
    ),
    Kind(
        name="restart",
        scope=Scope.EVENT,
        doc="the nightly restart: all connections are cut, new ones refused; account, orders and ids are kept",
        parameters=(_seconds(180.0, "how long the gateway is away"),),
    ),
    Kind(
        name="id_in_use",
        scope=Scope.EVENT,
        doc="connected clients' ids, or the client's, stay in use after a drop (326)",
        parameters=(_seconds(60.0, "for how long from now"),),
    ),
    Kind(
        name="notice",
        scope=Scope.EVENT,
        doc="a notice that belongs to no request, such as 1100 or a farm's 2103",
        parameters=(_CODE, _text("text", "its text; empty for the usual one")),
    ),
    Kind(
        name="connectivity",
        scope=Scope.EVENT,
        doc="1100, then nothing of the market or of orders passes, then 1101 (data lost) or 1102 (data kept)",
        parameters=(
            _seconds(30.0, "how long until it is back"),
            _whole("restored", 1102, (1101, 1102), "the second notice", 1101, 1102),
        ),
    ),
    Kind(
        name="too_fast",
        scope=Scope.EVENT,
        doc="error 100, too many messages a second, whatever the client did",
        parameters=(_flag("close", "close the connection behind it", default=True),),
    ),
)

_REFUSALS: Final = (
    Kind(
        name="reject",
        scope=Scope.IN,
        doc="the request is answered with an error and goes no further",
        parameters=(_CODE, _text("text", "its text")),
    ),
    Kind(
        name="pacing_violation",
        scope=Scope.IN,
        messages=("reqHistoricalData",),
        doc="the history request is a pacing violation",
        parameters=(_whole("code", 162, (100, 420), "error code", 162, 100, 420),),
    ),
    Kind(
        name="not_subscribed",
        scope=Scope.IN,
        messages=("reqMktData",),
        doc="the quotes are not subscribed: 10167 gives delayed ones, 10090 some, the others none",
        parameters=(_whole("code", 354, (354, 10168), "error code", *_NO_DATA_CODES),),
    ),
    Kind(
        name="competing_session",
        scope=Scope.EVENT,
        doc="10197 for every open quote request and for new ones, and no quotes while it lasts",
        parameters=(_seconds(60.0, "for how long"),),
    ),
)

_ORDERS: Final = (
    Kind(
        name="lose_order",
        scope=Scope.IN,
        messages=("placeOrder",),
        doc="the order is answered by silence: it is lost before it reaches the exchange",
    ),
    Kind(
        name="silent_order",
        scope=Scope.IN,
        messages=("placeOrder",),
        doc="the order is answered by silence: it works and fills, nothing is reported unless it is asked for",
        parameters=(_flag("fills", "report fills and what follows them"),),
    ),
    Kind(
        name="fill_first",
        scope=Scope.IN,
        messages=("placeOrder",),
        doc="the order's first fill is reported before its acknowledgement",
        parameters=(_seconds(60.0, "without a fill it is acknowledged after this"),),
    ),
    Kind(
        name="duplicate_execution",
        scope=Scope.OUT,
        messages=("execDetails",),
        doc="the same execution is reported twice, by the same id",
        parameters=(_seconds(0.0, "how much later"),),
    ),
    Kind(
        name="correct_execution",
        scope=Scope.OUT,
        messages=("execDetails",),
        doc="the execution comes again with .02 at its id's end; later answers hold both",
        parameters=(
            _seconds(1.0, "how much later"),
            Parameter(
                name="price_change",
                type="number",
                default=0.0,
                low=-1e6,
                high=1e6,
                doc="in USD; the account keeps the old",
            ),
        ),
    ),
    Kind(
        name="no_commission",
        scope=Scope.OUT,
        messages=("commissionReport",),
        doc="the commission report is lost",
        parameters=(_flag("answers", "in answers to reqExecutions too"),),
    ),
)

_MEANING: Final = (
    Kind(
        name="bad_quote",
        scope=Scope.OUT,
        messages=("tickPrice",),
        doc="odd prices in quotes",
        parameters=(_VALUE, _text("ticks", "tick types, by comma", "1,2,4"), _SYMBOL),
    ),
    Kind(
        name="bad_greeks",
        scope=Scope.OUT,
        messages=("tickOptionComputation",),
        doc="odd numbers in option computations",
        parameters=(_VALUE, _SYMBOL),
    ),
    Kind(
        name="bad_pnl",
        scope=Scope.OUT,
        messages=("pnl", "pnlSingle", "portfolio"),
        doc="odd amounts in profit and loss",
        parameters=(_VALUE,),
    ),
    Kind(
        name="delayed_data",
        scope=Scope.OUT,
        messages=("tickPrice", "tickSize", "tickString", "tickGeneric", "tickOptionComputation", "marketDataType"),
        doc="quotes are delayed ones: market data type 3, tick types 66 to 76, 80 to 83 and 88",
        parameters=(_SYMBOL,),
    ),
    Kind(
        name="clock_skew",
        scope=Scope.OUT,
        messages=("handshake", "currentTime", "accountTime", "execDetails", "tickString"),
        doc="the gateway's clock is wrong in what it sends",
        parameters=(
            Parameter(name="seconds", type="number", default=60.0, low=-DAY, doc="how far ahead; behind below 0"),
        ),
    ),
    Kind(
        name="no_time_zone",
        scope=Scope.OUT,
        messages=("execDetails",),
        doc="executions are stamped in New York's time without saying so, two blanks in the middle, as old gateways do",
    ),
    Kind(
        name="rollback_ids",
        scope=Scope.OUT,
        messages=("nextValidId",),
        doc="the next order id is one that was used before",
        parameters=(_whole("to", 1, (0, 2_147_483_647), "the id"),),
    ),
)

KINDS: Final[Mapping[str, Kind]] = {row.name: row for row in (*_FRAMES, *_LINKS, *_REFUSALS, *_ORDERS, *_MEANING)}
"""Every fault there is, by name."""
