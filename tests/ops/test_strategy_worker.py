import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest

from actors.runtime.clock import WallClock
from actors.runtime.hosts import ThreadHost
from domain.bars import Bar
from domain.errors import ConfigError
from domain.strategies.elsewhere import Undecided
from domain.strategies.protocol import Action, Signal
from ops.strategy_worker import StrategyWorker, says_frames

T = TypeVar("T")
AVERAGES = "tests.ops.own_strategies.Averages"
MISBEHAVING = "tests.ops.own_strategies.Misbehaving"
OPENS = datetime(2026, 3, 11, 13, 30, tzinfo=UTC)
Await = Callable[[Awaitable[T]], T]


def bars(*closes: float) -> tuple[Bar, ...]:
    return tuple(
        Bar(
            start=OPENS + timedelta(minutes=number),
            seconds=60,
            open=close,
            high=close + 1,
            low=close - 1,
            close=close,
            volume=100.0,
        )
        for number, close in enumerate(closes)
    )


@pytest.fixture
def host() -> Iterator[ThreadHost]:
    """Give the loop of the core as it is when the bot trades: in a thread of its own."""
    found = ThreadHost("core", WallClock())
    found.start()
    yield found
    found.stop()


@pytest.fixture
def run(host: ThreadHost) -> Callable[[Awaitable[T]], T]:
    """Return what runs something there and gives its result."""

    def running(work: Awaitable[T]) -> T:
        async def awaited() -> T:
            return await work

        return asyncio.run_coroutine_threadsafe(awaited(), host.loop).result(60)

    return running


def test_a_strategy_is_known_by_what_it_says_of_itself() -> None:
    worker = StrategyWorker()

    found = worker.add(AVERAGES, {})

    assert worker.is_wanted
    assert (found.number, found.name, found.bar_seconds, found.bars_min, found.once_in_days) == (
        0,
        "averages",
        60,
        1,
        2,
    )


def test_the_same_strategy_of_a_thousand_symbols_is_made_once() -> None:
    worker = StrategyWorker()

    assert worker.add(AVERAGES, {"factor": 2.0}) is worker.add(AVERAGES, {"factor": 2.0})


@pytest.mark.parametrize(
    ("path", "arguments", "reason"),
    [
        ("tests.ops.own_strategies.Nobody", {}, "AttributeError: module 'tests.ops.own_strategies' has no attribute"),
        (AVERAGES, {"colour": 3}, "TypeError: .*unexpected keyword argument 'colour'"),
    ],
)
def test_one_that_cannot_be_made_is_a_line_with_its_path(path: str, arguments: dict[str, int], reason: str) -> None:
    with pytest.raises(ConfigError, match=f"strategies.use: {path} cannot be made: {reason}"):
        StrategyWorker().add(path, arguments)


def test_it_is_asked_with_a_frame_in_another_process(run: Await[Signal | Undecided]) -> None:
    worker = StrategyWorker()
    number = worker.add(AVERAGES, {}).number

    said = run(worker.decide(number, bars(10, 11, 15)))
    run(worker.close())  # type: ignore[arg-type] # it returns nothing

    assert said == Signal(action=Action.BUY_CALL, confidence=0.5, reason={"mean": 12.0}, strategy="averages")


@pytest.mark.parametrize(
    (
        "how",
        "patience_seconds",
        "reason",
    ),  # Only who waits in vain need wait briefly: pandas loads slowly beside others.
    [
        ("hangs", 8, "no answer within 8 s, the worker was killed"),
        ("burns", 8, "no answer within 8 s, the worker was killed"),
        ("dies", 50, "the worker died"),
        ("raises", 50, "KeyError: 'volume'"),
        ("unsure", 50, "its confidence is None"),
    ],
)
def test_whatever_it_does_costs_an_answer_and_the_next_question_has_one(
    how: str, patience_seconds: float, reason: str, run: Await[Signal | Undecided]
) -> None:
    worker = StrategyWorker(answer_seconds=patience_seconds, pause_seconds=0)
    number = worker.add(MISBEHAVING, {"how": how}).number

    first, second = run(worker.decide(number, bars(12, 13))), run(worker.decide(number, bars(12, 14)))
    run(worker.close())  # type: ignore[arg-type] # it returns nothing

    assert first == Undecided(reason=reason)
    assert isinstance(second, Signal)
    assert second.action is Action.BUY_CALL


def test_after_a_failure_it_is_not_begun_again_at_once(run: Await[Signal | Undecided]) -> None:
    worker = StrategyWorker(pause_seconds=60)
    number = worker.add(MISBEHAVING, {"how": "dies"}).number

    run(worker.decide(number, bars(13)))
    again = run(worker.decide(number, bars(14)))

    assert again == Undecided(reason="the worker is begun anew in a moment")


def test_the_loop_turns_while_a_strategy_burns_the_processor(host: ThreadHost, run: Await[tuple[int, object]]) -> None:
    worker = StrategyWorker(answer_seconds=2, pause_seconds=0)
    number = worker.add(MISBEHAVING, {"how": "burns"}).number

    async def both() -> tuple[int, object]:
        asked = host.loop.create_task(worker.decide(number, bars(13)))
        turns = 0
        while not asked.done():
            turns += 1
            await asyncio.sleep(0.01)
        return turns, asked.result()

    turns, said = run(both())

    assert isinstance(said, Undecided)
    assert turns > 20  # Of 200 and more; one that blocks has 2.


def test_a_worker_that_cannot_be_begun_is_a_reason(run: Await[Signal | Undecided]) -> None:
    known = StrategyWorker()
    known.add(AVERAGES, {})
    missing = StrategyWorker(command=("/nowhere/python",))

    said = run(missing.decide(0, bars(10)))

    assert isinstance(said, Undecided)
    assert "/nowhere/python" in said.reason


def test_a_module_that_speaks_of_frames_is_found_without_importing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "tests.ops.own_strategies", raising=False)  # Other tests have its classes.

    assert says_frames(AVERAGES)
    assert "tests.ops.own_strategies" not in sys.modules
    assert not says_frames("tests.ops.clock.StillClock")
    assert not says_frames("nothing.of.that.Name")
