"""Small recordings in the Lean format, made of rows by hand; prices in USD."""

import zipfile
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from simgateway.market.hours import at_new_york

DAY = date(2015, 12, 23)
EXPIRY = date(2015, 12, 31)
OpenHighLowClose = tuple[str, str, str, str]
NONE: OpenHighLowClose = ("", "", "", "")


def at(clock: str, day: date = DAY) -> datetime:
    """Return New York's wall time `HH:MM:SS` in UTC."""
    return at_new_york(day, time.fromisoformat(clock))


def quote_row(clock: str, bid: OpenHighLowClose, ask: OpenHighLowClose, sizes: tuple[int, int] = (10, 20)) -> str:
    prices = [_units(price) for price in (*bid, *ask)]
    fields = [_milliseconds(clock), *prices[:4], str(sizes[0]), *prices[4:], str(sizes[1])]
    return ",".join(fields)


def trade_row(clock: str, prices: OpenHighLowClose, volume: int = 100) -> str:
    return ",".join([_milliseconds(clock), *(_units(price) for price in prices), str(volume)])


def equity(root: Path, kind: str, rows: Iterable[str], symbol: str = "GOOG", day: date = DAY) -> Path:
    name = f"{day:%Y%m%d}_{symbol.lower()}_minute_{kind}.csv"
    return write_zip(root / f"equity/usa/minute/{symbol.lower()}/{day:%Y%m%d}_{kind}.zip", {name: rows})


def options(root: Path, kind: str, contracts: Mapping[tuple[str, str], Iterable[str]], expiry: date = EXPIRY) -> Path:
    """Write the contracts of (right, strike), right "call" or "put"."""
    members = {
        f"{DAY:%Y%m%d}_goog_minute_{kind}_american_{right}_{int(Decimal(strike) * 10_000)}_{expiry:%Y%m%d}.csv": rows
        for (right, strike), rows in contracts.items()
    }
    return write_zip(root / f"option/usa/minute/goog/{DAY:%Y%m%d}_{kind}_american.zip", members)


def write_zip(path: Path, members: Mapping[str, Iterable[str]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in members.items():
            archive.writestr(name, "\n".join(rows) + "\n")
    return path


def a_share(root: Path) -> Path:
    """Write a share's day with one quote and one trade."""
    equity(root, "quote", [quote_row("09:30:00", ("99.99",) * 4, ("100.01",) * 4)])
    equity(root, "trade", [trade_row("09:30:00", ("100", "101", "99", "100.5"), 400)])
    return root


def _units(price: str) -> str:
    return str(int(Decimal(price) * 10_000)) if price else ""


def _milliseconds(clock: str) -> str:
    passed = datetime.combine(DAY, time.fromisoformat(clock)) - datetime.combine(DAY, time.min)
    return str(int(passed / timedelta(milliseconds=1)))
