"""``./bot gone``: what the account lacks and nobody sold is written off; over the wire, and in a death at each step."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from cli.simulation.death import Side, Step
from cli.simulation.promises import DOWN_SECONDS, Bare, sent_twice
from domain.bracket_gone import WriteOff, WrittenOff
from domain.events import LegFilled
from domain.ids import Leg
from domain.others import AskForeign
from tests.scenarios.bad_days import STRIKES, Life, later
from tests.scenarios.test_adoption_death import NO_DEATH, MortalLife
from tests.scenarios.test_lacking import TOLD, moved
from tests.scenarios.test_sold_by_hand import GIVEN, Held, bought, holding, rising

SETTLED: Final = 8.0
SOON: Final = 5.0
GONE: Final = WriteOff(what="SPY", by="./bot gone")


def written_off(held: Held) -> WrittenOff:
    """Say it as the socket does."""
    answer: WrittenOff = held.life.ask("brackets", GONE)
    return answer


def fills_on_disk(life: Life) -> list[LegFilled]:
    """Return what the journal holds of write-offs."""
    streams = [f"bracket:{one.plan.intent}" for one in life.brackets()] or ["bracket:"]
    records = [record for stream in streams for record in life._store.read(stream)]
    return [one for one in records if isinstance(one, LegFilled) and one.leg is Leg.OUTSIDE]


def test_all_of_it_written_off_cancels_the_exits_and_ends_the_bracket_with_its_whole_premium_lost(
    tmp_path: Path,
) -> None:
    with holding(tmp_path) as held:
        paid = held.life.gateway.config.start_cash - held.life.gateway.books().cash
        moved(held, held.quantity)
        held.life.run_for(TOLD)

        answer = written_off(held)
        held.life.run_for(SETTLED)

        assert answer.done.endswith("nothing is left, and the exits are cancelled")
        assert (held.exits, held.life.brackets()) == ([], [])
        (closed,) = held.life.events("position_closed")
        assert (closed["reason"], closed["pnl"]) == ("outside", -paid)
        assert len(held.life.events("position_written_off")) == 1
        assert held.life.ask("risk", AskForeign()).unsettled == ()
        assert written_off(held).unknown


def test_of_a_part_written_off_the_rest_is_guarded_and_sold_by_its_target(tmp_path: Path) -> None:
    up: list[bool] = []
    with holding(tmp_path, prices=rising(up)) as held:
        moved(held, 1)
        held.life.run_for(TOLD)

        assert written_off(held).done
        held.life.run_for(SOON)
        left = held.quantity - 1
        assert (held.exits, held.life.known().positions) == ([left, left], {held.con_id: left})
        assert written_off(held) == WrittenOff()
        up.append(True)
        held.life.run_for(SETTLED)

        assert (held.position, held.exits) == (0, [])
        assert held.life.events("oversold") == []
        assert held.life.events("position_closed")[-1]["reason"] == "target"


def test_before_two_answers_lacked_it_and_where_nothing_lacks_it_is_refused(tmp_path: Path) -> None:
    with holding(tmp_path) as held:
        assert "nothing lacks" in written_off(held).refused
        moved(held, 1)

        assert "is being made sure of" in written_off(held).refused

        held.life.run_for(SOON)
        assert held.exits == [held.quantity] * 2
        assert fills_on_disk(held.life) == []


def test_it_is_written_off_though_trading_is_dead(tmp_path: Path) -> None:
    with Life.of(tmp_path, **GIVEN) as life:
        held = bought(life)
        moved(held, 1)
        life.run_for(TOLD)
        for _ in range(8):
            life.system.crash("risk", "a bug")
            life.run_for(1)
        assert not life.system.directory.address("risk").is_alive

        assert written_off(held).done
        life.run_for(SOON)

        assert held.exits == [held.quantity - 1] * 2


def test_while_the_broker_is_away_it_is_refused_and_nothing_is_cut(tmp_path: Path) -> None:
    with holding(tmp_path) as held:
        moved(held, 1)
        held.life.run_for(TOLD)
        held.life.strike(later(0, "restart", seconds=60))
        held.life.run_for(SOON)

        assert "does not say what is held" in written_off(held).refused
        assert held.exits == [held.quantity] * 2
        held.life.run_for(2 * 60)
        assert written_off(held).done


def test_said_twice_at_once_it_is_written_off_once(tmp_path: Path) -> None:
    with holding(tmp_path) as held:
        moved(held, 1)
        held.life.run_for(TOLD)

        held.life.tell("brackets", GONE)
        assert written_off(held).refused == ""
        held.life.run_for(SOON)

        assert [fill.quantity for fill in fills_on_disk(held.life)] == [1]
        assert held.exits == [held.quantity - 1] * 2


def test_the_day_counts_it_at_nothing_and_a_restart_does_too(tmp_path: Path) -> None:
    with Life.of(tmp_path, **GIVEN) as life:
        held = bought(life)
        moved(held, 1)
        life.run_for(TOLD)

        assert written_off(held).done
        life.run_for(1)
        assert realised(life) == Decimal("-203.00")  # Bought at 2.03.
        life.system.crash("risk", "a bug")
        life.run_for(SOON)

        assert realised(life) == Decimal("-203.00")


def realised(life: Life) -> Decimal:
    """Return what the day's ledger says that the day has made, fees not counted."""
    risk: Any = life.system.directory.ref("risk")
    made: Decimal = risk._actor_weakref()._ledger.realised
    return made


@contextmanager
def writing_off(folder: Path, dies_at: int) -> Iterator[MortalLife]:
    """Give a life in which a part of a position went to another account and the operator has just said so."""
    with MortalLife.of(folder, dies_at=dies_at, **GIVEN) as life:
        life.run_until(STRIKES)
        ((con_id, quantity),) = life.true().positions.items()
        moved(Held(life, con_id, quantity), 1)
        life.run_for(TOLD)
        life.armed = True
        life.tell("brackets", GONE)
        yield life


def points_of(folder: Path) -> list[tuple[Step, Side]]:
    """Return the points of a write-off at which nobody dies."""
    folder.mkdir()
    with writing_off(folder, NO_DEATH) as life:
        life.run_for(SOON)
        ((_, left),) = life.true().positions.items()
        assert life.known().positions == life.true().positions
        assert {row.quantity for row in life.gateway.books().open_orders} == {left}
    return life.points


def problems(folder: Path, number: int) -> Iterator[str]:
    """Give what is wrong with a write-off whose process dies at this point."""
    folder.mkdir()
    with writing_off(folder, number) as life:
        ((con_id, left),) = life.true().positions.items()
        held, watch = Held(life, con_id, left), Bare()
        while not life.is_dead:
            life.run_for(0.05)
        intents = life._store.open_intents()
        was_written = any(
            isinstance(record, LegFilled) and record.leg is Leg.OUTSIDE
            for intent in intents
            for record in life._store.read(f"bracket:{intent}")
        )
        life.run_for(DOWN_SECONDS)
        life.start_anew()
        life.run_for(SOON)
        wanted = left if was_written else left + 1
        if held.exits != [wanted] * 2:
            yield f"written before the end: {was_written}; the exits sell {held.exits}, {left} are held"
        life.run_for(TOLD)
        answer = written_off(held)
        for _ in range(40):
            watch.look(life.gateway.books(), life.now)
            life.run_for(0.5)
        if answer.refused or held.exits != [left] * 2 or len(fills_on_disk(life)) != 1 or watch.seconds_most:
            yield f"{answer}, {held.exits}, {fills_on_disk(life)}, bare {watch.seconds_most} s"
        if life.known() != life.true():
            yield f"{life.known()}, {life.true()}"
        yield from sent_twice(life.frames.frames)
        life.stop()
        yield from (f"{found.invariant}: {found.text}" for found in life.audited().violations)


def test_a_write_off_in_which_the_process_dies_is_nothing_or_whole_and_never_two(tmp_path: Path) -> None:
    points = points_of(tmp_path / "whole")

    found = {
        f"{number}, {side} {step}": list(problems(tmp_path / str(number), number))
        for number, (step, side) in enumerate(points, 1)
    }

    assert {name: texts for name, texts in found.items() if texts} == {}
    assert points.count((Step.ORDER, Side.BEFORE)) == points.count((Step.ORDER, Side.AFTER)) == 2
    assert points.count((Step.WRITE, Side.AFTER)) >= 1
