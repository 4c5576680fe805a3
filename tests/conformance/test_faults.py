"""Every kind of fault as each client sees it: the rows of `fault_table.py`, given over the control port."""

import pytest

from simgateway.faults.kinds import KINDS
from tests.conformance.fault_scene import Scene
from tests.conformance.fault_table import ROWS, Row, of_client
from tests.conformance.stage import Stage


@pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in ROWS])
def test_a_fault_is_seen_as_the_table_says(stage: Stage, row: Row) -> None:
    stage.is_lossy = row.is_lossy
    expected = {name: of_client(value, stage.client.name) for name, value in row.seen.items()}
    for text in of_client(row.trouble, stage.client.name):
        stage.expect(text)

    seen = row.play(Scene(stage, {"kind": row.kind, **row.fault}))

    assert {name: seen[name] for name in expected} == expected


def test_every_kind_of_fault_has_a_row() -> None:
    assert [kind for kind in KINDS if kind not in {row.kind for row in ROWS}] == []
