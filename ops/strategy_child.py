"""The worker: a process that holds the strategies which want pandas frames. ``ops/strategy_worker.py`` speaks with it.

    python -m ops.strategy_child

A line in is {"make": dotted path, "with": {...}, "as": number} or {"decide": number, "bars": [[start, seconds, open,
high, low, close, volume], ...]}; each is answered by a line, {"error": ...} where that failed. It ends with its input.
"""

import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from domain.bars import Bar
from domain.strategies.protocol import Action, spends
from ops.frames import Framed, wants_frames
from ops.patience import let_others_go_first

LOOK_SECONDS: Final = 1.0


def made(path: str, arguments: Mapping[str, Any]) -> Any:
    """Return a user's own strategy. Raises whatever importing or making it raises."""
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)(**arguments)


class Child:
    """The strategies by their numbers."""

    def __init__(self) -> None:
        self._strategies: dict[int, Any] = {}

    def answer(self, line: bytes) -> bytes:
        """Return the answer to a line; a strategy may raise what it likes."""
        try:
            asked = orjson.loads(line)
            return orjson.dumps(self._make(asked) if "make" in asked else self._decide(asked))
        except Exception as error:  # noqa: BLE001 - the user's code, and its fault is the answer
            return orjson.dumps({"error": f"{type(error).__name__}: {error}"})

    def _make(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        strategy = made(asked["make"], asked["with"])
        asked_by_frames = Framed(strategy) if wants_frames(strategy) else strategy
        self._strategies[asked["as"]] = asked_by_frames
        return {
            "name": str(strategy.name),
            "bar_seconds": int(strategy.bar_seconds),
            "bars_min": int(strategy.bars_min),
            "once_in_days": spends(strategy),
        }

    def _decide(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        bars = tuple(_bar(*row) for row in asked["bars"])
        said = self._strategies[asked["decide"]].decide(bars)
        return {
            "action": Action(said.action).value,
            "confidence": float(said.confidence),
            "reason": {str(name): float(number) for name, number in said.reason.items()},
        }


def _bar(start: float, seconds: int, *prices: float) -> Bar:
    opened, high, low, close, volume = prices
    at = datetime.fromtimestamp(start, UTC)
    return Bar(start=at, seconds=seconds, open=opened, high=high, low=low, close=close, volume=volume)


def main() -> None:
    """Answer until the input ends."""
    let_others_go_first()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the bot, which ends this one.
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # What a strategy prints is no answer.
    threading.Thread(target=_orphaned, args=(os.getppid(), os._exit), daemon=True).start()
    child = Child()
    for line in sys.stdin.buffer:
        answers.write(child.answer(line) + b"\n")


def _orphaned(parent: int, leave: Callable[[int], object]) -> None:
    """Leave, however busy a strategy is, once the bot is gone."""
    pause = threading.Event()
    while os.getppid() == parent:
        pause.wait(LOOK_SECONDS)
    leave(1)


if __name__ == "__main__":
    main()
