"""A symbol's rules for entries. Signals are states and go on as long as the market does; entries must not.

One intent or position at a time; after an exit a pause, and then only after one HOLD or the opposite signal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from domain.bracket_reopened import BracketReopened
from domain.contracts import Right
from domain.denials import DenialRule, EntryDenied
from domain.events import BracketClosed, BracketPlanned, ClosedBy, Journaled, SignalSpent
from domain.findings import Finding, denied
from domain.ids import IntentId, Symbol
from domain.strategies.protocol import Action
from domain.trading_day import Session, entry_window_problem, minutes_since_open, minutes_to_close

_NOTHING: Final[Mapping[str, datetime]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Blackout:
    """A stretch in which a symbol, or with None every symbol, is not entered: earnings, announcements. Aware times."""

    start: datetime
    end: datetime
    symbol: Symbol | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLimits:
    """The limits, named like their settings."""

    cooldown_minutes: int = 15
    no_entry_after_open_minutes: int = 5
    no_entry_before_close_minutes: int = 30
    blackouts: tuple[Blackout, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRules:
    """What is remembered of a symbol. ``spent``: until when a strategy's signal is used up."""

    symbol: Symbol
    open_intent: IntentId | None = None
    open_right: Right | None = None
    cooling_since: datetime | None = None
    exited_right: Right | None = None  # Not None: no entry before one HOLD or the opposite signal.
    spent: Mapping[str, datetime] = field(default_factory=lambda: _NOTHING)


def seen(rules: EntryRules, action: Action) -> EntryRules:
    """Return the rules after a signal was computed; call it before ``allowed`` with the same one.

    Only what is seen while flat arms the symbol again. It is not journaled: after a restart one HOLD is needed afresh.
    """
    if rules.exited_right is None or rules.open_intent is not None or action.right is rules.exited_right:
        return rules
    return replace(rules, exited_right=None)


def folded(symbol: Symbol, events: Iterable[Journaled]) -> EntryRules:
    """Return the rules after these events from the journal, oldest first."""
    rules = EntryRules(symbol=symbol)
    for event in events:
        rules = apply(rules, event)
    return rules


def apply(rules: EntryRules, event: Journaled) -> EntryRules:
    """Return the rules after an event; those of other symbols and other kinds change nothing."""
    match event:
        case BracketPlanned() if event.plan.contract.symbol == rules.symbol:
            return replace(rules, open_intent=event.plan.intent, open_right=event.plan.contract.right)
        case BracketClosed() if event.symbol == rules.symbol and event.intent == rules.open_intent:
            return _closed(rules, event)
        case BracketReopened() if event.symbol == rules.symbol and rules.open_intent is None:
            return replace(rules, open_intent=event.intent, open_right=event.right)
        case SignalSpent() if event.symbol == rules.symbol:
            until = max(event.until, rules.spent.get(event.strategy, event.until))
            return replace(rules, spent={**rules.spent, event.strategy: until})
        case _:
            return rules


def not_opened(rules: EntryRules, intent: IntentId) -> EntryRules:
    """Return the rules after a planned bracket of which nothing was or will be sent."""
    return replace(rules, open_intent=None, open_right=None) if rules.open_intent == intent else rules


def allowed(
    rules: EntryRules, strategy: str, now: datetime, session: Session, limits: EntryLimits
) -> EntryDenied | None:
    """Return the first rule against an entry now on this strategy's signal; None when there is none."""
    findings = (
        _busy(rules),
        _cooling(rules, now, limits),
        _not_rearmed(rules),
        _spent(rules, strategy, now),
        _outside_window(now, session, limits),
        _blacked_out(rules, now, limits),
    )
    finding = next((one for one in findings if one is not None), None)
    return None if finding is None else denied(finding, rules.symbol, now)


def _closed(rules: EntryRules, event: BracketClosed) -> EntryRules:
    """Begin the pause after an exit. A rejected entry pauses too, as it would be rejected again; an expired one not."""
    was_exit = event.quantity > 0
    pause = was_exit or event.closed_by is ClosedBy.ENTRY_REJECTED
    return replace(
        rules,
        open_intent=None,
        open_right=None,
        cooling_since=event.at if pause else rules.cooling_since,
        exited_right=rules.open_right if was_exit else rules.exited_right,
    )


def _busy(rules: EntryRules) -> Finding | None:
    if rules.open_intent is None:
        return None
    return Finding(rule=DenialRule.SYMBOL_BUSY, found=rules.open_intent, limit="one at a time")


def _cooling(rules: EntryRules, now: datetime, limits: EntryLimits) -> Finding | None:
    if rules.cooling_since is None:
        return None
    minutes = (now - rules.cooling_since) / timedelta(minutes=1)
    if minutes >= limits.cooldown_minutes:
        return None
    return Finding(
        rule=DenialRule.COOLDOWN,
        found=f"{minutes:.1f} minutes since the exit",
        limit=f"{limits.cooldown_minutes} minutes",
    )


def _not_rearmed(rules: EntryRules) -> Finding | None:
    if rules.exited_right is None:
        return None
    return Finding(
        rule=DenialRule.NOT_REARMED,
        found=f"still {rules.exited_right.name} since the exit",
        limit="one HOLD or the opposite",
    )


def _spent(rules: EntryRules, strategy: str, now: datetime) -> Finding | None:
    until = rules.spent.get(strategy)
    if until is None or now >= until:
        return None
    return Finding(
        rule=DenialRule.SIGNAL_SPENT, found=f"{strategy} used its signal", limit=f"until {until.isoformat()}"
    )


def _outside_window(now: datetime, session: Session, limits: EntryLimits) -> Finding | None:
    after, before = limits.no_entry_after_open_minutes, limits.no_entry_before_close_minutes
    rule = entry_window_problem(session, now, after_open_minutes=after, before_close_minutes=before)
    if rule is None:
        return None
    if rule is DenialRule.AFTER_OPEN:
        return Finding(rule=rule, found=f"{minutes_since_open(session, now):.1f} minutes", limit=f"{after} minutes")
    return Finding(rule=rule, found=f"{minutes_to_close(session, now):.1f} minutes", limit=f"{before} minutes")


def _blacked_out(rules: EntryRules, now: datetime, limits: EntryLimits) -> Finding | None:
    for one in limits.blackouts:
        if one.symbol in {None, rules.symbol} and one.start <= now < one.end:
            return Finding(rule=DenialRule.BLACKOUT, found=now.isoformat(), limit=f"not until {one.end.isoformat()}")
    return None
