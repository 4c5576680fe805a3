"""Quotes over the wire: extra ticks, greeks, delayed and frozen data, rights, limits."""

from datetime import timedelta
from typing import Any

import pytest

from simgateway.config import DataRight
from simgateway.protocol.wire import Fields
from tests.simgateway.data.asking import STOCK, bars, option, quotes
from tests.simgateway.fake_market import CALL_ID, CLOSE, PUT_ID, STOCK_ID
from tests.simgateway.rig import Rig

_CALL = option(CALL_ID)


def _ask(rig: Rig, *request: object, seconds: float = 3.0) -> list[Fields]:
    rig.wait()
    rig.client.send(*request)
    return rig.wait(seconds)


def _ticks(frames: list[Fields]) -> dict[str, str]:
    return {row[3]: row[4] for row in frames if row[0] in {"1", "2", "45", "46"}}


def _sort(frames: list[Fields]) -> str:
    return next(row[3] for row in frames if row[0] == "58")


def test_a_stream_of_a_share_begins_with_the_day_and_where_its_quotes_come_from() -> None:
    frames = _ask(Rig(), *quotes(7))

    ticks = _ticks(frames)
    assert (ticks["6"], ticks["7"], ticks["14"], ticks["49"]) == ("101", "99", "100", "0")
    assert ticks["32"] == ticks["33"] == "ABQNPX"
    assert {"0", "1", "2", "3", "4", "5", "8", "9", "45"} <= ticks.keys()


def test_a_trade_is_told_with_its_time_and_size() -> None:
    rig = Rig()
    _ask(rig, *quotes(7))
    rig.market.trade(STOCK_ID, "1.06", 40)

    ticks = _ticks(rig.wait())

    assert (ticks["4"], ticks["5"], ticks["8"]) == ("1.06", "40", "540")
    assert ticks["45"].isdigit()


def test_a_new_high_or_low_of_the_day_is_told() -> None:
    rig = Rig()
    _ask(rig, *quotes(7))

    told = []
    for price in ("100.50", "102.00", "98.00", "99.00"):
        rig.market.trade(STOCK_ID, price, 1)
        told.append({key: value for key, value in _ticks(rig.wait()).items() if key in {"6", "7"}})

    assert told == [{}, {"6": "102"}, {"7": "98"}, {}]


def test_the_first_trade_of_the_next_day_is_its_high_and_its_low() -> None:
    rig = Rig(start=CLOSE - timedelta(minutes=1))
    _ask(rig, *quotes(7))
    rig.wait(17 * 3600)
    rig.market.trade(STOCK_ID, "100.50", 1)

    ticks = _ticks(rig.wait(3600))

    assert (ticks["6"], ticks["7"]) == ("100.5", "100.5")


@pytest.mark.parametrize(
    ("generic", "contract", "expected"),
    [
        ("101", _CALL, {"27": "1234", "28": "0"}),
        ("101", option(PUT_ID), {"27": "0", "28": "1234"}),
        ("101", STOCK, {"27": "3702", "28": "3702"}),
        ("100", _CALL, {"29": "500", "30": "0"}),
        ("236", STOCK, {"46": "3.0", "89": "1000000"}),
        ("221", STOCK, {"37": "1.05"}),
        ("232", _CALL, {"37": "1.05"}),
        ("318", STOCK, {"57": "1.05"}),
        ("456", STOCK, {"59": ",,,"}),
        ("165", STOCK, {"15": "99", "16": "101", "17": "99", "18": "101", "19": "99", "20": "101", "21": "10"}),
        ("104", STOCK, {"23": "0.000000"}),
        ("411", STOCK, {"58": "0.000000"}),
        ("mdoff,236", STOCK, {"46": "3.0"}),
        ("258,225,293", STOCK, {}),
    ],
)
def test_extra_ticks_come_when_asked_for(generic: str, contract: tuple[object, ...], expected: dict[str, str]) -> None:
    ticks = _ticks(_ask(Rig(), *quotes(7, contract, generic)))

    assert expected.items() <= ticks.items()


@pytest.mark.parametrize("generic", ["999", "233,13", "292", "abc", "100;101"])
def test_a_generic_tick_that_is_none_is_error_321_with_the_legal_ones(generic: str) -> None:
    (error,) = _ask(Rig(), *quotes(7, STOCK, generic))

    assert error[3] == "321"
    assert f"Incorrect generic tick list of {generic}.  Legal ones for (STK) are: 100(Option Volume)," in error[4]


def test_a_snapshot_takes_no_generic_ticks() -> None:
    (error,) = _ask(Rig(), *quotes(7, STOCK, "233", snapshot=1))

    assert error[3] == "321"
    assert error[4].endswith("Snapshot market data subscription is not applicable to generic ticks")


def test_a_regulatory_snapshot_ends_as_the_other_one_does() -> None:
    frames = _ask(Rig(), *quotes(7, regulatory=1), seconds=12)

    assert frames[-1] == ("57", "1", "7")


def test_rt_volume_is_price_size_time_total_average_and_single() -> None:
    rig = Rig()
    _ask(rig, *quotes(7, STOCK, "233"))
    rig.market.trade(STOCK_ID, "1.06", 40)

    text = _ticks(rig.wait())["48"].split(";")

    assert (text[0], text[1], text[3], text[5]) == ("1.06", "40", "540", "true")


def test_greeks_come_for_bid_ask_last_and_the_model() -> None:
    rig = Rig()
    rig.market.show(STOCK_ID, "99.90", "100.10")

    frames = [row for row in _ask(rig, *quotes(7, _CALL)) if row[0] == "21"]

    assert [row[2] for row in frames] == ["10", "11", "12", "13"]
    assert {len(row) for row in frames} == {12}
    model = frames[-1]
    volatility, delta, price, gamma, theta = (float(model[place]) for place in (4, 5, 6, 8, 10))
    assert 0.1 < volatility < 2
    assert 0.4 < delta < 0.6
    assert price == 1.05
    assert gamma > 0 > theta
    assert (model[7], model[11]) == ("0", "100")


def test_greeks_that_cannot_be_computed_are_the_values_that_mean_none() -> None:
    rig = Rig()
    rig.market.show(CALL_ID, "60.00", "61.00")

    model = [row for row in _ask(rig, *quotes(7, _CALL)) if row[0] == "21"][-1]

    assert model[4:] == ("-1", "-2", "60.5", "-1", "-2", "-2", "-2", "1.05")


def test_greeks_are_sent_again_no_more_often_than_configured() -> None:
    rig = Rig(greeks_seconds=20)
    _ask(rig, *quotes(7, _CALL))

    soon = rig.quote("1.00", "1.20")
    rig.wait(20)
    later = rig.quote("1.00", "1.30")

    assert "21" not in {row[0] for row in soon}
    assert "21" in {row[0] for row in later}


_RIGHTS = [
    (DataRight.LIVE, 1, None, "1"),
    (DataRight.LIVE, 3, None, "1"),
    (DataRight.DELAYED, 1, "354", None),
    (DataRight.DELAYED, 3, "10167", "3"),
    (DataRight.NOT_FOR_API, 1, "10089", None),
    (DataRight.NOT_FOR_API, 4, "10167", "3"),
    (DataRight.NONE, 1, "354", None),
    (DataRight.NONE, 3, "10168", None),
    (DataRight.PART, 1, "10090", "1"),
    (DataRight.PART_FOR_API, 1, "10091", "1"),
]


@pytest.mark.parametrize(("right", "wanted", "code", "kind"), _RIGHTS)
def test_rights_decide_what_a_client_gets(right: DataRight, wanted: int, code: str | None, kind: str | None) -> None:
    rig = Rig(data_rights=(("STK", right),))
    rig.client.send(59, 1, wanted)

    frames = _ask(rig, *quotes(7))

    assert [row[3] for row in frames if row[0] == "4"] == ([code] if code else [])
    assert [row[3] for row in frames if row[0] == "58"] == ([kind] if kind else [])
    assert bool(_ticks(frames)) == (kind is not None)


def test_the_words_say_whether_delayed_data_could_be_had() -> None:
    none, delayed = (Rig(data_rights=(("STK", right),)) for right in (DataRight.NONE, DataRight.DELAYED))

    texts = [_ask(rig, *quotes(7))[0][4] for rig in (none, delayed)]

    assert texts == [
        "Requested market data is not subscribed.Delayed market data is not available.ABC NASDAQ/TOP/ALL",
        "Requested market data is not subscribed.Delayed market data is available.ABC NASDAQ/TOP/ALL",
    ]


def test_delayed_ticks_have_numbers_of_their_own() -> None:
    rig = Rig(data_rights=(("STK", DataRight.DELAYED), ("OPT", DataRight.DELAYED)))
    rig.client.send(59, 1, 3)
    rig.market.show(STOCK_ID, "99.90", "100.10")

    frames = _ask(rig, *quotes(7, _CALL))
    changed = rig.quote("1.01", "1.10")

    assert set(_ticks(frames)) == {"66", "67", "68", "69", "70", "71", "74", "75", "88", "90"}
    assert [row[2] for row in frames if row[0] == "21"] == ["80", "81", "82", "83"]
    assert changed == [("1", "6", "7", "66", "1.01", "10", "0")]


def test_part_rights_leave_out_what_is_computed() -> None:
    rig = Rig(data_rights=(("OPT", DataRight.PART),))

    assert "21" not in {row[0] for row in _ask(rig, *quotes(7, _CALL))}


def test_a_competing_session_takes_all_quotes() -> None:
    rig = Rig()
    rig.gateway.rights.competing = True

    assert rig.errors(_ask(rig, *quotes(7))) == [("7", "10197")]


def test_rights_can_change_while_the_gateway_runs() -> None:
    rig = Rig()
    rig.gateway.rights.refuse("STK", 10089)
    refused = _ask(rig, *quotes(7))
    rig.gateway.rights.refuse("STK", None)
    rig.gateway.rights.give("STK", DataRight.NONE)
    none = _ask(rig, *quotes(7))
    history = _ask(rig, *bars(8))

    assert [frames[0][3] for frames in (refused, none, history)] == ["10089", "354", "162"]


def test_frozen_data_outside_the_session_is_marked_so() -> None:
    rig = Rig(start=CLOSE + timedelta(hours=1))
    rig.client.send(59, 1, 2)

    assert _sort(_ask(rig, *quotes(7))) == "2"


def test_a_halt_is_told_when_the_book_goes_and_when_it_is_back() -> None:
    rig = Rig()
    _ask(rig, *quotes(7))

    rig.market.halted.add("ABC")
    gone = _ticks(rig.quote(None, None, con_id=STOCK_ID))
    rig.market.halted.clear()
    back = _ticks(rig.quote("1.00", "1.10", con_id=STOCK_ID))

    assert (gone["49"], gone["1"], back["49"], back["1"]) == ("1", "-1", "0", "1")


def _limits(rig: Rig, *requests: tuple[object, ...]) -> list[tuple[str, str]]:
    rig.wait()
    for request in requests:
        rig.client.send(*request)
    return rig.errors(rig.wait())


@pytest.mark.parametrize(
    ("settings", "requests", "errors"),
    [
        ({"market_lines": 1}, (quotes(7), quotes(8, _CALL)), [("8", "101")]),
        ({}, (quotes(7), quotes(7, _CALL)), [("7", "322")]),
        ({}, ((2, 2, 9),), [("9", "300")]),
        ({}, (quotes(7, option()),), [("7", "200")]),
    ],
)
def test_too_many_twice_unknown_and_ambiguous_are_errors(
    settings: dict[str, Any], requests: tuple[tuple[object, ...], ...], errors: list[tuple[str, str]]
) -> None:
    assert _limits(Rig(**settings), *requests) == errors


def test_many_requests_for_one_contract_all_hear_its_change_at_once() -> None:
    rig = Rig(market_lines=1000, pacing=False, greeks_seconds=0)
    for number in range(300):
        rig.client.send(*quotes(number, _CALL))
    rig.wait()

    changed = rig.quote("1.00", "1.25")

    assert changed == [("1", "6", str(number), "2", "1.25", "10", "0") for number in range(300)]


def test_everything_ends_with_the_connection() -> None:
    rig = Rig()
    _ask(rig, *quotes(7), seconds=1)
    rig.client.send(*quotes(8, snapshot=1))

    rig.client.transport.close()

    assert rig.gateway.counters().subscriptions == 0
    assert rig.gateway._pulse.watched == 0
