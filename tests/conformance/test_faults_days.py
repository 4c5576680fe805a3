"""Bad days made of several faults, as each client lives through them: outages, nights, unclean ends, orders unheard of.

Time is moved by hand: no case depends on how fast a client is.
"""

from pathlib import Path

import pytest

import simgateway
from simgateway.faults.scenario import load_scenario
from tests.conformance.fault_scene import Scene, tell
from tests.conformance.stage import CALL, HIGH_LEVEL, PUT, STOCK, Line, Stage
from tests.simgateway.fake_market import CALL_ID, PUT_ID

SCENARIOS = sorted((Path(simgateway.__file__).parent / "scenarios").glob("*.toml"))
GIVES_UP = "API connection failed"


@pytest.fixture
def scene(stage: Stage) -> Scene:
    return Scene(stage, {})


def rest(line: Line, limit: float = 0.5, **more: object) -> int:
    order = line.place(CALL, action="BUY", type="LMT", limit=limit, tif="GTC", **more)
    line.until_status(order, "Submitted")
    return order


def knock(scene: Scene, client_id: int = 1) -> Line:
    """Try to connect, with little patience."""
    scene.stage.allow(GIVES_UP)
    return scene.stage.line(client_id, must=False, patience=0.4)


def back(scene: Scene, client_id: int = 1) -> Line:
    """Connect again, and ask for the open orders and the executions."""
    scene.line = line = scene.stage.line(client_id)
    line.do("open_orders")
    line.ask("executions", filter={})
    assert scene.answers()
    return line


@pytest.mark.parametrize(("restored", "streams"), [(1101, False), (1102, True)])
def test_streams_and_an_order_live_through_a_lost_line(scene: Scene, restored: int, *, streams: bool) -> None:
    line, stage = scene.line, scene.stage
    call, put = line.quotes(CALL), line.quotes(PUT)
    bought, kept = rest(line, 0.9), rest(line, 0.5)
    scene.settle(5.0)
    before = len(line.all("price"))

    scene.strike(kind="connectivity", seconds=60, restored=restored)
    line.do("cancel", id=kept)
    stage.show(CALL_ID, "0.80", "0.85")
    stage.show(PUT_ID, "0.40", "0.45")
    scene.settle(30.0)
    meanwhile = [tell(row) for row in line.everything() if row["kind"] in {"price", "status", "fill"}][-1:]
    told, statuses = len(line.all("price")), (line.statuses(bought), line.statuses(kept))
    scene.settle(60.0)
    stage.show(CALL_ID, "0.60", "0.65")
    stage.show(PUT_ID, "0.60", "0.65")
    scene.settle(10.0)

    assert told == before, meanwhile
    assert [rows[-1] for rows in statuses] == ["Submitted", "Submitted"]
    assert [code for code in line.errors() if code != 202] == [1100, restored]
    assert line.belief(bought) == "Filled"
    assert line.belief(kept) == "Cancelled"
    for asked in (call, put):
        assert bool(line.all("price", asked=asked, price=0.6)) is streams
    assert not line.all("closed")


def test_after_1101_quotes_that_are_asked_for_again_stream(scene: Scene) -> None:
    line = scene.line
    line.quotes(CALL)
    scene.strike(kind="connectivity", seconds=60, restored=1101)
    scene.settle(90.0)

    again = line.quotes(CALL)
    scene.settle(5.0)

    assert line.all("price", asked=again, price=1.0)


def test_three_nights_of_absence_keep_orders_and_never_give_an_id_twice(scene: Scene) -> None:
    other = scene.stage.line(2)
    kept = rest(scene.line, ref="kept")
    foreign = rest(other, ref="foreign")
    used = {kept}

    for night in range(3):
        scene.strike(kind="restart", seconds=300)
        scene.line.until("closed")
        assert not knock(scene).is_ready
        scene.pass_time(301.0)
        line = back(scene)
        assert line.all("next_id")[-1]["order"] > max(used)
        assert [row["order"] for row in line.all("order", ref="kept")][-1] == kept
        assert not line.all("order", ref="foreign")
        used.add(new := rest(line))
        assert len(used) == night + 2, f"{new} was used before"

    assert {row["order"] for row in back(scene, 2).all("order")} == {foreign}


def test_a_fill_during_the_nightly_absence_is_found_among_the_executions(scene: Scene) -> None:
    order = rest(scene.line, 0.9)
    scene.strike(kind="restart", seconds=300)
    scene.line.until("closed")

    scene.stage.show(CALL_ID, "0.80", "0.85")
    scene.pass_time(301.0)
    line = back(scene)

    assert [(row["order"], row["price"]) for row in line.all("fill")] == [(order, 0.9)] * len(line.all("fill")) != []
    assert not line.all("order", order=order, status="Submitted")


def test_an_id_held_after_an_unclean_drop_is_refused_and_then_free(scene: Scene) -> None:
    order = rest(scene.line)
    scene.strike(kind="drop", client=1, hold_seconds=120)
    scene.line.until("closed")

    refused = knock(scene)
    other = scene.stage.line(2)
    scene.pass_time(121.0)
    line = back(scene)

    assert not refused.is_ready
    assert [row["code"] for row in refused.all("error")] == [326]
    assert scene.answers(other)
    assert line.all("order", order=order)


def test_a_connection_that_fell_silent_is_replaced_and_nothing_is_lost(scene: Scene) -> None:
    order = rest(scene.line)
    scene.strike(kind="half_open", existing=True, seconds=30)
    scene.line.do("cancel", id=order)
    scene.pass_time(31.0)
    scene.stage.hang_up(scene.line)

    line = back(scene)

    assert line.all("order", order=order)[-1]["status"] == "Submitted"


def test_a_swallowed_order_and_a_silent_one_are_told_apart_by_asking(scene: Scene) -> None:
    line = scene.line
    scene.strike(kind="lose_order", nth=1)
    scene.strike(kind="silent_order", nth=2)
    lost, silent = (line.place(CALL, action="BUY", type="LMT", limit=0.5) for _ in range(2))
    scene.settle()
    believed = [line.belief(order) for order in (lost, silent)]
    line.do("open_orders")
    scene.answers()
    found = {row["order"] for row in line.all("order")}
    line.do("cancel", id=lost)
    scene.settle()

    assert believed == (["PendingSubmit"] * 2 if scene.stage.client.name in HIGH_LEVEL else [None, None])
    assert found == {silent}
    assert line.errors() == [10147]


def test_a_silent_order_that_filled_is_in_executions_and_positions(scene: Scene) -> None:
    line = scene.line
    scene.strike(kind="silent_order", times=1)
    order = line.place(CALL, action="BUY", quantity=2)
    scene.settle()
    silent = line.all("fill", order=order)

    line.ask("executions", filter={})
    line.do("positions")
    scene.answers()

    assert silent == []
    assert [row["shares"] for row in line.all("fill", order=order)] == [2.0]
    assert line.all("position")[-1]["quantity"] == 2.0


def test_executions_doubled_corrected_and_unpaid_do_not_change_what_is_held(scene: Scene) -> None:
    line = scene.line
    for kind in ("no_commission", "duplicate_execution", "correct_execution", "fill_first"):
        scene.strike(kind=kind)
    order = line.place(CALL, action="BUY", quantity=2)
    scene.settle()
    line.do("positions")
    scene.answers()

    told = [tell(row) for row in line.all("fill", order=order)]
    assert set(told) == {"fill 01 2 1.1", "fill 02 2 1.1"}
    assert len(told) > 2
    assert line.all("commission") == []
    assert line.all("position")[-1]["quantity"] == 2.0
    assert line.belief(order) == "Filled"


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_shipped_bad_day_is_lived_through_and_a_new_client_is_served(stage: Stage, path: Path) -> None:
    stage.is_lossy = True
    stage.allow("")  # what goes wrong on the way is the day's own; what counts is how it ends
    scene = Scene(stage, {})
    faults = load_scenario(path).faults
    stage.host.call(lambda gateway: gateway.faults.add_all(faults))
    scene.line.quotes(CALL)
    for _ in range(4):
        scene.line.place(CALL, action="BUY")
    scene.line.history(STOCK)

    for hours in range(0, 24, 2):
        stage.show(CALL_ID, f"1.{hours:02d}", f"1.{hours + 10}")
        scene.pass_time(7200.0)
    fired = stage.host.command(do="list")["fired"]
    stage.host.command(do="clear")
    stage.host.command(do="accept")
    scene.pass_time(120.0)

    assert fired
    assert scene.answers(stage.line(9))
