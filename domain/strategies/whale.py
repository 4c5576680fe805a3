"""whale: somebody large has moved an hour: volume far above the usual, and a close outside the closes before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from domain.bars import Bar
from domain.strategies.protocol import Action, Signal, hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Whale:
    """Its numbers. ``once_in_days``: a signal is used once per symbol in so many days."""

    name: str = "whale"
    bar_seconds: int = 3600
    bars_min: int = 20
    bars_max: int = 60
    volume_factor: float = 1.5
    volume_full_factor: float = 3.0  # So many times the usual volume counts in full.
    breakout_scale: float = 100.0  # A breakout of 1 % of the level counts in full.
    breakout_weight: float = 0.6
    once_in_days: int = 3

    def decide(self, bars: Sequence[Bar]) -> Signal:
        """Return the signal; its reason: close, highest, lowest (USD), volume, volume_mean (shares).

        The last bar is compared with those before it alone: a high that includes the breakout bar is never broken.
        """
        used = bars[-self.bars_max :]
        if len(used) < max(self.bars_min, 2):
            return hold(self.name, bars=len(used), bars_min=self.bars_min)
        last, before = used[-1], used[:-1]
        closes = [bar.close for bar in before]
        reason = {
            "close": last.close,
            "highest": max(closes),
            "lowest": min(closes),
            "volume": last.volume,
            "volume_mean": fmean(bar.volume for bar in before),
        }
        action, level = _breakout(reason)
        # Where nothing was traded before, there is no usual volume to be above.
        if action is Action.HOLD or not last.volume > self.volume_factor * reason["volume_mean"] > 0:
            return hold(self.name, **reason)
        breakout = min(1.0, self.breakout_scale * abs(last.close - level) / level)
        volume = min(1.0, last.volume / (self.volume_full_factor * reason["volume_mean"]))
        confidence = self.breakout_weight * breakout + (1 - self.breakout_weight) * volume
        return Signal(action=action, confidence=confidence, reason=reason, strategy=self.name)


def _breakout(found: dict[str, float]) -> tuple[Action, float]:
    """Return which way the last close left the closes before it, and the level it passed."""
    if found["close"] > found["highest"]:
        return Action.BUY_CALL, found["highest"]
    if found["close"] < found["lowest"]:
        return Action.BUY_PUT, found["lowest"]
    return Action.HOLD, found["close"]
