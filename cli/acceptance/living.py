"""The run itself, the same in virtual and in real time: start, look on the way, ask, stop. On the system's loop."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from actors.runtime.errors import ActorDeadError, AskTimeoutError
from cli.acceptance.evidence import Evidence, Look, Probe, Seen, resident_mib
from cli.acceptance.phases import Phase, starts_within
from cli.day import Progress
from cli.system import System
from domain.chains import Moneyness, candidates, choose_expiry
from domain.commands import AskTraffic, RequestChain, RequestListed, RequestQuote, RequestUnderlying, Traffic
from domain.contracts import Contract, Right, Underlying
from domain.ports import Clock
from domain.quote_checks import quote_problem
from domain.quotes import Quote, display_price
from domain.reports import ChainReport, ListedReport, SnapshotReport, UnderlyingReport
from domain.symbol_settings import SymbolSettings
from domain.trading_day import new_york

LOOK_SECONDS: Final = 30.0
ANSWER_SECONDS: Final = 120.0
STOP_SECONDS: Final = 15.0
GRACE_SECONDS: Final = 150.0  # For the last cycle of a run that ends with one: a turn is given up after so long.
STANDING_SECONDS: Final = 2.0  # What was asked just before the end is answered meanwhile.


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayLook:
    """What a gateway of ours counts."""

    subscriptions: int
    buffered_bytes: int
    most_in_a_second: int


AskGateway = Callable[[], Awaitable[GatewayLook | None]]


async def a_strangers() -> GatewayLook | None:
    """Know nothing: the gateway is not ours."""


@dataclass(slots=True, kw_only=True)
class Living:
    """One run of a phase. ``gateway`` asks the gateway's own counters; `run` may be awaited once."""

    phase: Phase
    system: System
    symbol: SymbolSettings
    clock: Clock
    seen: Seen
    gateway: AskGateway
    progress: Progress
    ours: bool
    one_process: bool
    looks: list[Look] = field(default_factory=list)
    _began: datetime = field(init=False)
    _length: timedelta = field(init=False)

    @property
    def ends_at(self) -> datetime:
        """Return the moment at which it ends at the latest."""
        return self._began + self._length

    async def run(self) -> Evidence:
        """Live through it, stop the bot, and return what it left behind."""
        calendar = self.system.outside.calendar
        self._began = began = self.clock.now()
        self._length = timedelta(hours=self.phase.hours)
        if self.phase.cycles is not None:
            seconds = self.phase.interval_seconds * self.phase.cycles + GRACE_SECONDS
            self._length = timedelta(seconds=seconds)
        await self._until_over()
        ended = self.clock.now()
        expected = self.phase.cycles
        if expected is None:
            expected = starts_within(calendar, began, ended, self.phase.interval_seconds)
        probe = await self._probe() if self.phase.name == "1" else None
        await asyncio.sleep(STANDING_SECONDS)
        traffic, guards = await self._traffic(), len(self.system.directory.names("oco:"))
        clean = await self._stopped()
        await asyncio.sleep(STANDING_SECONDS)
        last = await self.gateway()
        return Evidence(
            seen=self.seen,
            looks=tuple(self.looks),
            expected_cycles=expected,
            began=began,
            ended=ended,
            stop_clean=clean,
            ours=self.ours,
            one_process=self.one_process,
            watched_left=traffic.subscriptions,
            guards_left=guards,
            most_in_a_second=last.most_in_a_second if last else None,
            subscriptions_left=last.subscriptions if last else None,
            probe=probe,
        )

    async def _until_over(self) -> None:
        step = min(LOOK_SECONDS, self.phase.interval_seconds / 2)
        while self.clock.now() < self.ends_at and not self.system.over.is_set():
            await asyncio.sleep(step)
            self.progress(self.clock.now())
            await self._look()
            if self.phase.cycles is not None and len(self.seen.cycles) >= self.phase.cycles:
                return

    async def _look(self) -> None:
        traffic, gateway = await self._traffic(), await self.gateway()
        look = Look(
            at=self.clock.now(),
            resident_mib=resident_mib(),
            watched=traffic.subscriptions,
            in_flight=sum(traffic.waiting.values()),
        )
        if gateway is not None:
            known = None if self.seen.within_cycle else gateway.subscriptions
            look = replace(look, subscriptions=known, buffered_bytes=gateway.buffered_bytes)
        self.looks.append(look)

    async def _traffic(self) -> Traffic:
        answer = await self._asked(AskTraffic())
        return answer if isinstance(answer, Traffic) else Traffic()

    async def _asked(self, message: Any) -> Any:
        """Return the broker's answer; None when there is none."""
        try:
            return await self.system.directory.address("broker").ask(message, ANSWER_SECONDS)
        except (ActorDeadError, AskTimeoutError):
            return None

    async def _stopped(self) -> bool:
        try:
            await asyncio.wait_for(self.system.stop(), STOP_SECONDS)
        except (TimeoutError, ActorDeadError, AskTimeoutError):
            return False
        return not self.system.directory.names() and not self.system.over.is_set()

    async def _probe(self) -> Probe:
        """Ask once more what an entry would: price, what is listed at its expiry, and quotes near the money."""
        nothing = Probe(price=None, strike=None, nearest=None, strikes=0, quoted=0)
        known = await self._asked(RequestUnderlying(symbol=self.symbol.symbol))
        if not isinstance(known, UnderlyingReport):
            return nothing
        quote = await self._quote(known.underlying)
        price = None if quote is None else display_price(quote)
        chain = await self._asked(RequestChain(underlying=known.underlying))
        if price is None or not isinstance(chain, ChainReport):
            return replace(nothing, price=None if price is None else float(price))
        listed = await self._listed(known.underlying, chain)
        chosen = candidates(listed, price, Right.CALL, Moneyness.ATM, self.symbol.strike_count)
        if not chosen:
            return replace(nothing, price=float(price))
        quotes = [await self._quote(contract) for contract in chosen]
        now, age = self.clock.now(), self.symbol.filters.max_quote_age_seconds
        return Probe(
            price=float(price),
            strike=float(chosen[0].strike),
            nearest=float(min((each.strike for each in listed), key=lambda strike: (abs(strike - price), strike))),
            strikes=len(chosen),
            quoted=sum(each is not None and quote_problem(each, now, age) is None for each in quotes),
        )

    async def _listed(self, underlying: Underlying, chain: ChainReport) -> Any:
        expiry = choose_expiry(self.symbol.expiry, chain.chain.expiries, new_york(self.clock.now()).date())
        if expiry is None:
            return ()
        answer = await self._asked(
            RequestListed(
                underlying=underlying, trading_class=chain.chain.trading_class, expiry=expiry, right=Right.CALL
            )
        )
        return answer.contracts if isinstance(answer, ListedReport) else ()

    async def _quote(self, contract: Contract) -> Quote | None:
        answer = await self._asked(RequestQuote(contract=contract, timeout_seconds=self.symbol.quote_timeout_seconds))
        return answer.quote if isinstance(answer, SnapshotReport) else None
