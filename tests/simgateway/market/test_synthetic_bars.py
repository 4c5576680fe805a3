from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from simgateway.market.base import Bar, Instrument, Quote
from simgateway.market.hours import session
from simgateway.market.synthetic import SyntheticMarket

DAY = date(2025, 11, 12)
HOURS = session(DAY)
assert HOURS is not None
OPEN, CLOSE = HOURS
NOW = OPEN + timedelta(hours=2, seconds=37)
PRICE: dict[str, Callable[[Quote], Decimal | None]] = {
    "BID": lambda quote: quote.bid,
    "ASK": lambda quote: quote.ask,
    "MIDPOINT": lambda quote: (quote.bid + quote.ask) / 2 if quote.bid and quote.ask else None,
}


def a_market(character: str = "mixed") -> SyntheticMarket:
    return SyntheticMarket(7, DAY, ("AAPL",), character=character)


def the(market: SyntheticMarket, name: str) -> Instrument:
    if name == "share":
        stock = market.stock("AAPL")
        assert stock is not None
        return stock
    reach = Decimal(0) if name == "option" else Decimal(20)
    expiry = market.expiries("AAPL")[1]
    return min(market.listed("AAPL", expiry, "C", None), key=lambda row: abs((row.strike or reach) - 226 - reach))


def bars(
    market: SyntheticMarket, instrument: Instrument, seconds: int, what: str = "TRADES", end: datetime = NOW
) -> list[Bar]:
    return market.bars(instrument, end, seconds, OPEN, regular_only=True, what=what)


INSTRUMENTS = pytest.mark.parametrize("name", ["share", "option", "far option"])
CHARACTERS = pytest.mark.parametrize("character", ["mixed", "halt", "illiquid"])


@INSTRUMENTS
@CHARACTERS
@pytest.mark.parametrize("what", ["TRADES", "BID", "ASK", "MIDPOINT"])
@pytest.mark.parametrize("seconds", [5, 15])
def test_short_bars_add_up_to_the_minute_they_belong_to(name: str, character: str, what: str, seconds: int) -> None:
    market = a_market(character)
    instrument = the(market, name)

    minutes, parts = (bars(market, instrument, length, what) for length in (60, seconds))

    for minute in minutes:
        inside = [bar for bar in parts if minute.start <= bar.start < minute.start + timedelta(minutes=1)]
        assert (minute.open, minute.close) == (inside[0].open, inside[-1].close)
        assert (minute.high, minute.low) == (max(bar.high for bar in inside), min(bar.low for bar in inside))
        assert minute.volume == sum(bar.volume for bar in inside)
    assert sum(bar.volume for bar in parts) == sum(bar.volume for bar in minutes)


@INSTRUMENTS
@CHARACTERS
@pytest.mark.parametrize("seconds", [1, 60, 300, 3600, 86_400])
def test_the_newest_trade_is_the_forming_bars_close_and_the_days_volume_that_of_its_bars(
    name: str, character: str, seconds: int
) -> None:
    market = a_market(character)
    instrument = the(market, name)

    made, quote = bars(market, instrument, seconds), market.quote(instrument, NOW)

    assert made[-1].close == quote.last
    assert sum(bar.volume for bar in made) == quote.volume


@INSTRUMENTS
@CHARACTERS
@pytest.mark.parametrize("what", ["BID", "ASK", "MIDPOINT"])
def test_bars_of_quotes_hold_every_quote_of_their_time_and_no_other(name: str, character: str, what: str) -> None:
    market = a_market(character)
    instrument = the(market, name)

    for bar in bars(market, instrument, 60, what)[::9]:
        seen = [PRICE[what](market.quote(instrument, bar.start + timedelta(seconds=at))) for at in range(60)]
        prices = [price for price in seen if price is not None]

        assert (bar.open, bar.close) == (prices[0], prices[-1])
        assert (bar.high, bar.low) == (max(prices), min(prices))
        assert (bar.volume, bar.wap) == (0, bar.close)


@INSTRUMENTS
def test_prints_are_the_bars_trades(name: str) -> None:
    market = a_market()
    instrument = the(market, name)

    prints = market.prints(instrument, OPEN, NOW, 100_000)

    made = bars(market, instrument, 3600)
    assert sum(row.size for row in prints) == sum(bar.volume for bar in made)
    assert max(row.price for row in prints) == max(bar.high for bar in made)
    assert prints[-1].price == made[-1].close
    assert market.prints(instrument, None, NOW, 7) == prints[-7:]


@INSTRUMENTS
@pytest.mark.parametrize("what", ["TRADES", "BID"])
def test_bars_are_the_same_in_any_order_of_asking_and_whole_or_in_parts(name: str, what: str) -> None:
    first, second = a_market(), a_market()
    instrument = the(first, name)
    middle = OPEN + timedelta(hours=1, minutes=7)

    whole = bars(first, instrument, 60, what)
    later = second.bars(instrument, NOW, 60, middle, regular_only=True, what=what)
    earlier = second.bars(instrument, middle, 60, OPEN, regular_only=True, what=what)

    assert earlier + later == whole
    assert bars(second, instrument, 60, what) == whole


def test_an_options_history_reaches_back_and_begins_with_its_listing() -> None:
    market = a_market()
    option = the(market, "option")

    days = market.bars(option, OPEN, 86_400, OPEN - timedelta(days=400), regular_only=True)

    assert 30 <= len(days) <= 45
    assert market.first_data(option) <= days[0].start <= market.first_data(option) + timedelta(days=4)


def test_an_options_previous_close_stands_still_all_day_and_belongs_to_the_night_before() -> None:
    market = a_market()
    option = the(market, "option")
    before = session(date(2025, 11, 11))
    assert before is not None

    closes = {market.quote(option, OPEN + timedelta(minutes=minute)).close for minute in range(0, 390, 13)}

    last = market.quote(option, before[1] - timedelta(seconds=1))
    (close,) = closes
    assert last.bid is not None
    assert last.ask is not None
    assert close is not None
    assert last.bid - Decimal("0.10") <= close <= last.ask + Decimal("0.10")


def test_an_options_last_trade_changes_with_its_volume_only() -> None:
    market = a_market()
    option = the(market, "far option")

    quotes = [market.quote(option, OPEN + timedelta(seconds=5 * step)) for step in range(1500)]

    changes = {(quote.volume, quote.last) for quote in quotes}
    assert len(changes) == len({volume for volume, _ in changes}) > 10
