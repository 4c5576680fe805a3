"""Signals are states: an hour's breakout is said for the whole next hour, but it is news for ten minutes alone."""

from datetime import datetime

from domain.bars import Bar
from domain.retry import ENTRY_MAX_HOURLY_BAR_AGE_SECONDS, HOURLY_BAR_SECONDS
from domain.strategies.protocol import Action, Signal, hold


def in_time(
    signal: Signal, newest: Bar | None, now: datetime, limit_seconds: int = ENTRY_MAX_HOURLY_BAR_AGE_SECONDS
) -> Signal:
    """Return the signal; a HOLD where hourly bars said it too long ago, so that it silences no fresher strategy."""
    if signal.action is Action.HOLD or newest is None or newest.seconds < HOURLY_BAR_SECONDS:
        return signal
    age = (now - newest.end).total_seconds()
    if age <= limit_seconds:
        return signal
    return hold(signal.strategy, **signal.reason, seconds_ago=age)
