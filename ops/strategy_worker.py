"""The process beside the one that trades in which strategies that want frames are asked: begun, fed, killed when late.

Whatever a strategy does there, burn the processor, hang, or end the process, costs a HOLD and nothing else here.
"""

import asyncio
import subprocess
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import orjson

from domain.bars import Bar
from domain.errors import ConfigError
from domain.strategies.elsewhere import Elsewhere, Undecided
from domain.strategies.protocol import Action, Signal

CHILD: Final = (sys.executable, "-m", "ops.strategy_child")
CHECKOUT: Final = Path(__file__).resolve().parent.parent
MAKE_SECONDS: Final = 30.0  # It imports pandas, which takes a Pi some seconds.
ANSWER_SECONDS: Final = 10.0
TURN_SECONDS: Final = 30.0
PAUSE_SECONDS: Final = 5.0
MARK: Final = "wants_frames"


def says_frames(path: str) -> bool:
    """Return whether the source of a dotted path's module speaks of frames, without importing that module.

    A class that has it from another module is found out when it is made; then that module's imports are here already.
    """
    try:
        spec = find_spec(path.rpartition(".")[0])
        return spec is not None and spec.origin is not None and MARK in Path(spec.origin).read_text(encoding="utf-8")
    except (ImportError, ValueError, OSError):
        return False  # Whoever makes it says what is wrong.


class StrategyWorker:
    """Implements WorkerPort. `add` before anything runs; the rest on one loop. ``command`` is another one in tests."""

    def __init__(
        self,
        *,
        command: Sequence[str] = CHILD,
        answer_seconds: float = ANSWER_SECONDS,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        self._command = tuple(command)
        self._answer_seconds = answer_seconds
        self._pause_seconds = pause_seconds
        self._orders: dict[tuple[str, bytes], bytes] = {}
        self._known: dict[tuple[str, bytes], Elsewhere] = {}
        self._process: Process | None = None
        self._turn: asyncio.Lock | None = None
        self._not_before = 0.0

    @property
    def is_wanted(self) -> bool:
        """Return whether there is a strategy for it."""
        return bool(self._known)

    def add(self, path: str, arguments: Mapping[str, Any]) -> Elsewhere:
        """Return a strategy that is asked there; takes a second, once. Raises ConfigError when it cannot be made."""
        key = (path, orjson.dumps(arguments, default=str, option=orjson.OPT_SORT_KEYS))
        if key not in self._known:
            number = len(self._known)
            order = orjson.dumps({"make": path, "with": arguments, "as": number}, default=str) + b"\n"
            self._known[key] = Elsewhere(number=number, **self._described(path, order))
            self._orders[key] = order
        return self._known[key]

    def _described(self, path: str, order: bytes) -> dict[str, Any]:
        try:
            ran = subprocess.run(  # noqa: S603 - our own module
                self._command, input=order, cwd=CHECKOUT, stdout=PIPE, timeout=MAKE_SECONDS, check=True
            )
            said: dict[str, Any] = orjson.loads(ran.stdout)
        except (OSError, subprocess.SubprocessError, orjson.JSONDecodeError) as error:
            said = {"error": str(error)}
        if "error" in said:
            raise ConfigError(f"strategies.use: {path} cannot be made: {said['error']}")
        return said

    async def decide(self, number: int, bars: Sequence[Bar]) -> Signal | Undecided:
        """Return what the strategy says. The process is begun by the first call, and after a failure after a pause."""
        if self._turn is None:
            self._turn = asyncio.Lock()
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await self._turn.acquire()
        except TimeoutError:
            return Undecided(reason=f"others were asked for {TURN_SECONDS:g} s")
        try:
            return await self._asked(number, bars)
        finally:
            self._turn.release()

    async def close(self) -> None:
        """End the process, whatever it does."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()

    async def _asked(self, number: int, bars: Sequence[Bar]) -> Signal | Undecided:
        loop = asyncio.get_running_loop()
        if loop.time() < self._not_before:
            return Undecided(reason="the worker is begun anew in a moment")
        rows = [_row(bar) for bar in bars]
        try:
            process = self._process or await self._begun()
            said = await self._said(
                process, orjson.dumps({"decide": number, "bars": rows}) + b"\n", self._answer_seconds
            )
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            await self.close()
            self._not_before = loop.time() + self._pause_seconds
            return Undecided(reason=_why(error, self._answer_seconds))
        except BaseException:  # Cancelled: its answer would be taken for the next one's.
            await self.close()
            raise
        return _signal(said, next(each.name for each in self._known.values() if each.number == number))

    async def _begun(self) -> Process:
        """Begin the process and have it make its strategies. Raises OSError, EOFError, TimeoutError, ValueError."""
        self._process = process = await asyncio.create_subprocess_exec(
            *self._command, cwd=CHECKOUT, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
        )
        for order in self._orders.values():
            said = await self._said(process, order, MAKE_SECONDS)
            if "error" in said:
                raise ValueError(said["error"])
        return process

    async def _said(self, process: Process, line: bytes, seconds: float) -> dict[str, Any]:
        assert process.stdin is not None and process.stdout is not None, "they are pipes"  # noqa: PT018 - one thought
        async with asyncio.timeout(seconds):
            process.stdin.write(line)
            await process.stdin.drain()
            answer = await process.stdout.readline()
        if not answer:
            raise EOFError
        said: dict[str, Any] = orjson.loads(answer)
        return said


def _row(bar: Bar) -> tuple[float, ...]:
    return (bar.start.timestamp(), bar.seconds, bar.open, bar.high, bar.low, bar.close, bar.volume)


def _why(error: BaseException, seconds: float) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {seconds:g} s, the worker was killed"
    if isinstance(error, EOFError | BrokenPipeError | ConnectionResetError):
        return "the worker died"
    return str(error)


def _signal(said: Mapping[str, Any], name: str) -> Signal | Undecided:
    if "error" in said:
        return Undecided(reason=str(said["error"]))
    action, confidence = Action(said["action"]), said["confidence"]
    if confidence is None or not 0 <= confidence <= 1:
        return Undecided(reason=f"its confidence is {confidence}")
    reason = {name: number for name, number in said["reason"].items() if number is not None}  # JSON's NaN.
    return Signal(action=action, confidence=confidence, reason=reason, strategy=name)
