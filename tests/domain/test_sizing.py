from decimal import Decimal
from typing import Any

import pytest

from domain.denials import DenialRule
from domain.sizing import Sizing, contracts, cost_of_one, funds_of, known
from tests.builders import NOW
from tests.domain.ledger_builders import an_account

PLENTY = Decimal(1_000_000)


def sized(**changes: Any) -> Sizing:
    """Size with 100,000 USD, 1 % a trade, a premium of 2.00 and a stop of 20 %: 25 contracts by risk alone."""
    given: dict[str, Any] = {
        "net_liquidation": Decimal(100_000),
        "available_funds": PLENTY,
        "loss_budget": PLENTY,
        "premium": Decimal("2.00"),
        "multiplier": 100,
        "stop_loss_fraction": Decimal("0.2"),
        "max_risk_fraction": Decimal("0.01"),
        "fees_per_contract": Decimal("2.00"),
        "max_contracts": 1000,
        "ask_size": 1000,
    }
    return contracts(**{**given, **changes})


def test_risk_per_trade_alone_decides_when_nothing_cuts() -> None:
    sizing = sized()

    assert (sizing.quantity, sizing.cut_by, sizing.denied_by) == (25, (), None)


@pytest.mark.parametrize(("net_liquidation", "quantity"), [("4000", 1), ("3999.99", 0), ("7999.99", 1), ("8000", 2)])
def test_the_quantity_is_rounded_down_at_every_edge(net_liquidation: str, quantity: int) -> None:
    assert sized(net_liquidation=Decimal(net_liquidation)).quantity == quantity


@pytest.mark.parametrize(
    ("change", "rule", "quantity"),
    [
        ({"available_funds": Decimal(404)}, DenialRule.BUYING_POWER, 2),
        ({"available_funds": Decimal("403.99")}, DenialRule.BUYING_POWER, 1),
        ({"loss_budget": Decimal(606)}, DenialRule.LOSS_BUDGET, 3),
        ({"loss_budget": Decimal("605.99")}, DenialRule.LOSS_BUDGET, 2),
        ({"max_contracts": 24}, DenialRule.MAX_CONTRACTS, 24),
        ({"ask_size": 7}, DenialRule.QUOTE_SIZE, 7),
    ],
)
def test_each_cap_cuts_and_says_so(change: dict[str, Any], rule: DenialRule, quantity: int) -> None:
    sizing = sized(**change)

    assert sizing.quantity == quantity
    assert [(cap.rule, cap.quantity) for cap in sizing.cut_by] == [(rule, quantity)]
    assert sizing.denied_by is None


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"net_liquidation": Decimal(0)}, DenialRule.RISK_PER_TRADE),
        ({"available_funds": Decimal("201.99")}, DenialRule.BUYING_POWER),
        ({"available_funds": Decimal(-500)}, DenialRule.BUYING_POWER),
        ({"loss_budget": Decimal(0)}, DenialRule.LOSS_BUDGET),
        ({"loss_budget": Decimal(-1)}, DenialRule.LOSS_BUDGET),
        ({"max_contracts": 0}, DenialRule.MAX_CONTRACTS),
        ({"ask_size": 0}, DenialRule.QUOTE_SIZE),
    ],
)
def test_a_cap_that_leaves_none_is_the_one_that_denies(change: dict[str, Any], rule: DenialRule) -> None:
    sizing = sized(**change)

    assert sizing.quantity == 0
    assert sizing.denied_by is not None
    assert sizing.denied_by.rule is rule


def test_a_denying_cap_carries_what_one_contract_takes_and_what_there_is() -> None:
    cap = sized(available_funds=Decimal(100)).denied_by

    assert cap is not None
    assert (cap.need, cap.have) == (Decimal("202.00"), Decimal(100))


def test_one_contract_can_lose_its_whole_premium_and_its_fees() -> None:
    assert cost_of_one(Decimal("2.00"), 100, Decimal("2.00")) == Decimal("202.00")


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1.7976931348623157e308", "-1.7976931348623157e308"])
def test_the_brokers_ways_to_have_no_value_are_unknown(text: str) -> None:
    assert known(Decimal(text)) is None


def test_a_real_value_is_known() -> None:
    assert known(Decimal("-12.5")) == Decimal("-12.5")


def test_funds_are_available_funds_in_a_margin_account() -> None:
    funds = funds_of(an_account(AvailableFunds="700", SettledCash="300"))

    assert funds is not None
    assert (funds.net_liquidation, funds.available, funds.day_trades_remaining) == (Decimal(10000), Decimal(700), None)


def test_funds_are_settled_cash_in_a_cash_account() -> None:
    funds = funds_of(an_account("Cash", AvailableFunds="700", SettledCash="300"))

    assert funds is not None
    assert funds.available == 300


def test_a_missing_tag_of_funds_is_nothing_to_spend() -> None:
    funds = funds_of(an_account(AvailableFunds=""))

    assert funds is not None
    assert funds.available == 0


@pytest.mark.parametrize("values", [{"NetLiquidation": ""}, {"NetLiquidation": "NaN"}, {"AvailableFunds": "1.797e308"}])
def test_funds_without_a_value_are_unknown(values: dict[str, str]) -> None:
    assert funds_of(an_account("INDIVIDUAL", NOW, **values)) is None


def test_funds_of_an_account_never_heard_of_are_unknown() -> None:
    assert funds_of(None) is None


def test_day_trades_are_read_where_reported() -> None:
    funds = funds_of(an_account(DayTradesRemaining="-1"))

    assert funds is not None
    assert funds.day_trades_remaining == -1
