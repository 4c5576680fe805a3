from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from simgateway.market.base import Instrument, MarketDataError
from simgateway.market.csv_market import CsvMarket
from simgateway.market.hours import at_new_york

DAY = date(2025, 11, 12)
SHARE = "time,open,high,low,close,volume\n"
MINUTES = """2025-11-12T09:30:00-05:00,100,101,99,100.5,1200
2025-11-12T14:31:00Z,100.5,100.6,100.4,100.5,600
2025-11-12 09:33,100.7,100.8,100.6,100.8,240
"""
OPTIONS = """expiry,strike,right,time,bid,ask,bid_size,last,volume
2025-11-14,100,C,2025-11-12T09:30:00,1.10,1.20,7,,
2025-11-14,100,C,2025-11-12T09:31:30,,1.30,,1.25,40
2025-11-14,105,p,2025-11-12T09:30:00,4.9,5.1,,,
"""


def at(clock: str) -> datetime:
    return at_new_york(DAY, time.fromisoformat(clock))


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name.replace('__', '-')}.csv").write_text(text, encoding="utf-8")
    return folder


def a_market(folder: Path, **options: bool) -> tuple[CsvMarket, Instrument]:
    market = CsvMarket(folder, DAY, ["abc"], **options)
    stock = market.stock("ABC")
    assert stock is not None
    return market, stock


def test_minutes_come_back_as_they_were_whatever_zone_they_were_written_in(tmp_path: Path) -> None:
    market, stock = a_market(write(tmp_path, ABC=SHARE + MINUTES))

    bars = market.bars(stock, at("16:00"), 60, at("09:30"), regular_only=True)

    assert [(bar.start, bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in bars] == [
        (at("09:30"), Decimal(100), Decimal(101), Decimal(99), Decimal("100.5"), 1200),
        (at("09:31"), Decimal("100.5"), Decimal("100.6"), Decimal("100.4"), Decimal("100.5"), 600),
        (at("09:33"), Decimal("100.7"), Decimal("100.8"), Decimal("100.6"), Decimal("100.8"), 240),
    ]
    assert market.settle_price("ABC", DAY) == Decimal("100.8")
    assert market.first_data(stock) == at("09:30")


def test_a_share_walks_through_its_minute_and_is_quoted_around_its_path(tmp_path: Path) -> None:
    market, stock = a_market(write(tmp_path, ABC=SHARE + MINUTES))

    quotes = [market.quote(stock, at("09:30") + timedelta(seconds=second)) for second in range(0, 60, 5)]

    lasts = [quote.last for quote in quotes if quote.last is not None]
    assert (lasts[0], max(lasts), min(lasts), lasts[-1]) == (
        Decimal(100),
        Decimal(101),
        Decimal(99),
        Decimal("100.5"),
    )
    assert all(quote.bid is not None and quote.ask is not None and quote.bid < quote.ask for quote in quotes)
    assert quotes[-1].volume == 1200


def test_a_minute_that_is_missing_has_no_trades_and_keeps_the_last_price(tmp_path: Path) -> None:
    market, stock = a_market(write(tmp_path, ABC=SHARE + MINUTES))

    quote = market.quote(stock, at("09:32:30"))

    assert (quote.last, quote.volume) == (Decimal("100.5"), 1800)
    assert market.prints(stock, at("09:32"), at("09:33"), 9) == []


def test_recorded_quotes_go_before_made_up_ones(tmp_path: Path) -> None:
    rows = "09:30,100,101,99,100.5,1200,99.9,100.7,300,500\n09:31,100.5,100.6,100.4,100.5,600,100.4,,200,\n"
    write(tmp_path, ABC_2025__11__12="time,open,high,low,close,volume,bid,ask,bid_size,ask_size\n" + rows)
    market, stock = a_market(tmp_path)

    first, second = market.quote(stock, at("09:30:17")), market.quote(stock, at("09:31:20"))

    assert (first.bid, first.ask, first.bid_size, first.ask_size) == (Decimal("99.9"), Decimal("100.7"), 300, 500)
    assert (second.bid, second.ask, second.ask_size) == (Decimal("100.4"), None, 0)
    asks = market.bars(stock, at("09:32"), 60, at("09:30"), regular_only=True, what="ASK")
    assert [(bar.start, bar.close) for bar in asks] == [(at("09:30"), Decimal("100.7"))]


def test_options_of_a_file_are_those_that_are_in_it(tmp_path: Path) -> None:
    market, _ = a_market(write(tmp_path, ABC=SHARE + MINUTES, ABC_options=OPTIONS))
    call, put = market.listed("ABC", None, "", None)

    quotes = [market.quote(call, at(clock)) for clock in ("09:29:59", "09:30", "09:31:30")]

    assert (call.right, put.right, put.strike) == ("C", "P", Decimal(105))
    assert (market.expiries("ABC"), market.strikes("ABC")) == ((date(2025, 11, 14),), (Decimal(100), Decimal(105)))
    assert [(row.bid, row.ask, row.bid_size, row.last, row.volume) for row in quotes] == [
        (None, None, 0, None, 0),
        (Decimal("1.10"), Decimal("1.20"), 7, None, 0),
        (None, Decimal("1.30"), 0, Decimal("1.25"), 40),
    ]
    assert market.by_con_id(call.con_id) == call
    assert [(row.price, row.size) for row in market.prints(call, at("09:30"), at("16:00"), 9)] == [
        (Decimal("1.25"), 40)
    ]
    bids = market.bars(call, at("09:33"), 60, at("09:30"), regular_only=True, what="BID")
    assert [bar.start for bar in bids] == [at("09:30"), at("09:31")]


def test_without_a_file_of_options_there_is_a_chain_priced_around_the_share(tmp_path: Path) -> None:
    write(tmp_path, ABC=SHARE + MINUTES)
    market, stock = a_market(tmp_path)
    bare, _ = a_market(tmp_path, priced_options=False)

    chain = market.listed("ABC", market.expiries("ABC")[0], "C", None)
    quotes = [market.quote(row, at("09:31:02")) for row in chain]

    assert min(row.strike or 0 for row in chain) < 100 < max(row.strike or 0 for row in chain)
    asks = [quote.ask for quote in quotes if quote.ask is not None]
    assert asks == sorted(asks, reverse=True)
    assert market.quote(stock, at("09:31:02")).last is not None
    assert bare.expiries("ABC") == bare.strikes("ABC") == bare.listed("ABC", None, "", None) == ()
    assert bare.by_con_id(chain[0].con_id) is None


def test_other_days_in_the_folder_are_history(tmp_path: Path) -> None:
    write(tmp_path, ABC=SHARE + MINUTES, ABC_2025__11__11=SHARE + "09:30,90,91,89,90,500\n")
    market, stock = a_market(tmp_path)

    days = market.bars(stock, at("16:00"), 86_400, at("09:30") - timedelta(days=30), regular_only=True)

    assert [bar.close for bar in days] == [Decimal(90), Decimal("100.8")]
    assert market.quote(stock, at("09:30")).close == Decimal(90)


GOOD = "09:30,100,101,99,100.5,1200"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1: no column time"),
        ("time,open,high,low,close,volume,vwap\n", "line 1: column 'vwap' is unknown"),
        (f"{SHARE}{GOOD},7\n", "line 2: 7 fields instead of 6"),
        (f"{SHARE}soon,100,101,99,100.5,1200\n", "line 2: 'soon' is no time"),
        (f"{SHARE}09:30:10,100,101,99,100.5,1200\n", "line 2: its time is no whole minute"),
        (f"{SHARE}{GOOD}\n{GOOD}\n", "line 3: its time is not after the line before"),
        (f"{SHARE}09:30,100,101,99,nan,1200\n", "line 2: close 'nan' is no price"),
        (f"{SHARE}09:30,-1,101,99,100,1200\n", "line 2: open '-1' is no price"),
        (f"{SHARE}09:30,100,101,99,100.00005,1200\n", "line 2: close '100.00005' is no price"),
        (f"{SHARE}09:30,100,101,99,102,1200\n", "line 2: open and close do not lie between low and high"),
        (f"{SHARE}09:30,100,101,99,100,many\n", "line 2: volume 'many' is no whole number"),
        (f"{SHARE}2025-11-13 09:30,100,101,99,100,1\n", "has a row of another day"),
        (f"{SHARE}08:30,100,101,99,100,1\n", "ABC has no minute between open and close"),
        (SHARE, "no minutes of ABC on 2025-11-12"),
    ],
)
def test_a_mistake_in_a_shares_file_is_named_by_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    write(tmp_path, ABC_2025__11__12=text)

    with pytest.raises(MarketDataError) as caught:
        a_market(tmp_path)

    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("someday,100,C,2025-11-12T09:30:00,1,2", "line 2: expiry 'someday' is no date"),
        ("2025-11-14,100,X,2025-11-12T09:30:00,1,2", "line 2: right 'X' is none"),
        ("2025-11-14,100,C,2025-11-12T09:30:00,2,1", "line 2: the bid is above the ask"),
        ("2025-11-14,0,C,2025-11-12T09:30:00,1,2", "line 2: strike '0' is no price"),
    ],
)
def test_a_mistake_in_a_file_of_options_is_named_by_its_line(tmp_path: Path, row: str, complaint: str) -> None:
    write(tmp_path, ABC=SHARE + MINUTES, ABC_options=f"expiry,strike,right,time,bid,ask\n{row}\n")

    with pytest.raises(MarketDataError, match=complaint):
        a_market(tmp_path)


def test_a_symbol_or_a_day_that_is_not_there_is_refused_with_what_is(tmp_path: Path) -> None:
    write(tmp_path, ABC=SHARE + MINUTES)

    with pytest.raises(MarketDataError, match=r"put them into XYZ\.csv or XYZ_2025-11-12\.csv; its days are: none"):
        CsvMarket(tmp_path, DAY, ["XYZ"])
    with pytest.raises(MarketDataError, match="its days are: 2025-11-12"):
        CsvMarket(tmp_path, date(2025, 11, 13), ["ABC"])
    with pytest.raises(MarketDataError, match="is no trading day"):
        CsvMarket(tmp_path, date(2025, 11, 15), ["ABC"])


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ABC.csv").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(MarketDataError, match="give a CSV file in UTF-8"):
        CsvMarket(tmp_path, DAY, ["ABC"])
