"""The options of one symbol as recorded: which there were, their quotes, trades and open interest."""

import zlib
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final

from simgateway.market.base import Instrument, MarketDataError
from simgateway.market.chains import occ_symbol
from simgateway.market.grids import CENTS_RULE, NICKEL_RULE, PENNY_RULE, RULES
from simgateway.market.lean import LeanFolder, LeanZip, OptionName
from simgateway.market.money import UNITS_PER_CENT
from simgateway.market.series import Book, Steps, Trades, read_quotes, read_trades, scan_prices

_MEMBERS_LOOKED_AT: Final = 64
_THREE_USD: Final = 30_000
_ID_BITS: Final = 30
_NO_TRADES: Final = Trades(Steps((), ()), ())
_NO_QUOTES: Final[Steps[Book]] = Steps((), ())


class RecordedDay:
    """One day's option zips of a symbol; a contract's rows are read when somebody asks."""

    def __init__(self, folder: LeanFolder, symbol: str, day: date) -> None:
        self._zips: dict[str, tuple[LeanZip, dict[OptionName, str]]] = {}
        for kind in ("quote", "trade", "openinterest"):
            path = folder.option(symbol, day, kind)
            if path.is_file():
                archive = LeanZip(path)
                self._zips[kind] = (archive, archive.options())

    def names(self) -> frozenset[OptionName]:
        """Return the contracts with a quote or a trade that day."""
        return frozenset(name for kind in ("quote", "trade") if kind in self._zips for name in self._zips[kind][1])

    def quotes(self, name: OptionName) -> Steps[Book]:
        """Return a contract's book; no steps when it has none."""
        found = self._find("quote", name)
        return read_quotes(found[0].lines(found[1]), f"{found[0].path}, {found[1]}") if found else _NO_QUOTES

    def trades(self, name: OptionName) -> Trades:
        """Return a contract's trades; none when it has none."""
        found = self._find("trade", name)
        return read_trades(found[0].lines(found[1]), f"{found[0].path}, {found[1]}") if found else _NO_TRADES

    def open_interest(self, name: OptionName) -> int | None:
        """Return the open contracts of the evening before."""
        found = self._find("openinterest", name)
        if found is None:
            return None
        newest = None
        for row in found[0].lines(found[1]):
            if len(row) != 2:
                raise MarketDataError(f"{found[0].path}, {found[1]}: open interest is a time and a number")
            newest = row[1]
        return newest

    def rule_id(self) -> int:
        """Return the coarsest price grid that a sample of the day's quotes lies on."""
        grid = _Grid()
        archive, members = self._zips.get("quote", (None, {}))
        chosen = sorted(members.values())
        for member in chosen[:: max(1, len(chosen) // _MEMBERS_LOOKED_AT)]:
            if archive is not None:
                scan_prices(archive.lines(member), grid.take)
        return grid.rule_id

    def _find(self, kind: str, name: OptionName) -> tuple[LeanZip, str] | None:
        archive, members = self._zips.get(kind, (None, {}))
        member = members.get(name)
        return (archive, member) if archive is not None and member is not None else None


class _Grid:
    """Narrows down the grid by prices it has seen."""

    def __init__(self) -> None:
        self.rule_id = NICKEL_RULE

    def take(self, units: int) -> None:
        above = units >= _THREE_USD
        if above and units % (5 * UNITS_PER_CENT):
            self.rule_id = CENTS_RULE
        elif self.rule_id == NICKEL_RULE and units % ((10 if above else 5) * UNITS_PER_CENT):
            self.rule_id = PENNY_RULE


def contracts_of(symbol: str, names: Iterable[OptionName], rule_id: int) -> dict[Instrument, OptionName]:
    """Return the instruments of a listing by expiry, strike and right, with ids that depend on their names alone."""
    made: dict[Instrument, OptionName] = {}
    taken: set[int] = set()
    for name in sorted(names, key=lambda name: (name.expiry, name.strike, name.right)):
        local = occ_symbol(symbol, name.expiry, name.strike, name.right)
        con_id = _con_id(local)
        while con_id in taken:
            con_id += 1
        taken.add(con_id)
        made[_contract(symbol, name, con_id, rule_id)] = name
    return made


def _contract(symbol: str, name: OptionName, con_id: int, rule_id: int) -> Instrument:
    strike = name.strike.quantize(Decimal("0.01")) if name.strike % 1 else name.strike.quantize(Decimal(1))
    return Instrument(
        con_id=con_id,
        symbol=symbol,
        sec_type="OPT",
        expiry=name.expiry,
        strike=strike,
        right=name.right,
        multiplier=100,
        exchange="SMART",
        primary_exchange="",
        currency="USD",
        local_symbol=occ_symbol(symbol, name.expiry, name.strike, name.right),
        trading_class=symbol,
        market_rule_id=rule_id,
        min_tick=RULES[rule_id][0][1],
        long_name=symbol,
    )


def _con_id(text: str) -> int:
    return (1 << _ID_BITS) + zlib.crc32(text.encode()) % (1 << _ID_BITS)
