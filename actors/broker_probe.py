"""Finds out which market data is ours before the first signal needs it: one quote of a share, one of an option."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from actors.runtime.clock import Clock
from domain.commands import RequestChain, RequestListed, RequestQuote, RequestUnderlying
from domain.contracts import Chain, OptionContract, Right, Underlying
from domain.entitlements import Data, Entitlements, live
from domain.ids import Symbol
from domain.quotes import display_price
from domain.reports import ChainReport, ListedReport, SnapshotReport, UnderlyingReport
from domain.trading_day import new_york

QUOTE_SECONDS: Final = 11.0  # The broker ends a snapshot after about so long.
AGAIN_AFTER_SECONDS: Final = 3600.0
SOON_SECONDS: Final = 5.0  # After a code about data: the farms send several.


class EntitlementProbe:
    """Asks when something is not known to be live: at start, hourly, and soon after a code about data."""

    def __init__(
        self,
        *,
        clock: Clock,
        symbol: Symbol | None,
        answer: Callable[[Any], Awaitable[Any]],
        entitlements: Callable[[], Entitlements],
    ) -> None:
        self._clock = clock
        self._symbol = symbol
        self._answer = answer
        self._entitlements = entitlements
        self._due = 0.0
        self._running = False

    def soon(self) -> None:
        """Ask shortly, unless that is planned already."""
        self._due = min(self._due, self._clock.monotonic() + SOON_SECONDS)

    @property
    def due(self) -> bool:
        """Tell whether it is time to ask and something is not known to be live."""
        if self._symbol is None or self._running or self._clock.monotonic() < self._due:
            return False
        known = self._entitlements()
        return not (live(known, Data.UNDERLYING) and live(known, Data.OPTION))

    async def run(self) -> None:
        """Ask if it is due."""
        if not self.due or self._symbol is None:
            return
        self._running = True
        self._due = self._clock.monotonic() + AGAIN_AFTER_SECONDS
        try:
            await self._ask(self._symbol)
        finally:
            self._running = False

    async def _ask(self, symbol: Symbol) -> None:
        found = await self._answer(RequestUnderlying(symbol=symbol))
        if not isinstance(found, UnderlyingReport):
            return
        share = await self._answer(RequestQuote(contract=found.underlying, timeout_seconds=QUOTE_SECONDS))
        listed = await self._answer(RequestChain(underlying=found.underlying))
        price = display_price(share.quote) if isinstance(share, SnapshotReport) else None
        if not isinstance(listed, ChainReport):
            return
        contract = await self._some_option(found.underlying, listed.chain, float(price or 0))
        if contract is not None:
            await self._answer(RequestQuote(contract=contract, timeout_seconds=QUOTE_SECONDS))

    async def _some_option(self, underlying: Underlying, chain: Chain, price: float) -> OptionContract | None:
        """Return the call nearest to the money, or in the middle of the list, of the nearest expiry after today."""
        today = new_york(self._clock.now()).date()
        later = [expiry for expiry in chain.expiries if expiry > today]
        if not later:
            return None
        request = RequestListed(
            underlying=underlying, trading_class=chain.trading_class, expiry=later[0], right=Right.CALL
        )
        listed = await self._answer(request)
        if not isinstance(listed, ListedReport) or not listed.contracts:
            return None
        if not price:
            return listed.contracts[len(listed.contracts) // 2]
        return min(listed.contracts, key=lambda contract: abs(float(contract.strike) - price))
