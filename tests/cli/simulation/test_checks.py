"""What both sides' books are compared by at the end of a session."""

from datetime import timedelta
from decimal import Decimal

import pytest

from cli.simulation.checks import is_told
from domain.events import BracketPlanned
from ops.memory_journal import MemoryJournal
from simgateway.books import Books
from tests.builders import INTENT, NOW, a_plan
from tests.domain.ledger_builders import bought

START = Decimal(100_000)


def the_books(cash: str, fees: str) -> Books:
    zero = Decimal(0)
    return Books(
        cash=Decimal(cash),
        fees=Decimal(fees),
        net_liquidation=START,
        realized=zero,
        unrealized=zero,
        start_net_liquidation=START,
        positions=(),
        open_orders=(),
    )


@pytest.mark.parametrize(("cash", "fees", "told"), [("99598.70", "1.30", True), ("99397.40", "2.60", False)])
def test_a_fill_that_the_gateway_has_and_the_bot_has_not_is_on_its_way(cash: str, fees: str, *, told: bool) -> None:
    journal = MemoryJournal()
    journal.append(f"bracket:{INTENT}", [BracketPlanned(at=NOW, plan=a_plan()), bought(2, "2.00")])

    assert is_told(journal, the_books(cash, fees), START, NOW + timedelta(minutes=1)) is told


def test_the_fee_of_a_fill_of_this_moment_is_on_its_way() -> None:
    journal = MemoryJournal()
    journal.append(f"bracket:{INTENT}", [BracketPlanned(at=NOW, plan=a_plan()), bought(2, "2.00")])

    assert not is_told(journal, the_books("99598.70", "1.30"), START, NOW + timedelta(seconds=1))
