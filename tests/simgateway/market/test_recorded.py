from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from simgateway.market.base import Instrument, Quote
from simgateway.market.grids import CENTS_RULE, NICKEL_RULE, PENNY_RULE
from simgateway.market.recorded import RecordedMarket
from tests.simgateway.market.lean_builder import (
    DAY,
    EXPIRY,
    NONE,
    OpenHighLowClose,
    a_share,
    at,
    equity,
    options,
    quote_row,
    trade_row,
)

FLAT_BID: OpenHighLowClose = ("1.00", "1.00", "1.00", "1.00")
FLAT_ASK: OpenHighLowClose = ("1.20", "1.20", "1.20", "1.20")


def a_market(root: Path) -> RecordedMarket:
    return RecordedMarket(root, DAY, ["goog"])


def the_stock(market: RecordedMarket) -> Instrument:
    stock = market.stock("GOOG")
    assert stock is not None
    return stock


def the_call(market: RecordedMarket) -> Instrument:
    (call,) = market.listed("GOOG", None, "C", Decimal(100))
    return call


def sides(quote: Quote) -> tuple[str, str]:
    return str(quote.bid), str(quote.ask)


def test_a_minute_is_stepped_through_from_its_open_over_its_ends_to_its_close(tmp_path: Path) -> None:
    row = quote_row("10:00:00", ("1.00", "1.30", "0.90", "1.10"), ("1.20", "1.40", "1.15", "1.25"))
    options(a_share(tmp_path), "quote", {("call", "100"): [row]})
    market = a_market(tmp_path)

    seen = [sides(market.quote(the_call(market), at(f"10:00:{second}"))) for second in ("00", "15", "30", "45", "59")]

    rising = [("1.00", "1.20"), ("0.90", "1.15"), ("1.30", "1.40"), ("1.10", "1.25"), ("1.10", "1.25")]
    assert seen == rising


def test_a_minute_that_fell_shows_its_high_first(tmp_path: Path) -> None:
    row = quote_row("10:00:00", ("1.10", "1.30", "0.90", "1.00"), ("1.25", "1.40", "1.05", "1.15"))
    options(a_share(tmp_path), "quote", {("call", "100"): [row]})
    market = a_market(tmp_path)

    seen = [sides(market.quote(the_call(market), at(f"10:00:{second}"))) for second in ("15", "30")]

    assert seen == [("1.30", "1.40"), ("0.90", "1.05")]


def test_a_step_that_would_cross_shows_the_minutes_close(tmp_path: Path) -> None:
    row = quote_row("10:00:00", ("1.30", "1.30", "1.00", "1.00"), ("1.20", "1.40", "1.20", "1.40"))
    options(a_share(tmp_path), "quote", {("call", "100"): [row]})
    market = a_market(tmp_path)

    first = market.quote(the_call(market), at("10:00:00"))

    assert sides(first) == ("1.00", "1.40")


def test_before_the_first_row_there_is_no_quote_and_after_the_last_it_stands(tmp_path: Path) -> None:
    options(a_share(tmp_path), "quote", {("call", "100"): [quote_row("10:00:00", FLAT_BID, FLAT_ASK)]})
    market = a_market(tmp_path)

    before, later = market.quote(the_call(market), at("09:59:59")), market.quote(the_call(market), at("15:00:00"))

    assert (before.bid, before.ask, before.bid_size) == (None, None, 0)
    assert (sides(later), later.bid_size, later.ask_size) == (("1.00", "1.20"), 10, 20)


@pytest.mark.parametrize("missing", [NONE, ("0", "0", "0", "0")])
def test_a_missing_bid_is_missing(tmp_path: Path, missing: OpenHighLowClose) -> None:
    rows = [quote_row("10:00:00", FLAT_BID, FLAT_ASK), quote_row("10:05:00", missing, FLAT_ASK)]
    options(a_share(tmp_path), "quote", {("call", "100"): rows})
    market = a_market(tmp_path)

    quote = market.quote(the_call(market), at("10:05:00"))

    assert (quote.bid, quote.bid_size, str(quote.ask), quote.ask_size) == (None, 0, "1.20", 20)


def test_the_next_change_is_a_real_one(tmp_path: Path) -> None:
    rows = [
        quote_row("10:00:00", FLAT_BID, FLAT_ASK),
        quote_row("10:01:00", FLAT_BID, FLAT_ASK),
        quote_row("10:07:00", FLAT_BID, ("1.20", "1.25", "1.20", "1.25")),
    ]
    options(a_share(tmp_path), "quote", {("call", "100"): rows})
    market = a_market(tmp_path)
    call = the_call(market)

    changes = [market.next_change(call, at(clock)) for clock in ("09:30:00", "10:00:00", "10:07:30", "12:00:00")]

    assert changes == [at("10:00:00"), at("10:07:30"), None, None]


def test_trades_give_last_and_volume_step_by_step(tmp_path: Path) -> None:
    a_share(tmp_path)
    market = a_market(tmp_path)
    stock = the_stock(market)

    seen = [market.quote(stock, at(f"09:30:{second}")) for second in ("00", "15", "30", "45")]

    tape = [(str(row.last), row.volume) for row in seen]
    assert tape == [("100.00", 100), ("99.00", 200), ("101.00", 300), ("100.50", 400)]


def test_bars_come_from_trades_and_a_minute_without_any_has_none(tmp_path: Path) -> None:
    a_share(tmp_path)
    flat = ("100", "100", "100", "100")
    equity(tmp_path, "trade", [trade_row("09:29:00", flat), trade_row("09:30:00", flat), trade_row("09:33:00", flat)])
    market = a_market(tmp_path)
    stock = the_stock(market)

    regular = market.bars(stock, at("16:00:00"), 60, at("04:00:00"), True)  # noqa: FBT003 - the interface's order
    everything = market.bars(stock, at("16:00:00"), 60, at("04:00:00"), False)  # noqa: FBT003 - the interface's order

    assert [row.start for row in regular] == [at("09:30:00"), at("09:33:00")]
    assert [row.start for row in everything] == [at("09:29:00"), at("09:30:00"), at("09:33:00")]


def test_the_forming_bar_shows_only_what_has_happened(tmp_path: Path) -> None:
    market = a_market(a_share(tmp_path))

    (bar,) = market.bars(the_stock(market), at("09:30:20"), 60, at("09:30:00"), True)  # noqa: FBT003 - the interface's order

    assert (bar.open, bar.high, bar.low, bar.close, bar.volume) == (
        Decimal(100),
        Decimal(100),
        Decimal(99),
        Decimal(99),
        200,
    )


def test_a_minute_of_which_every_step_was_seen_is_the_recorded_one(tmp_path: Path) -> None:
    market = a_market(a_share(tmp_path))
    stock = the_stock(market)

    early, late = (
        market.bars(stock, at(clock), 60, at("09:30:00"), True)[0]  # noqa: FBT003 - the interface's order
        for clock in ("09:30:45", "16:00:00")
    )

    assert early == late


def test_longer_bars_begin_with_the_session_and_then_on_the_hour(tmp_path: Path) -> None:
    a_share(tmp_path)
    minutes = ((9, 30), (9, 59), (10, 0), (10, 59), (11, 0))
    rows = [trade_row(f"{hour:02d}:{minute:02d}:00", ("100", str(100 + hour), "99", "100")) for hour, minute in minutes]
    equity(tmp_path, "trade", rows)
    market = a_market(tmp_path)

    bars = market.bars(the_stock(market), at("16:00:00"), 3600, at("09:30:00"), True)  # noqa: FBT003 - the interface's order

    assert [(row.start, row.volume, row.high) for row in bars] == [
        (at("09:30:00"), 200, Decimal(109)),
        (at("10:00:00"), 200, Decimal(110)),
        (at("11:00:00"), 100, Decimal(111)),
    ]


def test_history_is_what_the_folder_has(tmp_path: Path) -> None:
    a_share(tmp_path)
    before = date(2015, 12, 22)
    equity(tmp_path, "trade", [trade_row("15:59:00", ("98", "98", "98", "98"))], day=before)
    market = a_market(tmp_path)
    stock = the_stock(market)

    bars = market.bars(stock, at("09:31:00"), 60, at("09:30:00") - timedelta(days=9), True)  # noqa: FBT003 - the interface's order

    assert [row.start for row in bars] == [at("15:59:00", before), at("09:30:00")]
    assert market.quote(stock, at("09:30:00")).close == Decimal(98)
    assert (market.settle_price("GOOG", before), market.settle_price("GOOG", date(2015, 12, 21))) == (Decimal(98), None)


def test_a_day_without_a_recording_has_no_quotes(tmp_path: Path) -> None:
    market = a_market(a_share(tmp_path))
    monday = date(2015, 12, 28)

    quote = market.quote(the_stock(market), at("10:00:00", monday))

    assert (quote.bid, quote.ask, quote.last) == (None, None, None)
    assert market.next_change(the_stock(market), at("10:00:00", monday)) is None


def test_strikes_expiries_and_rights_are_in_the_names(tmp_path: Path) -> None:
    contracts = {
        (right, strike): [quote_row("10:00:00", FLAT_BID, FLAT_ASK)]
        for right in ("call", "put")
        for strike in ("57.5", "100")
    }
    options(a_share(tmp_path), "quote", contracts, expiry=EXPIRY)
    market = a_market(tmp_path)

    puts = market.listed("GOOG", EXPIRY, "P", None)

    assert (market.expiries("GOOG"), market.strikes("GOOG")) == ((EXPIRY,), (Decimal("57.5"), Decimal(100)))
    assert [(row.right, row.strike) for row in puts] == [("P", Decimal("57.5")), ("P", Decimal(100))]
    assert puts[0].local_symbol == "GOOG  151231P00057500"
    assert all(market.by_con_id(row.con_id) == row for row in puts)


def test_open_interest_is_the_evenings_before(tmp_path: Path) -> None:
    options(a_share(tmp_path), "quote", {("call", "100"): [quote_row("10:00:00", FLAT_BID, FLAT_ASK)]})
    options(tmp_path, "openinterest", {("call", "100"): ["23520000,4711"]})
    market = a_market(tmp_path)

    quote = market.quote(the_call(market), at("10:00:00"))

    assert quote.open_interest == 4711


@pytest.mark.parametrize(
    ("price", "rule_id"), [("2.95", NICKEL_RULE), ("2.96", PENNY_RULE), ("3.15", PENNY_RULE), ("3.16", CENTS_RULE)]
)
def test_the_grid_is_the_coarsest_the_prices_lie_on(tmp_path: Path, price: str, rule_id: int) -> None:
    row = quote_row("10:00:00", (price,) * 4, ("9.00",) * 4)
    options(a_share(tmp_path), "quote", {("call", "100"): [row]})

    market = a_market(tmp_path)

    assert the_call(market).market_rule_id == rule_id


def test_a_share_without_options_has_an_empty_chain(tmp_path: Path) -> None:
    market = a_market(a_share(tmp_path))

    chain = market.expiries("GOOG"), market.strikes("GOOG"), market.listed("GOOG", None, "", None)

    assert chain == ((), (), ())


def test_only_the_members_that_are_asked_for_are_read(tmp_path: Path) -> None:
    contracts = {("call", "100"): [quote_row("10:00:00", FLAT_BID, FLAT_ASK)]}
    options(a_share(tmp_path), "quote", contracts)
    options(tmp_path, "trade", {("call", "100"): [trade_row("10:00:00", FLAT_BID)], ("put", "100"): ["broken"]})

    market = a_market(tmp_path)

    assert market.quote(the_call(market), at("10:00:45")).volume == 100
