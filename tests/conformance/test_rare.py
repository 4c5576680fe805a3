"""What few programs ask: computations, exchanges behind a quote, schedules, and all that is refused with its error."""

from typing import Any

import pytest

from tests.conformance.lacks import lacks
from tests.conformance.stage import ACCOUNT, CALL, HIGH_LEVEL, PUT, STOCK, Stage
from tests.simgateway.fake_market import STOCK_ID


def test_a_volatility_is_computed_from_prices(stage: Stage) -> None:
    line = stage.line()

    asked = line.ask("volatility", contract=CALL, price=1.05, spot=100.0)

    row = line.until("greeks", asked=asked)
    assert row["tick"] == 53
    assert 0.0 < row["volatility"] < 2.0
    assert (row["price"], row["spot"]) == (1.05, 100.0)
    assert 0.4 < row["delta"] < 0.6


def test_a_price_is_computed_from_the_volatility_that_it_gives(stage: Stage) -> None:
    line = stage.line()
    first = line.ask("volatility", contract=CALL, price=1.05, spot=100.0)
    volatility = line.until("greeks", asked=first)["volatility"]

    asked = line.ask("option_price", contract=CALL, volatility=volatility, spot=100.0)

    assert line.until("greeks", asked=asked)["price"] == pytest.approx(1.05, abs=0.001)


@pytest.mark.parametrize("command", ["volatility", "option_price"])
def test_of_shares_nothing_is_computed(stage: Stage, command: str) -> None:
    line = stage.line()

    asked = line.ask(command, contract=STOCK, price=1.0, volatility=0.2, spot=100.0)

    assert line.until("error", asked=asked)["code"] == 200


def test_the_exchanges_behind_a_quote_have_letters(stage: Stage) -> None:
    line = stage.line()

    asked = line.ask("components", exchange="9c0001")

    rows = line.until("components", asked=asked)["rows"]
    assert [2, "ISLAND", "Q"] in rows
    assert len(rows) == 6


def test_exchanges_with_a_deep_book_are_told(stage: Stage) -> None:
    line = stage.line()

    line.ask("depth_exchanges")

    assert ["ISLAND", "STK", "Deep"] in line.until("depth_exchanges")["rows"]


def test_a_schedule_names_the_sessions(stage: Stage) -> None:
    line = stage.line()

    asked = line.ask("schedule", contract=STOCK, days=2)

    if stage.client.name == "ibapi":  # At its server version 157 there is no message 106 yet: it came with 165.
        assert line.until("error", asked=asked)["code"] == 321
        return
    row = line.until("schedule", asked=asked)
    assert row["zone"] == "US/Eastern"
    assert row["sessions"][-1] == ["20251112-09:30:00", "20251112-16:00:00", "20251112"]
    assert [session[2] for session in row["sessions"]] == ["20251111", "20251112"]


@pytest.mark.parametrize("contract", [STOCK, CALL, PUT], ids=["stock", "call", "put"])
@pytest.mark.parametrize("smart", [False, True])
def test_market_depth_is_refused(stage: Stage, contract: dict[str, Any], *, smart: bool) -> None:
    line = stage.line()

    asked = line.ask("depth", contract=contract, smart=smart)

    assert line.until("error", asked=asked)["code"] == 10092


@pytest.mark.parametrize(
    ("command", "code", "text"),
    [
        ("histogram", 162, "histogram"),
        ("past_news", 10276, "News feed is not allowed"),
        ("article", 10172, "Failed to request news article"),
        ("scanner", 322, "Scanner"),
        ("fundamentals", 430, "fundamentals data"),
        ("event_calendar", 10276, "News feed is not allowed"),
    ],
)
def test_what_is_not_simulated_is_refused_by_its_own_error(stage: Stage, command: str, code: int, text: str) -> None:
    line = stage.line()
    if lacks(stage, line, command):
        return

    asked = line.ask(command, contract=STOCK, con_id=STOCK_ID)

    row = line.until("error", code=code)
    assert text in row["text"]
    assert row["asked"] == asked


def test_scanner_parameters_are_refused_without_a_number(stage: Stage) -> None:
    line = stage.line()
    stage.expect("never ended", of=HIGH_LEVEL)  # Their future is named, and no error of it carries a name.

    line.ask("scanner_parameters")

    assert line.until("error", code=322)["id"] == -1


def test_an_adviser_s_groups_are_refused(stage: Stage) -> None:
    line = stage.line()

    line.do("advisor")

    row = line.until("error", code=321)
    assert row["id"] == -1
    assert "non FA customers" in row["text"]


def test_there_are_no_news_providers(stage: Stage) -> None:
    line = stage.line()

    line.ask("news_providers")

    assert line.until("news_providers")["count"] == 0


def test_bulletins_are_never_heard_and_do_no_harm(stage: Stage) -> None:
    line = stage.line()

    line.do("bulletins", all=True)
    line.do("stop_bulletins")
    line.do("time")

    assert line.until("time")
    assert line.errors() == []


def test_the_user_has_no_brand(stage: Stage) -> None:
    line = stage.line()
    if lacks(stage, line, "user"):
        return

    asked = line.ask("user")

    assert line.until("user", asked=asked)["branding"] == ""


def test_the_account_has_no_family(stage: Stage) -> None:
    line = stage.line()

    line.do("families")

    assert line.until("families")["rows"] == [[ACCOUNT, ""]]


def test_there_are_no_soft_dollar_tiers(stage: Stage) -> None:
    line = stage.line()

    line.ask("tiers")

    assert line.until("tiers")["count"] == 0


def test_positions_by_request_come_whole_and_then_as_they_change(stage: Stage) -> None:
    line = stage.line()
    line.buy(2)

    asked = line.ask("positions_multi", account=ACCOUNT)
    line.until("position_multi_end", asked=asked)
    line.buy(1)

    told = [(row["con_id"], row["quantity"], row["account"]) for row in line.all("position_multi", asked=asked)]
    line.until("position_multi", asked=asked, quantity=3.0)
    assert told[0] == (CALL["con_id"], 2.0, ACCOUNT)
