"""What the program above each client sees of every kind of fault: the one table that `test_faults.py` plays through.

A row gives a fault in the control port's words, the play during which it happens, and what must be seen. A value that
differs by client is `by(...)`; the reason is the clients' own code, said at the row. A row's `trouble` is what a client
writes in its log or dies of, and there must be no other. A kind of `simgateway/faults/kinds.py` without a row fails.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.conformance import fault_plays as plays


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """A value for each client."""

    ib_insync: Any
    ib_async: Any
    ibapi_stable: Any
    ibapi: Any


def by(high_level: Any, official: Any, **own: Any) -> By:
    """Return a value for ib_insync and ib_async and one for both official clients; a name gives one client its own."""
    usual = {"ib_insync": high_level, "ib_async": high_level, "ibapi_stable": official, "ibapi": official}
    return By(**{**usual, **own})


def of_client(value: Any, name: str) -> Any:
    """Return what a row says for a client."""
    return getattr(value, name) if isinstance(value, By) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One fault in one play: `seen` names what the play must have come to, `trouble` parts of what a client logs."""

    kind: str
    play: plays.Play
    fault: Mapping[str, Any] = field(default_factory=dict)
    seen: Mapping[str, Any]
    trouble: By | tuple[str, ...] = ()
    is_lossy: bool = False

    @property
    def id(self) -> str:
        """Return the row's name: kind, play, settings."""
        return " ".join([self.kind, self.play.__name__, *(f"{key}={value}" for key, value in self.fault.items())])


def _row(kind: str, play: plays.Play, fault: Mapping[str, Any], seen: Mapping[str, Any], **more: Any) -> Row:
    return Row(kind=kind, play=play, fault=fault, seen=seen, **more)


NAN, MAX, INF = "nan", "1.7976931348623157e+308", "inf"
ACKNOWLEDGED = "status PreSubmitted 0"
FILL, COMMISSION = "fill 01 1 1.1", "commission 01"
DONE = ("status Filled 1", "status Filled 1")
CORRECTED = ["fill 02 1 1.15", "commission 02"]
FILLED = [ACKNOWLEDGED, FILL, *DONE, COMMISSION]
WORKING = [ACKNOWLEDGED, "status Submitted 0"]
LIVE = ["price 1 1", "price 2 1.1", "price 4 1.05", "price 9 1.2"]
MOVED, MOVED_AGAIN = ["price 1 2", "price 2 2.1"], ["price 1 3", "price 2 3.1"]
PAID = by(["01 1 for 1"], None)
NOBODY = by(
    "PendingSubmit", None
)  # the libraries believe so from the moment of placing; the official client keeps no book

_LIVES: Final = By(ib_insync=True, ib_async=True, ibapi_stable=False, ibapi=False)
_OFFICIAL_ONLY: Final = By(ib_insync=False, ib_async=False, ibapi_stable=True, ibapi=True)
DEAD: Final = {"answers": False, "closed": True}
ALIVE: Final = {"answers": True, "closed": False}
GAVE_UP: Final = by("gave up", None)
_STATUS, _RULE, _TIME = {"message": "orderStatus"}, {"message": "marketRule"}, {"message": "currentTime"}
_ORDER = {"message": "placeOrder", "direction": "in"}


def _logs(text: str, official: tuple[str, ...] = (), **own: tuple[str, ...]) -> By:
    """Return the trouble of a frame that ib_insync and ib_async write of in their log and pass over."""
    return by((text,), official, **own)


# A message that lacks fields raises BadMessage in the official client, and its handler joins bytes with a str: the
# TypeError of that ends the message loop, and with it the connection (ibapi/decoder.py `interpret`, client.py `run`).
_LOOP_DIES: Final = ("message loop died: TypeError('sequence item 0: expected str instance, bytes found')",)


def _short(play: plays.Play, message: str, seen: Mapping[str, Any], text: str, **more: Any) -> Row:
    """Return the row of a frame without its last fields that the official client dies of."""
    fault = {"message": message, **more}
    return _row("short", play, fault, {**seen, "answers": _LIVES}, trouble=_logs(text, _LOOP_DIES), is_lossy=True)


FRAMES: Final = (
    # openOrder does not change the status of a trade that the libraries know, so a filled order stays pending for them.
    _row("mute", plays.buy, _STATUS, {"told": [FILL, COMMISSION], "belief": NOBODY, "kept_fills": PAID, **ALIVE}),
    _row("mute", plays.buy, {"message": "execDetails"}, {"told": [ACKNOWLEDGED, *DONE], "kept_fills": by([], None)}),
    _row("mute", plays.ask_contract, {"message": "contractDataEnd"}, {"told": ["contract"], "ended": GAVE_UP}),
    _row("mute", plays.rest, _ORDER, {"told": [], "belief": NOBODY, "found": False, "errors": [], **ALIVE}),
    _row("delay", plays.ask_rule, {**_RULE, "seconds": 30}, {"told": ["time", "rule 109", "time"]}),
    _row("delay", plays.ask_rule_late, {**_RULE, "seconds": 30, "overtaken": False},
         {"at_once": [], "told": ["rule 109", "time"], "answers": True}),
    _row("delay", plays.buy, {**_ORDER, "seconds": 30}, {"told": FILLED, "belief": "Filled"}),
    _row("duplicate", plays.buy, {**_STATUS, "copies": 2},
         {"told": [*(ACKNOWLEDGED,) * 3, FILL, *DONE * 3, COMMISSION], "belief": "Filled"}),
    _row("duplicate", plays.buy, {"message": "commissionReport"}, {"told": [*FILLED, COMMISSION], "kept_fills": PAID}),
    # The same order again is a change of it that changes nothing: it is reported once more, and worked once.
    _row("duplicate", plays.rest, _ORDER, {"told": [*WORKING, WORKING[1]], "belief": "Submitted", "errors": []}),
    _row("reorder", plays.ask_rule, _RULE, {"told": ["time", "rule 109", "time"]}),
    # ib_insync and ib_async drop a commission whose execution they have not seen (wrapper.py `commissionReport`).
    _row("reorder", plays.buy, {"message": "execDetails", "passed_by": 5},
         {"told": [ACKNOWLEDGED, *DONE, COMMISSION, FILL], "kept_fills": by(["01 1 for 0"], None)}),
    _row("cut", plays.ask_rule, {**_RULE, "times": 1}, {"told": [], **DEAD}, is_lossy=True),
    # What comes first is taken as the length of a frame, which is never complete: the client waits, and no clock of
    # its own ends that. The connection looks open for ever.
    _row("garbage", plays.silence, {**_TIME, "times": 1}, {"answers": False, "closed": False}, is_lossy=True),
    # A frame without a NUL has no number: 9.81 passes it over unseen, 10.50 dies of looking for the NUL.
    _row("garbage", plays.ask_rule, {**_RULE, "framed": True, "size": 8, "times": 1},
         {"told": by(["rule 109", "time", "time"], ["rule 109", "time", "time"], ibapi_stable=[])},
         trouble=_logs("Error handling fields: []", ibapi_stable=("message loop died: ValueError",)), is_lossy=True),
    _row("garbage", plays.ask_rule, {**_RULE, "framed": True, "size": 9999, "times": 1},
         {"told": by(["rule 109", "time", "time"], [])},
         trouble=_logs("Error handling fields: ", ("message loop died: ValueError",)), is_lossy=True),
    # 9.81 notes an unknown number at the level of debugging, 10.50 calls `error` with 505 and lives.
    _row("unknown", plays.ask_rule, _RULE, {"told": ["rule 109", "time", "time"], **ALIVE},
         trouble=_logs("KeyError(999)", ibapi_stable=("'code': 505, 'text': 'Fatal Error: Unknown message id.'",)),
         is_lossy=True),
    # Messages of plain values are held to their count by the official client: it drops them with a line in its log. The
    # libraries call their wrapper without the value, which fails: that call is what is told here, and no future ends.
    _row("short", plays.ask_time, {**_TIME, "times": 1},
         {"told": by(["time", "rule 109"], ["rule 109"]), "ended": GAVE_UP, **ALIVE},
         trouble=_logs("Error for currentTime", ("diff len fields and params",)), is_lossy=True),
    # The price the order is capped at has a default in the libraries: one field less is not noticed.
    _row("short", plays.buy, _STATUS, {"told": by(FILLED, []), "answers": _LIVES},
         trouble=by((), _LOOP_DIES), is_lossy=True),
    _short(plays.buy, "orderStatus", {"belief": NOBODY, "kept_fills": PAID}, "Error for orderStatus", fields=6),
    _short(plays.buy, "execDetails", {"told": by([ACKNOWLEDGED, *DONE], [ACKNOWLEDGED])},
           "Error handling fields: ['11'"),
    _short(plays.buy, "commissionReport", {"told": FILLED[:-1]}, "Error handling fields: ['59'"),
    _short(plays.buy, "openOrder", {"told": by(FILLED, [])}, "Error handling fields: ['5'"),
    _short(plays.watch, "tickPrice", {"first": []}, "Error handling fields: ['1'"),
    # The library's future ends with no rows: nothing but the log says that this is not the answer.
    _short(plays.ask_contract, "contractData", {"told": by(["contracts_end"], []), "ended": by(0, None)},
           "Error handling fields: ['10'"),
    # Bars are handed over one by one while the frame is read, so the first ones have been told when it breaks off.
    _short(plays.ask_history, "historicalData", {"told": ["bar"], "ended": GAVE_UP},
           "Error handling fields: ['17'"),
)  # fmt: skip

_CUT_OFF: Final = {"closed": True, "ended": by("ConnectionError('Socket disconnect')", None)}
# None of the clients fails fast: ib_insync and ib_async wait as long as they were told to, whatever the gateway does.
_NOT_THERE: Final = {"ready": False, "errors": [], "after": True}
_IN_USE: Final = {**_NOT_THERE, "errors": [326]}
_GIVES_UP: Final = by(("API connection failed: TimeoutError()",), ())

LINKS: Final = (
    _row("drop", plays.stand_by, {}, {**_CUT_OFF, "errors": [], "others": True}),
    _row("drop", plays.knock, {"hold_seconds": 100}, _IN_USE, trouble=_GIVES_UP),
    _row("half_open", plays.silence, {"existing": True}, {"answers": False, "closed": False}),
    _row("half_open", plays.knock, {"seconds": 100}, _NOT_THERE, trouble=_GIVES_UP),
    _row("refuse", plays.knock, {"seconds": 100}, _NOT_THERE, trouble=_GIVES_UP),
    _row("restart", plays.stand_by, {"seconds": 300}, {**_CUT_OFF, "errors": [], "others": None}),
    _row("restart", plays.knock, {"seconds": 100}, _NOT_THERE, trouble=_GIVES_UP),
    _row("id_in_use", plays.knock, {"seconds": 100}, _IN_USE, trouble=_GIVES_UP),
    *(_row("notice", plays.stand_by, {"code": code}, {"errors": [code], "ended": by(2, None), **ALIVE}) for code in
      (1100, 1101, 1102, 1300, 2103, 2105, 2107, 2108, 2110, 2119, 2157)),
    # With 1101 the quotes are gone until they are asked for again, with 1102 the newest follow; nobody is disconnected.
    _row("connectivity", plays.watch_before, {"seconds": 30, "restored": 1101},
         {"errors": [[1100, False], [1101, False]], "first": LIVE, "meanwhile": [], "after": [], "streams": False}),
    _row("connectivity", plays.watch_before, {"seconds": 30, "restored": 1102},
         {"errors": [[1100, False], [1102, False]], "first": LIVE, "meanwhile": [], "after": MOVED, "streams": True}),
    _row("too_fast", plays.stand_by, {}, {**_CUT_OFF, "errors": [100], "others": True}),
    _row("too_fast", plays.stand_by, {"close": False}, {"errors": [100], "ended": by(2, None), **ALIVE}),
)  # fmt: skip

_NO_BOOK: Final = None
_CANCELLED: Final = by("Cancelled", _NO_BOOK)
# wrapper.py `error`: ib_insync takes its warning codes as harmless whatever happens to the order, so a refused order
# stays PendingSubmit for ever; ib_async calls it ValidationError, but cancels a new order on 110 and any order on 202.
_WARNED: Final = by("PendingSubmit", _NO_BOOK, ib_async="ValidationError")
_BELIEFS: Final[Mapping[int, By]] = {
    103: _CANCELLED,
    105: by("Cancelled", _NO_BOOK, ib_async="ValidationError"),
    110: by("PendingSubmit", _NO_BOOK, ib_async="Cancelled"),
    135: _CANCELLED,
    200: _CANCELLED,
    201: _CANCELLED,
    202: by("PendingSubmit", _NO_BOOK, ib_async="Cancelled"),
    321: by("Cancelled", _NO_BOOK, ib_async="ValidationError"),
    399: _WARNED,
    404: _WARNED,
    2109: _WARNED,
    10147: _CANCELLED,
    10148: _CANCELLED,
}
_NOTHING: Final = {"first": [], "meanwhile": [], "after": [], "types": [], "streams": False}
_DELAYED: Final = ["price 66 1", "price 67 1.1", "price 68 1.05", "price 75 1.2"]

REFUSALS: Final = (
    *(_row("reject", plays.rest, {"message": "placeOrder", "code": code},
           {"told": [], "belief": belief, "found": False, "errors": [code], **ALIVE})
      for code, belief in _BELIEFS.items()),
    # The library ends a refused request with no rows, as if there were none: only the error event says otherwise.
    _row("reject", plays.ask_contract, {"message": "reqContractDetails", "code": 200},
         {"told": ["error 200"], "ended": by(0, None)}),
    _row("pacing_violation", plays.ask_history, {"code": 162}, {"told": ["error 162"], "ended": by(0, None)}),
    _row("pacing_violation", plays.ask_history, {"code": 420}, {"told": ["error 420"], "ended": by(0, None)}),
    # 100 carries no request's number: what was asked for is never answered.
    _row("pacing_violation", plays.ask_history, {"code": 100}, {"told": ["error 100"], "ended": GAVE_UP}),
    *(_row("not_subscribed", plays.watch, {"code": code}, {"errors": [[code, True]], **_NOTHING}) for code in
      (354, 10089, 10091, 10168)),
    _row("not_subscribed", plays.watch, {"code": 10090}, {"errors": [[10090, True]], "first": LIVE, "types": [1]}),
    _row("not_subscribed", plays.watch, {"code": 10167}, {"errors": [[10167, True]], "first": _DELAYED, "types": [3]}),
    _row("competing_session", plays.watch_before, {"seconds": 60},
         {"errors": [[10197, True]], "first": LIVE, "meanwhile": [], "after": MOVED, "streams": True}),
    _row("competing_session", plays.watch, {"seconds": 60},
         {"errors": [[10197, True]], "first": [], "meanwhile": [], "after": [*MOVED, *LIVE[2:]], "streams": True}),
)  # fmt: skip

_SILENT: Final = {"told": [], "belief": NOBODY, "errors": [], **ALIVE}

ORDERS: Final = (
    # Lost and silent look alike until somebody asks: a lost order is in no answer, a working one in the open orders, a
    # filled one among the executions.
    _row("lose_order", plays.rest, {}, {**_SILENT, "found": False}),
    _row("lose_order", plays.fill_unseen, {}, {**_SILENT, "found": False, "executions": []}),
    _row("silent_order", plays.rest, {}, {**_SILENT, "found": True}),
    _row("silent_order", plays.fill_unseen, {}, {**_SILENT, "found": False, "executions": ["fill 01 1 1"]}),
    _row("silent_order", plays.fill_unseen, {"fills": True},
         {"told": ["fill 01 1 1", *DONE, COMMISSION], "belief": "Filled", "executions": ["fill 01 1 1"]}),
    _row("fill_first", plays.buy, {},
         {"told": [FILL, ACKNOWLEDGED, *DONE, COMMISSION], "belief": "Filled", "kept_fills": PAID}),
    _row("fill_first", plays.rest, {"seconds": 30}, {"told": WORKING, "belief": "Submitted"}),
    # The libraries know an execution by its id: the second is told by no event of theirs and not kept.
    _row("duplicate_execution", plays.buy_and_ask, {}, {"told": [ACKNOWLEDGED, FILL, *FILLED[1:]], "kept_fills": PAID,
         "in_all": [FILL, FILL, COMMISSION, FILL, COMMISSION]}),
    _row("duplicate_execution", plays.buy, {"seconds": 30}, {"told": [*FILLED, FILL], "kept_fills": PAID}),
    # A correction has an id of its own, so who adds up executions by their id counts it twice: the libraries do.
    _row("correct_execution", plays.buy_and_ask, {"price_change": 0.05},
         {"told": [*FILLED, *CORRECTED], "kept_fills": by(["01 1 for 1", "02 1 for 1"], None),
          "in_all": [FILL, COMMISSION, *CORRECTED, FILL, CORRECTED[0], COMMISSION, CORRECTED[1]]}),
    _row("no_commission", plays.buy, {}, {"told": FILLED[:-1], "kept_fills": by(["01 1 for 0"], None)}),
    _row("no_commission", plays.buy_and_ask, {}, {"in_all": [FILL, FILL, COMMISSION], "kept_fills": PAID}),
    _row("no_commission", plays.buy_and_ask, {"answers": True},
         {"in_all": [FILL, FILL], "kept_fills": by(["01 1 for 0"], None)}),
)  # fmt: skip


def _bad_quote(value: str, told: str) -> Row:
    held = by([f"{float(told)!r} 1.1 1.05"], None)
    fault = {"value": value, "ticks": "1", "times": 1}
    return _row("bad_quote", plays.watch, fault, {"first": [f"price 1 {told}", *LIVE[1:]], "kept_first": held})


def _bad_greeks(value: str, volatility: str, delta: str) -> Row:
    told = by([f"{delta} {delta}"], [f"{volatility} {delta}"])
    return _row("bad_greeks", plays.watch, {"value": value}, {"greeks": told, "answers": True})


def _bad_pnl(value: str, told: str) -> Row:
    seen = {"pnl": told, "pnl_single": told, "portfolio": told, "answers": True}
    kept = {"kept_pnl": by([[told] * 3], None), "kept_marks": by([[told] * 2], None)}
    return _row("bad_pnl", plays.profit, {"value": value}, {**seen, **kept})


_ODD: Final = {"nan": NAN, "-1": "-1", "0": "0", "max": MAX, "inf": INF}
_ODD_NUMBERS: Final = {value: str(float(told)) for value, told in _ODD.items()}

MEANING: Final = (
    *(_bad_quote(value, told) for value, told in _ODD.items()),
    # No price at all: ib_insync and ib_async pass the tick over, the official client makes it 0.
    _row("bad_quote", plays.watch, {"value": "", "ticks": "1", "times": 1},
         {"first": by(LIVE[1:], ["price 1 0", *LIVE[1:]]), "kept_first": by(["nan 1.1 1.05"], None)}, is_lossy=True),
    # A volatility below zero means "not computed" to the official client, a delta of -1 is a delta.
    *(_bad_greeks(value, "None" if value == "-1" else number, number) for value, number in _ODD_NUMBERS.items()),
    _row("bad_greeks", plays.watch, {"value": ""}, {"greeks": by([], ["0.0 0.0"]), "answers": True},
         trouble=_logs("Error handling fields: ['21'"), is_lossy=True),
    *(_bad_pnl(value, number) for value, number in _ODD_NUMBERS.items()),
    # Empty amounts count as 0; but a portfolio row without a number is lost to the libraries, with a line in the log.
    _row("bad_pnl", plays.profit, {"value": ""}, {"pnl": "0.0", "pnl_single": "0.0", "portfolio": by("-6.0", "0.0")},
         trouble=_logs("Error handling fields: ['7'"), is_lossy=True),
    _row("delayed_data", plays.watch, {},
         {"first": _DELAYED, "meanwhile": ["price 66 2", "price 67 2.1"], "types": [3],
          "kept_first": by(["1.0 1.1 1.05"], None), "errors": []}),
    _row("clock_skew", plays.read_clock, {"seconds": 7200}, {"time": 2, "fill": "+2 h", "answers": True}),
    _row("clock_skew", plays.read_clock, {"seconds": -7200}, {"time": -2, "fill": "-2 h", "answers": True}),
    # Without IB.TimezoneTWS the libraries take the machine's zone; the official client hands over the text.
    _row("no_time_zone", plays.read_clock, {}, {"time": 0, "fill": by("in the machine's zone", "no zone")}),
    # Within one connection all count on from their own last id.
    _row("rollback_ids", plays.next_id, {"to": 1}, {"told": 1, "third": 1, "answers": True}),
    # Over a new connection they believe it. The libraries take the numbers of their first requests from the same count,
    # and are past the used id by luck when they order; a program on the official client orders under it.
    _row("rollback_ids", plays.come_back, {}, {"is_same": _OFFICIAL_ONLY, "errors": by([], [104]),
         "told": by(FILLED, []), "belief": by("Filled", None)}),
)  # fmt: skip

ROWS: Final = (*FRAMES, *LINKS, *REFUSALS, *ORDERS, *MEANING)
"""All of it."""
