"""Many seeds on several processes; what comes of a seed does not depend on which of them lived it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from cli.processes import in_order, undisturbed
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
    """Live through one seed, in whichever process. Garbage that stayed would be 2 MiB a seed."""
    return undisturbed(run_script, task.script, task.calendar)


def run_all(tasks: Iterable[Task], workers: int) -> Iterator[Outcome]:
    """Give the outcomes in the order of the tasks, each as soon as it and all before it are there."""
    return in_order(run_task, tasks, workers, at_once=SEEDS_AT_ONCE)
