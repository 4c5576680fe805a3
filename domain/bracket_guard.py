"""How long a position was without protection: the loudest state there is, measured, told, and ended within a bound."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from domain.bracket_effects import Alarm, Say, SetTimer
from domain.bracket_expiry import is_over
from domain.bracket_facts import Step, guarded
from domain.brackets import Bracket, position
from domain.events import ClosedBy

# A refused exit looks accepted for a moment, and so does an order that is cancelled at once.
LASTING: Final = timedelta(seconds=1)


def watch_guard(bracket: Bracket, now: datetime) -> Step:
    """Note when protection is gone, and when it is back and lasts."""
    safe, since = guarded(bracket) or is_over(bracket, now), bracket.unguarded_since
    if since is None:
        return (bracket, ()) if safe else _bare(bracket, now)
    if not safe:
        return replace(bracket, guarded_at=None), ()
    if position(bracket) <= 0 or (bracket.guarded_at is not None and now - bracket.guarded_at >= LASTING):
        return _covered(bracket, since, bracket.guarded_at or now)
    if bracket.guarded_at is not None:
        return bracket, ()
    return replace(bracket, guarded_at=now), (SetTimer(timer="lasting", seconds=LASTING.total_seconds()),)


def _bare(bracket: Bracket, now: datetime) -> Step:
    policy = bracket.policy
    return replace(bracket, unguarded_since=now, guarded_at=None), (
        Say(event="position_unguarded", fields=_who(bracket)),
        SetTimer(timer="unguarded", seconds=policy.unguarded_alarm_seconds if bracket.connected else 0.0),
        SetTimer(timer="bare", seconds=policy.unguarded_seconds_max),
    )


def _covered(bracket: Bracket, since: datetime, again: datetime) -> Step:
    seconds = round((again - since).total_seconds(), 3)
    line = Say(event="position_guarded", fields={**_who(bracket), "unguarded_seconds": seconds})
    return replace(bracket, unguarded_since=None, guarded_at=None), (line,)


def _who(bracket: Bracket) -> dict[str, object]:
    return {
        "intent": bracket.plan.intent,
        "contract": bracket.plan.contract.label,
        "position": position(bracket),
    }


def unguarded_due(bracket: Bracket) -> Step:
    """Call a human when the repair takes longer than its bound; a restart's moment of not knowing is no alert."""
    if bracket.unguarded_since is None or bracket.guarded_at is not None:
        return bracket, ()
    text = f"{bracket.plan.contract.label}: {position(bracket)} held without protection"
    return bracket, (Alarm(kind="unguarded", text=text, level="CRITICAL"),)


def bare_due(bracket: Bracket) -> Step:
    """Give up the repair and sell, when the position was without protection for the whole bound."""
    if bracket.unguarded_since is None or bracket.guarded_at is not None:
        return bracket, ()
    return replace(bracket, entry_stopped=True, closing=bracket.closing or ClosedBy.UNGUARDED), ()
