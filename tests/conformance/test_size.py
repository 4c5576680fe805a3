"""Large answers: the whole chain of the largest underlying in one request, and a market of a thousand symbols."""

from typing import Any

from tests.conformance.stage import Stage

SPY: dict[str, Any] = {"symbol": "SPY", "sec_type": "STK", "exchange": "SMART", "currency": "USD"}
DAY = ("--seed", "7", "--speed", "60", "--date", "2025-11-12", "--start", "10:30")


def test_the_whole_chain_of_the_largest_underlying_comes_in_one_answer(stage: Stage) -> None:
    stage.product(*DAY, "--symbols", "SPY")
    line = stage.line(1)
    asked = line.ask("contracts", contract=SPY)
    line.until("contracts_end", asked=asked)
    con_id = line.all("contract", asked=asked)[0]["con_id"]
    chain = line.ask("chain", symbol="SPY", con_id=con_id)
    line.until("chain_end", asked=chain)
    smart = [
        row for row in line.all("chain", asked=chain) if (row["exchange"], row["trading_class"][0]) == ("SMART", "S")
    ]
    expiries = {day for row in smart for day in row["expiries"]}
    strikes = {strike for row in smart for strike in row["strikes"]}

    whole = line.ask("contracts", contract={**SPY, "sec_type": "OPT"}, brief=True)
    line.until("contracts_end", asked=whole, within=120.0)

    told = line.do("told", asked=whole)
    assert (len(expiries), len(strikes)) == (told["expiries"], told["strikes"]) == (39, 428)
    assert told["count"] == told["different"] > 10_000


def test_a_market_of_a_thousand_symbols_serves_any_of_them(stage: Stage) -> None:
    stage.product(*DAY, "--symbols", "1000")
    line = stage.line(1)
    asked = line.ask("samples", pattern="S")
    rows = line.until("samples", asked=asked)["contracts"]
    shares = [{**SPY, "symbol": row["symbol"], "con_id": row["con_id"]} for row in rows]

    watched = [line.quotes(share) for share in shares]
    bars = line.history(shares[-1])

    assert all(line.until("price", asked=number, tick=1)["price"] > 0 for number in watched)
    assert line.until("bars_end", asked=bars)
    assert len({row["con_id"] for row in rows}) == len(rows) > 8
