"""What a run is hashed from has one text, whatever Python's hash seed."""

import dataclasses
from types import ModuleType

import pytest

from domain import commands, connection_reports, control, reports


@pytest.mark.parametrize("room", [commands, connection_reports, control, reports])
def test_no_message_holds_a_set_whose_text_would_change_with_the_hash_seed(room: ModuleType) -> None:
    kinds = [kind for kind in vars(room).values() if isinstance(kind, type) and dataclasses.is_dataclass(kind)]

    unordered = [
        f"{kind.__name__}.{row.name}" for kind in kinds for row in dataclasses.fields(kind) if "set[" in str(row.type)
    ]

    assert kinds
    assert unordered == []
