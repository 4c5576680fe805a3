from decimal import Decimal

from domain.order_specs import OrderKind
from domain.reports import (
    BrokerStatus,
)
from tests.broker.paper import ENTRY, EXIT, STOP, TARGET, Paper, a_spec


def test_children_wait_for_their_parent_and_one_ends_the_other() -> None:
    paper = Paper()

    paper.ledger.place(a_spec(transmit=False))
    paper.ledger.place(a_spec(TARGET, parent=ENTRY, limit=Decimal("1.00"), transmit=False))
    paper.deliver()
    held = list(paper.reports)
    paper.place(STOP, parent=ENTRY, kind=OrderKind.STOP_LIMIT, trigger=Decimal("1.60"), limit=Decimal("1.50"))
    paper.quote("2.00", "2.50")
    waiting = paper.fills()
    paper.quote("2.00", "2.02")
    paper.quote("2.01", "2.03")

    assert held == []
    assert waiting == []
    assert paper.fills() == [("A.E.0", 2, "2.02"), ("A.T.0", 2, "2.00")]
    assert paper.statuses(STOP)[-1] is BrokerStatus.CANCELLED


def test_a_child_sells_no_more_than_its_parent_bought() -> None:
    paper = Paper()

    paper.ledger.place(a_spec(quantity=5, transmit=False))
    paper.place(TARGET, quantity=5, parent=ENTRY, limit=Decimal("1.00"))
    paper.quote(ask_size=2, bid_size=10)

    assert paper.fills() == [("A.E.0", 2, "2.02"), ("A.T.0", 2, "2.00")]
    assert sum(position.quantity for position in paper.book().positions) == 0


def test_cancelling_an_unfilled_parent_cancels_its_children() -> None:
    paper = Paper()

    paper.ledger.place(a_spec(limit=Decimal("1.00"), transmit=False))
    paper.place(TARGET, parent=ENTRY)
    paper.ledger.cancel(ENTRY)
    paper.deliver()

    assert paper.statuses(ENTRY)[-1] is BrokerStatus.CANCELLED
    assert paper.statuses(TARGET)[-1] is BrokerStatus.CANCELLED


def test_a_fill_cancels_the_rest_of_its_oca_group() -> None:
    paper = Paper()

    paper.place(TARGET, oca_group="A.oca", limit=Decimal("2.00"))
    paper.place(EXIT, oca_group="A.oca", limit=Decimal("2.00"))
    paper.quote("2.00", "2.02", bid_size=1)
    paper.quote("2.00", "2.02", bid_size=9)

    assert paper.fills() == [("A.T.0", 1, "2.00"), ("A.T.0", 1, "2.00")]
    assert paper.statuses(EXIT)[-1] is BrokerStatus.CANCELLED
