"""What the account may see: live data, delayed data, none; and the errors that say so.

The texts are the gateway's, as its users report them: 354 in atreyuxtrading/atreyu-backtrader-api issue 8, 10089 in
softwarespartan/IB4m issue 158, 10167 in its issue 101, 10168 in deephaven-examples/deephaven-ib issue 44, 10090 in
wboayue/rust-ibapi issue 768, 2188 in its issue 764.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from simgateway.config import DataRight, GatewayConfig
from simgateway.market.base import Instrument

LAG: Final = timedelta(minutes=15)
LATE_HISTORY: Final = (2188, "Up-to-the-second historical data requires additional subscription for the API.")
COMPETING: Final = (10197, "No market data during competing live session")

_NOT_SUBSCRIBED: Final = "Requested market data is not subscribed."
_NOT_FOR_API: Final = (
    "Requested market data requires additional subscription for API. "
    "See link in 'Market Data Connections' dialog for more details."
)
_PART: Final = "Part of requested market data is not subscribed. Subscription-independent ticks are still active."
_PART_FOR_API: Final = (
    "Part of requested market data requires additional subscription for API. "
    "See link in 'Market Data Connections' dialog for more details."
)
_THERE: Final = "Delayed market data is available."
_NOT_THERE: Final = "Delayed market data is not available."
_TEXTS: Final[Mapping[int, str]] = {
    354: _NOT_SUBSCRIBED,
    10089: _NOT_FOR_API,
    10090: _PART,
    10091: _PART_FOR_API,
    10167: f"{_NOT_SUBSCRIBED} Displaying delayed market data.",
    10168: f"{_NOT_SUBSCRIBED} Delayed market data is not enabled.",
    10197: COMPETING[1],
}
_WITH_PLACE: Final = frozenset({354, 10089, 10090, 10091})
_DELAYED_WANTED: Final = frozenset({3, 4})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a request for quotes: whether it is served, how, and the error or warning it gets first.

    `in_part`: without what is computed, such as greeks.
    """

    is_served: bool
    delayed: bool = False
    in_part: bool = False
    error: tuple[int, str] | None = None


class Rights:
    """The rights of the account; `give` and `competing` change them while the gateway runs."""

    def __init__(self, config: GatewayConfig) -> None:
        self._rights = dict(config.data_rights)
        self._refused = dict(config.refused_data)
        self.competing = False
        """Whether another session of the same user has taken the market data: every request is error 10197."""

    def of(self, instrument: Instrument) -> DataRight:
        """Return the right to a kind of security."""
        return self._rights.get(instrument.sec_type, DataRight.LIVE)

    def give(self, sec_type: str, right: DataRight) -> None:
        """Change a right; requests that are open already keep what they have."""
        self._rights[sec_type] = right

    def refuse(self, sec_type: str, code: int | None) -> None:
        """Answer every further request for quotes of a security type with this error; None ends it."""
        if code is None:
            self._refused.pop(sec_type, None)
        else:
            self._refused[sec_type] = code

    def quotes(self, instrument: Instrument, data_type: int) -> Verdict:
        """Return what becomes of a request by a client that wants this sort of data (1 to 4)."""
        refused = COMPETING[0] if self.competing else self._refused.get(instrument.sec_type)
        if refused is not None:
            return Verdict(is_served=False, error=_error(refused, instrument))
        right, late = self.of(instrument), data_type in _DELAYED_WANTED
        if right is DataRight.LIVE:
            return Verdict(is_served=True)
        if right in _PARTS:
            return Verdict(is_served=True, in_part=True, error=_error(_PARTS[right], instrument, _NOT_THERE))
        if right is DataRight.NONE:
            return Verdict(is_served=False, error=_error(10168 if late else 354, instrument, _NOT_THERE))
        if late:
            return Verdict(is_served=True, delayed=True, error=_error(10167, instrument))
        return Verdict(is_served=False, error=_error(_LIVE_REFUSED[right], instrument))

    def lag(self, instrument: Instrument) -> timedelta:
        """Return how far behind the newest history is that the account may see."""
        right = self.of(instrument)
        return LAG if right in _LIVE_REFUSED else timedelta(0)

    def missing(self, instrument: Instrument, *, live: bool) -> str | None:
        """Return why history, or with `live` streams of bars and ticks, may not be seen; None when they may."""
        right = self.of(instrument)
        if right is DataRight.NONE or (live and right in _LIVE_REFUSED):
            place = instrument.primary_exchange or "BEST"
            return f"No market data permissions for {place} {instrument.sec_type}. {_NOT_FOR_API}"
        return None


_PARTS: Final[Mapping[DataRight, int]] = {DataRight.PART: 10090, DataRight.PART_FOR_API: 10091}
_LIVE_REFUSED: Final[Mapping[DataRight, int]] = {DataRight.DELAYED: 354, DataRight.NOT_FOR_API: 10089}


def _error(code: int, instrument: Instrument, delayed: str = _THERE) -> tuple[int, str]:
    text = _TEXTS.get(code, _NOT_SUBSCRIBED)
    place = f"{instrument.symbol} {instrument.primary_exchange or instrument.exchange}/TOP/ALL"
    return code, f"{text}{delayed}{place}" if code in _WITH_PLACE else text
