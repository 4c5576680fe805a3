from dataclasses import replace
from decimal import Decimal

from domain.choice_report import greeks_text
from domain.option_choice import Choice
from tests.builders import NOW, a_contract, a_quote


def a_choice(mid: str) -> Choice:
    contract = a_contract(strike=Decimal(100))
    return Choice(contract=contract, quote=a_quote(), mid=Decimal(mid), spread=Decimal("0.02"))


def test_a_call_at_the_money_has_a_delta_near_a_half() -> None:
    text = greeks_text(a_choice("1.00"), Decimal(100), NOW)

    delta = dict(part.split("=") for part in text.split())["delta"]
    assert 0.45 < float(delta) < 0.6


def test_where_no_volatility_explains_the_premium_there_are_none() -> None:
    below_intrinsic = replace(a_choice("1.00"), mid=Decimal("1.00"))

    assert greeks_text(below_intrinsic, Decimal(150), NOW) == "none"
