"""A contract that expires while it is held: nothing is sent for it any more, and what is gone counts as lapsed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from domain.bracket_effects import Finish, Liquidate
from domain.bracket_expiry import is_over
from domain.brackets import position
from domain.events import ClosedBy
from domain.reports import BrokerStatus
from tests.builders import a_bracket, a_status
from tests.domain.bracket_life import Life, a_guarded_life
from tests.domain.test_bracket_outside import a_sale, look

OVER = datetime(2026, 1, 9, 21, 15, tzinfo=UTC)  # 16:15 in New York, on the contract's last day.
GONE = (a_status("T", BrokerStatus.CANCELLED), a_status("S", BrokerStatus.CANCELLED))


def an_expired_life(now: datetime = OVER) -> Life:
    """Two are held, and the broker has ended both exits with the contract."""
    life = a_guarded_life()
    life.now = now
    life.tell(*GONE)
    return life


@pytest.mark.parametrize(("before", "over"), [(0, True), (1, False)])
def test_a_contract_is_over_a_quarter_past_four_on_its_last_day(before: int, *, over: bool) -> None:
    assert is_over(a_bracket(), OVER - timedelta(seconds=before)) is over


def test_a_second_earlier_its_exits_are_placed_anew() -> None:
    assert [order.ref.split(".")[1] for order in an_expired_life(OVER - timedelta(seconds=1)).sent()] == ["T", "S"]


def test_for_a_contract_that_is_over_nothing_is_sent_and_nobody_is_called() -> None:
    life = an_expired_life()

    assert (life.sent(), life.said("position_unguarded")) == ([], [])
    life.tell(Liquidate(why=ClosedBy.FLATTENED))
    assert life.sent() == []
    look(life, 2, open_orders=(), after=60)
    assert (life.sent(), position(life.bracket)) == ([], 2)
    assert "look" in life.bracket.timers


def test_what_two_answers_lack_then_expired_worthless_and_ends_the_bracket() -> None:
    life = an_expired_life()

    look(life, 0, positions=(), open_orders=(), after=2)
    assert (position(life.bracket), life.said("position_lacking")) == (2, [])
    look(life, 0, positions=(), open_orders=(), after=5)

    (line,) = life.said("position_written_off")
    assert (line.fields["quantity"], line.fields["reason"]) == (2, "its expiry")
    assert life.said("position_lacking") == []
    (end,) = life.wants(Finish)
    assert isinstance(end, Finish)
    assert end.closed.pnl == Decimal("-405.00")  # The premium, and the entry's fee.


def test_what_was_told_to_lack_before_counts_as_lapsed_once_it_is_over() -> None:
    life = a_guarded_life()
    life.now = OVER - timedelta(seconds=30)
    look(life, 0, positions=(), after=2)
    look(life, 0, positions=(), after=5)
    assert len(life.said("position_lacking")) == 1

    look(life, 0, positions=(), after=60)

    assert [line.fields["quantity"] for line in life.said("position_written_off")] == [2]
    assert position(life.bracket) == 0


def test_what_was_exercised_is_sold_at_nothing_as_its_execution_says() -> None:
    life = an_expired_life()
    exercised = replace(a_sale(2, "0"), executed_at=OVER)

    look(life, 0, exercised, positions=(), open_orders=(), after=2)
    look(life, 0, exercised, positions=(), open_orders=(), after=2)

    assert position(life.bracket) == 0
    assert [line.fields["price"] for line in life.said("sold_outside")] == [Decimal(0)]
    assert life.said("position_written_off") == []
