from collections import Counter
from datetime import timedelta

import pytest

from cli.simulation.drawing import SLOW_SNAPSHOT_MS, drawn_script
from cli.simulation.mishaps import ACTORS, ALL, LIGHT, MOST
from cli.simulation.script import LONGEST_SECONDS, Crash, Level, Script
from domain.trading_day import new_york
from simgateway.faults.kinds import KINDS
from simgateway.faults.model import Fault

SEEDS = range(1, 400)


def is_busy(script: Script) -> bool:
    return "risk.max_entries_per_day=30" in script.sets


def bars_gone(script: Script) -> int:
    return sum(isinstance(one.what, Fault) and one.what.kind == "pacing_violation" for one in script.mishaps)


@pytest.mark.parametrize("level", Level)
def test_a_script_is_a_function_of_its_seed_and_level(level: Level) -> None:
    assert [drawn_script(seed, level) for seed in (1, 2)] == [drawn_script(seed, level) for seed in (1, 2)]
    assert drawn_script(1, level) != drawn_script(2, level)


def test_levels_share_a_seeds_world_and_differ_in_what_goes_wrong() -> None:
    calm, wild = drawn_script(5, Level.NONE), drawn_script(5, Level.ALL)

    assert (calm.starts_at, calm.sets, calm.gateway) == (wild.starts_at, wild.sets, wild.gateway)
    assert calm.mishaps == ()
    assert wild.mishaps != ()


def test_every_session_has_an_hour_of_the_market() -> None:
    for seed in SEEDS:
        script = drawn_script(seed, Level.NONE)
        opens = new_york(script.starts_at).replace(hour=9, minute=30, second=0)
        closes = opens.replace(hour=16, minute=0)
        assert min(closes, script.ends_at) - max(opens, script.starts_at) >= timedelta(hours=1)


def test_all_kinds_of_the_gateways_faults_and_all_actors_have_their_turn() -> None:
    mishaps = [one.what for seed in range(1, 3000) for one in drawn_script(seed, Level.ALL).mishaps]

    assert {what.kind for what in mishaps if isinstance(what, Fault)} == KINDS.keys()
    assert {what.actor for what in mishaps if isinstance(what, Crash)} == set(ACTORS)


def test_nothing_that_goes_wrong_lasts_longer_than_the_calm_leaves_room_for() -> None:
    for seed in SEEDS:
        for mishap in drawn_script(seed, Level.ALL).mishaps:
            assert mishap.after >= 0
            lasts = float(mishap.what.settings.get("seconds", 0)) if isinstance(mishap.what, Fault) else 0
            assert lasts <= LONGEST_SECONDS


def test_light_is_little_and_all_is_more() -> None:
    counts = {level: Counter(len(drawn_script(seed, level).mishaps) for seed in SEEDS) for level in Level}

    assert set(counts[Level.NONE]) == {0}
    assert max(counts[Level.LIGHT]) <= MOST[Level.LIGHT]
    assert max(counts[Level.ALL]) > MOST[Level.LIGHT]
    assert set(LIGHT) < {*ALL, *LIGHT}


def test_a_shorter_script_says_by_which_command_it_is_repeated() -> None:
    script = drawn_script(5, Level.ALL)
    numbers = [one.number for one in script.mishaps]

    assert numbers == list(range(1, len(numbers) + 1))
    assert script.keeping({2}).command == "./bot simulate --seeds 5..5 --faults all --only 2"
    assert script.keeping(()).command == "./bot simulate --seeds 5..5 --faults all --only 0"
    assert drawn_script(5, Level.NONE).command == "./bot simulate --seeds 5..5 --faults none"
    assert len(script.told()) == 1 + len(numbers)


def test_some_sessions_are_busy_and_their_quotes_slow() -> None:
    busy = [script for seed in SEEDS if is_busy(script := drawn_script(seed, Level.NONE))]

    assert 0.1 < len(busy) / len(SEEDS) < 0.2
    assert {script.gateway.snapshot_end_ms for script in busy} == {SLOW_SNAPSHOT_MS}


def test_bars_come_and_go_in_every_other_busy_session_in_which_all_may_go_wrong() -> None:
    often = {level: [seed for seed in SEEDS if bars_gone(drawn_script(seed, level)) >= 10] for level in Level}

    assert often[Level.NONE] == often[Level.LIGHT] == []
    assert all(is_busy(drawn_script(seed, Level.ALL)) for seed in often[Level.ALL])
    assert len(often[Level.ALL]) > 10
