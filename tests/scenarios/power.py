"""Power losses: the state file as it was after each commit, and a bot that is started on one of them."""

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.simulation.disk import State, put_back, taken
from cli.system import System
from ops.store import SqliteStore
from tests.scenarios.bad_days import BEGINS, Life


@dataclass(frozen=True, slots=True)
class Commits:
    """Every state that a loss of power can leave: each is what was synced, no more and no less."""

    path: Path
    states: list[State] = field(default_factory=list)

    def connection(self) -> type[sqlite3.Connection]:
        """Return the kind of connection whose commits are remembered."""
        states, path = self.states, self.path

        class Remembering(sqlite3.Connection):
            def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
                done = super().execute(sql, parameters)
                if sql == "COMMIT":
                    states.append(taken(path))
                return done

        return Remembering


def lose_power(life: Life, state: State) -> None:
    """End the bot where it stands, put the disk back to this state, and start another bot on it.

    The gateway goes on meanwhile and knows everything that happened.
    """
    life.host.run(_cut(life))
    life._store.close()
    put_back(life.state, state)
    life._store = SqliteStore(life.state, life.account, life.settings.mode.value, BEGINS)
    life.system = System(life.settings, life._outside())
    life.host.run(_started(life))


async def _cut(life: Life) -> None:
    life.host.fence_all()
    life.gateway.disconnect()


async def _started(life: Life) -> None:
    life.system.start()
