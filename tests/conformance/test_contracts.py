from tests.conformance.stage import CALL, STOCK, Stage
from tests.simgateway.fake_market import CALL_ID, RULE_ID, STOCK_ID

CHAIN = {"symbol": "ABC", "sec_type": "OPT", "exchange": "SMART", "currency": "USD"}


def test_a_stock_is_found_by_its_symbol(stage: Stage) -> None:
    line = stage.line()

    asked = line.ask("contracts", contract={name: STOCK[name] for name in STOCK if name != "con_id"})
    line.until("contracts_end", asked=asked)

    (row,) = line.all("contract", asked=asked)
    assert (row["con_id"], row["symbol"], row["sec_type"], row["currency"]) == (STOCK_ID, "ABC", "STK", "USD")
    assert (row["zone"], row["min_tick"]) == ("US/Eastern", 0.01)
    assert "SMART" in row["exchanges"]
    assert "20251112:0930-20251112:1600" in row["hours"]


def test_one_option_is_found_by_its_number(stage: Stage) -> None:
    line = stage.line()

    asked = line.ask("contracts", contract={"con_id": CALL_ID, "exchange": "SMART"})
    line.until("contracts_end", asked=asked)

    (row,) = line.all("contract", asked=asked)
    assert (row["con_id"], row["expiry"], row["strike"], row["right"]) == (CALL_ID, "20251114", 100.0, "C")
    assert (row["multiplier"], row["underlying"], row["underlying_con_id"]) == ("100", "ABC", STOCK_ID)
    assert str(RULE_ID) in row["rules"]


def test_a_strike_left_open_gives_the_chain_of_an_expiry(stage: Stage) -> None:
    line = stage.line()

    asked = line.ask("contracts", contract={**CHAIN, "expiry": "20251114", "right": "C"})
    line.until("contracts_end", asked=asked)

    rows = line.all("contract", asked=asked)
    assert sorted(row["strike"] for row in rows) == [95.0, 100.0, 105.0]
    assert {(row["expiry"], row["right"]) for row in rows} == {("20251114", "C")}


def test_everything_left_open_gives_the_whole_chain(stage: Stage) -> None:
    line = stage.line()

    asked = line.ask("contracts", contract=CHAIN)
    line.until("contracts_end", asked=asked)

    rows = line.all("contract", asked=asked)
    assert len({row["con_id"] for row in rows}) == len(rows) == 12


def test_an_unknown_contract_is_error_200(stage: Stage) -> None:
    line = stage.line()

    asked = line.ask("contracts", contract={**STOCK, "con_id": 0, "symbol": "NONE"})

    assert line.until("error", asked=asked)["code"] == 200


def test_symbols_are_found_by_what_they_begin_with(stage: Stage) -> None:
    line = stage.line()

    asked = line.ask("samples", pattern="AB")

    found = line.until("samples", asked=asked)["contracts"]
    assert [(row["symbol"], row["con_id"]) for row in found] == [("ABC", STOCK_ID)]


def test_a_pattern_that_fits_nothing_gives_none(stage: Stage) -> None:
    line = stage.line()

    asked = line.ask("samples", pattern="ZZZ")

    assert line.until("samples", asked=asked)["contracts"] == []


def test_option_parameters_name_expiries_and_strikes(stage: Stage) -> None:
    line = stage.line()

    asked = line.ask("chain", symbol="ABC", con_id=STOCK_ID)
    line.until("chain_end", asked=asked)

    rows = line.all("chain", asked=asked)
    smart = next(row for row in rows if (row["exchange"], row["trading_class"]) == ("SMART", "ABC"))
    assert sorted(smart["expiries"]) == ["20251112", "20251114"]
    assert sorted(smart["strikes"]) == [95.0, 100.0, 105.0]
    assert smart["multiplier"] == "100"
    assert "2ABC" in {row["trading_class"] for row in rows}


def test_option_parameters_of_an_unknown_underlying_are_refused(stage: Stage) -> None:
    line = stage.line()

    asked = line.ask("chain", symbol="ABC", con_id=999)

    stage.expect(f"request {asked} never ended", of={"ib_async"})  # it takes 321 for a warning and waits on
    assert line.until("error", asked=asked)["code"] in {200, 321}


def test_a_market_rule_is_told_as_its_rows(stage: Stage) -> None:
    line = stage.line()

    line.do("rule", rule=RULE_ID)

    assert line.until("rule", rule=RULE_ID)["rows"] == [[0.0, 0.01], [3.0, 0.05]]


def test_a_contract_may_be_asked_for_by_local_symbol(stage: Stage) -> None:
    line = stage.line()

    asked = line.ask("contracts", contract={**CHAIN, "local_symbol": "ABC   251114C00100000"})
    line.until("contracts_end", asked=asked)

    assert [row["con_id"] for row in line.all("contract", asked=asked)] == [CALL["con_id"]]
