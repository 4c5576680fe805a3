"""How far the broker's book agrees with our fills is counted, and never claimed."""

from dataclasses import replace
from typing import Any

import pytest

from domain.agreement import agreement
from domain.ids import ConId
from domain.ledger import Ledger
from domain.others import foreign_things
from domain.reports import BrokerStatus, PositionReport
from tests.builders import a_book, a_position, an_open_order
from tests.domain.ledger_builders import a_ledger, a_reservation, bought


def counts(ledger: Ledger, *positions: PositionReport, **changes: Any) -> dict[str, int]:
    book = a_book(positions=positions, **changes)
    found = agreement(book, ledger, foreign_things(book, ledger))
    return {name: found[name] for name in ("positions", "open_orders", "foreign", "short", "lacking")}


def theirs(quantity: int) -> PositionReport:
    return replace(a_position(quantity), con_id=ConId(9))


@pytest.mark.parametrize(
    ("positions", "expected"),
    [
        ((a_position(2),), {"positions": 1, "foreign": 0, "short": 0, "lacking": 0}),
        ((a_position(2), theirs(-3)), {"positions": 2, "foreign": 1, "short": 1, "lacking": 0}),
        ((a_position(2), theirs(0)), {"positions": 1, "foreign": 0, "short": 0, "lacking": 0}),
        ((a_position(1),), {"positions": 1, "foreign": 0, "short": 0, "lacking": 1}),
        ((), {"positions": 0, "foreign": 0, "short": 0, "lacking": 2}),
        ((a_position(-1),), {"positions": 1, "foreign": 0, "short": 1, "lacking": 2}),
        ((a_position(5),), {"positions": 1, "foreign": 0, "short": 0, "lacking": 0}),
    ],
)
def test_what_is_told_is_counted_beside_what_our_fills_come_to(
    positions: tuple[PositionReport, ...], expected: dict[str, int]
) -> None:
    ledger = a_ledger(a_reservation(), bought(2, "2.02"))

    assert counts(ledger, *positions) == {"open_orders": 0, **expected}


def test_an_order_of_others_is_not_ours_and_one_of_ours_is() -> None:
    other = replace(an_open_order("T", BrokerStatus.SUBMITTED), ref=None)

    found = counts(a_ledger(), open_orders=(an_open_order("T", BrokerStatus.SUBMITTED), other))

    assert (found["open_orders"], found["foreign"]) == (2, 1)
