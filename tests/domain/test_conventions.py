import pkgutil
from collections.abc import Iterator
from dataclasses import is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest

import domain
from domain.errors import StoreError, StoreFault
from domain.ids import ConId, Generation
from domain.reports import PnlReport, QuoteReport
from tests.builders import a_quote

AT = datetime(2026, 3, 11, 15, tzinfo=UTC)
CHANGES_IN_PLACE = {"domain.pacing_turns.Waiting"}


def records() -> Iterator[tuple[str, Any]]:
    """Yield all dataclasses of the domain, by name."""
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        for name, kind in vars(import_module(module.name)).items():
            if isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == module.name:
                yield f"{module.name}.{name}", kind


@pytest.mark.parametrize(("name", "kind"), list(records()))
def test_what_actors_pass_one_another_cannot_change_on_its_way(name: str, kind: Any) -> None:
    assert kind.__dataclass_params__.frozen is (name not in CHANGES_IN_PLACE)
    assert "__slots__" in vars(kind)


def test_a_newer_account_pnl_takes_the_place_of_an_unread_one_and_a_quote_that_of_its_contract_alone() -> None:
    older, newer = (
        PnlReport(generation=Generation(1), at=AT, daily=Decimal(daily), unrealized=None, realized=None)
        for daily in (1, 2)
    )
    first, again, other = (
        QuoteReport(generation=Generation(1), quote=a_quote(con_id=ConId(con_id))) for con_id in (1, 1, 2)
    )

    assert older.conflate_key == newer.conflate_key
    assert first.conflate_key == again.conflate_key
    assert len({older.conflate_key, first.conflate_key, other.conflate_key}) == 3


def test_a_failure_of_the_state_says_whether_the_disk_is_to_blame() -> None:
    assert StoreError("full", StoreFault.DISK_FULL).fault is StoreFault.DISK_FULL
    assert StoreError("does not fit").fault is StoreFault.RECORD
