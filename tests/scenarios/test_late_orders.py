"""Orders that come to life when their bracket was taken for over: never others', guarded, and counted to the cent."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from domain.commands import FlattenBracket
from domain.events import ClosedBy
from domain.others import AskForeign
from simgateway.faults.model import Fault, Nth
from simgateway.protocol.wire import Fields
from tests.scenarios.bad_days import Life
from tests.scenarios.test_daily_loss import start_again
from tests.scenarios.test_power_loss import cash

LOST: Final = Fault(kind="lose_order", when=Nth(1), times=3)
SILENT: Final = Fault(kind="silent_order", when=Nth(1), times=3)
LATE_SECONDS: Final = 30.0
GUARDED_SECONDS: Final = 5.0
SEEN_SECONDS: Final = 15.0  # The position is looked into after five, and the bracket has to be started.


def lost(life: Life, *faults: Fault) -> list[Fields]:
    """Live until a bracket is closed of which the gateway keeps everything back; return what it keeps."""
    life.strike(*faults, LOST)
    while not life.events("position_closed"):
        life.run_for(0.5)
    assert life.true().orders == frozenset()
    return [frame.fields for frame in life.sent("placeOrder")]


def come_to_life(life: Life, kept: list[Fields]) -> None:
    """Let the gateway have what it kept back, as if it came now."""

    async def handled() -> None:
        (session,) = life.gateway.sessions()
        for fields in kept:
            life.gateway.handle(session, fields)

    life.host.run(handled())


def stay(life: Life, kept: list[Fields]) -> None:
    """Let the process live on."""
    life.run_for(LATE_SECONDS)
    come_to_life(life, kept)


def restart_before(life: Life, kept: list[Fields]) -> None:
    """Start another process before the orders come to life."""
    start_again(life)
    stay(life, kept)


def restart_after(life: Life, kept: list[Fields]) -> None:
    """End the process at the moment in which they do, before it hears of it."""
    stay(life, kept)
    start_again(life)


def sell_all(life: Life) -> None:
    """Sell what our brackets hold."""
    for bracket in life.brackets():
        life.tell(f"oco:{bracket.plan.intent}", FlattenBracket(why=ClosedBy.FLATTENED))
    life.run_for(20)


@pytest.mark.parametrize("meanwhile", [stay, restart_before, restart_after])
def test_a_bracket_that_no_book_told_of_and_comes_to_life_is_ours_guarded_and_counted(
    meanwhile: Callable[[Life, list[Fields]], None], tmp_path: Path
) -> None:
    with Life.of(tmp_path) as life:
        meanwhile(life, lost(life))
        life.run_for(GUARDED_SECONDS)
        known, true = life.known(), life.true()
        others = life.ask("risk", AskForeign())
        sell_all(life)
        ours, theirs = cash(life)

        assert (len(true.positions), len(true.orders), known) == (1, 2, true)
        assert len(life.events("bracket_reopened")) == 1
        assert (others.unsettled, life.events("foreign_position", "foreign_order")) == ((), [])
        assert life.true().positions == {}
        assert ours == theirs
        life.stop()
        assert life.audited().violations == ()


def test_one_of_which_nothing_is_told_but_the_position_is_asked_about_and_never_called_others(tmp_path: Path) -> None:
    with Life.of(tmp_path) as life:
        stay(life, lost(life, SILENT))
        told = len(life.events("bracket_reopened"))
        life.run_for(SEEN_SECONDS)
        known, true = life.known(), life.true()

        assert told == 0
        assert (len(true.positions), len(true.orders), known) == (1, 2, true)
        assert life.events("foreign_position") == []
