"""A day that is died on many times at the price of little more than one: at each point a forked process dies in it.

The process that lives the day goes on as if nothing had been. Each child has a file of its own, a copy of the state as
it was, and sockets of its own; it dies, starts anew, lives to the evening, leaves what it found, and is gone.
"""

import gc
import os
import pickle
import shutil
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from cli.simulation.disk import put_back, taken
from cli.simulation.mortal_day import Death, Lived, MortalDay, Point
from cli.simulation.script import Script
from domain.trading_day import Calendar

Plan = Callable[[Point, int], Sequence[Death]]
"""Which ends are wanted at a point, by the commits until then."""
Heard = Callable[[Death, Lived], None]

_READY: Final = b"."


@dataclass(frozen=True, slots=True, kw_only=True)
class Forks:
    """How a day is forked: what for, who hears of each end, how many processes at a time, where their files are.

    `rest_minutes`: how long a day goes on after a death, None: to its end.
    """

    plan: Plan
    heard: Heard
    workers: int
    folder: Path
    rest_minutes: int | None = None


class ForkedDay(MortalDay):
    """A day lived to its end without a death, and once for each end that the plan names. In a process of one thread."""

    def __init__(self, script: Script, minutes: int, calendar: Calendar, forks: Forks) -> None:
        path = forks.folder / "state.sqlite"
        super().__init__(script, minutes, calendar, state_path=path, rest_minutes=forks.rest_minutes)
        self._forks = forks
        self._ended = 0
        self._children: dict[int, tuple[Death, Path]] = {}
        self._leaves: Path | None = None
        gc.collect()
        gc.freeze()  # Else each child copies every page at its first collection.

    def run(self) -> Lived:
        """Live through it; return the day without a death once all others are over. A child does not return."""
        try:
            lived = super().run()
        except BaseException:
            if self._leaves is None:
                raise
            lived = _broken(traceback.format_exc(), self.points)
        if self._leaves is not None:
            _leave(self._leaves, lived)
        while self._children:
            self._hear_one()
        gc.unfreeze()
        return lived

    def _dies(self, point: Point) -> Death | None:
        if self._leaves is None:
            for death in self._forks.plan(point, self._commits):
                if self._is_forked(death):
                    return death
        return None

    def _is_forked(self, death: Death) -> bool:
        """Fork; return True in the child, which has all it needs by then, False in the parent."""
        while len(self._children) >= self._forks.workers:
            self._hear_one()
        self._ended += 1
        place = self._forks.folder / str(self._ended)
        ready, tell = os.pipe()
        pid = os.fork()
        if pid:
            os.close(tell)
            os.read(ready, 1)  # Or the end of a child that broke.
            os.close(ready)
            self._children[pid] = (death, place)
            return False
        os.close(ready)
        self._part(place)
        os.write(tell, _READY)
        os.close(tell)
        return True

    def _part(self, place: Path) -> None:
        """Become a process that shares nothing with its parent."""
        self._leaves = place
        place.mkdir()
        self.host.loop.part_from_parent()
        old, new = self._forks.folder / "state.sqlite", place / "state.sqlite"
        put_back(new, taken(old))
        kept = old.with_name(f"{old.name}.kept")
        if kept.exists():
            shutil.copy(kept, place)
        self.life.move(new)
        self._state_path = new

    def _hear_one(self) -> None:
        pid, _ = os.wait()
        death, place = self._children.pop(pid)
        left = _left_at(place)
        lived = pickle.loads(left.read_bytes()) if left.exists() else _broken("it left nothing", self.points)  # noqa: S301 - our own
        shutil.rmtree(place, ignore_errors=True)
        left.unlink(missing_ok=True)
        self._forks.heard(death, lived)


def _left_at(place: Path) -> Path:
    return place.with_name(f"{place.name}.lived")


def _leave(place: Path, lived: Lived) -> None:
    """Leave what was found, without the points before the last, and end with nothing tidied up: it is the parent's."""
    _left_at(place).write_bytes(pickle.dumps(replace(lived, points=lived.points[-1:])))
    os._exit(0)


def _broken(why: str, points: Sequence[Point]) -> Lived:
    return Lived(
        points=tuple(points), problems=(f"harness: {why}",), brackets=0, closed=0, bare_seconds_most=0.0, newest=()
    )
