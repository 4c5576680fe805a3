"""Orders of a bracket that never reach the gateway: nothing of it is left there that nobody knows of."""

from datetime import timedelta
from pathlib import Path

import pytest

from simgateway.faults.model import Fault, Nth
from tests.scenarios.bad_days import BEGINS, Life


@pytest.mark.parametrize("number", [1, 2, 3])
def test_of_a_bracket_of_which_an_order_is_lost_nothing_rests_untransmitted(number: int, tmp_path: Path) -> None:
    """With the last one lost the first two rested there, ready to work for whoever transmits them."""
    with Life.of(tmp_path) as life:
        life.run_until(BEGINS + timedelta(seconds=10))
        life.strike(Fault(kind="lose_order", when=Nth(number)))
        life.run_for(100)

        assert life.gateway.faults.fired["lose_order"] == 1
        assert [row.order_ref for row in life.gateway.books().open_orders if row.stage == "held"] == []
        assert life.known() == life.true()
