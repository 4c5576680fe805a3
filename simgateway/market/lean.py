"""The Lean format on disk: where a day's zips are, what their members are called, lines of whole numbers."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from simgateway.market.base import MarketDataError

_OPTION_MEMBER: Final = re.compile(
    r"\d{8}_.+_minute_(?:trade|quote|openinterest)_american_(call|put)_(\d+)_(\d{8})\.csv", re.IGNORECASE
)
_STRIKE_UNITS: Final = 10_000
Numbers = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class OptionName:
    """What the name of an option's member tells."""

    expiry: date
    strike: Decimal
    right: str


class LeanZip:
    """One zip of a day. Its compressed bytes are held (a few megabytes); a member is kept only when asked for.

    Every member's checksum is looked at first: a damaged day is refused before it begins.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
            self.members = tuple(self._archive.namelist())
            damaged = self._archive.testzip()
        except FileNotFoundError:
            raise MarketDataError(f"no such recording: {path}; put the day's zip there or choose another day") from None
        # zipfile raises NotImplementedError for a way of packing it does not know.
        except (zipfile.BadZipFile, OSError, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
            raise MarketDataError(f"cannot read {path}: {error}; fetch this file again") from error
        if damaged is not None:
            raise MarketDataError(f"cannot read {path}: {damaged} in it is damaged; fetch this file again")

    def lines(self, member: str) -> Iterator[Numbers]:
        """Give a member's rows as whole numbers, an empty field as None, rising in time."""
        newest = -1
        for number, line in enumerate(self._text(member).splitlines(), start=1):
            where = f"{self.path}, {member}, line {number}"
            try:
                row = tuple(int(field) if field else None for field in line.split(","))
            except ValueError:
                raise MarketDataError(f"not a row of whole numbers: {where}; fetch this file again") from None
            if row[0] is None or row[0] <= newest:
                raise MarketDataError(f"times do not rise: {where}; fetch this file again")
            newest = row[0]
            yield row

    def only_member(self) -> str:
        """Return the one member of a share's zip."""
        if len(self.members) != 1:
            raise MarketDataError(f"{self.path} has {len(self.members)} members instead of 1; fetch this file again")
        return self.members[0]

    def options(self) -> dict[OptionName, str]:
        """Return the members of an option zip by what they are about."""
        names = ((option_name(member), member) for member in self.members)
        return {name: member for name, member in names if name is not None}

    def _text(self, member: str) -> str:
        try:
            return self._archive.read(member).decode("ascii")
        except (KeyError, zipfile.BadZipFile, OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
            raise MarketDataError(f"cannot read {member} in {self.path}: {error}; fetch this file again") from error


def option_name(member: str) -> OptionName | None:
    """Return what a member's name tells; None when it is no option's."""
    found = _OPTION_MEMBER.fullmatch(member)
    if found is None:
        return None
    expiry = datetime.strptime(found[3], "%Y%m%d").date()  # noqa: DTZ007 - a date has no time zone
    return OptionName(expiry, Decimal(found[2]) / _STRIKE_UNITS, "C" if found[1].lower() == "call" else "P")


@dataclass(frozen=True, slots=True)
class LeanFolder:
    """A data folder with `equity/` and `option/` in it."""

    root: Path

    def equity(self, symbol: str, day: date, kind: str) -> Path:
        """Return where a share's zip is; kind is "trade" or "quote"."""
        return self._minutes("equity", symbol) / f"{day:%Y%m%d}_{kind}.zip"

    def option(self, symbol: str, day: date, kind: str) -> Path:
        """Return where an option class's zip is; kind is "trade", "quote" or "openinterest"."""
        return self._minutes("option", symbol) / f"{day:%Y%m%d}_{kind}_american.zip"

    def days(self, symbol: str) -> tuple[date, ...]:
        """Return the dates with a share's trades, rising."""
        names = (path.name for path in self._minutes("equity", symbol).glob("????????_trade.zip"))
        stamps = sorted(name[:8] for name in names if name[:8].isdecimal())
        return tuple(datetime.strptime(stamp, "%Y%m%d").date() for stamp in stamps)  # noqa: DTZ007 - a date has no zone

    def symbols(self) -> tuple[str, ...]:
        """Return the symbols that have a share's folder."""
        return tuple(sorted(path.name.upper() for path in self._minutes("equity", "").glob("*") if path.is_dir()))

    def _minutes(self, kind: str, symbol: str) -> Path:
        return self.root / kind / "usa" / "minute" / symbol.lower()


def open_day(folder: LeanFolder, symbol: str, day: date, kind: str) -> LeanZip:
    """Open a share's zip of a day; the error tells which days there are."""
    path = folder.equity(symbol, day, kind)
    if path.is_file():
        return LeanZip(path)
    days = ", ".join(str(known) for known in folder.days(symbol))
    if not days:
        symbols = ", ".join(folder.symbols()) or "none at all"
        raise MarketDataError(f"no recording of {symbol} in {folder.root}: it has {symbols}")
    raise MarketDataError(f"no {kind}s of {symbol} on {day} ({path} is missing); recorded days: {days}")
