"""A user's own strategies: some want their bars as a DataFrame, and some of these behave badly."""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.bars import Bar
from domain.strategies.protocol import Action, Signal, hold


@dataclass
class Averages:
    """Buys a call above the mean of its closes, times a factor."""

    factor: float = 1.0
    name: str = "averages"
    bar_seconds: int = 60
    bars_min: int = 1
    once_in_days: int = 2
    wants_frames = True

    def decide(self, frame: Any) -> Signal:
        print("what a strategy prints is no answer")  # noqa: T201 - that it may is the point
        mean = self.factor * frame["close"].mean()
        above = bool(frame["close"].iloc[-1] > mean)
        return Signal(
            action=Action.BUY_CALL if above else Action.HOLD, confidence=0.5, reason={"mean": mean}, strategy=self.name
        )


@dataclass
class Misbehaving(Averages):
    """Hangs, dies or raises at a close of 13; else as its betters."""

    how: str = "raises"
    name: str = "misbehaving"

    def decide(self, frame: Any) -> Signal:
        if frame["close"].iloc[-1] == 13:
            match self.how:
                case "hangs":
                    threading.Event().wait()
                case "burns":
                    while True:
                        pass
                case "dies":
                    os._exit(3)
                case "unsure":
                    return Signal(action=Action.BUY_PUT, confidence=float("nan"), reason={}, strategy=self.name)
                case _:
                    raise KeyError("volume")
        return super().decide(frame)


@dataclass
class Plain:
    """Reads bars as they are."""

    name: str = "plain"
    bar_seconds: int = 60
    bars_min: int = 1

    def decide(self, bars: Sequence[Bar]) -> Signal:
        return hold(self.name, bars=len(bars))


class Heir(Averages):
    """Wants frames by inheritance."""
