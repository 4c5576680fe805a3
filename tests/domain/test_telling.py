from decimal import Decimal

import pytest

from domain.bracket_effects import Say
from domain.telling import told

CLOSED = {
    "intent": "i",
    "contract": "SPY 2026-01-16 500 C",
    "reason": "TARGET",
    "pnl": Decimal("41.5"),
    "fees": Decimal("2.6"),
}


def test_a_purchase_is_told_with_its_price_and_what_is_held_by_now() -> None:
    fields = {"contract": "SPY 2026-01-16 500 C", "quantity": 2, "price": Decimal("1.25"), "position": 3}

    news = told(Say(event="entry_filled", fields=fields))

    assert news is not None
    assert (news.kind, news.level) == ("entry", "INFO")
    assert news.text == "bought 2 SPY 2026-01-16 500 C at 1.25, 3 held"


def test_an_exit_is_told_with_what_it_came_to() -> None:
    news = told(Say(event="position_closed", fields={**CLOSED, "quantity": 3}))

    assert news is not None
    assert (news.kind, news.level) == ("exit", "INFO")
    assert news.text == "SPY 2026-01-16 500 C closed by TARGET, P&L 41.50 USD after fees 2.60"


@pytest.mark.parametrize(
    "line",
    [Say(event="position_closed", fields={**CLOSED, "quantity": 0}), Say(event="position_guarded", fields={})],
    ids=["an entry that ended unfilled", "another line"],
)
def test_what_is_no_news_is_not_told(line: Say) -> None:
    assert told(line) is None
