"""Work on several processes, results in the order of the tasks; and a run that the garbage collector leaves alone."""

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Final, ParamSpec, TypeVar

from domain.errors import ConfigError

Task = TypeVar("Task")
Result = TypeVar("Result")
Words = ParamSpec("Words")

WORKERS_MOST: Final = 64


def workers_for(wanted: int | None, tasks: int) -> int:
    """Return how many processes share so many tasks; None: one for each core. Raises ConfigError."""
    if wanted is not None and not 1 <= wanted <= WORKERS_MOST:
        raise ConfigError(f"--workers {wanted}: give a number from 1 to {WORKERS_MOST}")
    return min(wanted or os.cpu_count() or 1, tasks)


def in_order(
    work: Callable[[Task], Result], tasks: Iterable[Task], workers: int, *, at_once: int = 1
) -> Iterator[Result]:
    """Give the results in the order of the tasks, each as soon as it and all before it are there.

    One worker is this process itself. More are new processes that import everything for themselves, so that nothing
    of this one can leak into the work; each takes so many tasks ``at_once``. What ``work`` raises is raised here.
    """
    if workers == 1:
        yield from map(work, tasks)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_settle) as pool:
        try:
            yield from pool.map(work, tasks, chunksize=at_once)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def undisturbed(work: Callable[Words, Result], *given: Words.args, **named: Words.kwargs) -> Result:
    """Return what the work comes to; garbage is collected after it: looking for some all the time costs more.

    All of it: what is finalised in two steps, such as a task in a loop that closes, is old by the second.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return work(*given, **named)
    finally:
        gc.collect()
        if was_enabled:
            gc.enable()


def _settle() -> None:
    """Take what was imported out of the garbage collector's sight: it stays, and looking at it costs every run."""
    gc.collect()
    gc.freeze()
