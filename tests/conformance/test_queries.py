import pytest

from tests.conformance.stage import CALL, PUT, STOCK, Line, Stage


def filled_day(stage: Stage) -> tuple[Line, Line]:
    """Return two clients: the first has bought a call and sold it, the second has bought the stock and rests a bid."""
    first, second = stage.line(1), stage.line(2)
    first.buy(1, CALL)
    sale = first.place(CALL, action="SELL", ref="sale")
    first.until("commission", exec_id=first.until("fill", order=sale)["exec_id"])
    second.buy(5, STOCK)
    bid = second.place(PUT, action="BUY", type="LMT", limit=0.5, ref="bid")
    second.until_status(bid, "Submitted")
    return first, second


def executions(line: Line, **wanted: object) -> list[tuple[int, str, float]]:
    """Return con id, side and size of the executions that pass a filter."""
    asked = line.ask("executions", filter=wanted)
    line.until("fills_end", asked=asked)
    return [(row["con_id"], row["side"], row["shares"]) for row in line.all("fill", asked=asked)]


ALL = [(101, "BOT", 1.0), (101, "SLD", 1.0), (1, "BOT", 5.0)]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ALL),
        ({"symbol": "ABC"}, ALL),
        ({"symbol": "XYZ"}, []),
        ({"sec_type": "OPT"}, ALL[:2]),
        ({"sec_type": "STK"}, ALL[2:]),
        ({"side": "BUY"}, [ALL[0], ALL[2]]),
        ({"side": "SELL"}, [ALL[1]]),
        ({"client": 2}, ALL[2:]),
        ({"client": 9}, []),
        ({"since": "20251112-09:00:00"}, ALL),
        ({"since": "20251112-23:00:00"}, []),
    ],
    ids=lambda value: "-".join(f"{name}={each}" for name, each in value.items()) if isinstance(value, dict) else "",
)
def test_executions_pass_the_filter(
    stage: Stage, wanted: dict[str, object], found: list[tuple[int, str, float]]
) -> None:
    first, _ = filled_day(stage)

    assert executions(first, **wanted) == found


def test_each_execution_comes_with_its_commission(stage: Stage) -> None:
    line = stage.line()
    line.buy()
    stage.hang_up(line)

    again = stage.line(7)
    told = executions(again)

    assert told == [(101, "BOT", 1.0)]
    assert again.until("commission", exec_id=again.until("fill")["exec_id"])["amount"] >= 1.0


def test_own_open_orders_are_told_alone(stage: Stage) -> None:
    first, second = filled_day(stage)

    first.do("open_orders")
    first.until("orders_end")
    second.do("open_orders")

    assert second.until("order", ref="bid")["client"] == 2
    assert not first.all("order", ref="bid")


def test_everybodys_open_orders_are_told_on_request(stage: Stage) -> None:
    first, _ = filled_day(stage)

    first.do("all_open_orders")

    row = first.until("order", ref="bid")
    assert (row["client"], row["con_id"], row["limit"]) == (2, 102, 0.5)


def test_nothing_open_is_told_by_the_end_alone(stage: Stage) -> None:
    line = stage.line()

    before = len(line.all("orders_end"))

    line.do("open_orders")
    line.until("orders_end", count=before + 1)
    line.do("all_open_orders")
    line.until("orders_end", count=before + 2)

    assert not line.all("order")


def test_completed_orders_are_told_with_their_end(stage: Stage) -> None:
    first, second = filled_day(stage)
    second.do("cancel_all")
    second.until("status", status="Cancelled")

    first.do("completed_orders", api_only=False)

    sale = first.until("completed", ref="sale")
    assert (sale["action"], sale["filled"], sale["status"]) == ("SELL", 1.0, "Filled")
    assert sale["perm"] > 0
    assert first.until("completed", ref="bid")["status"] == "Cancelled"
    assert first.until("completed_end")


def test_positions_of_the_day_agree_with_its_executions(stage: Stage) -> None:
    first, _ = filled_day(stage)

    first.do("positions")

    assert first.until("position", con_id=1, quantity=5.0)
    assert not first.all("position", con_id=101, quantity=1.0) or first.all("position", con_id=101, quantity=0.0)
