from tests.conformance.stage import ACCOUNT, CALL, HIGH_LEVEL, Stage


def test_a_read_only_gateway_connects_and_answers(stage: Stage) -> None:
    stage.gateway(read_only=True)
    line = stage.line(read_only=True)

    asked = line.history()
    line.do("positions")

    assert line.until("bars_end", asked=asked)
    assert line.until("positions_end")
    assert line.until("accounts")["accounts"] == ACCOUNT


def test_a_read_only_gateway_refuses_orders_with_321(stage: Stage) -> None:
    stage.gateway(read_only=True)
    line = stage.line(read_only=True)

    order = line.place(CALL, action="BUY")

    row = line.until("error", id=order)
    assert row["code"] == 321
    assert "Read-Only" in row["text"]
    assert not line.all("fill")


def test_a_read_only_gateway_has_no_open_orders_to_tell(stage: Stage) -> None:
    stage.gateway(read_only=True)
    stage.expect("open orders request timed out", of=HIGH_LEVEL)
    stage.expect("completed orders request timed out", of=HIGH_LEVEL)
    line = stage.line(patience=1.0)

    if stage.client.is_official:  # the others ask when they connect
        line.do("open_orders")
        line.do("completed_orders", api_only=False)

    line.until("error", code=321, id=-1, count=2)
    assert not line.all("orders_end")
    assert not line.all("completed_end")
