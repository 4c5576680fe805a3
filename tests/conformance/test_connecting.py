from tests.conformance.stage import ACCOUNT, CALL, HIGH_LEVEL, STOCK, Stage


def test_the_agreed_version_is_the_lower_of_both(stage: Stage) -> None:
    line = stage.line()

    assert line.version == stage.client.version
    assert line.until("accounts")["accounts"] == ACCOUNT
    assert line.until("next_id")["order"] == 1
    assert {line.until("error", code=code)["id"] for code in (2104, 2106, 2158)} == {-1}


def test_time_accounts_and_the_next_id_are_told_on_request(stage: Stage) -> None:
    line = stage.line()
    line.until("error", code=2158)

    line.do("time")
    line.do("accounts")
    line.do("next_id")

    assert line.until("time")["at"] >= 1762965000
    assert line.until("accounts", count=2)["accounts"] == ACCOUNT
    assert line.until("next_id", count=2)["order"] == 1


def test_a_client_id_in_use_is_refused_and_the_first_one_lives_on(stage: Stage) -> None:
    first = stage.line(5)
    stage.expect("already in use", of=HIGH_LEVEL)
    stage.expect("connection failed: TimeoutError", of=HIGH_LEVEL)

    second = stage.line(5, must=False, patience=1.0)

    assert not second.is_ready
    assert second.until("error", code=326)["id"] == -1
    first.do("time")
    assert first.until("time")


def test_a_client_id_is_free_again_after_its_connection_has_ended(stage: Stage) -> None:
    first = stage.line(5)
    stage.hang_up(first)

    second = stage.line(5)

    assert second.is_ready


def test_several_clients_see_their_own_orders_alone(stage: Stage) -> None:
    first, second = stage.line(1), stage.line(2)
    mine = first.place(CALL, action="BUY", type="LMT", limit=0.5, ref="mine")
    yours = second.place(STOCK, action="BUY", type="LMT", limit=0.5, ref="yours")
    first.until_status(mine, "Submitted")
    second.until_status(yours, "Submitted")

    before = len(first.all("orders_end"))
    first.do("open_orders")
    first.until("orders_end", count=before + 1)

    assert {row["ref"] for row in first.all("order")} == {"mine"}
    assert {row["ref"] for row in second.all("order")} == {"yours"}


def test_the_same_client_id_sees_its_orders_again(stage: Stage) -> None:
    first = stage.line(3)
    order = first.place(CALL, action="BUY", type="LMT", limit=0.5, tif="GTC", ref="kept")
    perm = first.until_status(order, "Submitted")["perm"]
    stage.hang_up(first)

    again = stage.line(3)
    again.do("open_orders")

    found = again.until("order", ref="kept")
    assert (found["order"], found["perm"], found["client"], found["tif"]) == (order, perm, 3, "GTC")
    assert again.until("status", order=order)["status"] == "Submitted"


def test_the_next_id_is_above_every_one_used(stage: Stage) -> None:
    first = stage.line(3)
    used = [first.place(CALL, action="BUY", type="LMT", limit=0.5) for _ in range(3)]
    first.until_status(used[-1], "Submitted")
    stage.hang_up(first)

    again = stage.line(3)

    assert again.until("next_id")["order"] > max(used)
    assert again.place(CALL, action="BUY", type="LMT", limit=0.5) > max(used)


def test_client_zero_may_bind_orders(stage: Stage) -> None:
    line = stage.line(0)

    line.do("auto_open_orders", on=True)
    line.do("time")

    assert line.until("time")


def test_another_client_is_undisturbed_when_one_goes(stage: Stage) -> None:
    first, second = stage.line(1), stage.line(2)
    quotes = second.quotes()
    second.until("price", asked=quotes)

    stage.hang_up(first)
    stage.show(CALL["con_id"], "1.50", "1.60")

    assert second.until("price", asked=quotes, tick=1, price=1.5)


def test_many_connections_of_one_program_live_side_by_side(stage: Stage) -> None:
    lines = [stage.line(number) for number in range(10, 15)]

    for line in lines:
        line.do("time")

    assert all(line.until("time") for line in lines)
