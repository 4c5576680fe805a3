import pytest

from actors import broker_questions, oco
from cli.simulation.coverage import TABLES, all_rows, supervisor_row, watched_tables
from cli.simulation.reasons import REASONS, reason_for
from domain import orders
from domain.bracket_effects import Begin
from domain.brackets import Bracket, BracketPolicy, entry_spec
from domain.breaker import NEXT_STATE
from domain.connection_table import ROWS
from domain.entitlements import Access, Data, Entitlements
from domain.errors import ImpossibleTransitionError
from domain.orders import NEXT_STATUS, Order, OrderEvent, moved
from tests.builders import NOW, a_fill, a_plan


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
    machines = {"bracket", "bracket hears", "entitlement", "supervisor", *(table.machine for table in TABLES)}
    assert {row.partition(":")[0] for row in inside} == machines


def test_a_bracket_moves_and_is_heard_moving() -> None:
    bracket = Bracket(plan=a_plan(), policy=BracketPolicy())

    with watched_tables() as met:
        after, _ = vars(oco)["step"](bracket, Begin(), NOW)
        vars(oco)["step"](after, a_fill("E", 2, "2.00"), NOW)

    assert {"bracket hears: Begin", "bracket hears: ExecutionReport"} <= met
    assert any(row.startswith("bracket: entering -> ") for row in met)


def test_access_to_data_moves_and_is_heard_moving() -> None:
    with watched_tables() as met:
        vars(broker_questions)["learned"](Entitlements(), Data.OPTION, Access.NONE, NOW)

    assert met == {"entitlement: unknown -> none"}
    assert met <= all_rows()


def test_what_the_log_says_of_lives_is_the_supervisors() -> None:
    rows = [supervisor_row("actor_failed", {"message": "on_start"}), supervisor_row("actor_failed", {"message": "X"})]

    assert rows == ["supervisor: a start failed", "supervisor: a handler failed"]
    assert {*rows} <= all_rows()
    assert supervisor_row("signal", {}) is None


def test_every_reason_why_a_transition_is_not_met_names_one_that_there_is() -> None:
    assert REASONS.keys() <= all_rows()
    assert all(REASONS.values())
    assert reason_for("order: held + held") == ""


def test_a_watched_machine_knows_no_more_and_no_less_than_its_table(monkeypatch: pytest.MonkeyPatch) -> None:
    order = Order(spec=entry_spec(a_plan()), sent_at=NOW)
    monkeypatch.setattr(orders, "NEXT_STATUS", {})

    with watched_tables() as met, pytest.raises(ImpossibleTransitionError):
        moved(order, OrderEvent.HELD)

    assert met == set()
