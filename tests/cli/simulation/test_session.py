from dataclasses import replace
from pathlib import Path

import pytest

from cli.simulation.drawing import drawn_script
from cli.simulation.script import ByHand, Crash, Level, Mishap
from cli.simulation.session import calendar_in, run_script
from domain.trading_day import Calendar
from simgateway.faults.model import Fault


@pytest.fixture(scope="module")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> Calendar:
    return calendar_in(tmp_path_factory.mktemp("calendar"))


def test_a_session_has_fills_and_a_brackets_whole_life_and_breaks_nothing(calendar: Calendar) -> None:
    outcome = run_script(drawn_script(1, Level.NONE), calendar)

    assert outcome.violations == ()
    assert outcome.fills >= 2
    assert outcome.lives >= 1
    assert outcome.fired == {}
    assert {"connection: connecting + Connected", "order: held + accepted"} <= outcome.rows


def test_the_same_seed_gives_the_same_trace_and_another_seed_another(calendar: Calendar) -> None:
    first, again, other = (run_script(drawn_script(seed, Level.ALL), calendar) for seed in (2, 2, 3))

    assert first == again
    assert first.trace != other.trace


def test_what_goes_wrong_by_the_script_does_go_wrong(calendar: Calendar) -> None:
    script = replace(
        drawn_script(1, Level.NONE),
        mishaps=(
            Mishap(number=1, after=100.0, what=Fault(kind="drop"), bracket=1),
            Mishap(number=2, after=200.0, what=Crash(actor="risk")),
            Mishap(number=3, after=300.0, what=Crash(actor="symbol:*")),
        ),
    )

    outcome = run_script(script, calendar)

    assert outcome.fired == {"drop": 1, "crash risk": 1, "crash symbol": 1}
    assert outcome.violations == ()


@pytest.mark.parametrize(("writes", "fired"), [(True, {"sale by hand": 1}), (False, {})])
def test_somebody_sells_by_hand_where_options_may_be_written(
    fired: dict[str, int], calendar: Calendar, *, writes: bool
) -> None:
    drawn = drawn_script(1, Level.NONE)
    script = replace(
        drawn,
        gateway=replace(drawn.gateway, cash_account=False, writes_options=writes),
        mishaps=(Mishap(number=1, after=10.0, what=ByHand(part=1.0), bracket=1),),
    )

    outcome = run_script(script, calendar)

    assert outcome.fired == fired
    assert outcome.violations == ()


def test_whatever_breaks_a_session_is_its_violation(calendar: Calendar) -> None:
    script = replace(drawn_script(1, Level.NONE), sets=("symbols=[]",))

    outcome = run_script(script, calendar)

    assert "the session broke" in outcome.violations[0]


def test_a_calendar_is_kept_in_a_file_of_its_folder(tmp_path: Path) -> None:
    assert calendar_in(tmp_path) == calendar_in(tmp_path)
    assert list(tmp_path.glob("xnys-2026-*.json"))
