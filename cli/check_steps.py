"""The questions of a check, in the order in which one needs the other. None of them places an order."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from broker.ib.adapter import IbBroker
from cli.check_data import bars_row, quote_row, servers_row
from cli.check_rows import Row, Verdict, failed, skipped
from config.accounts import is_paper_account, masked
from domain.commands import RequestBars, RequestListed
from domain.connection_reports import ConnectivityReport
from domain.contracts import Chain, OptionContract, Right, Underlying
from domain.ids import Symbol
from domain.ports import Clock
from domain.quotes import display_price
from domain.reports import (
    AccountReport,
    BookReport,
    ChainReport,
    ListedReport,
    SnapshotReport,
    UnderlyingReport,
)
from domain.trading_day import new_york

BARS_DURATION: Final = "3600 S"
TAGS: Final = {"net_liquidation": "NetLiquidation", "available_funds": "AvailableFunds"}
ROUNDING_SECONDS: Final = 0.5
"""The gateway names whole seconds, cut off: half of one is what it leaves out on average."""

Step = Callable[[], Awaitable[Row]]


@dataclass(slots=True, kw_only=True)
class Found:
    """What earlier questions brought, for later ones; mutable, of one check."""

    ahead: timedelta = timedelta()  # How far the gateway's clock is ahead of ours.
    underlying: Underlying | None = None
    price: Decimal | None = None
    chain: Chain | None = None
    option: OptionContract | None = None
    notices: list[ConnectivityReport] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked, by the settings. ``is_open``: whether quotes can be expected at a time of the gateway's."""

    symbol: Symbol
    timeout_seconds: float
    clock_skew_seconds_max: float
    dry_run: bool
    use_rth: bool
    what_to_show: str
    is_open: Callable[[datetime], bool]


class Steps:
    """One check of one connected gateway."""

    def __init__(self, broker: IbBroker, clock: Clock, wanted: Wanted, found: Found) -> None:
        self._broker = broker
        self._clock = clock
        self._wanted = wanted
        self._found = found

    def all(self) -> Iterator[tuple[str, str, Step]]:
        """Give name, event and question in order; a name may be known better once it was asked."""
        symbol = self._wanted.symbol
        yield "account", "account", self._account
        yield "clock", "clock", self._time
        yield "orders and positions", "book", self._book
        yield f"share {symbol}", "contract", self._contract
        yield f"quote of {symbol}", "stock_snapshot", self._share
        yield "option chain", "chain", self._chain
        yield "contracts and price grid", "contracts", self._listed
        yield "quote of an option", "option_snapshot", self._option
        yield "minute bars", "historical_1m", self._bars
        yield "the broker's servers", "servers", self._servers

    async def _account(self) -> Row:
        answer, seconds = await self._timed(self._broker.account())
        if not isinstance(answer, AccountReport):
            return failed("account", "account", answer, seconds)
        paper, account = is_paper_account(answer.account), masked(answer.account)
        values = {name: answer.values.get(tag) for name, tag in TAGS.items()}
        missing = [TAGS[name] for name, value in values.items() if value is None]
        seen = [f"{'paper' if paper else 'live'} account {account} {answer.account_type}".strip()]
        seen += [f"{name.replace('_', ' ')} {value:,.2f} USD" for name, value in values.items() if value is not None]
        refused = not paper and not self._wanted.dry_run
        remedy = f"{', '.join(missing)} missing: look at the account window of the gateway" if missing else ""
        remedy = (
            "this version sends orders to paper accounts alone: log in to one, or set dry_run" if refused else remedy
        )
        return Row(
            name="account",
            event="account",
            verdict=Verdict.FAILED if missing or refused else Verdict.OK,
            seen=", ".join(seen),
            remedy=remedy,
            seconds=seconds,
            fields={
                "account": account,
                "kind": "paper" if paper else "live",
                "account_type": answer.account_type or None,
                **{name: None if value is None else float(value) for name, value in values.items()},
            },
        )

    async def _time(self) -> Row:
        asked = self._clock.now()
        answer, seconds = await self._timed(self._broker.current_time(self._wanted.timeout_seconds))
        if not isinstance(answer, datetime):
            return failed("clock", "clock", answer, seconds)
        ahead = self._found.ahead = answer + timedelta(seconds=ROUNDING_SECONDS - seconds / 2) - asked
        skew, limit = ahead.total_seconds(), self._wanted.clock_skew_seconds_max
        off = abs(skew) - seconds / 2 > limit  # A slow answer says less.
        return Row(
            name="clock",
            event="clock",
            verdict=Verdict.FAILED if off else Verdict.OK,
            seen=f"{abs(skew):,.1f} s {'ahead of' if skew > 0 else 'behind'} ours; {limit:g} s is the limit",
            remedy="one of both machines is wrong: set both clocks by NTP" if off else "",
            seconds=seconds,
            fields={"skew_seconds": round(skew, 3)},
        )

    async def _book(self) -> Row:
        answer, seconds = await self._timed(self._broker.book(self._wanted.timeout_seconds))
        if not isinstance(answer, BookReport):
            return failed("orders and positions", "book", answer, seconds)
        positions, orders = len(answer.positions), len(answer.open_orders)
        seen = f"{positions} positions, {orders} open orders"
        return _ok("orders and positions", "book", seen, seconds, positions=positions, open_orders=orders)

    async def _contract(self) -> Row:
        name = f"share {self._wanted.symbol}"
        answer, seconds = await self._timed(self._broker.underlying(self._wanted.symbol))
        if not isinstance(answer, UnderlyingReport):
            return failed(name, "contract", answer, seconds)
        self._found.underlying = answer.underlying
        seen = f"contract {answer.underlying.con_id} of {answer.underlying.primary_exchange or 'SMART'}"
        return _ok(name, "contract", seen, seconds, con_id=int(answer.underlying.con_id))

    async def _share(self) -> Row:
        name, underlying = f"quote of {self._wanted.symbol}", self._found.underlying
        if underlying is None:
            return skipped(name, "stock_snapshot")
        answer, seconds = await self._timed(self._broker.quote(underlying, self._wanted.timeout_seconds))
        if isinstance(answer, SnapshotReport):
            self._found.price = display_price(answer.quote)
        is_open = self._wanted.is_open(self._now())
        return quote_row(name, "stock_snapshot", answer, seconds, is_open=is_open, what=str(underlying.symbol))

    async def _chain(self) -> Row:
        name, underlying = "option chain", self._found.underlying
        if underlying is None:
            return skipped(name, "chain")
        answer, seconds = await self._timed(self._broker.chain(underlying))
        if not isinstance(answer, ChainReport):
            return failed(name, "chain", answer, seconds)
        chain = self._found.chain = answer.chain
        seen = f"{len(chain.expiries)} expiries, {len(chain.strikes)} strikes"
        if self._expiry(chain) is not None:
            return _ok(name, "chain", seen, seconds, expiries=len(chain.expiries), strikes=len(chain.strikes))
        remedy = "nothing expires after today there: check the symbol"
        return Row(name=name, event="chain", verdict=Verdict.FAILED, seen=seen, remedy=remedy, seconds=seconds)

    async def _listed(self) -> Row:
        name, underlying, chain = "contracts and price grid", self._found.underlying, self._found.chain
        expiry = self._expiry(chain)
        if underlying is None or chain is None or expiry is None:
            return skipped(name, "contracts")
        request = RequestListed(
            underlying=underlying, trading_class=chain.trading_class, expiry=expiry, right=Right.CALL
        )
        answer, seconds = await self._timed(self._broker.listed(request))
        if not isinstance(answer, ListedReport):
            return failed(name, "contracts", answer, seconds)
        option = self._found.option = _nearest(answer.contracts, self._found.price)
        steps = {f"{step.low_edge:f}": float(step.increment) for step in option.grid.steps}
        count, shown = len(answer.contracts), ", ".join(f"{size:g} from {edge}" for edge, size in steps.items())
        seen = f"{count} calls of {expiry}, price steps of {shown}"
        return _ok(name, "contracts", seen, seconds, expiry=str(expiry), contracts=count, increments=steps)

    async def _option(self) -> Row:
        option = self._found.option
        if option is None:
            return skipped("quote of an option", "option_snapshot")
        answer, seconds = await self._timed(self._broker.quote(option, self._wanted.timeout_seconds))
        name, is_open = f"quote of {option.label}", self._wanted.is_open(self._now())
        return quote_row(name, "option_snapshot", answer, seconds, is_open=is_open, what=option.label)

    async def _bars(self) -> Row:
        underlying = self._found.underlying
        if underlying is None:
            return skipped("minute bars", "historical_1m")
        request = RequestBars(
            underlying=underlying,
            bar_size="1 min",
            duration=BARS_DURATION,
            timeout_seconds=self._wanted.timeout_seconds,
            use_rth=self._wanted.use_rth,
            what_to_show=self._wanted.what_to_show,
        )
        answer, seconds = await self._timed(self._broker.bars(request))
        return bars_row("minute bars", answer, seconds)

    async def _servers(self) -> Row:
        return servers_row(self._found.notices)

    def _now(self) -> datetime:
        """Return the gateway's time: what is listed and whether the market is open goes by it."""
        return self._clock.now() + self._found.ahead

    def _expiry(self, chain: Chain | None) -> date | None:
        today = new_york(self._now()).date()
        return next((day for day in chain.expiries if day > today), None) if chain is not None else None

    async def _timed(self, asked: Awaitable[Any]) -> tuple[Any, float]:
        began = self._clock.monotonic()
        answer = await asked
        return answer, self._clock.monotonic() - began


def _nearest(contracts: tuple[OptionContract, ...], price: Decimal | None) -> OptionContract:
    """Return the contract at the money, which somebody quotes; without a price the one in the middle."""
    if price is None:
        return contracts[len(contracts) // 2]
    return min(contracts, key=lambda contract: abs(contract.strike - price))


def _ok(name: str, event: str, seen: str, seconds: float, **fields: object) -> Row:
    return Row(name=name, event=event, verdict=Verdict.OK, seen=seen, seconds=seconds, fields=fields)
