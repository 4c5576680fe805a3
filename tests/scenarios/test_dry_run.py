"""A dry run sends no order: the gateway's frames say so."""

import pytest

from cli.demo import demo_plan
from tests.scenarios.days import Ran, ran, wanted


@pytest.fixture(scope="module")
def dry(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Run the demo's morning with ``--dry-run``."""
    return ran(demo_plan(wanted(tmp_path_factory.mktemp("dry"), dry_run=True, until="10:30")))


def test_not_one_order_message_reaches_the_gateway(dry: Ran) -> None:
    asked = dry.frame_names("in")

    assert "reqMktData" in asked
    assert not asked & {"placeOrder", "cancelOrder", "reqGlobalCancel", "exerciseOptions"}


def test_the_paper_ledger_has_entries_and_exits_all_the_same(dry: Ran) -> None:
    result = dry.result

    assert result.entries >= 1
    assert result.exits >= 1
    assert sum(fill.quantity for fill in dry.fills() if fill.quantity > 0) > 0


def test_the_gateways_account_is_as_it_was(dry: Ran) -> None:
    assert dry.result.gateway_pnl == 0
    assert dry.result.violations == []
