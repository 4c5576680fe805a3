from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.contracts import Right
from domain.denials import DenialRule
from domain.entries import Blackout, EntryLimits, EntryRules, allowed, apply, folded, not_opened, seen
from domain.events import BracketClosed, BracketPlanned, ClosedBy, SignalSpent
from domain.ids import IntentId, Symbol
from domain.strategies.protocol import Action
from domain.trading_day import Session
from tests.builders import INTENT, NOW, a_contract, a_plan
from tests.domain.ledger_builders import a_closing, a_reservation, later

GOOG = Symbol("GOOG")
LIMITS = EntryLimits()
SESSION = Session(day=date(2026, 1, 5), opens_at=NOW - timedelta(hours=2), closes_at=NOW + timedelta(hours=4))


def planned(right: Right = Right.CALL, symbol: str = "GOOG") -> BracketPlanned:
    return BracketPlanned(at=NOW, plan=a_plan(contract=a_contract(right=right, symbol=Symbol(symbol))))


def exited(right: Right = Right.CALL, **changes: Any) -> EntryRules:
    """Return the rules right after an exit, now."""
    return folded(GOOG, (planned(right), a_closing(**changes)))


def rule_of(
    rules: EntryRules, now: datetime = NOW, *, strategy: str = "scalp", limits: EntryLimits = LIMITS
) -> DenialRule | None:
    denied = allowed(rules, strategy, now, SESSION, limits)
    return None if denied is None else denied.rule


def test_a_symbol_of_which_nothing_is_known_may_be_entered() -> None:
    assert rule_of(EntryRules(symbol=GOOG)) is None


def test_a_denial_says_what_was_found_and_what_the_limit_is() -> None:
    denied = allowed(exited(), "scalp", later(90), SESSION, LIMITS)

    assert denied is not None
    assert (denied.at, denied.symbol, denied.rule) == (later(90), GOOG, DenialRule.COOLDOWN)
    assert (denied.found, denied.limit) == ("1.5 minutes since the exit", "15 minutes")


def test_an_open_intent_keeps_others_out_until_its_bracket_is_closed() -> None:
    rules = folded(GOOG, (planned(),))

    assert rule_of(rules) is DenialRule.SYMBOL_BUSY
    assert apply(rules, a_closing()).open_intent is None


def test_an_intent_of_which_nothing_was_sent_is_not_open() -> None:
    rules = folded(GOOG, (planned(),))

    assert rule_of(not_opened(rules, INTENT)) is None
    assert not_opened(rules, IntentId("another")) is rules


def test_events_of_other_symbols_intents_and_kinds_change_nothing() -> None:
    rules = folded(GOOG, (planned(),))
    spent = SignalSpent(at=NOW, symbol=Symbol("IBM"), strategy="whale", until=later(9))
    foreign = (planned(symbol="IBM"), a_closing(symbol=Symbol("IBM")), a_closing("another"), spent, a_reservation())

    assert all(apply(rules, event) is rules for event in foreign)


@pytest.mark.parametrize(("minutes", "rule"), [(14.99, DenialRule.COOLDOWN), (15, None)])
def test_after_an_exit_there_is_a_pause(minutes: float, rule: DenialRule | None) -> None:
    assert rule_of(seen(exited(), Action.HOLD), later(minutes * 60)) is rule


@pytest.mark.parametrize(
    ("right", "action", "rule"),
    [
        (Right.CALL, Action.BUY_CALL, DenialRule.NOT_REARMED),
        (Right.CALL, Action.HOLD, None),
        (Right.CALL, Action.BUY_PUT, None),
        (Right.PUT, Action.BUY_PUT, DenialRule.NOT_REARMED),
        (Right.PUT, Action.HOLD, None),
        (Right.PUT, Action.BUY_CALL, None),
    ],
)
def test_after_an_exit_one_hold_or_the_opposite_must_be_seen(
    right: Right, action: Action, rule: DenialRule | None
) -> None:
    assert rule_of(seen(exited(right), action), later(3600)) is rule


def test_a_hold_seen_during_the_pause_counts_and_the_same_signal_may_follow() -> None:
    rules = seen(seen(exited(), Action.HOLD), Action.BUY_CALL)

    assert rule_of(rules, later(3600)) is None


def test_a_hold_seen_while_the_position_is_open_does_not_count() -> None:
    rules = apply(seen(folded(GOOG, (planned(),)), Action.HOLD), a_closing())

    assert rule_of(rules, later(3600)) is DenialRule.NOT_REARMED


def test_a_hold_seen_in_a_second_position_does_not_arm_what_the_first_left() -> None:
    second = replace(exited(), open_intent=IntentId("second"))

    assert seen(second, Action.HOLD) is second


def test_an_entry_that_expired_unfilled_neither_pauses_nor_disarms() -> None:
    assert rule_of(exited(quantity=0, closed_by=ClosedBy.ENTRY_EXPIRED), later(1)) is None


def test_a_rejected_entry_pauses_and_does_not_disarm() -> None:
    rules = exited(quantity=0, closed_by=ClosedBy.ENTRY_REJECTED)

    assert (rule_of(rules, later(899)), rule_of(rules, later(900))) == (DenialRule.COOLDOWN, None)


def test_an_expired_entry_leaves_an_earlier_pause_as_it_was() -> None:
    again: tuple[BracketPlanned | BracketClosed, ...] = (planned(), a_closing(quantity=0, at=later(600)))

    rules = exited()
    for event in again:
        rules = apply(rules, event)

    assert rules == exited()


def test_a_spent_signal_is_denied_to_its_strategy_alone_until_its_time() -> None:
    spent = SignalSpent(at=NOW, symbol=GOOG, strategy="whale", until=later(100))

    rules = folded(GOOG, (spent,))

    assert rule_of(rules, later(99), strategy="whale") is DenialRule.SIGNAL_SPENT
    assert rule_of(rules, later(100), strategy="whale") is None
    assert rule_of(rules, later(99), strategy="scalp") is None


def test_the_latest_time_of_a_spent_signal_counts() -> None:
    events = [SignalSpent(at=NOW, symbol=GOOG, strategy="whale", until=later(until)) for until in (100, 300, 200)]

    assert rule_of(folded(GOOG, events), later(299), strategy="whale") is DenialRule.SIGNAL_SPENT


@pytest.mark.parametrize(
    ("now", "rule"),
    [
        (SESSION.opens_at + timedelta(minutes=4.9), DenialRule.AFTER_OPEN),
        (SESSION.opens_at + timedelta(minutes=5), None),
        (SESSION.closes_at - timedelta(minutes=30.1), None),
        (SESSION.closes_at - timedelta(minutes=30), DenialRule.BEFORE_CLOSE),
    ],
)
def test_entries_keep_away_from_the_open_and_the_real_close(now: datetime, rule: DenialRule | None) -> None:
    assert rule_of(EntryRules(symbol=GOOG), now) is rule


def test_the_window_denies_with_its_minutes() -> None:
    early = allowed(EntryRules(symbol=GOOG), "scalp", SESSION.opens_at + timedelta(minutes=2), SESSION, LIMITS)
    late = allowed(EntryRules(symbol=GOOG), "scalp", SESSION.closes_at - timedelta(minutes=12), SESSION, LIMITS)

    assert early is not None
    assert late is not None
    assert [(one.found, one.limit) for one in (early, late)] == [
        ("2.0 minutes", "5 minutes"),
        ("12.0 minutes", "30 minutes"),
    ]


@pytest.mark.parametrize(
    ("symbol", "seconds", "rule"),
    [
        (None, 0, DenialRule.BLACKOUT),
        (GOOG, 59, DenialRule.BLACKOUT),
        (GOOG, 60, None),
        (GOOG, -1, None),
        (Symbol("IBM"), 0, None),
    ],
)
def test_nothing_is_entered_in_a_blackout(symbol: Symbol | None, seconds: float, rule: DenialRule | None) -> None:
    limits = replace(LIMITS, blackouts=(Blackout(start=NOW, end=later(60), symbol=symbol),))

    assert rule_of(EntryRules(symbol=GOOG), later(seconds), limits=limits) is rule
