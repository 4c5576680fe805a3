"""A whole life of each client at the gateway as anybody starts it: a process of its own, a synthetic market."""

from decimal import Decimal

import pytest

from tests.conformance.stage import Line, Stage

SHARE: dict[str, object] = {"symbol": "SPY", "sec_type": "STK", "exchange": "SMART", "currency": "USD"}


def found(line: Line, contract: dict[str, object]) -> list[dict[str, object]]:
    """Return the contracts that fit, each as it can be asked for."""
    asked = line.ask("contracts", contract=contract)
    line.until("contracts_end", asked=asked)
    rows = line.all("contract", asked=asked)
    return [{**contract, "con_id": row["con_id"], "strike": row["strike"], "right": row["right"]} for row in rows]


def nearest_call(line: Line, share: dict[str, object]) -> dict[str, object]:
    """Return the call of the first expiry whose strike is nearest to the share's last bar."""
    asked = line.history(share)
    line.until("bars_end", asked=asked)
    last = line.all("bar", asked=asked)[-1]["close"]
    chain = line.ask("chain", symbol="SPY", con_id=share["con_id"])
    line.until("chain_end", asked=chain)
    expiry = min(min(row["expiries"]) for row in line.all("chain", asked=chain) if row["exchange"] == "SMART")
    calls = found(line, {**SHARE, "sec_type": "OPT", "expiry": expiry, "right": "C"})
    return min(calls, key=lambda row: abs(float(str(row["strike"])) - last))


def test_a_day_at_the_product_is_lived_whole(stage: Stage) -> None:
    served = stage.product(
        "--seed", "7", "--symbols", "SPY", "--speed", "60", "--date", "2025-11-12", "--start", "10:30"
    )
    line = stage.line(11)
    (share,) = found(line, SHARE)
    call = nearest_call(line, share)
    asked = line.quotes(call)
    line.until("price", asked=asked, tick=2)

    bought = line.buy(1, call)
    sold = line.place(call, action="SELL")
    line.until_status(sold, "Filled")
    line.until("commission", exec_id=line.until("fill", order=sold)["exec_id"])
    line.do("stop_quotes", asked=asked)

    assert line.until("fill", order=bought)["price"] > 0
    line.do("close")
    served.close()
    gained = sum(row["realized"] for row in line.all("commission") if row["realized"] is not None)
    assert Decimal(served.last_words["net_liquidation"]) - 100000 == pytest.approx(
        Decimal(str(gained)), abs=Decimal("0.02")
    )
    assert served.last_words["positions"] == {}


def test_two_clients_share_the_product(stage: Stage) -> None:
    stage.product("--seed", "7", "--symbols", "SPY", "--speed", "60", "--date", "2025-11-12", "--start", "10:30")
    first, second = stage.line(1), stage.line(2)
    (share,) = found(first, SHARE)

    first.buy(10, share)
    second.do("positions")

    assert second.until("position", quantity=10.0)["symbol"] == "SPY"
