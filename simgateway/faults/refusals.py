"""Faults that answer a request with an error of IB's list instead of what was asked for."""

from collections.abc import Mapping
from random import Random
from typing import Final

from simgateway.faults.effect import Effect, Items, Passing, Stage
from simgateway.faults.meaning import delayed
from simgateway.faults.model import Fault
from simgateway.protocol import responses

COMPETING: Final = 10197
_DELAYED_INSTEAD: Final = 10167
_PARTLY: Final = 10090
_HISTORY_SERVICE: Final = "Historical Market Data Service error message:"
_MORE: Final = "See link in 'Market Data Connections' dialog for more details."

TEXTS: Final[Mapping[int, str]] = {
    100: "Max rate of messages per second has been exceeded.",
    162: f"{_HISTORY_SERVICE}Historical data request pacing violation",
    354: "Requested market data is not subscribed.",
    420: "Invalid Real-time Query: Historical data request pacing violation",
    1100: "Connectivity between IB and Trader Workstation has been lost.",
    1101: "Connectivity between IB and Trader Workstation has been restored- data lost.",
    1102: "Connectivity between IB and Trader Workstation has been restored- data maintained.",
    1300: "TWS socket port has been reset and this connection is being dropped. Please reconnect on the new port.",
    2103: "Market data farm connection is broken:usopt",
    2104: "Market data farm connection is OK:usopt",
    2105: "HMDS data farm connection is broken:ushmds",
    2106: "HMDS data farm connection is OK:ushmds",
    2107: "HMDS data farm connection is inactive but should be available upon demand.ushmds",
    2108: "Market data farm connection is inactive but should be available upon demand.usopt",
    2110: "Connectivity between Trader Workstation and server is broken. It will be restored automatically.",
    2119: "Market data farm is connecting:usopt",
    2157: "Sec-def data farm connection is broken:secdefil",
    2158: "Sec-def data farm connection is OK:secdefil",
    10089: f"Requested market data requires additional subscription for API. {_MORE}Delayed market data is available.",
    10090: "Part of requested market data is not subscribed. Subscription-independent ticks are still active.",
    10091: f"Part of requested market data requires additional subscription for API. {_MORE}",
    10167: "Requested market data is not subscribed. Displaying delayed market data.",
    10168: "Requested market data is not subscribed. Delayed market data is not enabled.",
    COMPETING: "No market data during competing live session",
}
"""What IB says with a code, in short (IBKR, "Error codes" and "System message codes")."""


def text_of(code: int) -> str:
    """Return what IB usually says with a code."""
    return TEXTS.get(code, f"Notice {code}")


_REQUEST_ID_AT: Final[Mapping[str, int]] = {
    **dict.fromkeys(("1", "2", "4", "7", "9", "10", "11", "25", "50", "51", "62", "63", "76", "77"), 2),
    **dict.fromkeys(("3", "20", "78", "81", "87", "88", "90", "92", "93", "94", "95", "96", "97", "98"), 1),
}


def request_id(passing: Passing) -> int:
    """Return the id an error about a client's message carries, -1 when it has none."""
    place = _REQUEST_ID_AT.get(passing.fields[0], len(passing.fields))
    text = passing.fields[place] if place < len(passing.fields) else ""
    return int(text) if text.isdecimal() else -1


class Reject(Effect):
    """The request goes no further than an error."""

    def strike(self, passing: Passing) -> Items:
        """Answer it."""
        self.refuse(passing, self.fault.whole("code"), self.fault.text("text"))
        return ()

    def refuse(self, passing: Passing, code: int, text: str) -> None:
        """Send an error with the request's id; an empty text is the usual one."""
        text = text or text_of(code)
        passing.session.push((responses.error(request_id(passing), code, text, passing.session.version),))


class PacingViolation(Reject):
    """The history request came too fast, whatever the client did; error 100 belongs to no request."""

    def strike(self, passing: Passing) -> Items:
        """Answer it."""
        code = self.fault.whole("code")
        if code == 100:
            passing.session.push((responses.error(-1, code, TEXTS[code], passing.session.version),))
        else:
            self.refuse(passing, code, "")
        return ()


class NotSubscribed(Reject):
    """Quotes without a subscription: none; with 10167 delayed ones; with 10090 those that need none, here all."""

    lingers = True

    def __init__(self, fault: Fault, stage: Stage, draw: Random) -> None:
        super().__init__(fault, stage, draw)
        self._delayed: set[tuple[int, str]] = set()

    def strike(self, passing: Passing) -> Items:
        """Answer it, and let it go on when there is something to send."""
        code = self.fault.whole("code")
        self.refuse(passing, code, "")
        if code == _DELAYED_INSTEAD:
            self._delayed.add((passing.session.number, passing.fields[2]))
        return (passing.fields,) if code in {_DELAYED_INSTEAD, _PARTLY} else ()

    def follow(self, passing: Passing) -> Items | None:
        """Turn ticks of such a request into delayed ones."""
        if passing.direction != "out" or not self._delayed:
            return None
        changed = delayed(passing.fields)
        if changed is None or (passing.session.number, tick_request(passing)) not in self._delayed:
            return None
        return (changed,)


def tick_request(passing: Passing) -> str:
    """Return the request id of a tick."""
    return passing.fields[1 if passing.fields[0] == "21" else 2]
