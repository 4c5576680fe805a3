"""What is listed: the stock behind a symbol, its option parameters, the contracts of one expiry and right."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from broker.ib.line import Line
from broker.ib.listing import option_contract, price_grid, smart_rule_id
from broker.ib.requests import answered
from broker.ib.translate import (
    SMART,
    STOCK,
    listed_query,
    read_expiry,
    stock_query,
    strike_of,
)
from domain.commands import RequestListed
from domain.contracts import Chain, OptionContract, PriceGrid, Underlying
from domain.ids import ConId, Symbol
from domain.prices import grid_problem
from domain.reports import ChainReport, Failure, ListedReport, RequestFailed, UnderlyingReport

MULTIPLIER: Final = "100"


def standard_class(symbol: Symbol) -> str:
    """Return the trading class of a symbol's ordinary options: adjusted ones put a digit before it."""
    return "".join(letter for letter in symbol if letter.isalnum())


class Listings:
    """Contract lookups of one connection; market rules are asked for once each. On the broker's loop alone."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._grids: dict[int, PriceGrid] = {}

    def handlers(self) -> Mapping[str, Callable[..., object]]:
        """Return the server messages that are handled here, by the library's names."""
        return {"marketRule": self._on_rule}

    async def underlying(self, symbol: Symbol) -> UnderlyingReport | RequestFailed:
        """Return the one USD stock of this symbol."""
        what = f"stock {symbol}"
        details = await self._details(stock_query(symbol), what)
        if isinstance(details, RequestFailed):
            return details
        found = {row.contract.conId: row.contract for row in details if row.contract.conId}
        if len(found) != 1:
            return RequestFailed(failure=Failure.NO_SUCH_CONTRACT, text=f"{what}: {len(found)} contracts")
        contract = found.popitem()[1]
        stock = Underlying(con_id=ConId(contract.conId), symbol=symbol, primary_exchange=contract.primaryExchange)
        return UnderlyingReport(underlying=stock)

    async def chain(self, underlying: Underlying) -> ChainReport | RequestFailed:
        """Return the standard class's expiries and strikes: SMART, multiplier 100."""
        symbol, what = underlying.symbol, f"chain of {underlying.symbol}"
        rows = await answered(
            lambda: self._line.gateway.reqSecDefOptParamsAsync(str(symbol), "", STOCK, int(underlying.con_id)),
            self._line.config.request_timeout_seconds,
            what,
        )
        if isinstance(rows, RequestFailed):
            return rows
        key = (SMART, standard_class(symbol), MULTIPLIER)
        ours = [row for row in rows if (row.exchange, row.tradingClass, row.multiplier) == key]
        expiries = {expiry for row in ours for expiry in map(read_expiry, row.expirations) if expiry is not None}
        strikes = {strike_of(strike) for row in ours for strike in row.strikes if strike > 0}
        if not expiries or not strikes:
            return RequestFailed(failure=Failure.NO_DATA, text=f"{what}: no standard class among {len(rows)}")
        return ChainReport(
            chain=Chain(
                symbol=symbol,
                trading_class=standard_class(symbol),
                multiplier=int(MULTIPLIER),
                expiries=tuple(sorted(expiries)),
                strikes=tuple(sorted(strikes)),
            )
        )

    async def listed(self, request: RequestListed) -> ListedReport | RequestFailed:
        """Return every contract of one expiry and right with its grid, by rising strike."""
        symbol = request.underlying.symbol
        what = f"options of {symbol} {request.expiry} {request.right.value}"
        query = listed_query(symbol, request.trading_class, request.expiry, request.right)
        details = await self._details(query, what)
        if isinstance(details, RequestFailed):
            return details
        contracts: dict[Decimal, OptionContract] = {}
        for row in details:
            contract = await self._contract(row, what)
            if isinstance(contract, RequestFailed):
                return contract
            if contract is not None and _wanted(contract, request):
                contracts[contract.strike] = contract
        if not contracts:
            return RequestFailed(failure=Failure.NO_SUCH_CONTRACT, text=f"{what}: none is listed")
        by_strike = tuple(contracts[strike] for strike in sorted(contracts))
        return ListedReport(expiry=request.expiry, right=request.right, contracts=by_strike)

    async def _details(self, query: Any, what: str) -> Any:
        limit = self._line.config.request_timeout_seconds
        details = await answered(lambda: self._line.gateway.reqContractDetailsAsync(query), limit, what)
        if not details:
            return RequestFailed(failure=Failure.NO_SUCH_CONTRACT, text=f"{what}: an empty answer")
        return details

    async def _contract(self, details: Any, what: str) -> OptionContract | RequestFailed | None:
        rule_id = smart_rule_id(details)
        if rule_id is None:
            return RequestFailed(failure=Failure.BAD_ANSWER, text=f"{what}: no market rule for {SMART}")
        grid = await self._grid(rule_id)
        return grid if isinstance(grid, RequestFailed) else option_contract(details, grid)

    async def _grid(self, rule_id: int) -> PriceGrid | RequestFailed:
        """Return a market rule's grid; nobody guesses an increment."""
        if rule_id in self._grids:
            return self._grids[rule_id]
        rows = await self._line.requests.ask(
            _rule_key(rule_id),
            lambda: self._line.when_room(lambda: self._line.client.reqMarketRule(rule_id)),
            self._line.config.request_timeout_seconds,
            f"market rule {rule_id}",
            join=True,
        )
        if isinstance(rows, RequestFailed):
            return rows
        grid = price_grid(rows)
        problem = grid_problem(grid)
        if problem is not None:
            return RequestFailed(failure=Failure.BAD_ANSWER, text=f"market rule {rule_id}: {problem}")
        return self._grids.setdefault(rule_id, grid)

    def _on_rule(self, rule_id: int, increments: list[Any]) -> None:
        self._line.requests.settle(_rule_key(rule_id), increments)


def _rule_key(rule_id: int) -> str:
    return f"market rule {rule_id}"


def _wanted(contract: OptionContract, request: RequestListed) -> bool:
    return (contract.trading_class, contract.expiry, contract.right, str(contract.multiplier)) == (
        request.trading_class,
        request.expiry,
        request.right,
        MULTIPLIER,
    )
