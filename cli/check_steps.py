"""The questions of a check, in the order in which one needs the other. None of them places an order."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from broker.ib.adapter import IbBroker
from cli.check_rows import Row, Verdict, failed
from config.accounts import is_paper_account
from domain.commands import RequestBars, RequestListed
from domain.contracts import Chain, OptionContract, Right, Underlying
from domain.ids import Symbol
from domain.ports import Clock
from domain.prices import as_money
from domain.quotes import display_price
from domain.reports import (
    AccountReport,
    BarsReport,
    BookReport,
    ChainReport,
    ListedReport,
    RequestFailed,
    SnapshotReport,
    UnderlyingReport,
)
from domain.trading_day import new_york

CLOCK_SKEW_SECONDS_MAX: Final = 2.0
BARS_MIN: Final = 30
BARS_SECONDS_MAX: Final = 15.0
LIVE_TYPES: Final = frozenset({1, 2})
TAGS: Final = ("NetLiquidation", "AvailableFunds")


@dataclass(slots=True, kw_only=True)
class Found:
    """What earlier questions brought, for later ones; mutable, of one check."""

    underlying: Underlying | None = None
    price: float = 0.0
    chain: Chain | None = None
    option: OptionContract | None = None


@dataclass(slots=True, kw_only=True)
class Steps:
    """One check of one connected gateway. ``is_open``: whether quotes can be expected."""

    broker: IbBroker
    clock: Clock
    symbol: Symbol
    timeout_seconds: float
    is_open: bool
    found: Found = field(default_factory=Found)

    def all(self) -> Iterator[Callable[[], Awaitable[Row]]]:
        """Give the questions in order."""
        yield from (self._account, self._time, self._book, self._contract, self._share)
        yield from (self._chain, self._listed, self._option, self._bars)

    async def _account(self) -> Row:
        answer, seconds = await self._timed(self.broker.account())
        if not isinstance(answer, AccountReport):
            return failed("account", "account", answer, seconds)
        kind = "paper" if is_paper_account(answer.account) else "live"
        missing = [tag for tag in TAGS if answer.values.get(tag) is None]
        shown = ", ".join(f"{tag} {answer.values[tag]:,.2f}" for tag in TAGS if tag not in missing)
        return Row(
            name="account",
            event="account",
            verdict=Verdict.FAILED if missing else Verdict.OK,
            seen=f"{kind} {answer.account_type}".strip() + f", {shown or 'no values'}",
            remedy=f"{', '.join(missing)} missing: look at the account window of the gateway" if missing else "",
            seconds=seconds,
            fields={"kind": kind, "net_liquidation": _text(answer.values.get(TAGS[0]))},
        )

    async def _time(self) -> Row:
        asked = self.clock.now()
        answer, seconds = await self._timed(self.broker.current_time(self.timeout_seconds))
        if not isinstance(answer, datetime):
            return failed("clock", "clock", answer, seconds)
        skew = (answer + timedelta(seconds=0.5) - (asked + timedelta(seconds=seconds / 2))).total_seconds()
        off = abs(skew) > CLOCK_SKEW_SECONDS_MAX
        return Row(
            name="clock",
            event="clock",
            verdict=Verdict.FAILED if off else Verdict.OK,
            seen=f"{abs(skew):.1f} s {'ahead of' if skew > 0 else 'behind'} ours, within {CLOCK_SKEW_SECONDS_MAX:g}"
            if not off
            else f"{abs(skew):.1f} s {'ahead of' if skew > 0 else 'behind'} ours",
            remedy="set both clocks by NTP" if off else "",
            seconds=seconds,
            fields={"skew_seconds": round(skew, 3)},
        )

    async def _book(self) -> Row:
        answer, seconds = await self._timed(self.broker.book(self.timeout_seconds))
        if not isinstance(answer, BookReport):
            return failed("orders and positions", "book", answer, seconds)
        seen = f"{len(answer.positions)} positions, {len(answer.open_orders)} open orders"
        return _ok("orders and positions", "book", seen, seconds, positions=len(answer.positions))

    async def _contract(self) -> Row:
        name = f"share {self.symbol}"
        answer, seconds = await self._timed(self.broker.underlying(self.symbol))
        if not isinstance(answer, UnderlyingReport):
            return failed(name, "contract", answer, seconds)
        self.found.underlying = answer.underlying
        return _ok(name, "contract", f"contract {answer.underlying.con_id}", seconds)

    async def _share(self) -> Row:
        name, underlying = f"quote of {self.symbol}", self.found.underlying
        if underlying is None:
            return _not_asked(name, "stock_snapshot", "the share is not known")
        answer, seconds = await self._timed(self.broker.quote(underlying, self.timeout_seconds))
        if isinstance(answer, SnapshotReport):
            self.found.price = float(display_price(answer.quote) or 0)
        return self._quoted(name, "stock_snapshot", answer, seconds)

    async def _chain(self) -> Row:
        name, underlying = "option chain", self.found.underlying
        if underlying is None:
            return _not_asked(name, "chain", "the share is not known")
        answer, seconds = await self._timed(self.broker.chain(underlying))
        if not isinstance(answer, ChainReport):
            return failed(name, "chain", answer, seconds)
        chain = self.found.chain = answer.chain
        seen = f"{len(chain.expiries)} expiries, {len(chain.strikes)} strikes"
        return _ok(name, "chain", seen, seconds, expiries=len(chain.expiries), strikes=len(chain.strikes))

    async def _listed(self) -> Row:
        name, underlying, chain = "contracts and price grid", self.found.underlying, self.found.chain
        today = new_york(self.clock.now()).date()
        expiry = next((day for day in chain.expiries if day > today), None) if chain is not None else None
        if underlying is None or chain is None or expiry is None:
            return _not_asked(name, "contracts", "there is no chain with an expiry after today")
        request = RequestListed(
            underlying=underlying, trading_class=chain.trading_class, expiry=expiry, right=Right.CALL
        )
        answer, seconds = await self._timed(self.broker.listed(request))
        if not isinstance(answer, ListedReport):
            return failed(name, "contracts", answer, seconds)
        option = self.found.option = _nearest(answer.contracts, self.found.price)
        steps = ", ".join(f"{step.increment:f} from {step.low_edge:f}" for step in option.grid.steps)
        return _ok(name, "contracts", f"{len(answer.contracts)} calls of {expiry}, steps of {steps}", seconds)

    async def _option(self) -> Row:
        option = self.found.option
        if option is None:
            return _not_asked("quote of an option", "option_snapshot", "no contract is known")
        answer, seconds = await self._timed(self.broker.quote(option, self.timeout_seconds))
        return self._quoted(f"quote of {option.label}", "option_snapshot", answer, seconds)

    async def _bars(self) -> Row:
        name, underlying = "minute bars", self.found.underlying
        if underlying is None:
            return _not_asked(name, "historical_1m", "the share is not known")
        request = RequestBars(
            underlying=underlying, bar_size="1 min", duration="3600 S", timeout_seconds=max(30.0, self.timeout_seconds)
        )
        answer, seconds = await self._timed(self.broker.bars(request))
        if not isinstance(answer, BarsReport):
            return failed(name, "historical_1m", answer, seconds)
        count = len(answer.bars)
        few, slow = count < BARS_MIN, seconds > BARS_SECONDS_MAX
        remedy = (
            f"at least {BARS_MIN} are needed" if few else f"within {BARS_SECONDS_MAX:g} s is wanted" if slow else ""
        )
        return Row(
            name=name,
            event="historical_1m",
            verdict=Verdict.FAILED if remedy else Verdict.OK,
            seen=f"{count} bars in {seconds:.1f} s",
            remedy=remedy,
            seconds=seconds,
            fields={"bars": count},
        )

    def _quoted(self, name: str, event: str, answer: SnapshotReport | RequestFailed, seconds: float) -> Row:
        if isinstance(answer, RequestFailed):
            row = failed(name, event, answer, seconds)
            silent = row.fields["failure"] in {"no data", "timed out"}
            return row if self.is_open or not silent else _closed(name, event, seconds)
        quote = answer.quote
        live = quote.market_data_type in LIVE_TYPES
        fields = {"bid": _text(quote.bid), "ask": _text(quote.ask), "market_data_type": quote.market_data_type}
        if live and (quote.bid is None or quote.ask is None) and not self.is_open:
            return _closed(name, event, seconds)
        whole = live and quote.bid is not None and quote.ask is not None
        remedy = "" if whole else "nobody quotes both sides" if live else "subscribe to live data"
        return Row(
            name=name,
            event=event,
            verdict=Verdict.OK if whole else Verdict.FAILED,
            seen=f"{_text(quote.bid)} bid, {_text(quote.ask)} ask, {'live' if live else 'delayed'}",
            remedy=remedy,
            seconds=seconds,
            fields=fields,
        )

    async def _timed(self, asked: Awaitable[Any]) -> tuple[Any, float]:
        began = self.clock.monotonic()
        answer = await asked
        return answer, self.clock.monotonic() - began


def _nearest(contracts: tuple[OptionContract, ...], price: float) -> OptionContract:
    if not price:
        return contracts[len(contracts) // 2]
    return min(contracts, key=lambda contract: abs(float(contract.strike) - price))


def _ok(name: str, event: str, seen: str, seconds: float, **fields: object) -> Row:
    return Row(name=name, event=event, verdict=Verdict.OK, seen=seen, seconds=seconds, fields=fields)


def _not_asked(name: str, event: str, why: str) -> Row:
    return Row(name=name, event=event, verdict=Verdict.FAILED, seen=f"not asked: {why}")


def _closed(name: str, event: str, seconds: float) -> Row:
    seen = "no quote while the market is closed, and no refusal"
    return Row(name=name, event=event, verdict=Verdict.UNKNOWN, seen=seen, seconds=seconds)


def _text(value: object) -> str:
    amount = as_money(value) if value is not None else None  # type: ignore[arg-type] # Decimal or None
    return "no" if amount is None else f"{amount:f}"
