from tests.conformance.stage import ACCOUNT, CALL, Stage

TAGS = "NetLiquidation,AvailableFunds,BuyingPower"


def test_account_updates_come_whole_and_end(stage: Stage) -> None:
    line = stage.line()

    line.do("updates", on=True, account=ACCOUNT)
    line.until("account_end", account=ACCOUNT)

    values = {row["tag"]: (row["value"], row["currency"]) for row in line.all("value")}
    assert values["NetLiquidation"] == ("100000.00", "USD")
    assert values["AvailableFunds"] == ("100000.00", "USD")
    assert line.until("account_time")["text"].count(":") == 1


def test_account_updates_carry_a_position_that_was_bought(stage: Stage) -> None:
    line = stage.line()
    line.do("updates", on=True, account=ACCOUNT)
    line.until("account_end")

    line.buy(2)

    row = line.until("portfolio", con_id=CALL["con_id"], quantity=2.0)
    assert (row["account"], row["multiplier"]) == (ACCOUNT, "100")
    assert row["average"] > 100
    assert abs(row["unrealized"] - (row["value"] - 2 * row["average"])) < 0.02
    assert line.until("value", tag="TotalCashValue")


def test_account_updates_stop_when_they_are_cancelled(stage: Stage) -> None:
    line = stage.line()
    line.do("updates", on=True, account=ACCOUNT)
    line.until("account_end")
    line.do("updates", on=False, account=ACCOUNT)

    line.buy()

    assert not line.all("portfolio")


def test_updates_by_request_come_whole_and_end(stage: Stage) -> None:
    line = stage.line()

    asked = line.ask("multi", account=ACCOUNT)
    line.until("multi_end", asked=asked)
    line.do("stop_multi", asked=asked)

    values = {row["tag"]: row["value"] for row in line.all("multi", asked=asked)}
    assert values["NetLiquidation"] == "100000.00"


def test_a_summary_has_the_tags_asked_for(stage: Stage) -> None:
    line = stage.line()

    asked = line.ask("summary", tags=TAGS)
    line.until("summary_end", asked=asked)
    line.do("stop_summary", asked=asked)

    rows = line.all("summary", asked=asked)
    assert sorted(row["tag"] for row in rows) == sorted(TAGS.split(","))
    assert {(row["account"], row["currency"]) for row in rows} == {(ACCOUNT, "USD")}


def test_a_summary_sends_after_three_minutes_what_has_changed(stage: Stage) -> None:
    line = stage.line()
    asked = line.ask("summary", tags=TAGS)
    line.until("summary_end", asked=asked)

    line.buy()

    assert line.until("summary_end", asked=asked, count=2)
    assert line.until("summary", asked=asked, tag="AvailableFunds", count=2)["value"] != "100000.00"


def test_positions_come_whole_and_then_as_they_change(stage: Stage) -> None:
    line = stage.line()
    line.do("positions")
    line.until("positions_end")

    line.buy(3)

    row = line.until("position", con_id=CALL["con_id"], quantity=3.0)
    assert (row["account"], row["sec_type"], row["right"], row["exchange"]) == (ACCOUNT, "OPT", "C", "")
    assert row["average"] > 100


def test_a_second_client_hears_of_positions_too(stage: Stage) -> None:
    first, second = stage.line(1), stage.line(2)
    second.do("positions")
    second.until("positions_end")

    first.buy(2)

    assert second.until("position", quantity=2.0)["con_id"] == CALL["con_id"]


def test_positions_stop_when_they_are_cancelled(stage: Stage) -> None:
    line = stage.line()
    line.do("positions")
    line.until("positions_end")
    line.do("stop_positions")

    line.buy()

    assert not line.all("position")


def test_profit_follows_the_market(stage: Stage) -> None:
    line = stage.line()
    asked = line.ask("pnl", account=ACCOUNT)
    assert line.until("pnl", asked=asked)["daily"] == 0.0
    line.buy()

    stage.show(CALL["con_id"], "2.00", "2.10")

    rose = line.until("pnl", asked=asked, unrealized=_gain(stage, line.until("fill")["price"]))
    assert rose["realized"] == 0.0
    line.do("stop_pnl", asked=asked, account=ACCOUNT)


def test_profit_of_one_position_follows_it_until_it_is_gone(stage: Stage) -> None:
    line = stage.line()
    line.buy(2)

    asked = line.ask("pnl_single", account=ACCOUNT, con_id=CALL["con_id"])

    row = line.until("pnl_single", asked=asked, quantity=2.0)
    assert row["value"] > 0
    order = line.place(CALL, action="SELL", quantity=2)
    line.until_status(order, "Filled")
    assert line.until("pnl_single", asked=asked, quantity=0.0)
    line.do("stop_pnl_single", asked=asked, account=ACCOUNT, con_id=CALL["con_id"])


def _gain(stage: Stage, paid: float) -> float:
    """Return the unrealised profit of one contract at a middle of 2.05, its commission included as IB counts it."""
    fees = float(stage.host.call(lambda gateway: gateway.books().fees))
    return round((2.05 - paid) * 100 - fees, 2)
