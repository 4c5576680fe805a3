"""Trailing stops by their messages: they follow, they never go back, they trigger."""

from decimal import Decimal

import pytest

from simgateway.protocol.wire import Fields
from tests.simgateway.fake_market import CALL_ID
from tests.simgateway.rig import Rig

_TRAIL_STOP = 74


def _held(quantity: int = 1) -> Rig:
    rig = Rig()
    rig.buy(quantity)
    return rig


def _stop(rig: Rig, order_id: int = 2) -> str:
    """Return where the gateway says that an order's stop stands."""
    rig.client.send(5, 1)
    (row,) = [row for row in rig.wait() if row[0] == "5" and row[1] == str(order_id)]
    return row[_TRAIL_STOP]


def _prices(frames: list[Fields]) -> list[str]:
    return [row[20] for row in frames if row[0] == "11"]


@pytest.mark.parametrize(
    ("parts", "stops"),
    [
        ({"aux": "0.20"}, ["0.9", "1.3", "1.3"]),
        ({"aux": "0.20", "trail_stop": "0.85"}, ["0.9", "1.3", "1.3"]),
        ({"aux": "0.20", "trail_stop": "1.05"}, ["1.05", "1.3", "1.3"]),
        ({"trail_pct": "10"}, ["0.99", "1.35", "1.35"]),
    ],
)
def test_a_sells_stop_rises_with_the_asks_and_never_falls(parts: dict[str, object], stops: list[str]) -> None:
    rig = _held()
    rig.client.order(2, "SELL", 1, "TRAIL", **parts)
    rig.wait()

    seen = [_stop(rig)]
    rig.quote("1.40", "1.50")
    seen.append(_stop(rig))
    rig.quote("1.38", "1.45")
    seen.append(_stop(rig))

    assert seen == stops


def test_a_buys_stop_falls_with_the_bids_and_never_rises() -> None:
    rig = Rig()
    rig.client.order(2, "BUY", 1, "TRAIL", aux="0.20")
    rig.wait()

    seen = [_stop(rig)]
    rig.quote("0.80", "0.90")
    seen.append(_stop(rig))
    rig.quote("0.90", "0.99")
    seen.append(_stop(rig))

    assert seen == ["1.2", "1", "1"]


def test_a_trailing_stop_sells_at_the_market_after_two_asks_at_its_stop() -> None:
    rig = _held()
    rig.client.order(2, "SELL", 1, "TRAIL", aux="0.20")
    placed = rig.wait()
    rig.quote("1.40", "1.50")

    once = rig.quote("1.20", "1.30")
    twice = rig.quote("1.19", "1.29")

    assert rig.statuses(placed, 2)[-1] == "PreSubmitted"
    assert (_prices(once), _prices(twice)) == ([], ["1.19"])


@pytest.mark.parametrize("parts", [{"offset": "0.05"}, {"trail_stop": "0.90", "lmt": "0.85"}])
def test_a_trailing_limit_keeps_its_limit_behind_its_stop(parts: dict[str, object]) -> None:
    rig = _held()
    rig.client.order(2, "SELL", 1, "TRAIL LIMIT", aux="0.20", **parts)
    rig.wait()
    rig.quote("1.40", "1.50")

    rig.quote("1.10", "1.30")
    below = rig.quote("1.09", "1.29")
    filled = rig.quote("1.25", "1.35")

    assert (rig.statuses(below, 2), _prices(below), _prices(filled)) == (["Submitted"], [], ["1.25"])


def test_a_trailing_stop_is_rounded_away_from_the_market_to_its_grid() -> None:
    rig = Rig()
    rig.market.show(CALL_ID, "4.00", "4.10")
    rig.buy()

    rig.client.order(2, "SELL", 1, "TRAIL", trail_pct="3")
    rig.wait()

    assert _stop(rig) == "3.95"


def test_a_changed_amount_sets_the_stop_anew() -> None:
    rig = _held()
    rig.client.order(2, "SELL", 1, "TRAIL", aux="0.20")
    rig.wait()
    rig.quote("1.40", "1.50")

    rig.client.order(2, "SELL", 1, "TRAIL", aux="0.40")
    rig.wait()

    assert _stop(rig) == "1.1"


def test_a_trailing_stop_waits_when_nobody_quotes() -> None:
    rig = _held()
    rig.market.show(CALL_ID, None, None)

    rig.client.order(2, "SELL", 1, "TRAIL", aux="0.20")
    rig.wait()
    nowhere = _stop(rig)
    rig.quote("1.00", "1.10")

    assert (nowhere, _stop(rig)) == ("", "0.9")


def test_a_trailing_child_begins_when_its_parent_has_filled() -> None:
    rig = Rig()
    rig.client.order(1, "BUY", 1, "LMT", lmt="1.05", transmit=0)
    rig.client.order(2, "SELL", 1, "TRAIL", aux="0.20", parent=1)
    rig.wait()

    waiting = _stop(rig)
    rig.quote("1.02", "1.04")

    assert (waiting, _stop(rig)) == ("", str(Decimal("0.84")))
