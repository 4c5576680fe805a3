from collections.abc import Sequence

from actors.base import Actor
from actors.runtime.lifecycle import STOP_ORDER
from actors.strategies import StrategiesActor, decided, strategies_specs
from domain.bars import Bar
from domain.strategies.elsewhere import Decide, Elsewhere, Undecided
from domain.strategies.protocol import Action, Signal, hold
from tests.actors.stage import Stage

OURS = Elsewhere(number=3, name="mine", bar_seconds=60, bars_min=1, once_in_days=0)
BUYS = Signal(action=Action.BUY_CALL, confidence=0.5, reason={}, strategy="mine")


class FakeWorker:
    """Implements WorkerPort; answers with this."""

    def __init__(self, answer: Signal | Undecided) -> None:
        self.answer = answer
        self.asked: list[int] = []
        self.is_wanted = True
        self.closed = 0

    async def decide(self, number: int, bars: Sequence[Bar]) -> Signal | Undecided:
        del bars
        self.asked.append(number)
        return self.answer

    async def close(self) -> None:
        self.closed += 1


def opened(stage: Stage, worker: FakeWorker) -> StrategiesActor:
    return stage.launch(lambda context: StrategiesActor(context, worker=worker, log=stage.log), "strategies")


def said(stage: Stage) -> Signal:
    """Ask from an actor, as a symbol's does."""

    async def asking() -> Signal:
        return await decided(asker, OURS, ())

    asker = stage.launch(Actor, "symbol:SPY")
    return stage.host.run(asking())


def test_the_signal_is_the_workers(stage: Stage) -> None:
    worker = FakeWorker(BUYS)
    opened(stage, worker)

    assert said(stage) == BUYS
    assert worker.asked == [3]


def test_without_an_answer_it_is_a_hold_and_a_line_says_why(stage: Stage) -> None:
    opened(stage, FakeWorker(Undecided(reason="the worker died")))

    assert said(stage) == hold("mine", undecided=1.0)
    assert [(line["strategy"], line["reason"]) for line in stage.log.named("strategy_failed")] == [
        ("mine", "the worker died")
    ]


def test_an_actor_that_says_nothing_is_a_hold_too(stage: Stage) -> None:
    silent = stage.cast("strategies")

    assert said(stage) == hold("mine", unanswered=1.0)
    assert len(silent.of(Decide)) == 1


def test_the_worker_ends_with_its_actor(stage: Stage) -> None:
    worker = FakeWorker(BUYS)
    opened(stage, worker)

    stage.ask("strategies", STOP_ORDER())

    assert worker.closed == 1


def test_nobody_is_started_where_nothing_wants_frames(stage: Stage) -> None:
    unwanted = FakeWorker(BUYS)
    unwanted.is_wanted = False

    assert strategies_specs(None, stage.host, stage.log) == ()
    assert strategies_specs(unwanted, stage.host, stage.log) == ()
    assert [spec.name for spec in strategies_specs(FakeWorker(BUYS), stage.host, stage.log)] == ["strategies"]


def test_asked_here_it_would_hold() -> None:
    assert OURS.decide(()) == hold("mine", bars=0)
