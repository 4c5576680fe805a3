"""Whatever goes wrong with messages and links does so without the wire too, and the bot comes through."""

from dataclasses import replace

import pytest

from cli.simulation.drawing import drawn_script
from cli.simulation.script import Crash, Level, Mishap
from cli.simulation.session import calendar_in, run_script
from domain.trading_day import Calendar
from simgateway.faults.model import Fault, Nth

SEED = 5

FAULTS = (
    Fault(kind="mute", message="orderStatus", when=Nth(1)),
    Fault(kind="mute", message="positionEnd", when=Nth(1)),
    Fault(kind="delay", message="orderStatus", when=Nth(1), settings={"seconds": 20.0}),
    Fault(kind="duplicate", message="commissionReport", when=Nth(1)),
    Fault(kind="reorder", message="openOrder", when=Nth(1), settings={"passed_by": 3}),
    Fault(kind="cut", message="tickPrice", when=Nth(1)),
    Fault(kind="garbage", message="tickPrice", when=Nth(1), settings={"framed": True}),
    Fault(kind="garbage", message="tickPrice", when=Nth(1)),
    Fault(kind="short", message="orderStatus", when=Nth(1)),
    Fault(kind="unknown", message="tickPrice", when=Nth(1)),
    Fault(kind="drop", settings={"hold_seconds": 5.0}),
    Fault(kind="half_open", settings={"existing": True, "seconds": 60.0}),
    Fault(kind="restart", settings={"seconds": 60.0}),
    Fault(kind="connectivity", settings={"seconds": 60.0, "restored": 1101}),
    Fault(kind="reject", message="placeOrder", when=Nth(1), settings={"code": 201}),
    Fault(kind="delayed_data", lasts=120.0),
    Fault(kind="no_time_zone", lasts=600.0),
    Fault(kind="rollback_ids", settings={"to": 1}),
)


@pytest.fixture(scope="module")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> Calendar:
    return calendar_in(tmp_path_factory.mktemp("calendar"))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind} {fault.message}".strip())
def test_a_fault_happens_and_nothing_is_violated(fault: Fault, calendar: Calendar) -> None:
    begins = Mishap(number=1, bracket=1, after=1.0, what=fault)
    ends = Mishap(number=2, bracket=1, after=30.0, what=Fault(kind="drop"))
    script = replace(drawn_script(SEED, Level.NONE), wire=False, mishaps=(begins, ends))

    outcome = run_script(script, calendar)

    assert outcome.violations == ()
    assert outcome.fired.get(fault.kind, 0) >= 1
    assert outcome.fills >= 1


def test_the_same_script_without_the_wire_gives_the_same_trace(calendar: Calendar) -> None:
    wrong: tuple[Fault | Crash, ...] = (*FAULTS[2:5], Crash(actor="oco:*"), Fault(kind="drop"))
    mishaps = tuple(
        Mishap(number=number, bracket=1, after=float(number), what=what) for number, what in enumerate(wrong, 1)
    )
    script = replace(drawn_script(SEED, Level.NONE), wire=False, mishaps=mishaps)

    first, again = run_script(script, calendar), run_script(script, calendar)

    assert first == again
    assert "drop" in first.fired
