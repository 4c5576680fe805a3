"""Whose money: all sixteen combinations of dry_run, live, a typed account id and the gateway's account, at the wire.

Each goes the way of ``./bot trade``: settings, a look at the gateway's account, then minutes of trading with a strategy
that always wants to buy. What counts is whether a byte of an order reached the gateway.
"""

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Final

import pytest

from cli.preflight import account_for
from cli.wiring import ib_config
from config.load import load_fixed
from domain.errors import ConfigError
from domain.modes import Mode
from tests.scenarios.bad_days import Life

PAPER_ID, LIVE_ID = "DU1234567", "U1234567"
SENDING: Final = {
    (False, False, True, PAPER_ID): Mode.PAPER,
    (False, False, False, PAPER_ID): Mode.PAPER,
    (False, True, True, LIVE_ID): Mode.LIVE,
}
"""dry_run, live, typed, the gateway's account: those that may send. No other may."""
DRY: Final = tuple((True, False, typed, account) for typed in (True, False) for account in (PAPER_ID, LIVE_ID))
"""Those that trade, and send nothing. All further ones do not start."""
COMBINATIONS: Final = tuple(product((True, False), (True, False), (True, False), (PAPER_ID, LIVE_ID)))
ORDER_MESSAGES: Final = ("placeOrder", "cancelOrder", "reqGlobalCancel", "exerciseOptions")
TRADES_SECONDS: Final = 130.0
LOOKS_AS: Final = 18  # The bot is connected already.


def sets_of(*, dry_run: bool, live: bool, typed: bool, account: str) -> tuple[str, ...]:
    """Return these settings as the command line has them."""
    named = account if typed else ""
    return (f"dry_run={str(dry_run).lower()}", f"live={str(live).lower()}", f"broker.account={named}")


def traded(folder: Path, sets: tuple[str, ...], account: str) -> Life:
    """Trade for some minutes as ``./bot trade`` would; return the life, ended. Raises ConfigError where it refuses."""
    asked_for = load_fixed({}, sets)
    with Life.of(folder, sets=sets, account=account) as life:
        looks = replace(ib_config(asked_for), client_id=LOOKS_AS)
        bound = life.host.run(account_for(looks, life.host.clock, asked_for.mode))
        assert bound == account
        life.run_for(TRADES_SECONDS)
        life.stop()
    return life


def order_bytes(life: Life) -> int:
    """Return how many messages of orders reached the gateway."""
    return sum(len(life.sent(name)) for name in ORDER_MESSAGES)


def test_there_are_sixteen_combinations_and_three_of_them_send() -> None:
    assert len(set(COMBINATIONS)) == 16
    assert set(SENDING) < set(COMBINATIONS)
    assert len(SENDING) == 3


@pytest.mark.parametrize(("dry_run", "live", "typed", "account"), COMBINATIONS)
def test_orders_reach_the_gateway_only_where_everything_agrees(
    dry_run: bool,  # noqa: FBT001 - a column of the table
    live: bool,  # noqa: FBT001 - likewise
    typed: bool,  # noqa: FBT001 - likewise
    account: str,
    tmp_path: Path,
) -> None:
    sets = sets_of(dry_run=dry_run, live=live, typed=typed, account=account)
    combination = (dry_run, live, typed, account)

    if combination in SENDING:
        life = traded(tmp_path, sets, account)
        assert order_bytes(life) > 0
        assert life.settings.mode is SENDING[combination]
    elif combination in DRY:
        life = traded(tmp_path, sets, account)
        assert order_bytes(life) == 0
        assert life.events("order_placement")  # It did trade, in its paper ledger.
    else:
        with pytest.raises(ConfigError):
            traded(tmp_path, sets, account)


@pytest.mark.parametrize(
    ("typed", "logged_in"), [(PAPER_ID, LIVE_ID), (LIVE_ID, PAPER_ID), ("U7654321", LIVE_ID), ("X1", LIVE_ID)]
)
@pytest.mark.parametrize("live", [True, False])
def test_an_id_that_is_not_the_gateways_account_sends_nothing(
    typed: str,
    logged_in: str,
    live: bool,  # noqa: FBT001 - a column of the table
    tmp_path: Path,
) -> None:
    sets = ("dry_run=false", f"live={str(live).lower()}", f"broker.account={typed}")

    with pytest.raises(ConfigError):
        traded(tmp_path, sets, logged_in)


@pytest.mark.parametrize(("live", "account"), [(False, PAPER_ID), (True, LIVE_ID)])
def test_read_only_sends_nothing_on_top(live: bool, account: str, tmp_path: Path) -> None:  # noqa: FBT001 - a column of the table
    sets = sets_of(dry_run=False, live=live, typed=True, account=account)

    assert order_bytes(traded(tmp_path, (*sets, "broker.read_only=true"), account)) == 0


def test_the_first_live_day_is_traded_at_one_contract(tmp_path: Path) -> None:
    sets = sets_of(dry_run=False, live=True, typed=True, account=LIVE_ID)

    life = traded(tmp_path, sets, LIVE_ID)

    quantities = {row["quantity"] for row in life.events("order_placement")}
    assert quantities == {1}
    assert [row["found"] for row in life.events("live_ramp")] == [1]


def test_without_the_ramp_a_live_day_is_traded_as_sized(tmp_path: Path) -> None:
    sets = sets_of(dry_run=False, live=True, typed=True, account=LIVE_ID)

    life = traded(tmp_path, (*sets, "risk.live_ramp_days=0"), LIVE_ID)

    assert min(row["quantity"] for row in life.events("order_placement")) > 1


def test_a_bot_bound_to_its_account_sends_nothing_to_another_that_the_gateway_is_logged_in_to_later(
    tmp_path: Path,
) -> None:
    """The account is untyped, the gateway paper at the start; then somebody logs it in to real money."""
    settings = load_fixed({}, sets_of(dry_run=False, live=False, typed=False, account=PAPER_ID))
    bound = settings.bound_to(PAPER_ID).broker.account

    with Life.of(tmp_path, sets=("dry_run=false", f"broker.account={bound}"), account=LIVE_ID) as life:
        life.run_for(TRADES_SECONDS)

        assert order_bytes(life) == 0
        assert life.phase != "ready"
