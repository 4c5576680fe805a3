"""StrategiesActor: asks the strategies that live in another process. Who asked has an answer in time, or a HOLD.

It exists only where a strategy wants frames. The process ends with it.
"""

from collections.abc import Awaitable
from typing import Any, Final, Protocol

from actors.base import Actor
from actors.runtime.context import Context
from actors.runtime.hosts import Host
from actors.runtime.supervisor import Backoff, ChildSpec
from domain.bars import Bar
from domain.ports import EventLog
from domain.strategies.elsewhere import Decide, Elsewhere, Undecided, WorkerPort
from domain.strategies.protocol import Signal, Strategy, hold

NAME: Final = "strategies"
PING_SECONDS: Final = 30.0
HANDLER_SECONDS: Final = 120.0
ASK_SECONDS: Final = 90.0  # Beyond all that the worker allows itself.


class Asker(Protocol):
    """What this needs of an actor."""

    async def ask_or_none(self, name: str, message: Any, *, timeout_seconds: float) -> Any:
        """Return the answer, or None."""
        ...


class StrategiesActor(Actor):
    """One question at a time; the worker keeps the turns."""

    def __init__(self, context: Context, *, worker: WorkerPort, log: EventLog) -> None:
        super().__init__(context)
        self._worker = worker
        self._log = log

    def receive(self, message: Any) -> Awaitable[Signal] | None:
        """Answer a Decide with a Signal."""
        return self._decide(message) if isinstance(message, Decide) else None

    async def on_stop(self) -> None:
        """End the worker."""
        await self._worker.close()

    async def _decide(self, message: Decide) -> Signal:
        strategy = message.strategy
        said = await self._worker.decide(strategy.number, message.bars)
        if isinstance(said, Undecided):
            self._log.emit("strategy_failed", strategy=strategy.name, reason=said.reason)
            return hold(strategy.name, undecided=1.0)
        return said


async def decided(actor: Asker, strategy: Strategy, bars: tuple[Bar, ...]) -> Signal:
    """Return what a strategy says of these completed bars; elsewhere without an answer it is a HOLD."""
    if type(strategy) is not Elsewhere:
        return strategy.decide(bars)
    answer = await actor.ask_or_none(NAME, Decide(strategy=strategy, bars=bars), timeout_seconds=ASK_SECONDS)
    return answer if isinstance(answer, Signal) else hold(strategy.name, unanswered=1.0)


def strategies_specs(worker: WorkerPort | None, host: Host, log: EventLog) -> tuple[ChildSpec, ...]:
    """Return the child that asks the worker; none where no strategy wants it."""
    if worker is None or not worker.is_wanted:
        return ()
    spec = ChildSpec(
        name=NAME,
        factory=lambda context: StrategiesActor(context, worker=worker, log=log),
        host=host,
        handler_deadline_seconds=HANDLER_SECONDS,
        ping_every_seconds=PING_SECONDS,
        backoff=Backoff(first_seconds=0.2, factor=2.0, most_seconds=5.0),
    )
    return (spec,)
