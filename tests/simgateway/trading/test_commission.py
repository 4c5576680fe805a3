"""Commissions, by the examples of IBKR's own price list."""

from decimal import Decimal

import pytest

from simgateway.config import ShareCommission
from simgateway.market.base import Instrument
from simgateway.trading.commission import Tab, Tariff
from tests.simgateway.fake_market import CALL_ID, STOCK_ID, FakeMarket
from tests.simgateway.rig import Rig


def _instrument(con_id: int) -> Instrument:
    instrument = FakeMarket().by_con_id(con_id)
    assert instrument is not None
    return instrument


OPTION, STOCK = _instrument(CALL_ID), _instrument(STOCK_ID)


@pytest.mark.parametrize(
    ("month", "contracts", "premium", "expected"),
    [
        (0, 1, "2", "1.00"),
        (0, 2, "5", "1.30"),
        (0, 3, "0.075", "1.50"),
        (0, 5, "0.03", "1.25"),
        (10_000, 2, "5", "1.00"),
        (10_000, 3, "0.075", "1.50"),
        (10_000, 5, "0.03", "1.25"),
        (50_000, 5, "2", "1.25"),
        (100_000, 5, "5", "1.00"),
        (100_000, 7, "2", "1.05"),
        (9_998, 4, "2", "2.30"),
        (0, 2, "0.10", "1.30"),
        (0, 4, "0.05", "2.00"),
    ],
)
def test_options_cost_what_the_price_list_says(month: int, contracts: int, premium: str, expected: str) -> None:
    tariff = Tariff()
    if month:
        tariff.charge(Tab(), OPTION, month, Decimal(1))

    assert tariff.estimate(OPTION, contracts, Decimal(premium)) == Decimal(expected)


@pytest.mark.parametrize(
    ("plan", "shares", "price", "expected"),
    [
        (ShareCommission.FIXED, 100, "25", "1.00"),
        (ShareCommission.FIXED, 1000, "25", "5.00"),
        (ShareCommission.FIXED, 1000, "0.25", "2.50"),
        (ShareCommission.FIXED, 1, "5", "0.05"),
        (ShareCommission.TIERED, 10, "25", "0.35"),
        (ShareCommission.TIERED, 1000, "25", "3.50"),
        (ShareCommission.TIERED, 300_100, "25", "1050.20"),
    ],
)
def test_shares_cost_what_the_price_list_says(plan: ShareCommission, shares: int, price: str, expected: str) -> None:
    assert Tariff(plan).estimate(STOCK, shares, Decimal(price)) == Decimal(expected)


def test_the_least_commission_is_charged_once_an_order_however_it_fills() -> None:
    tariff, tab = Tariff(), Tab()

    steps = [tariff.charge(tab, OPTION, 1, Decimal(2)) for _ in range(4)]

    assert steps == [Decimal("1.00"), Decimal("0.30"), Decimal("0.65"), Decimal("0.65")]


def test_every_part_of_a_fill_is_charged_by_its_own_premium() -> None:
    tariff, tab = Tariff(), Tab()
    tariff.charge(tab, OPTION, 10, Decimal("0.03"))

    assert tariff.charge(tab, OPTION, 10, Decimal("0.12")) == Decimal("6.50")


def test_a_new_month_begins_at_the_dearest_tier() -> None:
    tariff = Tariff()
    tariff.charge(Tab(), OPTION, 200_000, Decimal(1))

    tariff.new_month()

    assert tariff.estimate(OPTION, 100, Decimal(2)) == Decimal("65.00")


def test_the_gateway_charges_shares_by_its_configuration() -> None:
    rig = Rig(share_commission=ShareCommission.TIERED)
    rig.market.show(STOCK_ID, "100.00", "100.01", 1000)

    rig.client.order(1, "BUY", 200, "MKT", con_id=STOCK_ID)

    assert [row[3] for row in rig.wait() if row[0] == "59"] == ["0.70"]
