"""What fills and at which price: queues, trades, sizes, time."""

from dataclasses import replace
from decimal import Decimal

import pytest

from simgateway.protocol.wire import Fields
from tests.simgateway.fake_market import CALL_ID, STOCK_ID
from tests.simgateway.rig import Rig


def _trade(rig: Rig, last: str, size: int, **quote: object) -> list[Fields]:
    """Let others trade; return what the client got."""
    before = rig.market.shown.get(CALL_ID, rig.market.default)
    rig.market.shown[CALL_ID] = replace(before, last=Decimal(last), volume=before.volume + size, **quote)  # type: ignore[arg-type]  # fields by name
    return rig.wait()


def _fills(frames: list[Fields]) -> list[tuple[str, str]]:
    return [(row[19], row[20]) for row in frames if row[0] == "11"]


def _rest(rig: Rig, limit: str, quantity: int = 2, order_id: int = 1) -> None:
    rig.client.order(order_id, "BUY", quantity, "LMT", lmt=limit)
    rig.wait()


def test_an_order_that_joins_the_best_price_waits_behind_the_size_shown() -> None:
    rig = Rig()
    _rest(rig, "1.00")

    first = _trade(rig, "1.00", 9)
    second = _trade(rig, "1.00", 2)
    third = _trade(rig, "1.00", 5)

    assert (_fills(first), _fills(second), _fills(third)) == ([], [("1", "1")], [("1", "1")])


def test_an_order_that_improves_the_market_stands_first() -> None:
    rig = Rig()
    _rest(rig, "1.05")

    assert _fills(_trade(rig, "1.05", 2)) == [("2", "1.05")]


def test_trades_above_a_buy_do_not_fill_it() -> None:
    rig = Rig()
    _rest(rig, "1.05")

    assert _fills(_trade(rig, "1.06", 100)) == []


def test_an_order_behind_the_best_learns_its_place_when_the_market_comes() -> None:
    rig = Rig()
    _rest(rig, "0.90")

    early = _trade(rig, "0.90", 50)
    come = _trade(rig, "1.00", 0, bid=Decimal("0.90"), bid_size=4, ask=Decimal("0.95"))
    eaten = _trade(rig, "0.90", 4)
    filled = _trade(rig, "0.90", 2)

    assert [_fills(frames) for frames in (early, come, eaten, filled)] == [[], [], [], [("2", "0.9")]]


def test_a_trade_through_the_price_fills_an_order_that_never_was_the_best() -> None:
    rig = Rig()
    _rest(rig, "0.90")

    assert _fills(_trade(rig, "0.85", 1)) == [("1", "0.9")]


def test_who_leaves_the_queue_is_seen_by_its_size() -> None:
    rig = Rig()
    _rest(rig, "1.00")

    _trade(rig, "1.05", 0, bid_size=1)

    assert _fills(_trade(rig, "1.00", 2)) == [("1", "1")]


def test_two_orders_share_what_is_traded_the_better_price_first() -> None:
    rig = Rig()
    _rest(rig, "1.02", order_id=1)
    _rest(rig, "1.04", order_id=2)

    frames = _trade(rig, "1.01", 3)

    assert [(row[2], row[19], row[20]) for row in frames if row[0] == "11"] == [("2", "2", "1.04"), ("1", "1", "1.02")]


def test_a_resting_order_never_gets_better_than_its_limit() -> None:
    rig = Rig()
    _rest(rig, "1.05")

    assert _fills(rig.quote("0.80", "0.90")) == [("2", "1.05")]


def test_an_offer_at_the_limit_serves_those_before_it_first() -> None:
    rig = Rig()
    _rest(rig, "1.00")

    met = _trade(rig, "1.05", 0, bid=Decimal("0.99"), ask=Decimal("1.00"), ask_size=11)

    assert _fills(met) == [("1", "1")]


def test_an_arriving_order_gets_the_quote() -> None:
    rig = Rig()

    rig.client.order(1, "BUY", 1, "LMT", lmt="1.50")

    assert _fills(rig.wait()) == [("1", "1.1")]


def test_what_is_left_of_an_arriving_order_gets_the_quote_as_long_as_the_market_stays() -> None:
    rig = Rig()
    rig.market.show(CALL_ID, "1.00", "1.10", 2)
    rig.client.order(1, "BUY", 5, "LMT", lmt="1.50")
    rig.wait()

    stayed = rig.quote("1.00", "1.20", 2)
    gone = rig.quote("1.50", "1.60", 2)
    came_back = rig.quote("1.00", "1.10", 2)

    assert [_fills(frames) for frames in (stayed, gone, came_back)] == [[("2", "1.2")], [], [("1", "1.5")]]


def test_a_resting_fill_adds_liquidity_and_an_arriving_one_takes_it() -> None:
    rig = Rig()
    rig.client.order(1, "BUY", 1, "MKT")
    taken = rig.wait()
    _rest(rig, "1.05", 1, order_id=2)

    added = rig.quote("1.00", "1.04")

    assert [row[30] for row in taken + added if row[0] == "11"] == ["2", "1"]


def test_a_queue_at_a_quote_that_never_changes_is_eaten_in_time() -> None:
    rig = Rig()
    _rest(rig, "1.00")
    _trade(rig, "1.05", 0, bid=Decimal("0.99"), ask=Decimal("1.00"), ask_size=6)

    frames = rig.wait(130)

    assert _fills(frames) == [("2", "1")]


def test_a_market_order_waits_for_somebody_to_quote() -> None:
    rig = Rig()
    rig.market.show(CALL_ID, None, None)
    rig.client.order(1, "BUY", 1, "MKT")
    waiting = rig.wait(120)

    frames = rig.quote("1.00", "1.10")

    assert (_fills(waiting), rig.statuses(waiting, 1)[-1]) == ([], "Submitted")
    assert _fills(frames) == [("1", "1.1")]


def test_an_all_or_none_order_fills_at_one_stroke_or_not_at_all() -> None:
    rig = Rig()
    rig.market.show(CALL_ID, "1.00", "1.10", 3)
    rig.client.order(1, "BUY", 5, "LMT", lmt="1.10", aon=1)
    small = rig.wait(130)

    big = rig.quote("1.00", "1.10", 5)

    assert (_fills(small), _fills(big)) == ([], [("5", "1.1")])


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_chance_can_leave_less_of_a_quote_than_it_shows(chance: float) -> None:
    rig = Rig(partial_fill_probability=chance)

    rig.client.order(1, "BUY", 5, "MKT")

    ((shares, _),) = _fills(rig.wait())
    assert (int(shares) < 5) == (chance == 1.0)


def test_a_changed_price_gives_up_the_place_in_the_queue_but_a_smaller_size_keeps_it() -> None:
    rig = Rig()
    _rest(rig, "1.00", 4)
    _trade(rig, "1.00", 8)

    rig.client.order(1, "BUY", 2, "LMT", lmt="1.00")
    rig.wait()
    kept = _trade(rig, "1.00", 3)
    rig.client.order(1, "BUY", 3, "LMT", lmt="0.99")
    rig.client.order(1, "BUY", 3, "LMT", lmt="1.00")
    rig.wait()
    lost = _trade(rig, "1.00", 9)

    assert (_fills(kept), _fills(lost)) == ([("1", "1")], [])


def test_shares_are_sold_short_in_a_margin_account_and_not_in_a_cash_account() -> None:
    rigs = (Rig(), Rig(cash_account=True))

    for rig in rigs:
        rig.market.show(STOCK_ID, "100.00", "100.02", 500)
        rig.client.order(1, "SELL", 100, "MKT", con_id=STOCK_ID)

    frames = [rig.wait() for rig in rigs]
    assert [_fills(rows) for rows in frames] == [[("100", "100")], []]
    assert rigs[1].errors(frames[1]) == [("1", "201")]
