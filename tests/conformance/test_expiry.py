"""The end of options as each client sees it: exercise, lapse, expiry in and out of the money, delivery, cash.

The market's options of the day are on strikes of 95, 100 and 105, and their share closes at 103; bought ones cost 1.10
a share and a dollar of commission, so 111 a contract.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import pytest

from simgateway.config import Exercise
from tests.conformance.stage import ACCOUNT, CALL, PUT, STOCK, Line, Stage
from tests.simgateway.fake_market import CLOSE

C100: Final[Mapping[str, Any]] = {**CALL, "con_id": 107}
P100: Final[Mapping[str, Any]] = {**CALL, "con_id": 108}
P105: Final[Mapping[str, Any]] = {**CALL, "con_id": 112}
SHARE: Final = STOCK["con_id"]
EXERCISE, LAPSE = 1, 2


def last_minutes(stage: Stage, client_id: int = 1, **changes: Any) -> Line:
    """Return a client two minutes before the close, who watches account and positions; the share stands at 103."""
    stage.gateway(start=CLOSE - timedelta(minutes=2), speed=1.0, delay_ms=(0, 1), **changes)
    stage.show(SHARE, "102.90", "103.10")
    line = stage.line(client_id)
    line.do("positions")
    line.do("updates", on=True, account=ACCOUNT)
    line.until("account_end", account=ACCOUNT)
    return line


def executions(line: Line) -> list[tuple[int, str, float, float]]:
    """Return con id, side, size and price of all executions, as asked."""
    asked = line.ask("executions", filter={})
    line.until("fills_end", asked=asked)
    return [(row["con_id"], row["side"], row["shares"], row["price"]) for row in line.all("fill", asked=asked)]


def last(line: Line, kind: str, **values: Any) -> dict[str, Any]:
    """Return the newest event of a kind."""
    return line.all(kind, **values)[-1]


def exercise(line: Line, contract: Mapping[str, Any], action: int, quantity: int = 1, override: int = 0) -> int:
    """Ask to exercise or to lapse; return the request's number."""
    return line.ask("exercise", contract=contract, action=action, quantity=quantity, account=ACCOUNT, override=override)


def test_in_the_money_shares_are_delivered_at_the_strike(stage: Stage) -> None:
    line = last_minutes(stage)
    line.buy(1, C100)

    stage.pass_time(180)

    assert line.until("position", con_id=107, quantity=0.0)
    assert line.until("position", con_id=SHARE, quantity=100.0)["average"] == 100.0
    assert line.until("portfolio", con_id=SHARE, quantity=100.0, unrealized=300.0)["value"] == 10300.0
    assert line.until("portfolio", con_id=107, quantity=0.0)["realized"] == -111.0
    assert line.until("value", tag="TotalCashValue", value="89889.00", currency="USD")
    assert executions(line)[1:] == [(107, "SLD", 1.0, 0.0), (SHARE, "BOT", 100.0, 100.0)]


def test_a_put_in_the_money_sells_the_shares(stage: Stage) -> None:
    line = last_minutes(stage)
    line.buy(1, P105)

    stage.pass_time(180)

    assert line.until("position", con_id=SHARE, quantity=-100.0)["average"] == 105.0
    assert line.until("value", tag="TotalCashValue", value="110389.00", currency="USD")
    assert executions(line)[1:] == [(112, "SLD", 1.0, 0.0), (SHARE, "SLD", 100.0, 105.0)]


def test_out_of_the_money_it_is_gone_without_an_execution(stage: Stage) -> None:
    line = last_minutes(stage)
    line.buy(1, P100)

    stage.pass_time(180)

    assert line.until("position", con_id=108, quantity=0.0)
    assert line.until("portfolio", con_id=108, quantity=0.0)["realized"] == -111.0
    assert line.until("value", tag="NetLiquidation", value="99889.00")
    assert executions(line) == [(108, "BOT", 1.0, 1.1)]
    assert not line.all("position", con_id=SHARE)


def test_settled_in_cash_it_pays_what_it_is_worth(stage: Stage) -> None:
    line = last_minutes(stage, exercise=Exercise.CASH)
    line.buy(1, C100)

    stage.pass_time(180)

    assert line.until("portfolio", con_id=107, quantity=0.0)["realized"] == 189.0
    assert line.until("value", tag="TotalCashValue", value="100189.00", currency="USD")
    assert executions(line)[1:] == [(107, "SLD", 1.0, 3.0)]


def test_what_the_account_cannot_carry_is_closed_out(stage: Stage) -> None:
    line = last_minutes(stage, cash_account=True, start_cash=Decimal(5000))
    line.buy(1, C100)

    stage.pass_time(180)

    assert line.until("position", con_id=107, quantity=0.0)
    assert executions(line)[1:] == [(107, "SLD", 1.0, 3.0)]
    assert line.until("value", tag="TotalCashValue", value="5188.00", currency="USD")


def test_a_delivery_is_told_live_to_client_0_as_nobody_s_order(stage: Stage) -> None:
    line = last_minutes(stage, client_id=0)
    line.buy(1, C100)

    stage.pass_time(180)

    fill = line.until("fill", con_id=SHARE)
    assert (fill["order"], fill["client"], fill["price"], fill["ref"]) == (0, 0, 100.0, "")
    assert line.until("commission", exec_id=fill["exec_id"])["amount"] == 0.0


def test_orders_on_an_option_end_with_it(stage: Stage) -> None:
    line = last_minutes(stage)
    order = line.place(C100, action="BUY", type="LMT", limit=0.5, tif="GTC")
    line.until_status(order, "Submitted")

    stage.pass_time(180)
    line.until_status(order, "Cancelled")
    late = line.place(C100, action="BUY", type="LMT", limit=0.5, tif="GTC")

    assert line.until("error", id=late)["code"] == 201
    assert line.statuses(order) == ["PreSubmitted", "Submitted", "Cancelled"]


def test_an_option_may_be_left_to_lapse_although_it_is_worth_something(stage: Stage) -> None:
    line = last_minutes(stage)
    line.buy(1, C100)

    exercise(line, C100, LAPSE)
    line.do("time")
    line.until("time")
    stage.pass_time(180)

    assert line.until("portfolio", con_id=107, quantity=0.0)["realized"] == -111.0
    assert not line.all("position", con_id=SHARE)
    assert executions(line) == [(107, "BOT", 1.0, 1.1)]


def test_an_early_exercise_delivers_at_once(stage: Stage) -> None:
    line = last_minutes(stage)
    line.buy(2)

    exercise(line, CALL, EXERCISE)

    assert line.until("position", con_id=CALL["con_id"], quantity=1.0)["average"] == 110.65
    assert line.until("position", con_id=SHARE, quantity=100.0)["average"] == 100.0
    assert line.until("portfolio", con_id=SHARE, quantity=100.0)["unrealized"] == 300.0
    assert executions(line)[1:] == [(CALL["con_id"], "SLD", 1.0, 0.0), (SHARE, "BOT", 100.0, 100.0)]


def test_out_of_the_money_an_exercise_needs_the_override(stage: Stage) -> None:
    line = last_minutes(stage)
    line.buy(1, PUT)

    refused = exercise(line, PUT, EXERCISE)
    assert line.until("error", asked=refused)["code"] == 322
    exercise(line, PUT, EXERCISE, override=1)

    assert line.until("position", con_id=SHARE, quantity=-100.0)["average"] == 100.0


@pytest.mark.parametrize(
    ("contract", "action", "quantity", "refusal"),
    [
        (CALL, EXERCISE, 2, (322, "exceeds the position")),
        (CALL, LAPSE, 1, (322, "last trading day")),
        (CALL, 3, 1, (321, "Invalid contract, exercise action")),
        (STOCK, EXERCISE, 1, (321, "Invalid contract, exercise action")),
        ({**CALL, "con_id": 999}, EXERCISE, 1, (200, "No security definition")),
    ],
    ids=["too many", "lapse too early", "unknown action", "a share", "unknown"],
)
def test_what_cannot_be_exercised_is_refused(
    stage: Stage, contract: Mapping[str, Any], action: int, quantity: int, refusal: tuple[int, str]
) -> None:
    line = last_minutes(stage)
    line.buy(1)

    asked = exercise(line, contract, action, quantity)

    row = line.until("error", asked=asked)
    assert row["code"] == refusal[0]
    assert refusal[1] in row["text"]


def test_the_day_after_begins_with_what_was_delivered(stage: Stage) -> None:
    line = last_minutes(stage)
    line.buy(1, C100)
    asked = line.ask("pnl", account=ACCOUNT)

    stage.pass_time(12 * 3600)

    assert line.until("pnl", asked=asked, realized=0.0, unrealized=300.0, daily=0.0)
    asked_single = line.ask("pnl_single", account=ACCOUNT, con_id=SHARE)
    row = line.until("pnl_single", asked=asked_single)
    assert (row["quantity"], row["daily"], row["unrealized"], row["realized"]) == (100.0, 0.0, 300.0, None)
    assert last(line, "position", con_id=SHARE)["quantity"] == 100.0
