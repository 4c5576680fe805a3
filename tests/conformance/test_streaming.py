import pytest

from simgateway.config import DataRight
from tests.conformance.stage import CALL, STOCK, Stage

BID, ASK, LAST, CLOSE = 1, 2, 4, 9
CALL_ID = int(CALL["con_id"])


def test_a_stream_begins_with_the_whole_quote(stage: Stage) -> None:
    line = stage.line()

    asked = line.quotes()

    assert line.until("price", asked=asked, tick=BID)["price"] == 1.0
    assert line.until("price", asked=asked, tick=ASK)["price"] == 1.1
    assert line.until("price", asked=asked, tick=CLOSE)["price"] == 1.2
    assert line.until("tick_parameters", id=line.until("price", asked=asked)["id"])["min_tick"] == 0.01
    line.do("stop_quotes", asked=asked)


def test_a_stream_says_what_changes(stage: Stage) -> None:
    line = stage.line()
    asked = line.quotes()
    line.until("price", asked=asked, tick=ASK)

    stage.show(CALL_ID, "1.20", "1.30", size=7)

    assert line.until("price", asked=asked, tick=BID, price=1.2)
    assert line.until("price", asked=asked, tick=ASK, price=1.3)
    line.do("stop_quotes", asked=asked)


def test_a_size_that_changes_alone_is_told(stage: Stage) -> None:
    line = stage.line()
    asked = line.quotes()
    line.until("price", asked=asked, tick=ASK)

    stage.show(CALL_ID, "1.00", "1.10", size=77)

    assert line.until("size", asked=asked, tick=0, size=77.0)
    assert line.until("size", asked=asked, tick=3, size=77.0)
    line.do("stop_quotes", asked=asked)


def test_a_side_that_vanishes_is_minus_one(stage: Stage) -> None:
    line = stage.line()
    asked = line.quotes()
    line.until("price", asked=asked, tick=BID)

    stage.show(CALL_ID, None, "1.10")

    assert line.until("price", asked=asked, tick=BID, price=-1.0)
    line.do("stop_quotes", asked=asked)


def test_a_cancelled_stream_is_quiet(stage: Stage) -> None:
    line = stage.line()
    asked = line.quotes()
    line.until("price", asked=asked, tick=ASK)
    line.do("stop_quotes", asked=asked)
    line.do("time")
    line.until("time")

    stage.show(CALL_ID, "5.00", "5.10")
    line.do("time")
    line.until("time", count=2)

    assert not line.all("price", asked=asked, price=5.0)
    assert stage.host.call(lambda gateway: gateway.counters().subscriptions) == 0


def test_a_snapshot_comes_whole_and_ends(stage: Stage) -> None:
    line = stage.line()

    asked = line.quotes(snapshot=True)

    number = line.until("price", asked=asked, tick=BID)["id"]
    assert line.until("snapshot_end", id=number)
    assert {row["tick"] for row in line.all("price", asked=asked)} >= {BID, ASK, LAST, CLOSE}


def test_an_unknown_contract_has_no_quotes(stage: Stage) -> None:
    line = stage.line()

    asked = line.quotes({**STOCK, "con_id": 999})

    assert line.until("error", asked=asked)["code"] == 200


def test_more_lines_than_allowed_are_error_101(stage: Stage) -> None:
    stage.gateway(market_lines=1)
    line = stage.line()
    line.until("price", asked=line.quotes())

    second = line.quotes(STOCK)

    assert line.until("error", asked=second)["code"] == 101


def test_an_option_comes_with_its_greeks(stage: Stage) -> None:
    line = stage.line()

    asked = line.quotes(generics="100,101,106")

    row = line.until("greeks", asked=asked)
    assert row["tick"] in {10, 11, 12, 13}
    line.do("stop_quotes", asked=asked)


def test_two_streams_of_one_program_are_told_apart(stage: Stage) -> None:
    line = stage.line()
    option, share = line.quotes(CALL), line.quotes(STOCK)
    line.until("price", asked=option, tick=BID)
    line.until("price", asked=share, tick=BID)

    stage.show(CALL_ID, "1.40", "1.50")

    assert line.until("price", asked=option, tick=BID, price=1.4)
    assert not line.all("price", asked=share, price=1.4)


@pytest.mark.parametrize("wanted", [3, 4])
def test_delayed_data_comes_as_delayed_ticks_with_its_warning(stage: Stage, wanted: int) -> None:
    stage.gateway(data_rights=(("OPT", DataRight.DELAYED),))
    line = stage.line()
    line.do("data_type", type=wanted)

    asked = line.quotes()

    assert line.until("error", asked=asked, code=10167)
    assert line.until("data_type", type={3, 4})
    assert line.until("price", asked=asked, tick=66)["price"] == 1.0


@pytest.mark.parametrize(
    ("right", "code"), [(DataRight.DELAYED, 354), (DataRight.NOT_FOR_API, 10089), (DataRight.NONE, 354)]
)
def test_live_data_without_the_right_is_refused(stage: Stage, right: DataRight, code: int) -> None:
    stage.gateway(data_rights=(("OPT", right),))
    line = stage.line()

    asked = line.quotes()

    assert line.until("error", asked=asked)["code"] == code
    assert not line.all("price", asked=asked)


def test_delayed_data_without_any_right_is_10168(stage: Stage) -> None:
    stage.gateway(data_rights=(("OPT", DataRight.NONE),))
    line = stage.line()
    line.do("data_type", type=3)

    asked = line.quotes()

    assert line.until("error", asked=asked)["code"] == 10168


@pytest.mark.parametrize(("right", "code"), [(DataRight.PART, 10090), (DataRight.PART_FOR_API, 10091)])
def test_part_of_the_data_comes_with_a_warning(stage: Stage, right: DataRight, code: int) -> None:
    stage.gateway(data_rights=(("OPT", right),))
    line = stage.line()

    asked = line.quotes()

    assert line.until("error", asked=asked)["code"] == code
    assert line.until("price", asked=asked, tick=BID)


def test_five_second_bars_come_live(stage: Stage) -> None:
    line = stage.line()

    asked = line.ask("live_bars", contract=STOCK, what="TRADES", regular=True)

    first, second = (line.until("live_bar", asked=asked, count=count) for count in (1, 2))
    assert second["at"] - first["at"] == 5
    assert first["low"] <= first["open"] <= first["high"]
    line.do("stop_live_bars", asked=asked)
