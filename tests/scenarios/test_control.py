"""The operator steps in, over the wire and in virtual time: halt, resume, flatten; a file when nothing else works."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from actors.control import LOOK_SECONDS
from actors.runtime.lifecycle import STOP_ORDER
from domain.control import AskControl, ControlAnswer, ControlState, GiveOrder, Order
from simgateway.faults.model import Fault
from simgateway.trading.by_hand import HandOrder
from tests.scenarios.bad_days import Life, struck

SYMBOLS: Final = ("SPY", "QQQ", "AAPL")
ONE_BY_ONE: Final = ("schedule.max_concurrent_symbols=1",)
STEP_SECONDS: Final = 0.02
PATIENCE_SECONDS: Final = 180.0
FLAT_SECONDS: Final = 30.0


def order(life: Life, wanted: Order) -> ControlAnswer:
    """Give an order as the socket does."""
    answer: ControlAnswer = life.ask("control", GiveOrder(order=wanted, by=f"./bot {wanted.value}"))
    return answer


def entries(life: Life) -> int:
    """Return how many entries reached the gateway."""
    return len({frame.fields[1] for frame in life.sent("placeOrder") if "BUY" in frame.fields})


def wait_for_entries(life: Life, count: int) -> None:
    """Let time pass until so many entries have just reached the gateway, and none of the last one's answers us."""
    for _ in range(int(PATIENCE_SECONDS / STEP_SECONDS)):
        if entries(life) >= count:
            return
        life.run_for(STEP_SECONDS)
    raise AssertionError(f"{entries(life)} entries in {PATIENCE_SECONDS} s")


def guarded(life: Life) -> bool:
    """Return whether bot and gateway agree, and each position has its two exits."""
    true = life.true()
    return life.known() == true and len(true.orders) == 2 * len(true.positions)


@contextmanager
def audited(folder: Path, **parts: Any) -> Iterator[Life]:
    """Give a life; at its end nothing was violated and nobody failed."""
    with Life.of(folder, **{"symbols": SYMBOLS, "sets": ONE_BY_ONE, **parts}) as life:
        yield life
        life.stop()
        assert life.audited().violations == ()
        assert life.events("actor_failed", "actor_gave_up", "catalogue_violation", "mail_dropped") == []


IN_FLIGHT: Final = {
    "answered": (),
    "lost": (struck("lose_order", times=3),),
    "silent": (struck("silent_order", times=3),),
    "late": (struck("delay", "orderStatus", seconds=3, lasts=60),),
}


@pytest.mark.parametrize("faults", IN_FLIGHT.values(), ids=IN_FLIGHT)
def test_a_halt_while_an_entry_is_in_flight_lets_no_other_leave_and_what_fills_is_guarded(
    faults: tuple[Fault, ...], tmp_path: Path
) -> None:
    with audited(tmp_path) as life:
        life.strike(*faults)
        wait_for_entries(life, 1)

        answer = order(life, Order.HALT)
        sent = entries(life)
        life.run_for(PATIENCE_SECONDS)

        assert (answer.state, answer.journaled) == (ControlState.HALTED, True)
        assert sent == entries(life) == 1
        assert guarded(life)
        assert "halted" in {row["rule"] for row in life.events("entry_denied")}


def test_after_a_resume_entries_go_on_and_flattening_closes_all_of_ours_and_nothing_of_others(tmp_path: Path) -> None:
    with audited(tmp_path) as life:
        wait_for_entries(life, 1)
        order(life, Order.HALT)
        life.run_for(60)

        assert order(life, Order.RESUME).state is ControlState.RUNNING
        wait_for_entries(life, 3)
        life.run_for(20)
        ours = life.true().positions
        assert len(ours) == 3
        assert guarded(life)
        theirs = share_of(life)
        life.host.run(by_hand(life, theirs, "BUY"))
        life.run_for(5)
        assert life.true().positions == {**ours, theirs: 1}

        answer = order(life, Order.FLATTEN)
        life.run_for(FLAT_SECONDS)

        assert (answer.state, answer.brackets) == (ControlState.FLATTENING, 3)
        assert life.true().positions == {theirs: 1}
        assert life.true().orders == frozenset()
        assert {row["reason"] for row in life.events("position_closed")} == {"flattened"}
        assert [row["state"] for row in life.events("control")] == ["halted", "running", "flattening", "halted"]
        life.run_for(PATIENCE_SECONDS)
        assert entries(life) == 3


def share_of(life: Life) -> int:
    """Return the con id of a share whose bars the bot asked for."""
    fields = life.sent("reqHistoricalData")[0].fields
    return int(fields[fields.index("STK") - 2])


async def by_hand(life: Life, con_id: int, action: str) -> None:
    life.gateway.desk.place_by_hand(HandOrder(con_id=con_id, action=action, quantity=1))


def test_flattening_while_an_entry_is_in_flight_leaves_nothing_behind(tmp_path: Path) -> None:
    with audited(tmp_path) as life:
        wait_for_entries(life, 2)

        order(life, Order.FLATTEN)
        life.run_for(2 * FLAT_SECONDS)

        assert life.true() == life.known()
        assert life.true().positions == {}
        assert life.ask("control", AskControl()).state is ControlState.HALTED


def test_flattening_without_a_connection_is_done_when_it_is_back(tmp_path: Path) -> None:
    with audited(tmp_path) as life:
        wait_for_entries(life, 3)
        life.run_for(20)
        life.strike(struck("restart", seconds=60))
        life.run_for(5)

        assert order(life, Order.FLATTEN).state is ControlState.FLATTENING
        life.run_for(60 + 2 * FLAT_SECONDS)

        assert life.true().positions == {}
        assert life.true().orders == frozenset()


def test_a_halt_file_keeps_the_next_entry_from_leaving_with_the_actor_for_orders_gone(tmp_path: Path) -> None:
    with audited(tmp_path) as life:
        wait_for_entries(life, 1)
        life.tell("telling", STOP_ORDER())  # Its supervisor, else it would come again.
        life.run_for(STEP_SECONDS)
        (tmp_path / "HALT").touch()
        life.run_for(PATIENCE_SECONDS)

        assert life.system.directory.names("control") == ()
        assert entries(life) == 1
        assert guarded(life)


def test_a_halt_file_is_taken_up_journaled_and_outlives_its_removal(tmp_path: Path) -> None:
    with audited(tmp_path) as life:
        (tmp_path / "HALT").touch()
        life.run_for(LOOK_SECONDS + 1)
        (tmp_path / "HALT").unlink()
        life.run_for(PATIENCE_SECONDS)

        assert entries(life) == 0
        assert ("control", "halted by the HALT file") in life.alerts.told
        assert order(life, Order.RESUME).state is ControlState.RUNNING
        wait_for_entries(life, 1)


def test_a_halt_file_from_before_the_start_opens_nothing_from_the_first_cycle_on(tmp_path: Path) -> None:
    (tmp_path / "HALT").touch()
    with audited(tmp_path) as life:
        life.run_for(PATIENCE_SECONDS)

        assert entries(life) == 0
        assert life.ask("control", AskControl()).state is ControlState.HALTED


def test_a_halt_survives_the_restart_of_the_process(tmp_path: Path) -> None:
    with audited(tmp_path) as life:
        life.run_for(1)
        order(life, Order.HALT)
        life.run_for(PATIENCE_SECONDS)

    with audited(tmp_path) as life:
        life.run_for(PATIENCE_SECONDS)

        assert entries(life) == 0
        assert "halted by ./bot halt" in {row["found"].split(" since")[0] for row in life.events("entry_denied")}
        order(life, Order.RESUME)
        wait_for_entries(life, 1)
