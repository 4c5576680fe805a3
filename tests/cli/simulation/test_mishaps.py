"""What is drawn must be something that there is, and something of everything must be drawn."""

from random import Random

import pytest

from actors.runtime.faults.kinds import KINDS
from actors.runtime.faults.model import ActorFault
from actors.runtime.faults.rule import Rule
from cli.scenario import vocabulary
from cli.simulation.actor_mishaps import GENTLE, HANDLED, LOST, REPEATED, TIMED
from cli.simulation.mishaps import OVERTAKEN_SECONDS_MOST, REQUESTS, draw_faults
from cli.simulation.script import LATEST_SECONDS, ByHand, Crash, Level, Told
from simgateway.faults.kinds import KINDS as GATEWAY_KINDS
from simgateway.faults.model import Fault

DRAWS = 3000
WORDS = vocabulary(("SPY",))


def drawn(level: Level) -> list[Fault | Crash | ActorFault | Told | ByHand]:
    return [one.what for seed in range(DRAWS) for one in draw_faults(level, Random(f"{seed}"))]


def test_every_kind_of_actors_fault_is_drawn() -> None:
    assert {what.kind for what in drawn(Level.ALL) if isinstance(what, ActorFault)} == set(KINDS)


def test_every_kind_of_the_gateways_faults_is_drawn() -> None:
    assert {what.kind for what in drawn(Level.ALL) if isinstance(what, Fault)} == set(GATEWAY_KINDS)


def test_every_fault_of_actors_names_somebody_and_something_that_there_is() -> None:
    for what in (*drawn(Level.ALL), *drawn(Level.LIGHT)):
        if isinstance(what, ActorFault):
            WORDS.check(what)


@pytest.mark.parametrize("table", [HANDLED, LOST, REPEATED])
def test_every_message_of_the_tables_is_one(table: dict[str, tuple[str, ...]]) -> None:
    for actor, messages in table.items():
        for message in messages:
            WORDS.check(ActorFault(kind="delay", actor=actor, message=message))


def test_nobody_is_struck_who_is_not_in_the_table() -> None:
    assert {*LOST, *REPEATED, *TIMED, *GENTLE} <= set(HANDLED)


def test_a_light_session_harms_only_those_whom_nothing_guards_by() -> None:
    struck = {
        what.actor for what in drawn(Level.LIGHT) if isinstance(what, ActorFault) and what.row.place.name == "HANDLER"
    }

    assert struck == set(GENTLE)


def test_everything_drawn_is_over_when_the_calm_begins() -> None:
    for seed in range(DRAWS):
        for one in draw_faults(Level.ALL, Random(f"{seed}")):
            assert one.after <= LATEST_SECONDS + 60


def test_without_faults_nothing_is_drawn() -> None:
    assert drawn(Level.NONE) == []


def test_a_trace_has_no_address_of_a_fault_in_it() -> None:
    fault = ActorFault(kind="crash", actor="risk")

    assert repr(Rule(fault, 1, seed=7)) == repr(Rule(fault, 1, seed=7))


@pytest.mark.parametrize("level", [Level.LIGHT, Level.ALL])
def test_no_request_of_ours_is_overtaken_for_longer_than_a_moment(level: Level) -> None:
    delays = [what for what in drawn(level) if isinstance(what, Fault) and what.kind == "delay"]
    ours = [what.settings for what in delays if what.message in REQUESTS and what.settings.get("overtaken")]

    assert max(row["seconds"] for row in ours) == OVERTAKEN_SECONDS_MOST


def test_in_every_fifth_session_or_so_somebody_sells_by_hand_all_or_a_part() -> None:
    sessions = [draw_faults(Level.ALL, Random(f"{seed}")) for seed in range(DRAWS)]
    sales = [[one.what.part for one in mishaps if isinstance(one.what, ByHand)] for mishaps in sessions]

    assert 0.1 < sum(map(bool, sales)) / DRAWS < 0.3
    assert {part for parts in sales for part in parts} == {0.3, 0.6, 1.0}
