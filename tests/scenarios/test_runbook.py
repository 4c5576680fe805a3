"""What docs/runbook.md tells the operator to do helps; what it warns of is so. Over the wire, in virtual time."""

from pathlib import Path
from typing import Final

from cli.system import System
from ops.store import SqliteStore
from tests.scenarios.bad_days import BEGINS, Life
from tests.scenarios.test_lacking import TOLD, called, moved
from tests.scenarios.test_sold_by_hand import SOON, Held, holding

LOOKED: Final = 70.0
"""By then a guard has looked at the book again of itself, which it does each minute."""


def cancel_exits(held: Held) -> None:
    for order in held.life.gateway.books().open_orders:
        held.cancel(order.perm_id)


def start(life: Life) -> None:
    """Start another process on the state of one that was stopped."""

    async def started() -> None:
        life.system.start()

    life._store.close()
    life._store = SqliteStore(life.state, life.account, life.settings.mode.value, BEGINS)
    life.system = System(life.settings, life._outside())
    life.host.run(started())


def test_what_is_lacking_is_bought_while_the_bot_is_stopped_and_guarded_again_by_the_next(tmp_path: Path) -> None:
    with holding(tmp_path) as held:
        moved(held, held.quantity)
        held.life.run_for(TOLD)
        held.life.stop()
        cancel_exits(held)
        held.life.run_for(1)
        held.sell(held.quantity, "BUY")
        held.life.run_for(1)
        start(held.life)
        held.life.run_for(LOOKED)

        assert len(called(held)) == 1
        assert (held.position, held.exits) == (held.quantity, [held.quantity] * 2)
        assert "foreign" not in {kind for kind, _ in held.life.alerts.told}


def test_exits_that_are_cancelled_by_hand_are_placed_anew_by_what_the_books_say(tmp_path: Path) -> None:
    with holding(tmp_path) as held:
        moved(held, 1)
        held.life.run_for(TOLD)
        cancel_exits(held)
        held.life.run_for(SOON)

        assert held.exits == [held.quantity] * 2


def test_a_short_position_blocks_its_symbol_until_it_is_bought_back_by_hand(tmp_path: Path) -> None:
    with holding(tmp_path, sets=("risk.cooldown_minutes=1",)) as held:
        held.sell(held.quantity + 1)
        held.life.run_for(4 * LOOKED)
        bought = len(held.life.events("entry_filled"))

        held.sell(1, "BUY")
        held.life.run_for(6 * LOOKED)

        assert "foreign_position" in {row["rule"] for row in held.life.events("entry_denied")}
        assert (bought, len(held.life.events("entry_filled"))) == (1, 2)
