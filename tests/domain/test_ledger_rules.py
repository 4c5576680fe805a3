from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.denials import DenialRule, EntryDenied
from domain.events import RiskReserved
from domain.ids import ConId, Symbol
from domain.ledger import Ledger, check_limit, folded, marked, with_broker_pnl, with_foreign
from domain.ledger_rules import Decision, RiskLimits, forbidden, loss_budget, overridden, reserve, unbooked
from domain.reports import AccountReport
from tests.builders import INTENT, NOW, a_contract
from tests.domain.ledger_builders import (
    DAY,
    NEXT_DAY,
    a_closing,
    a_ledger,
    a_request,
    a_reservation,
    an_account,
    an_opening,
    bought,
    later,
    sold,
)

LIMITS = RiskLimits()
FIFTEEN = Decimal("0.15")
DAY_BEFORE = DAY - timedelta(days=1)


def decided(
    ledger: Ledger, *, limits: RiskLimits = LIMITS, account: AccountReport | None = None, **request: Any
) -> Decision:
    return reserve(ledger, a_request(**request), limits, account or an_account(), day=DAY, now=NOW)


def rule_of(decision: Decision) -> DenialRule | None:
    return decision.answer.rule if isinstance(decision.answer, EntryDenied) else None


def others(count: int) -> tuple[RiskReserved, ...]:
    """Return so many reservations of other symbols, one USD each."""
    names = [f"other{number}" for number in range(count)]
    return tuple(a_reservation(name, symbol=Symbol(name.upper()), amount="1") for name in names)


def test_an_entry_is_granted_with_its_whole_premium_and_fees_set_aside() -> None:
    decision = decided(a_ledger(equity="10000"))

    assert decision.answer == RiskReserved(
        at=NOW,
        day=DAY,
        intent=INTENT,
        symbol=Symbol("GOOG"),
        con_id=ConId(101),
        quantity=2,
        amount=Decimal(404),
    )
    assert (decision.ledger.at_risk, decision.ledger.entries_today) == (Decimal(404), 1)


def test_a_denial_leaves_the_ledger_as_it_was_and_names_the_contract() -> None:
    ledger = with_foreign(a_ledger(), {Symbol("GOOG"): "2 GOOG held"})

    decision = decided(ledger)

    assert decision.ledger is ledger
    assert decision.answer == EntryDenied(
        at=NOW,
        symbol=Symbol("GOOG"),
        rule=DenialRule.FOREIGN,
        found="2 GOOG held",
        limit="./bot adopt or ignore GOOG",
        candidate="GOOG 2026-01-09 750C",
    )


@pytest.mark.parametrize(("con_id", "rule"), [(101, DenialRule.FOREIGN), (102, None)])
def test_the_very_contract_that_others_hold_is_denied_though_its_symbol_is_settled(
    con_id: int, rule: DenialRule | None
) -> None:
    ledger = with_foreign(a_ledger(equity="10000"), {}, [ConId(con_id)])

    assert rule_of(decided(ledger)) is rule


def test_the_sizing_says_what_cut_the_quantity() -> None:
    decision = decided(a_ledger(), ask_size=1)

    assert decision.sizing is not None
    assert [cap.rule for cap in decision.sizing.cut_by] == [DenialRule.QUOTE_SIZE]
    assert decision.sizing.quantity == 1


@pytest.mark.parametrize(
    ("ledger", "rule"),
    [
        (Ledger(), DenialRule.PNL_UNKNOWN),
        (folded((an_opening(day=DAY_BEFORE),)), DenialRule.PNL_UNKNOWN),
        (folded((an_opening(day=NEXT_DAY),)), DenialRule.CLOCK_BEHIND),
    ],
)
def test_a_ledger_of_no_day_or_of_another_reserves_nothing(ledger: Ledger, rule: DenialRule) -> None:
    assert rule_of(decided(with_broker_pnl(ledger, Decimal(0), NOW))) is rule


@pytest.mark.parametrize(("daily", "rule"), [("-1095", None), ("-1500", DenialRule.DAILY_LOSS)])
def test_the_loss_limit_denies_when_reached_even_before_it_latched(daily: str, rule: DenialRule | None) -> None:
    assert rule_of(decided(with_broker_pnl(a_ledger(), Decimal(daily), NOW))) is rule


def test_a_latched_day_denies_after_a_recovery() -> None:
    latched, _ = check_limit(with_broker_pnl(a_ledger(), Decimal(-1600), NOW), FIFTEEN, NOW)

    decision = decided(with_broker_pnl(latched, Decimal(500), NOW))

    assert isinstance(decision.answer, EntryDenied)
    assert (decision.answer.rule, decision.answer.found) == (DenialRule.DAILY_LOSS, "1600")


def test_an_unknown_pnl_denies_after_a_minute() -> None:
    ledger = with_broker_pnl(a_ledger(), None, NOW)

    at_the_edge = reserve(ledger, a_request(), LIMITS, an_account(), day=DAY, now=later(60))
    beyond = reserve(ledger, a_request(), LIMITS, an_account(), day=DAY, now=later(60.1))

    assert (rule_of(at_the_edge), rule_of(beyond)) == (None, DenialRule.PNL_UNKNOWN)


@pytest.mark.parametrize(("losses", "rule"), [(3, None), (4, DenialRule.CONSECUTIVE_LOSSES)])
def test_losses_in_a_row_deny_at_their_limit(losses: int, rule: DenialRule | None) -> None:
    closings = [a_closing(str(number), pnl="-1") for number in range(losses)]

    assert rule_of(decided(a_ledger(*closings))) is rule


@pytest.mark.parametrize(("entries", "rule"), [(9, None), (10, DenialRule.MAX_ENTRIES)])
def test_entries_of_the_day_deny_at_their_limit(entries: int, rule: DenialRule | None) -> None:
    past = [event for one in others(entries) for event in (one, a_closing(one.intent, quantity=0, pnl="0"))]

    assert rule_of(decided(a_ledger(*past))) is rule


@pytest.mark.parametrize(("count", "rule"), [(2, None), (3, DenialRule.MAX_POSITIONS)])
def test_reservations_and_positions_together_deny_at_their_limit(count: int, rule: DenialRule | None) -> None:
    ledger = folded((bought(1, "0.01", intent="other0"),), a_ledger(*others(count)))

    assert rule_of(decided(marked(ledger, ConId(101), Decimal("0.01")))) is rule


def test_a_position_nobody_reserved_for_counts_as_one() -> None:
    ledger = a_ledger(*others(2), bought(1, "0.01", intent="adopted", con_id=ConId(9)))

    assert rule_of(decided(ledger)) is DenialRule.MAX_POSITIONS


def test_a_symbol_has_one_intent_at_a_time() -> None:
    assert rule_of(decided(a_ledger(a_reservation("before")))) is DenialRule.SYMBOL_BUSY


def test_a_symbol_is_busy_until_its_bracket_is_closed_not_only_flat() -> None:
    flat = a_ledger(a_reservation("before"), bought(1, "2", intent="before"), sold(1, "2", intent="before"))

    closed = folded((a_closing("before"),), flat)

    assert (rule_of(decided(flat)), rule_of(decided(closed))) == (DenialRule.SYMBOL_BUSY, None)


def test_an_intent_is_reserved_for_once_in_its_life() -> None:
    open_one = a_ledger(a_reservation(INTENT, symbol=Symbol("OTHER")))
    closed_one = folded((a_closing(),), open_one)

    assert [rule_of(decided(one)) for one in (open_one, closed_one)] == [DenialRule.SYMBOL_BUSY] * 2


@pytest.mark.parametrize(
    "change",
    [
        {"entry_limit": Decimal(0)},
        {"entry_limit": Decimal("NaN")},
        {"entry_limit": Decimal("1.797e308")},
        {"stop_loss_fraction": Decimal(0)},
        {"stop_loss_fraction": Decimal("NaN")},
    ],
)
def test_a_price_or_stop_that_is_none_is_denied(change: dict[str, Any]) -> None:
    assert rule_of(decided(a_ledger(), **change)) is DenialRule.PREMIUM_TOO_SMALL


def test_an_account_never_heard_of_denies() -> None:
    decision = reserve(a_ledger(), a_request(), LIMITS, None, day=DAY, now=NOW)

    assert rule_of(decision) is DenialRule.BUYING_POWER_UNKNOWN


def test_an_account_without_a_value_denies() -> None:
    assert rule_of(decided(a_ledger(), account=an_account(NetLiquidation="NaN"))) is DenialRule.BUYING_POWER_UNKNOWN


@pytest.mark.parametrize(("age", "rule"), [(300, None), (300.1, DenialRule.BUYING_POWER_UNKNOWN)])
def test_account_values_may_be_five_minutes_old(age: float, rule: DenialRule | None) -> None:
    assert rule_of(decided(a_ledger(), account=an_account(at=later(-age)))) is rule


def test_a_missing_tag_of_funds_denies_as_no_money() -> None:
    assert rule_of(decided(a_ledger(), account=an_account(AvailableFunds=""))) is DenialRule.BUYING_POWER


@pytest.mark.parametrize(
    ("remaining", "rule"), [("-1", None), ("1", DenialRule.DAY_TRADES), ("2", None), ("0", DenialRule.DAY_TRADES)]
)
def test_an_entry_needs_a_day_trade_beside_those_open_today(remaining: str, rule: DenialRule | None) -> None:
    account = an_account(DayTradesRemaining=remaining)

    assert rule_of(decided(a_ledger(*others(1)), account=account)) is rule


def test_a_position_of_an_earlier_day_needs_no_day_trade() -> None:
    yesterdays = a_ledger(a_reservation("old", symbol=Symbol("OLD"), day=DAY.replace(day=2), amount="1"))

    assert rule_of(decided(yesterdays, account=an_account(DayTradesRemaining="1"))) is None


def test_what_is_left_of_the_days_limit_cuts_the_quantity() -> None:
    ledger = with_broker_pnl(a_ledger(), Decimal(-1297), NOW)

    decision = decided(ledger)

    assert decision.sizing is not None
    assert [(cap.rule, cap.quantity, cap.have) for cap in decision.sizing.cut_by] == [
        (DenialRule.LOSS_BUDGET, 1, Decimal(203))
    ]


def test_a_cap_that_leaves_none_denies_with_both_numbers() -> None:
    decision = decided(with_broker_pnl(a_ledger(), Decimal(-1299), NOW))

    assert isinstance(decision.answer, EntryDenied)
    assert (decision.answer.rule, decision.answer.found, decision.answer.limit) == (
        DenialRule.LOSS_BUDGET,
        "one contract takes 202.00",
        "201.00 left",
    )


def test_a_gain_does_not_enlarge_the_budget() -> None:
    ledger = with_broker_pnl(a_ledger(), Decimal(5000), NOW)
    winning = marked(folded((a_reservation(), bought(2, "2.00")), ledger), ConId(101), Decimal(50))

    assert loss_budget(winning, FIFTEEN, Decimal(-5000)) == 1500 - 402


def test_two_symbols_cannot_spend_the_same_dollar() -> None:
    account = an_account(AvailableFunds="500")
    first = decided(a_ledger(), account=account, intent="first")

    second = decided(first.ledger, account=account, symbol=Symbol("IBM"), contract=a_contract(symbol=Symbol("IBM")))

    assert rule_of(second) is DenialRule.BUYING_POWER


def test_a_purchase_counts_against_funds_until_the_account_can_have_booked_it() -> None:
    ledger = a_ledger(a_reservation(amount="404"), bought(2, "2.00"))

    fresh, booked = unbooked(ledger, later(180), 180), unbooked(ledger, later(180.1), 180)

    assert (fresh, booked) == (Decimal(404), Decimal(4))


def test_a_half_filled_entry_keeps_the_other_half_spoken_for() -> None:
    assert unbooked(a_ledger(a_reservation(amount="404"), bought(1, "2.00")), later(900), 180) == 204


def test_a_symbol_may_override_what_concerns_one_order_alone() -> None:
    request = a_request(
        overrides={
            "max_risk_pct_per_trade": Decimal("0.02"),
            "max_contracts_per_order": Decimal(1),
            "max_daily_loss_pct": Decimal("0.5"),
            "take_profit_pct": Decimal("0.9"),
        }
    )

    assert overridden(LIMITS, request) == replace(
        LIMITS, max_risk_pct_per_trade=Decimal("0.02"), max_contracts_per_order=1
    )


def test_an_override_does_not_lift_the_ramp_of_the_first_live_days() -> None:
    request = a_request(overrides={"max_contracts_per_order": Decimal(5)})

    assert overridden(replace(LIMITS, ramp_contracts=1), request).max_contracts_per_order == 1


def test_an_override_is_used_in_sizing() -> None:
    decision = decided(a_ledger(), overrides={"max_contracts_per_order": Decimal(1)})

    assert isinstance(decision.answer, RiskReserved)
    assert decision.answer.quantity == 1


def test_what_denies_every_entry_is_known_before_an_option_is_chosen() -> None:
    ledger, account = a_ledger(*others(3)), an_account()

    found = forbidden(ledger, Symbol("GOOG"), LIMITS, account, day=DAY, now=NOW)

    assert found == EntryDenied(at=NOW, symbol=Symbol("GOOG"), rule=DenialRule.MAX_POSITIONS, found="3", limit="3")


def test_before_an_option_is_chosen_nothing_speaks_against_an_ordinary_day() -> None:
    assert forbidden(a_ledger(), Symbol("GOOG"), LIMITS, an_account(), day=DAY, now=NOW) is None
