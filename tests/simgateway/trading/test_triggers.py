"""When stops are triggered, row by row."""

from dataclasses import replace
from decimal import Decimal

import pytest

from simgateway.market.base import Quote
from simgateway.protocol.tickets import OrderTicket, read_ticket
from simgateway.trading.orders import Order
from simgateway.trading.triggers import hits_needed, is_hit
from tests.simgateway.fake_market import CALL_ID, STOCK_ID, FakeMarket, a_quote
from tests.simgateway.rig import PLAIN_ORDER_FIELDS


def _a_ticket(action: str, method: int) -> OrderTicket:
    row = [""] * PLAIN_ORDER_FIELDS
    row[0:3] = ["3", "1", str(CALL_ID)]
    row[16:21] = [action, "1", "STP LMT", "0.70", "0.80"]
    row[32] = str(method)
    return read_ticket(tuple(row), 176)


def _a_stop(action: str = "SELL", method: int = 0, con_id: int = CALL_ID) -> Order:
    instrument = FakeMarket().by_con_id(con_id)
    assert instrument is not None
    return Order(ticket=_a_ticket(action, method), instrument=instrument, client_id=1, perm_id=1, quantity=1)


def _a_book(bid: str | None, ask: str | None, last: str) -> Quote:
    return replace(a_quote(bid, ask), last=Decimal(last))


@pytest.mark.parametrize(
    ("method", "con_id", "quote", "hits"),
    [
        (0, CALL_ID, _a_book("0.70", "0.80", "0.90"), 2),
        (0, STOCK_ID, _a_book("0.85", "0.90", "0.80"), 1),
        (1, STOCK_ID, _a_book("0.70", "0.80", "0.90"), 2),
        (2, CALL_ID, _a_book("0.85", "0.90", "0.80"), 1),
        (3, CALL_ID, _a_book("0.85", "0.90", "0.80"), 2),
        (4, CALL_ID, _a_book("0.70", "0.80", "0.90"), 1),
        (8, CALL_ID, _a_book("0.70", "0.90", "0.90"), 1),
    ],
)
def test_a_sell_stop_is_hit_by_the_price_its_method_looks_at(method: int, con_id: int, quote: Quote, hits: int) -> None:
    stop = _a_stop(method=method, con_id=con_id)

    assert is_hit(stop, quote)
    assert hits_needed(stop) == hits


def test_a_collapsed_bid_alone_does_not_hit_an_options_sell_stop() -> None:
    assert not is_hit(_a_stop(), _a_book("0.01", "0.90", "0.90"))


def test_a_missing_ask_hits_nothing() -> None:
    assert not is_hit(_a_stop(), _a_book("0.01", None, "0.01"))


def test_a_buy_stop_looks_at_the_bid() -> None:
    assert is_hit(_a_stop("BUY"), _a_book("0.80", "0.90", "0.10"))
    assert not is_hit(_a_stop("BUY"), _a_book("0.79", "0.90", "0.90"))
