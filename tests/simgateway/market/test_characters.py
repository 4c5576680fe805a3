from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import mean

import pytest

from simgateway.market.base import Bar, Instrument, Quote
from simgateway.market.characters import Character, characters_of
from simgateway.market.hours import session
from simgateway.market.synthetic import SyntheticMarket

DAY = date(2025, 11, 12)
HOURS = session(DAY)
assert HOURS is not None
OPEN, CLOSE = HOURS
HAPPENS = OPEN + timedelta(hours=1)
SEEDS = (7, 8, 9)


def a_market(character: str, seed: int = 7, happens: datetime | None = None) -> tuple[SyntheticMarket, Instrument]:
    market = SyntheticMarket(seed, DAY, ("SPY", "TSLA"), character=character, happens=happens)
    stock = market.stock("SPY")
    assert stock is not None
    return market, stock


def bars_of(market: SyntheticMarket, stock: Instrument, seconds: int = 60) -> list[Bar]:
    return market.bars(stock, CLOSE, seconds, OPEN, regular_only=True)


def day_range(bars: list[Bar]) -> float:
    return float(max(bar.high for bar in bars) / min(bar.low for bar in bars)) - 1


def moved(first: Decimal | None, second: Decimal | None) -> float:
    assert first is not None
    assert second is not None
    return abs(float(second / first) - 1)


def an_option(market: SyntheticMarket) -> Instrument:
    expiry = market.expiries("SPY")[3]
    return min(market.listed("SPY", expiry, "P", None), key=lambda row: abs((row.strike or Decimal(0)) - 560))


def quotes_of(
    market: SyntheticMarket, instrument: Instrument, first: datetime, minutes: int, seconds: int = 20
) -> Iterator[Quote]:
    for passed in range(0, minutes * 60, seconds):
        yield market.quote(instrument, first + timedelta(seconds=passed))


def spread(quotes: Iterator[Quote]) -> float:
    return mean(float(row.ask - row.bid) for row in quotes if row.ask is not None and row.bid is not None)


def size(quotes: Iterator[Quote]) -> float:
    return mean(row.bid_size for row in quotes)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_calm_day_has_a_fraction_of_the_ordinary_range(seed: int) -> None:
    calm, mixed = (day_range(bars_of(*a_market(name, seed))) for name in ("calm", "mixed"))

    assert calm < 0.005
    assert calm < mixed / 2


@pytest.mark.parametrize("seed", SEEDS)
def test_a_trending_day_goes_one_way_hour_by_hour(seed: int) -> None:
    market, stock = a_market("trending", seed)

    closes = [bar.close for bar in bars_of(market, stock, 3600)]

    assert closes in (sorted(closes), sorted(closes, reverse=True))
    assert abs(closes[-1] / closes[0] - 1) > Decimal("0.012")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_crash_takes_more_than_8_percent_within_the_hour(seed: int) -> None:
    market, stock = a_market("crash", seed)

    before, after = (market.quote(stock, HAPPENS + timedelta(minutes=minutes)).last for minutes in (-1, 50))

    assert before is not None
    assert after is not None
    assert after / before < Decimal("0.92")


@pytest.mark.parametrize("name", ["share", "option"])
def test_in_a_crash_spreads_widen_and_sizes_shrink(name: str) -> None:
    market, stock = a_market("crash")
    instrument = stock if name == "share" else an_option(market)

    calm = list(quotes_of(market, instrument, OPEN, 50)), list(quotes_of(market, instrument, HAPPENS, 40))

    assert spread(iter(calm[1])) > 3 * spread(iter(calm[0]))
    assert size(iter(calm[1])) < size(iter(calm[0])) / 2


def test_in_a_crash_options_cost_more_volatility() -> None:
    crash, mixed = a_market("crash")[0], a_market("mixed")[0]
    at = HAPPENS + timedelta(seconds=5)

    dear, usual = (market.quote(an_option(market), at).ask for market in (crash, mixed))

    assert dear is not None
    assert usual is not None
    assert dear > usual * Decimal("1.3")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_gap_opens_more_than_5_percent_away_from_the_close_before(seed: int) -> None:
    market, stock = a_market("gap", seed)

    first, close = bars_of(market, stock)[0], market.quote(stock, OPEN).close

    assert close is not None
    assert abs(first.open / close - 1) > Decimal("0.05")


def test_a_gap_that_is_to_come_opens_the_next_session() -> None:
    market, stock = a_market("gap", happens=OPEN + timedelta(minutes=5))
    opened = OPEN + timedelta(days=1)

    today, tomorrow = market.quote(stock, OPEN), market.quote(stock, opened)

    assert moved(today.close, today.last) < 0.03
    assert moved(tomorrow.close, tomorrow.last) > 0.05


@pytest.mark.parametrize("name", ["share", "option"])
def test_in_a_halt_nobody_quotes_and_nothing_trades(name: str) -> None:
    market, stock = a_market("halt")
    instrument = stock if name == "share" else an_option(market)
    inside = HAPPENS + timedelta(minutes=4, seconds=2)

    before, quote = market.quote(instrument, HAPPENS - timedelta(seconds=1)), market.quote(instrument, inside)

    assert [market.is_halted(instrument, at) for at in (HAPPENS - timedelta(seconds=1), HAPPENS, inside)] == [0, 1, 1]
    assert (quote.bid, quote.ask, quote.bid_size, quote.ask_size) == (None, None, 0, 0)
    assert (quote.last, quote.volume) == (before.last, before.volume)
    assert market.next_change(instrument, inside) == HAPPENS + timedelta(minutes=10)
    for what in ("TRADES", "BID", "MIDPOINT"):
        bars = market.bars(instrument, HAPPENS + timedelta(minutes=11), 60, HAPPENS, regular_only=True, what=what)
        assert {bar.start for bar in bars} <= {HAPPENS + timedelta(minutes=10)}


@pytest.mark.parametrize("seed", SEEDS)
def test_after_a_halt_it_opens_with_a_jump(seed: int) -> None:
    market, stock = a_market("halt", seed)

    before, after = (market.quote(stock, HAPPENS + timedelta(minutes=10, seconds=late)) for late in (-1, 0))

    assert not market.is_halted(stock, HAPPENS + timedelta(minutes=10))
    assert moved(before.last, after.last) > 0.03
    assert after.bid is not None


def test_an_illiquid_option_has_wide_spreads_missing_sides_and_sizes_of_1_to_3() -> None:
    dry, mixed = a_market("illiquid")[0], a_market("mixed")[0]

    quotes = list(quotes_of(dry, an_option(dry), OPEN, 180))

    assert spread(iter(quotes)) > 3 * spread(quotes_of(mixed, an_option(mixed), OPEN, 60))
    assert {row.bid_size for row in quotes} == {0, 1, 2, 3}
    assert {(row.bid is None, row.ask is None) for row in quotes} >= {(True, False), (False, True), (False, False)}
    assert 0.05 < mean(row.bid is None for row in quotes) < 0.3


def test_an_illiquid_share_goes_for_an_hour_without_a_trade() -> None:
    market, stock = a_market("illiquid")

    minutes = bars_of(market, stock)
    prints = market.prints(stock, OPEN, CLOSE, 10_000)
    pauses = [later.start - earlier.start for earlier, later in pairwise(minutes)]

    assert max(pauses) >= timedelta(hours=1)
    assert sum(bar.volume for bar in minutes) == sum(row.size for row in prints)
    assert {row.bid_size for row in quotes_of(market, stock, OPEN, 180)} == {0, 100, 200, 300}
    assert market.settle_price("SPY", DAY) == minutes[-1].close


def test_a_share_whose_last_trade_is_old_still_shows_it() -> None:
    market, stock = a_market("illiquid")
    minutes = bars_of(market, stock)
    quiet = next(row for row, after in pairwise(minutes) if after.start - row.start > DELAY)

    quote = market.quote(stock, quiet.start + DELAY)

    assert quote.last == quiet.close


DELAY = timedelta(minutes=30)


def test_a_character_may_be_one_symbols_alone() -> None:
    market, crashing = a_market("SPY=crash")
    other = market.stock("TSLA")
    assert other is not None

    moves = [day_range(bars_of(market, stock)) for stock in (crashing, other)]
    usual = a_market("mixed")[0]

    assert moves[0] > 0.08
    assert bars_of(market, other) == bars_of(usual, other)


def test_characters_are_read_from_text() -> None:
    read = characters_of("calm, SPY=crash", ("SPY", "TSLA"))

    assert read == {"SPY": Character.CRASH, "TSLA": Character.CALM}


@pytest.mark.parametrize(
    ("text", "complaint"), [("wild", "'wild' is no character"), ("AMD=calm", "AMD has a character, but")]
)
def test_what_is_no_character_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        characters_of(text, ("SPY", "TSLA"))


def test_history_before_a_crash_is_that_of_an_ordinary_share() -> None:
    crash, mixed = a_market("crash"), a_market("mixed")
    before = datetime(2025, 10, 1, tzinfo=UTC)

    bars = [market.bars(stock, OPEN, 3600, before, regular_only=True) for market, stock in (crash, mixed)]

    assert bars[0] == bars[1] != []
