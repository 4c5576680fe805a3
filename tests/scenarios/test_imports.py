"""What the process that trades carries: nothing that only another command, a child process or a bad day needs."""

import json
import signal
from typing import Final

import pytest

from tests.scenarios.pairs import pair

DEAR: Final = frozenset(
    {"pandas", "numpy", "exchange_calendars", "apprise", "httpx", "requests", "rich", "pyarrow", "simgateway"}
)
FOR_TESTS: Final = frozenset({"hypothesis", "pytest", "_pytest", "coverage"})
OF_OTHER_COMMANDS: Final = ("cli.check", "cli.demo", "cli.simulation", "cli.simulate", "cli.test", "cli.threads_day")


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """Trade for a cycle, both strategies at work and one that wants frames; return every module of the end."""
    folder = tmp_path_factory.mktemp("imports")
    three = 'strategies.use=["scalp","whale","tests.ops.own_strategies.Averages"]'
    with pair(folder, "one", 30, three, child="tests.scenarios.importing_child") as one:
        one.wait_for("cycle_complete")
        failed = one.events("strategy_failed")
        looked = one.events("symbol_cycle")
        code, out, errors = one.end(signal.SIGTERM)
    assert (code, failed) == (0, []), errors
    assert looked
    return frozenset(json.loads(out.splitlines()[-1]))


def test_what_trades_imports_nothing_dear(imported: frozenset[str]) -> None:
    assert "broker.ib.adapter" in imported
    assert {name.partition(".")[0] for name in imported} & (DEAR | FOR_TESTS) == set()


def test_what_trades_imports_no_other_command(imported: frozenset[str]) -> None:
    assert [name for name in imported if name.startswith(OF_OTHER_COMMANDS)] == []


def test_the_sessions_came_from_a_child_and_are_kept(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pair(tmp_path_factory.mktemp("kept"), "one", 31) as one:
        one.wait_for("calendar_renewed")
        one.end(signal.SIGTERM)
        store = one.store()
        kept = store.read("calendar")
        store.close()

    assert len(kept) == 1
    assert not (one.folder / "state" / "calendar").exists()
