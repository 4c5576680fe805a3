"""The process dies in the middle of ``./bot adopt``, at each of its points, and another is started; over the wire."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from broker.ib.library import new_gateway
from cli.simulation.death import KilledError, Process, Side, Step
from cli.simulation.promises import DOWN_SECONDS, Bare, sent_twice
from cli.system import Outside, System
from domain.events import BracketPlanned
from domain.ids import Leg, split_ref
from domain.others import Settle, SettleForeign
from ops.library_logs import loop_errors
from ops.store import SqliteStore
from tests.scenarios.bad_days import BEGINS, Life
from tests.scenarios.test_foreign import an_option, by_hand, entries, known, settle, touched

SEEN_SECONDS: Final = 20.0  # So long after the purchase by hand the operator speaks.
ADOPTED_SECONDS: Final = 20.0
GUARDED_SECONDS: Final = 5.0
HELD: Final = 2
NO_DEATH: Final = 0


@dataclass(kw_only=True)
class MortalLife(Life):
    """A life whose process dies at the point of this number, counted from the moment in which `armed` is set."""

    dies_at: int
    armed: bool = False
    points: list[tuple[Step, Side]] = field(default_factory=list)
    process: Process | None = None

    def _outside(self) -> Outside:
        before = super()._outside()
        host = self.host
        process = self.process = Process(host, before.log, before.journal, new_gateway, self._reached)
        host.loop.set_exception_handler(self._heard)
        return replace(before, log=process.log, journal=process.journal, library=process.library)

    def _heard(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not isinstance(context.get("exception"), KilledError):
            loop_errors(self.log)(loop, context)

    def _reached(self, step: Step, side: Side) -> None:
        if not self.armed:
            return
        self.points.append((step, side))
        if len(self.points) == self.dies_at and self.process is not None:
            self.armed = False
            self.process.kill()

    @property
    def is_dead(self) -> bool:
        """Return whether the process came to its end."""
        return self.process is not None and not self.process.is_alive

    def start_anew(self) -> None:
        """Start another process on what the dead one left."""
        self._store.close()
        self._store = SqliteStore(self.state, self.account, self.settings.mode.value, BEGINS)
        self.system = System(self.settings, self._outside())

        async def started() -> None:
            self.system.start()

        self.host.run(started())


@contextmanager
def adopting(folder: Path, dies_at: int) -> Iterator[MortalLife]:
    """Give a life in which somebody bought by hand and the operator has just said that it is to be adopted."""
    with MortalLife.of(folder, dies_at=dies_at) as life:
        by_hand(life, an_option(life).con_id, quantity=HELD)
        life.run_for(SEEN_SECONDS)
        life.armed = True
        life.tell("risk", SettleForeign(settle=Settle.ADOPT, what="SPY", by="./bot adopt"))
        yield life


def plans(life: Life) -> list[BracketPlanned]:
    """Return every plan on the disk that is still open."""
    records = [record for intent in life._store.open_intents() for record in life._store.read(f"bracket:{intent}")]
    return [record for record in records if isinstance(record, BracketPlanned)]


def is_guarded(life: Life) -> bool:
    """Return whether the gateway works two exits for what is held."""
    legs = {split[1] for ref in life.true().orders if (split := split_ref(ref)) is not None}
    return legs == {Leg.TARGET, Leg.STOP}


def points_of(folder: Path) -> list[tuple[Step, Side]]:
    """Return the points of an adoption at which nobody dies."""
    folder.mkdir()
    with adopting(folder, NO_DEATH) as life:
        life.run_for(ADOPTED_SECONDS)
        assert is_guarded(life)
    return life.points


def problems(folder: Path, number: int) -> Iterator[str]:
    """Give what is wrong with an adoption whose process dies at this point."""
    folder.mkdir()
    with adopting(folder, number) as life:
        theirs, watch = an_option(life).con_id, Bare()
        while not life.is_dead:
            life.run_for(0.05)
        was_ours = bool(plans(life))
        life.run_for(DOWN_SECONDS)
        life.start_anew()
        life.run_for(GUARDED_SECONDS)
        if is_guarded(life) != was_ours:
            yield f"on disk before the end: {was_ours}; guarded: {is_guarded(life)}"
        if [thing.con_id for thing in known(life).unsettled] != ([] if was_ours else [theirs]):
            yield f"on disk before the end: {was_ours}; to be settled: {known(life).unsettled}"
        answer = settle(life, Settle.ADOPT, "SPY")
        life.run_for(GUARDED_SECONDS)
        for _ in range(100):
            watch.look(life.gateway.books(), life.now)
            life.run_for(0.5)
        if answer.refused or len(plans(life)) != 1 or watch.seconds_most or life.known() != life.true():
            yield f"{answer}, {len(plans(life))} plans, bare {watch.seconds_most} s, {life.known()}, {life.true()}"
        if len(touched(life, theirs)) > len(set(touched(life, theirs))) or entries(life):
            yield f"sent: {touched(life, theirs)}"
        yield from sent_twice(life.frames.frames)
        life.stop()
        yield from (f"{found.invariant}: {found.text}" for found in life.audited().violations)


def test_an_adoption_in_which_the_process_dies_is_nothing_or_a_guarded_position_and_never_two(tmp_path: Path) -> None:
    points = points_of(tmp_path / "whole")

    found = {
        f"{number}, {side} {step}": list(problems(tmp_path / str(number), number))
        for number, (step, side) in enumerate(points, 1)
    }

    assert {name: texts for name, texts in found.items() if texts} == {}
    assert points.count((Step.ORDER, Side.BEFORE)) == points.count((Step.ORDER, Side.AFTER)) == 2
    assert points.count((Step.WRITE, Side.AFTER)) >= 2
