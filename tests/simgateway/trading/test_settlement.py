"""Expiry, exercise and assignment: shares, cash, what is closed out, and what clients are told."""

from decimal import Decimal

import pytest

from simgateway.config import Exercise
from simgateway.market.base import Instrument
from simgateway.protocol.wire import Fields
from simgateway.trading.deliveries import shares_of
from tests.simgateway.fake_market import CLOSE, STOCK_ID, FakeMarket
from tests.simgateway.rig import Client, Rig

STRIKE = Decimal(100)


def _expiring(market: FakeMarket, right: str) -> Instrument:
    return next(row for row in market.listed("ABC", market.day(), right, STRIKE))


def _rig(right: str, quantity: int = 2, settles_at: str = "103", **changes: object) -> tuple[Rig, Instrument]:
    """Return a gateway with some options bought at 1.10 that expire today."""
    rig = Rig(**changes)  # type: ignore[arg-type]  # a test names any field of the configuration
    option = _expiring(rig.market, right)
    rig.market.settles_at = Decimal(settles_at)
    rig.market.show(STOCK_ID, "103.00", "103.00")
    if quantity:
        rig.buy(quantity, con_id=option.con_id)
    return rig, option


def _to_the_close(rig: Rig) -> None:
    rig.clock.advance((CLOSE - rig.clock.now()).total_seconds() + 5)


def _executions(rig: Rig, client: Client | None = None) -> list[Fields]:
    client = client or rig.client
    client.take()
    client.send(7, 3, 5, 0, "", "", "", "", "", "")
    rig.clock.advance(3)
    return client.take()


def test_a_call_in_the_money_becomes_shares_at_its_strike() -> None:
    rig, _ = _rig("C")

    _to_the_close(rig)

    books = rig.gateway.books()
    assert [(row.con_id, row.quantity, row.average_cost) for row in books.positions] == [(STOCK_ID, 200, STRIKE)]
    assert books.cash == Decimal("100000.00") - Decimal("221.30") - Decimal("20000.00")
    assert books.realized == Decimal("-221.30")
    assert books.net_liquidation == books.cash + 200 * Decimal(103)


def test_a_put_without_shares_becomes_a_short_position_in_a_margin_account() -> None:
    rig, _ = _rig("P", settles_at="97")

    _to_the_close(rig)

    books = rig.gateway.books()
    assert [(row.con_id, row.quantity) for row in books.positions] == [(STOCK_ID, -200)]
    assert books.cash == Decimal("100000.00") - Decimal("221.30") + Decimal("20000.00")


@pytest.mark.parametrize(("right", "settles_at"), [("C", "100"), ("P", "100"), ("C", "99.99"), ("P", "103")])
def test_what_is_not_a_cent_in_the_money_expires_without_an_execution(right: str, settles_at: str) -> None:
    rig, _ = _rig(right, settles_at=settles_at)

    _to_the_close(rig)

    books = rig.gateway.books()
    assert (books.positions, books.realized) == ((), Decimal("-221.30"))
    assert len(rig.gateway.executions()) == 1


def test_one_cent_in_the_money_is_exercised() -> None:
    rig, _ = _rig("C", settles_at="100.01")

    _to_the_close(rig)

    assert [row.quantity for row in rig.gateway.books().positions] == [200]


def test_a_gateway_that_pays_cash_gives_the_intrinsic_value() -> None:
    rig, _ = _rig("C", exercise=Exercise.CASH)

    _to_the_close(rig)

    books = rig.gateway.books()
    assert books.positions == ()
    assert books.cash == Decimal("100000.00") - Decimal("221.30") + Decimal("600.00")
    assert books.realized == Decimal("378.70")


def test_a_call_the_account_could_not_carry_is_closed_out_at_its_intrinsic_value() -> None:
    rig, _ = _rig("C", start_cash=Decimal(1000))

    _to_the_close(rig)

    books = rig.gateway.books()
    assert books.positions == ()
    assert books.cash == Decimal(1000) - Decimal("221.30") + Decimal("600.00") - Decimal("1.30")


def test_a_cash_account_cannot_deliver_shares_it_does_not_have() -> None:
    rig, option = _rig("P", settles_at="97", cash_account=True)

    _to_the_close(rig)

    assert rig.gateway.books().positions == ()
    assert [(row.instrument, row.price) for row in rig.gateway.executions()][1:] == [(option, Decimal(3))]


def test_an_exercise_is_an_execution_at_0_and_one_of_the_shares_at_the_strike() -> None:
    rig, option = _rig("C")

    _to_the_close(rig)

    frames = _executions(rig)
    details = [(row[3], row[18], row[19], row[20], row[2]) for row in frames if row[0] == "11"][1:]
    assert details == [(str(option.con_id), "SLD", "2", "0", "0"), (str(STOCK_ID), "BOT", "200", "100", "0")]
    assert [row[3:6] for row in frames if row[0] == "59"][1:] == [
        ("0.00", "USD", "-221.30"),
        ("0.00", "USD", "1.7976931348623157E308"),
    ]


def test_everybody_hears_of_the_positions_and_client_0_of_the_executions() -> None:
    rig, option = _rig("C")
    master = rig.connect(0)
    for client in (rig.client, master):
        client.send(61, 1)
        client.send(6, 2, 1, "DU1234567")
    rig.clock.advance(3)
    rig.client.take()
    master.take()

    _to_the_close(rig)
    ours = rig.client.take()
    theirs = master.take()

    for frames in (ours, theirs):
        assert [(row[3], row[14]) for row in frames if row[0] == "61"] == [
            (str(option.con_id), "0"),
            (str(STOCK_ID), "200"),
        ]
        assert [(row[2], row[13], row[18]) for row in frames if row[0] == "7"][-2:] == [
            (str(option.con_id), "0", "-221.30"),
            (str(STOCK_ID), "200", "0.00"),
        ]
    assert ([row[0] for row in ours if row[0] == "11"], [row[0] for row in theirs if row[0] == "11"]) == (
        [],
        ["11", "11"],
    )


@pytest.mark.parametrize(
    ("right", "quantity", "shares"), [("C", 2, 200), ("P", 2, -200), ("C", -1, -100), ("P", -1, 100)]
)
def test_assignment_is_the_reverse_of_exercise(right: str, quantity: int, shares: int) -> None:
    option = _expiring(FakeMarket(), right)

    assert shares_of(option, quantity) == shares


def _exercise(rig: Rig, option: Instrument, action: int = 1, quantity: object = 1, override: int = 0) -> list[Fields]:
    contract = (option.con_id, "ABC", "OPT", "", 0, "", "", "SMART", "USD", "", "")
    rig.client.send(21, 2, 77, *contract, action, quantity, "DU1234567", override)
    return rig.wait()


def test_an_option_can_be_exercised_early() -> None:
    rig, option = _rig("C")

    frames = _exercise(rig, option)

    assert rig.errors(frames) == []
    positions = {row.con_id: row.quantity for row in rig.gateway.books().positions}
    assert positions == {option.con_id: 1, STOCK_ID: 100}


@pytest.mark.parametrize(
    ("action", "quantity", "code"), [(1, 3, "322"), (1, 0, "321"), (1, -1, "321"), (3, 1, "321"), (2, 3, "322")]
)
def test_a_wrong_exercise_is_refused(action: int, quantity: int, code: str) -> None:
    rig, option = _rig("C")

    frames = _exercise(rig, option, action, quantity)

    assert rig.errors(frames) == [("77", code)]
    assert {row.con_id: row.quantity for row in rig.gateway.books().positions} == {option.con_id: 2}


def test_what_an_order_offers_cannot_be_exercised() -> None:
    rig, option = _rig("C")
    rig.client.order(2, "SELL", 2, "LMT", lmt="2.00", con_id=option.con_id)
    rig.wait()

    assert rig.errors(_exercise(rig, option)) == [("77", "322")]


def test_an_option_out_of_the_money_is_exercised_only_when_overridden() -> None:
    rig, option = _rig("P")

    refused = rig.errors(_exercise(rig, option))
    overridden = rig.errors(_exercise(rig, option, override=1))

    assert (refused, overridden) == ([("77", "322")], [])
    assert rig.gateway.books().realized == Decimal("-110.65")


def test_an_option_told_to_lapse_expires_although_it_is_in_the_money() -> None:
    rig, option = _rig("C")

    refused = rig.errors(_exercise(rig, option, action=2))
    _to_the_close(rig)

    assert refused == []
    assert [(row.con_id, row.quantity) for row in rig.gateway.books().positions] == [(STOCK_ID, 100)]
    assert rig.gateway.books().realized == Decimal("-221.30")


def test_an_option_that_does_not_expire_today_cannot_lapse() -> None:
    rig = Rig()
    rig.buy(1)
    option = rig.market.by_con_id(101)
    assert option is not None

    assert rig.errors(_exercise(rig, option, action=2)) == [("77", "322")]


def test_a_read_only_gateway_exercises_nothing() -> None:
    rig, option = _rig("C", quantity=0, read_only=True)

    assert rig.errors(_exercise(rig, option)) == [("77", "321")]


def test_an_option_that_expired_today_cannot_be_ordered_any_more() -> None:
    rig, option = _rig("C", quantity=0)
    _to_the_close(rig)
    rig.client.take()

    rig.client.order(1, "BUY", 1, "LMT", lmt="1.10", con_id=option.con_id, tif="GTC")

    assert rig.errors(rig.wait()) == [("1", "201")]
    assert rig.gateway.books().open_orders == ()
