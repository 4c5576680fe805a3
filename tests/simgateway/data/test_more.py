"""Bars and ticks as they come, past ticks, computations, and what is not simulated."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from simgateway.config import DataRight
from simgateway.data.unserved import REFUSALS
from simgateway.market.base import Print
from simgateway.protocol.wire import Fields
from tests.simgateway.data.asking import NOBODY, STOCK, option
from tests.simgateway.fake_market import CALL_ID, CLOSE, STOCK_ID, a_quote
from tests.simgateway.rig import NOON, Rig

_START = int(NOON.timestamp())


def _ask(rig: Rig, *request: object, seconds: float = 3.0) -> list[Fields]:
    rig.wait()
    rig.client.send(*request)
    return rig.wait(seconds)


def _live(req_id: int, what: str = "TRADES", seconds: int = 5, contract: tuple[object, ...] = STOCK) -> tuple[Any, ...]:
    return (50, 3, req_id, *contract, seconds, what, 1, "")


def _past(req_id: int, what: str = "TRADES", start: str = "", end: str = "", count: int = 10) -> tuple[Any, ...]:
    return (96, req_id, *STOCK, 0, start, end, count, what, 1, 0, "")


def _each(
    req_id: int, kind: str, past: int = 0, contract: tuple[object, ...] = STOCK, ignore: int = 0
) -> tuple[Any, ...]:
    return (97, req_id, *contract, kind, past, ignore)


def _print(seconds: float, price: str, size: int) -> Print:
    return Print(NOON + timedelta(seconds=seconds), Decimal(price), size)


def test_a_real_time_bar_comes_every_five_seconds_with_the_trades_of_them() -> None:
    rig = Rig()
    rig.market.trades = [_print(5, "2.00", 10), _print(7, "2.60", 30), _print(9, "2.40", 20)]

    frames = _ask(rig, *_live(7), seconds=12)

    assert frames == [
        ("50", "3", "7", str(_START), "1.05", "1.05", "1.05", "1.05", "0", "1.05", "0"),
        ("50", "3", "7", str(_START + 5), "2", "2.6", "2", "2.4", "60", "2.4333", "3"),
        ("50", "3", "7", str(_START + 10), "1.05", "1.05", "1.05", "1.05", "0", "1.05", "0"),
    ]


def test_real_time_bars_of_quotes_follow_the_book() -> None:
    rig = Rig()
    rig.market.book = [(NOON + timedelta(seconds=7), a_quote("1.50", "1.70"))]

    frames = _ask(rig, *_live(7, "MIDPOINT"), seconds=8)

    assert frames[1][3:8] == (str(_START + 5), "1.05", "1.6", "1.05", "1.6")
    assert frames[1][8:] == ("-1", "-1", "-1")


def test_real_time_bars_rest_outside_the_session_and_stop_when_cancelled() -> None:
    rig = Rig(start=CLOSE - timedelta(seconds=20))
    before = _ask(rig, *_live(7), seconds=60)
    rig.client.send(51, 1, 7)
    rig.client.send(51, 1, 7)

    after = rig.wait(60)

    assert int(before[-1][3]) == int(CLOSE.timestamp()) - 5
    assert rig.errors(after) == [("7", "300")]
    assert rig.gateway._more_data._live_bars._timer is None


@pytest.mark.parametrize(
    ("settings", "request_", "code"),
    [
        ({}, _live(7, seconds=30), "321"),
        ({}, _live(7, "BID_ASK"), "321"),
        ({}, _live(7, contract=NOBODY), "200"),
        ({"data_rights": (("STK", DataRight.DELAYED),)}, _live(7), "420"),
        ({"market_lines": 0}, _live(7), "101"),
        ({}, _past(7, "ADJUSTED_LAST", end="20251112-16:00:00"), "321"),
        ({}, _past(7), "321"),
        ({}, _past(7, end="20251112-16:00:00", count=1001), "321"),
        ({}, _past(7, end="tomorrow"), "10314"),
        ({"data_rights": (("STK", DataRight.NONE),)}, _past(7, end="20251112-16:00:00"), "10187"),
        ({}, _each(7, "Every"), "321"),
        ({}, _each(7, "Last", contract=option(CALL_ID)), "10189"),
        ({"tick_by_tick_lines": 0}, _each(7, "Last"), "10190"),
        ({"data_rights": (("STK", DataRight.DELAYED),)}, _each(7, "Last"), "10189"),
        ({}, (98, 7), "300"),
    ],
)
def test_what_ib_refuses_is_refused(settings: dict[str, Any], request_: tuple[Any, ...], code: str) -> None:
    rig = Rig(**settings)

    assert rig.errors(_ask(rig, *request_)) == [("7", code)]


def test_more_than_sixty_real_time_bars_in_ten_minutes_are_a_pacing_violation() -> None:
    rig = Rig()
    for number in range(61):
        rig.client.send(*_live(number))
        rig.client.send(51, 1, number)
        rig.clock.advance(1)

    assert rig.errors(rig.wait()) == [("60", "420"), ("60", "300")]


def test_past_trades_from_a_start_are_the_oldest_and_before_an_end_the_newest() -> None:
    rig = Rig()
    rig.market.trades = [_print(-30 + 5 * number, f"{number + 1}.00", number) for number in range(5)]

    (from_start,) = _ask(rig, *_past(7, start=_text(-30), count=2))
    (to_end,) = _ask(rig, *_past(8, end=_text(-5), count=2))

    first, second = str(_START - 30), str(_START - 25)
    assert from_start[:3] == ("98", "7", "2")
    assert from_start[3:] == (first, "0", "1", "0", "ISLAND", "", second, "0", "2", "1", "ISLAND", "", "1")
    assert [to_end[3], to_end[9]] == [str(_START - 15), str(_START - 10)]


def _text(seconds: int) -> str:
    at: datetime = NOON + timedelta(seconds=seconds)
    return f"{at:%Y%m%d-%H:%M:%S}"


def test_past_quotes_and_midpoints_have_their_own_messages() -> None:
    rig = Rig()
    rig.market.book = [(NOON - timedelta(seconds=9), a_quote("1.50", "1.70", 4))]

    (both,) = _ask(rig, *_past(7, "BID_ASK", end=_text(0)))
    (middle,) = _ask(rig, *_past(8, "MIDPOINT", end=_text(0)))

    assert both == ("97", "7", "1", str(_START - 9), "0", "1.5", "1.7", "4", "4", "1")
    assert middle == ("96", "8", "1", str(_START - 9), "0", "1.6", "0", "1")


def test_every_trade_is_told_as_it_comes_after_the_past_ones() -> None:
    rig = Rig()
    rig.market.trades = [_print(-30, "2.00", 3)]
    (past,) = _ask(rig, *_each(7, "AllLast", past=5))
    rig.market.trade(STOCK_ID, "1.06", 40)

    (told,) = rig.wait()

    assert past[:3] == ("98", "7", "1")
    assert (told[:3], told[4:]) == (("99", "7", "2"), ("1.06", "40", "0", "ISLAND", ""))


def test_every_quote_and_midpoint_is_told_as_it_changes() -> None:
    rig = Rig()
    for number, kind in ((7, "BidAsk"), (8, "MidPoint"), (9, "Last")):
        rig.client.send(*_each(number, kind))
    rig.wait()

    prices = rig.quote("1.50", "1.70", 4, con_id=STOCK_ID)
    sizes = rig.quote("1.50", "1.70", 9, con_id=STOCK_ID)

    assert [(*row[:3], *row[4:]) for row in prices] == [
        ("99", "7", "3", "1.5", "1.7", "4", "4", "0"),
        ("99", "8", "4", "1.6"),
    ]
    assert [row[1] for row in sizes] == ["7"]


def test_a_cancelled_tick_by_tick_request_is_silent_and_watches_nothing() -> None:
    rig = Rig()
    _ask(rig, *_each(7, "BidAsk"))
    rig.client.send(98, 7)

    assert rig.quote("1.50", "1.70", con_id=STOCK_ID) == []
    assert rig.gateway._pulse.watched == 0


def test_volatility_and_price_of_an_option_are_each_others_inverse() -> None:
    rig = Rig()

    (priced,) = _ask(rig, 55, 3, 7, *option(CALL_ID), "0.25", "100", 0, "")
    (implied,) = _ask(rig, 54, 3, 8, *option(CALL_ID), priced[6], "100", 0, "")

    assert (priced[:3], implied[:3]) == (("21", "7", "53"), ("21", "8", "53"))
    assert abs(float(implied[4]) - 0.25) < 0.001


def test_smart_components_and_depth_exchanges_are_listed() -> None:
    rig = Rig()

    (components,) = _ask(rig, 83, 7, "9c0001")
    (exchanges,) = _ask(rig, 82)

    assert components[:6] == ("82", "7", "6", "0", "AMEX", "A")
    assert exchanges[:7] == ("80", "6", "AMEX", "STK", "", "Deep", "2147483647")


@pytest.mark.parametrize(("message", "place", "code"), [(key, row[0], row[1]) for key, row in REFUSALS.items()])
def test_what_is_not_simulated_has_an_error_of_its_own(message: str, place: int, code: int) -> None:
    fields = [message, "1", "1", "7"]
    fields[place] = "7" if place else message

    (error,) = _ask(Rig(), *fields)

    assert (error[0], error[2], error[3]) == ("4", "7" if place else "-1", str(code))


@pytest.mark.parametrize(
    ("request_", "answer"), [((85,), ("85", "0")), ((79, 7), ("77", "7", "0")), ((104, 7), ("107", "7", ""))]
)
def test_lists_that_are_empty_here_are_sent_empty(request_: tuple[object, ...], answer: Fields) -> None:
    assert _ask(Rig(), *request_) == [answer]
