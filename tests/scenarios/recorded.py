"""Reads recorded quotes for themselves, so that the simulated market is not checked by its own reading of them."""

import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

UNITS_PER_DOLLAR: Final = 10_000
BID_LOW, BID_CLOSE, ASK_HIGH, ASK_CLOSE = 3, 4, 7, 9


def spread_of_minute(data: Path, contract: dict[str, Any], at: datetime) -> tuple[Decimal | None, Decimal | None]:
    """Return the lowest bid and the highest ask of the minute of `at` (New York), USD per share.

    A minute without a row is as the last row ended; a side that nobody quoted is None.
    """
    minute = (at.hour * 60 + at.minute) * 60_000
    rows = [row for row in _rows(data, contract, at.date()) if int(row[0]) < minute + 60_000]
    last = rows[-1]
    bid, ask = (BID_LOW, ASK_HIGH) if int(last[0]) >= minute else (BID_CLOSE, ASK_CLOSE)
    return _dollars(last[bid]), _dollars(last[ask])


def _rows(data: Path, contract: dict[str, Any], day: date) -> list[list[str]]:
    symbol, stamp = contract["symbol"].lower(), f"{day:%Y%m%d}"
    right = "call" if contract["right"] == "C" else "put"
    strike = int(Decimal(contract["strike"]) * UNITS_PER_DOLLAR)
    expiry = contract["expiry"].replace("-", "")
    folder = data / "option" / "usa" / "minute" / symbol
    with zipfile.ZipFile(folder / f"{stamp}_quote_american.zip") as archive:
        member = f"{stamp}_{symbol}_minute_quote_american_{right}_{strike}_{expiry}.csv"
        return [line.split(",") for line in archive.read(member).decode().splitlines()]


def _dollars(field: str) -> Decimal | None:
    return Decimal(field) / UNITS_PER_DOLLAR if field else None
