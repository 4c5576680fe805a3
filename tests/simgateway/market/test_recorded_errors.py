import zipfile
from datetime import date
from pathlib import Path

import pytest

from simgateway.market.base import MarketDataError
from simgateway.market.recorded import RecordedMarket
from tests.simgateway.market.lean_builder import DAY, a_share, equity, trade_row, write_zip


def test_a_missing_day_names_the_days_there_are(tmp_path: Path) -> None:
    a_share(tmp_path)

    with pytest.raises(MarketDataError, match=r"no trades of GOOG on 2015-12-22 .*recorded days: 2015-12-23"):
        RecordedMarket(tmp_path, date(2015, 12, 22), ["GOOG"])


def test_a_missing_symbol_names_the_symbols_there_are(tmp_path: Path) -> None:
    a_share(tmp_path)

    with pytest.raises(MarketDataError, match=r"no recording of SPY in .*: it has GOOG"):
        RecordedMarket(tmp_path, DAY, ["SPY"])


def test_a_holiday_is_no_market_day(tmp_path: Path) -> None:
    a_share(tmp_path)

    with pytest.raises(MarketDataError, match="no trading day"):
        RecordedMarket(tmp_path, date(2015, 12, 25), ["GOOG"])


def test_a_corrupt_zip_is_named(tmp_path: Path) -> None:
    a_share(tmp_path)
    path = tmp_path / "equity/usa/minute/goog/20151223_trade.zip"
    path.write_bytes(path.read_bytes()[:40])

    with pytest.raises(MarketDataError, match=r"20151223_trade\.zip.*fetch this file again"):
        RecordedMarket(tmp_path, DAY, ["goog"])


def test_a_damaged_byte_inside_a_zip_is_found_before_the_day_begins(tmp_path: Path) -> None:
    a_share(tmp_path)
    path = tmp_path / "equity/usa/minute/goog/20151223_trade.zip"
    with zipfile.ZipFile(path) as archive:
        first = archive.infolist()[0]
    content = bytearray(path.read_bytes())
    content[first.header_offset + 30 + len(first.filename)] ^= 0xFF
    path.write_bytes(content)

    with pytest.raises(MarketDataError, match=r"20151223_trade\.zip.*fetch this file again"):
        RecordedMarket(tmp_path, DAY, ["goog"])


@pytest.mark.parametrize("row", ["36000000,1,2,x,4,5", "36000000,1,2,3", ",1,2,3,4,5"])
def test_a_broken_row_is_named(tmp_path: Path, row: str) -> None:
    a_share(tmp_path)
    equity(tmp_path, "trade", [row])

    with pytest.raises(MarketDataError, match=r"20151223_trade\.zip"):
        RecordedMarket(tmp_path, DAY, ["goog"])


def test_times_that_go_back_are_named(tmp_path: Path) -> None:
    a_share(tmp_path)
    flat = ("100", "100", "100", "100")
    equity(tmp_path, "trade", [trade_row("10:00:00", flat), trade_row("09:59:00", flat)])

    with pytest.raises(MarketDataError, match="line 2"):
        RecordedMarket(tmp_path, DAY, ["goog"])


def test_a_zip_of_a_share_with_two_members_is_refused(tmp_path: Path) -> None:
    a_share(tmp_path)
    write_zip(tmp_path / "equity/usa/minute/goog/20151223_trade.zip", {"a.csv": [], "b.csv": []})

    with pytest.raises(MarketDataError, match="2 members instead of 1"):
        RecordedMarket(tmp_path, DAY, ["goog"])
