from decimal import Decimal
from functools import reduce
from itertools import permutations

from domain.exposures import Exposure, reserved_exposure, with_fill
from domain.ids import Symbol
from tests.builders import INTENT
from tests.domain.ledger_builders import a_reservation, bought, later, sold


def filled(*fills: object) -> Exposure:
    return reduce(with_fill, fills, reserved_exposure(a_reservation()))  # type: ignore[arg-type]  # fills only


def test_a_reservation_is_at_risk_whole_before_anything_filled() -> None:
    exposure = reserved_exposure(a_reservation(amount="402"))

    assert (exposure.at_risk, exposure.held, exposure.is_open, exposure.symbol) == (
        Decimal(402),
        0,
        True,
        Symbol("GOOG"),
    )


def test_a_position_holds_its_whole_reservation_until_closed() -> None:
    assert filled(bought(2, "2.00"), sold(1, "3.00")).at_risk == 402


def test_a_purchase_nobody_reserved_for_is_at_risk_with_its_cost() -> None:
    exposure = with_fill(None, bought(2, "2.00"))

    assert (exposure.at_risk, exposure.symbol, exposure.is_open) == (Decimal(400), None, True)


def test_a_dearer_purchase_than_reserved_counts_in_full() -> None:
    assert filled(bought(2, "2.50")).at_risk == 500


def test_realised_counts_the_sold_contracts_alone() -> None:
    exposure = filled(bought(1, "2.00"), bought(1, "3.00"), sold(1, "4.00"))

    assert (exposure.realised, exposure.held_cost, exposure.held) == (Decimal(150), Decimal(250), 1)


def test_pnl_counts_what_is_held_at_the_bid() -> None:
    exposure = filled(bought(2, "2.00"), sold(1, "3.00"))

    assert exposure.pnl(Decimal("1.50")) == 300 + 150 - 400


def test_pnl_without_any_quote_values_what_is_held_at_its_cost() -> None:
    assert filled(bought(2, "2.00"), sold(1, "3.00")).pnl(None) == 100


def test_the_order_in_which_fills_arrive_changes_nothing() -> None:
    fills = (bought(1, "2.00"), bought(2, "2.10"), sold(1, "1.60"), sold(2, "1.55"))

    results = {filled(*order).pnl(Decimal(1)) for order in permutations(fills)}

    assert results == {Decimal("-150.00")}


def test_a_sale_heard_before_its_purchase_is_not_open_and_has_realised_nothing_yet() -> None:
    exposure = with_fill(None, sold(1, "2.00"))

    assert (exposure.held, exposure.is_open, exposure.held_cost, exposure.realised) == (
        -1,
        False,
        Decimal(0),
        Decimal(0),
    )


def test_the_latest_purchase_is_remembered_by_its_time() -> None:
    assert filled(bought(1, "2.00"), bought(1, "2.10", at=later(5)), sold(1, "2", at=later(9))).bought_at == later(5)


def test_a_new_day_starts_from_the_last_bid() -> None:
    carried = filled(bought(2, "2.00"), sold(1, "3.00")).carried(Decimal("1.20"))

    assert (carried.held, carried.held_cost, carried.pnl(Decimal("1.20")), carried.intent) == (
        1,
        Decimal(120),
        Decimal(0),
        INTENT,
    )


def test_a_new_day_starts_from_the_cost_where_there_was_no_quote() -> None:
    carried = filled(bought(2, "2.00")).carried(None)

    assert (carried.held_cost, carried.pnl(Decimal("2.50")), carried.reserved) == (
        Decimal(400),
        Decimal(100),
        Decimal(402),
    )
