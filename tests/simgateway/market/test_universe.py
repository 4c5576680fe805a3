from datetime import date, timedelta

import pytest

from simgateway.market.hours import session
from simgateway.market.synthetic import SyntheticMarket
from simgateway.market.universe import universe

DAY = date(2025, 11, 12)


def test_a_universe_begins_with_the_known_and_is_the_beginning_of_a_bigger_one() -> None:
    small, big = universe(10), universe(1000)

    assert small[:3] == ("SPY", "QQQ", "IWM")
    assert big[:10] == small
    assert len(set(big)) == 1000
    assert all(symbol.isalpha() and symbol.isupper() and len(symbol) <= 5 for symbol in big)


def test_a_universe_of_nothing_or_too_much_is_refused() -> None:
    for count in (0, 1024):
        with pytest.raises(ValueError, match="a market has 1 to 1023"):
            universe(count)


def test_con_ids_of_a_thousand_symbols_are_all_different_and_found_again() -> None:
    market, fresh = SyntheticMarket(7, DAY, universe(1000)), SyntheticMarket(7, DAY, universe(1000))
    listed = [stock for symbol in market.symbols() if (stock := market.stock(symbol)) is not None]

    for symbol in market.symbols()[::53]:
        listed += market.listed(symbol, None, "", None)

    assert len({row.con_id for row in listed}) == len(listed) > 10_000
    assert max(row.con_id for row in listed) < 2**31
    assert all(fresh.by_con_id(row.con_id) == row for row in listed[::41])


def test_the_biggest_chain_has_39_expiries_and_428_strikes_and_every_contract_its_id() -> None:
    market, fresh = SyntheticMarket(7, DAY, ("SPY",)), SyntheticMarket(7, DAY, ("SPY",))

    listed = market.listed("SPY", None, "", None)

    assert (len(market.expiries("SPY")), len(market.strikes("SPY"))) == (39, 428)
    assert len({row.con_id for row in listed}) == len(listed) > 10_000
    assert all(fresh.by_con_id(row.con_id) == row for row in listed[::7])


def test_nothing_is_made_before_it_is_asked_for() -> None:
    market = SyntheticMarket(7, DAY, universe(1000))
    hours, stock = session(DAY), market.stock("MSFT")
    assert hours is not None
    assert stock is not None

    market.quote(stock, hours[0] + timedelta(hours=1))

    assert market.made == ("MSFT",)
