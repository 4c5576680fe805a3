"""A set piece meets what it was put together for, and no other seed knows of it."""

from random import Random

import pytest

from actors.runtime.faults.model import ActorFault
from cli.scenario import vocabulary
from cli.simulation.drawing import drawn_script
from cli.simulation.mishaps import draw_faults
from cli.simulation.script import LATEST_SECONDS, LONGEST_SECONDS, Level
from cli.simulation.session import calendar_in, run_script
from cli.simulation.set_pieces import EVERY, PIECES, Piece, put_together, set_piece
from domain.trading_day import Calendar
from simgateway.faults.model import Fault
from tests.simulation.guards import GUARDS

DRAWS = 200


@pytest.fixture(scope="module")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> Calendar:
    return calendar_in(tmp_path_factory.mktemp("calendar"))


def test_every_fiftieth_seed_is_a_set_piece_and_they_take_turns() -> None:
    found = {seed: piece for seed in range(10 * EVERY) if (piece := set_piece(seed)) is not None}

    assert list(found) == [EVERY * turn for turn in range(1, 10)]
    assert list(found.values())[: len(PIECES) + 1] == [*PIECES, PIECES[0]]


@pytest.mark.parametrize("seed", [EVERY - 1, EVERY + 1])
def test_a_seed_beside_one_has_what_chance_draws(seed: int) -> None:
    script = drawn_script(seed, Level.ALL)

    busy = any(text == "risk.max_daily_loss_pct=0.002" for text in script.sets)
    assert script.mishaps == draw_faults(Level.ALL, Random(f"{seed}:mishaps:all"), busy=busy)


@pytest.mark.parametrize("level", [Level.NONE, Level.LIGHT])
def test_where_not_all_may_go_wrong_there_are_none(level: Level) -> None:
    assert drawn_script(EVERY, level).mishaps == draw_faults(level, Random(f"{EVERY}:mishaps:{level}"))


@pytest.mark.parametrize("piece", PIECES)
def test_all_of_it_is_known_and_over_when_the_calm_begins(piece: Piece) -> None:
    words = vocabulary(("SPY",))

    for seed in range(DRAWS):
        for mishap in put_together(piece, Random(f"{seed}")):
            assert mishap.bracket or mishap.after <= LATEST_SECONDS
            if isinstance(mishap.what, Fault):
                assert (mishap.what.lasts or 0.0) <= LONGEST_SECONDS
            else:
                assert isinstance(mishap.what, ActorFault)
                words.check(mishap.what)


@pytest.mark.parametrize(
    ("seed", "row"),
    [
        (2 * EVERY, "entitlement: none -> taken by another session"),
        (3 * EVERY, "order: rejected + held"),
    ],
)
def test_a_transition_that_chance_never_met_is_met(seed: int, row: str, calendar: Calendar) -> None:
    outcome = run_script(drawn_script(seed, Level.ALL), calendar)

    assert outcome.violations == ()
    assert row in outcome.rows


def test_a_quote_that_never_grows_old_is_seen(calendar: Calendar, monkeypatch: pytest.MonkeyPatch) -> None:
    script = drawn_script(EVERY, Level.ALL)
    kept = run_script(script, calendar)
    next(guard for guard in GUARDS if guard.without == "a quote never grows old").take_out(monkeypatch)

    missed = run_script(script, calendar)

    assert kept.violations == ()
    assert [violation for violation in missed.violations if violation.startswith("7: ")]
