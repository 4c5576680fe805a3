"""What a strategy is, what it says, and who wins when several speak. Pure: completed bars in, a signal out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol, runtime_checkable

from domain.bars import Bar
from domain.contracts import Right

COMBINED: Final = "combined"


class Action(StrEnum):
    """What a strategy wants of its underlying's options."""

    BUY_CALL = "BUY_CALL"
    BUY_PUT = "BUY_PUT"
    HOLD = "HOLD"

    @property
    def right(self) -> Right | None:
        """Return the right to buy; None to hold."""
        return {Action.BUY_CALL: Right.CALL, Action.BUY_PUT: Right.PUT}.get(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A strategy's answer. ``confidence`` is 0 to 1; ``reason`` holds the numbers it was decided on."""

    action: Action
    confidence: float
    reason: Mapping[str, float]
    strategy: str


class Strategy(Protocol):
    """Decides on completed bars. A user's own is any class with these members."""

    @property
    def name(self) -> str:
        """Return what the log calls it."""
        ...

    @property
    def bar_seconds(self) -> int:
        """Return the length of the bars it reads: 60 or 3600."""
        ...

    @property
    def bars_min(self) -> int:
        """Return how many bars it needs; with fewer it holds."""
        ...

    def decide(self, bars: Sequence[Bar]) -> Signal:
        """Return the signal after these completed bars of one underlying, by rising start.

        They hold the last bar's session from its first bar on; earlier sessions' bars may precede.
        """
        ...


@runtime_checkable
class SpendsSignals(Protocol):
    """A strategy whose signal for a symbol is used up by an entry, for some days, across restarts."""

    @property
    def once_in_days(self) -> int:
        """Return for how many days it may not be used again."""
        ...


def spent_until(strategy: Strategy, at: datetime) -> datetime | None:
    """Return until when a signal used now is spent; None for a strategy that spends nothing."""
    days = spends(strategy)
    return at + timedelta(days=days) if days > 0 else None


def spends(strategy: object) -> int:
    """Return for how many days a signal that was used is spent; 0 for a strategy that spends nothing."""
    return strategy.once_in_days if isinstance(strategy, SpendsSignals) else 0


def bars_used(strategies: Iterable[Strategy], bar_seconds: int) -> int | None:
    """Return how many of the newest bars of this length are looked at; None where one of them does not say.

    A strategy says it by its ``bars_max``.
    """
    most = [getattr(each, "bars_max", None) for each in strategies if each.bar_seconds == bar_seconds]
    known = [count for count in most if count is not None]
    return max(known) if known and len(known) == len(most) else None


def hold(strategy: str, **reason: float) -> Signal:
    """Return a HOLD with its reason."""
    return Signal(action=Action.HOLD, confidence=0.0, reason=reason, strategy=strategy)


def combined(signals: Sequence[Signal], min_confidence: float) -> Signal:
    """Return the most confident signal at or above the minimum, the first of equals.

    A call and a put that both reach it contradict each other, which is a HOLD; what stays below it contradicts nothing.
    """
    wanted = [signal for signal in signals if signal.action is not Action.HOLD]
    strong = [signal for signal in wanted if signal.confidence >= min_confidence]
    if len({signal.action for signal in strong}) > 1:
        return hold(COMBINED, call=_best(strong, Action.BUY_CALL), put=_best(strong, Action.BUY_PUT))
    if strong:
        return max(strong, key=lambda signal: signal.confidence)
    if wanted:
        best = max(signal.confidence for signal in wanted)
        return hold(COMBINED, confidence=best, min_confidence=min_confidence)
    # The numbers of a lone strategy say why better than an empty reason.
    return signals[0] if len(signals) == 1 else hold(COMBINED, **_reasons(signals))


def _best(signals: Sequence[Signal], action: Action) -> float:
    return max(signal.confidence for signal in signals if signal.action is action)


def _reasons(signals: Sequence[Signal]) -> dict[str, float]:
    return {f"{signal.strategy}.{name}": number for signal in signals for name, number in signal.reason.items()}
