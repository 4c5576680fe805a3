import pytest

from cli.simulation.coverage import TABLES, all_rows, watched_tables
from domain import orders
from domain.brackets import entry_spec
from domain.breaker import NEXT_STATE
from domain.connection_table import ROWS
from domain.errors import ImpossibleTransitionError
from domain.orders import NEXT_STATUS, Order, OrderEvent, moved
from tests.builders import NOW, a_plan


def test_a_row_is_met_when_its_machine_moves_by_it() -> None:
    order = Order(spec=entry_spec(a_plan()), sent_at=NOW)

    with watched_tables() as met:
        moved(order, OrderEvent.HELD)
        moved(order, OrderEvent.HELD)

    assert met == {"order: in_flight + held"}


def test_every_row_of_every_table_counts_and_all_are_put_back() -> None:
    with watched_tables():
        inside = all_rows()

    assert inside == all_rows()
    assert orders.NEXT_STATUS is NEXT_STATUS
    assert len(inside) > len(NEXT_STATUS) + len(ROWS) + len(NEXT_STATE)
    assert {row.partition(":")[0] for row in inside} == {table.machine for table in TABLES}


def test_a_watched_machine_knows_no_more_and_no_less_than_its_table(monkeypatch: pytest.MonkeyPatch) -> None:
    order = Order(spec=entry_spec(a_plan()), sent_at=NOW)
    monkeypatch.setattr(orders, "NEXT_STATUS", {})

    with watched_tables() as met, pytest.raises(ImpossibleTransitionError):
        moved(order, OrderEvent.HELD)

    assert met == set()
