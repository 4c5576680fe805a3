"""scalp: the trend of 1-minute bars, with the session's average price behind it and momentum that is not spent."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.bars import Bar, since
from domain.indicators import RSI_PERIOD, ema, rsi, vwap
from domain.strategies.protocol import Action, Signal, hold
from domain.trading_day import new_york_midnight


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalp:
    """Its numbers, named like their settings. RSI bounds are inclusive; the put's mirror the call's at 50."""

    name: str = "scalp"
    bar_seconds: int = 60
    bars_min: int = 30
    rsi_bars: int = RSI_PERIOD
    ema_fast_bars: int = 8
    ema_slow_bars: int = 21
    call_rsi_low: float = 45.0
    call_rsi_high: float = 70.0
    put_rsi_low: float = 30.0
    put_rsi_high: float = 55.0
    gap_weight: float = 0.6
    gap_scale: float = 500.0  # A gap of 0.2 % of the slow average counts in full.

    def decide(self, bars: Sequence[Bar]) -> Signal:
        """Return the signal; its reason: rsi, ema_fast, ema_slow, vwap, close (USD)."""
        if len(bars) < max(self.bars_min, 2):
            return hold(self.name, bars=len(bars), bars_min=self.bars_min)
        closes = [bar.close for bar in bars]
        fast, slow = ema(closes, self.ema_fast_bars), ema(closes, self.ema_slow_bars)
        strength = rsi(closes, self.rsi_bars)
        average = vwap(since(bars, new_york_midnight(bars[-1].start)))
        if fast is None or slow is None or strength is None or average is None:
            return hold(self.name, bars=len(bars), session_volume=0)
        reason = {"rsi": strength, "ema_fast": fast, "ema_slow": slow, "vwap": average, "close": closes[-1]}
        action, depth = self._action(reason)
        if action is Action.HOLD:
            return hold(self.name, **reason)
        gap = min(1.0, self.gap_scale * abs(fast - slow) / slow)
        confidence = self.gap_weight * gap + (1 - self.gap_weight) * depth
        return Signal(action=action, confidence=confidence, reason=reason, strategy=self.name)

    def _action(self, found: dict[str, float]) -> tuple[Action, float]:
        """Return what to do, and how far the RSI is into its band: 0 where it enters, 1 where it would leave."""
        strength = found["rsi"]
        up = found["ema_fast"] > found["ema_slow"] and found["close"] > found["vwap"]
        down = found["ema_fast"] < found["ema_slow"] and found["close"] < found["vwap"]
        if up and self.call_rsi_low <= strength <= self.call_rsi_high:
            return Action.BUY_CALL, (strength - self.call_rsi_low) / (self.call_rsi_high - self.call_rsi_low)
        if down and self.put_rsi_low <= strength <= self.put_rsi_high:
            return Action.BUY_PUT, (self.put_rsi_high - strength) / (self.put_rsi_high - self.put_rsi_low)
        return Action.HOLD, 0.0
