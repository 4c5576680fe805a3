"""Many seeds on several processes; what comes of a seed does not depend on which of them lived it."""

import gc
import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

from cli.simulation.drawing import drawn_script
from cli.simulation.outcome import Outcome
from cli.simulation.script import Level, Script
from cli.simulation.session import run_script
from domain.trading_day import Calendar

SEEDS_AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A seed to be lived; `only`: the numbers of the mishaps that are kept, None for all."""

    seed: int
    level: Level
    only: frozenset[int] | None
    calendar: Calendar
    wire: bool = True

    @property
    def script(self) -> Script:
        """Return its session."""
        script = replace(drawn_script(self.seed, self.level), wire=self.wire)
        return script if self.only is None else script.keeping(self.only)


def run_task(task: Task) -> Outcome:
    """Live through one seed, in whichever process.

    Garbage is collected after it: looking for some all the time costs more. All of it: what is finalised in two steps,
    such as a task in a loop that closes, is old by the second, and 2 MiB a seed would stay.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return run_script(task.script, task.calendar)
    finally:
        gc.collect()
        if was_enabled:
            gc.enable()


def run_all(tasks: Iterable[Task], workers: int) -> Iterator[Outcome]:
    """Give the outcomes in the order of the tasks, each as soon as it and all before it are there.

    One worker is this process itself. More are new processes that import everything for themselves, so that nothing
    of this one can leak into a session.
    """
    if workers == 1:
        yield from map(run_task, tasks)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_settle) as pool:
        try:
            yield from pool.map(run_task, tasks, chunksize=SEEDS_AT_ONCE)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _settle() -> None:
    """Take what was imported out of the garbage collector's sight: it stays, and looking at it costs every session."""
    gc.collect()
    gc.freeze()
