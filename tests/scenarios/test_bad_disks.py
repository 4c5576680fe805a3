"""The disk under the state fails in each way while a position is open: no entry, and everything else as ever."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from actors.runtime.faults.model import ActorFault, Now
from domain.commands import FlattenBracket
from domain.denials import DenialRule
from domain.errors import StoreFault
from domain.events import ClosedBy, JournalRecovered
from domain.ids import IntentId, Symbol
from tests.scenarios.bad_days import STRIKES, Life
from tests.scenarios.bad_disks import SAID, Disk

SYMBOLS: Final = ("QQQ", "SPY")
CLOSES: Final = STRIKES + timedelta(seconds=25)  # Between two cycles: the next one would enter again.
BAD_SECONDS: Final = 150.0  # Two cycles that would open something.
HEALED_SECONDS: Final = 100.0  # Until the next try of the journal, and one more cycle.
REPAIR_SECONDS: Final = 20.0
ORDER_REF: Final = 26  # Its place in a placeOrder message.
HEAL: Final = (StoreFault.DISK_FULL, StoreFault.READ_ONLY)


@dataclass(frozen=True, slots=True)
class Scene:
    """SPY is open and guarded, QQQ was just closed and free to enter again, when the disk fails."""

    life: Life
    failed_at: datetime
    spy: IntentId

    def flatten(self, intent: IntentId) -> None:
        self.life.tell(f"oco:{intent}", FlattenBracket(why=ClosedBy.FLATTENED))

    def refs(self, since: datetime) -> list[str]:
        """Return the refs of all orders that reached the gateway since then."""
        return [frame.fields[ORDER_REF] for frame in self.life.sent("placeOrder") if frame.at >= since]

    def entries(self, since: datetime) -> list[str]:
        return [ref for ref in self.refs(since) if ".E." in ref]

    def denials(self, since: datetime) -> list[dict[str, Any]]:
        rows = self.life.seen.named("entry_denied")
        return [row for at, row in rows if at >= since and row["rule"] == DenialRule.JOURNAL.value]

    def told(self) -> list[str]:
        return [text for kind, text in self.life.alerts.told if kind == "journal"]

    def ended(self) -> None:
        """Stop; nothing was violated, and nobody died."""
        self.life.stop()
        assert self.life.audited().violations == ()
        assert self.life.events("actor_failed", "actor_gave_up", "catalogue_violation") == []


def failing(life: Life, disk: Disk, fault: StoreFault) -> Scene:
    life.run_until(CLOSES)
    intents = {bracket.plan.contract.symbol: bracket.plan.intent for bracket in life.brackets()}
    scene = Scene(life, CLOSES + timedelta(seconds=10), intents[Symbol("SPY")])
    scene.flatten(intents[Symbol("QQQ")])
    life.run_for(10)
    assert life.events("position_closed")
    disk.fails(fault)
    return scene


@pytest.mark.parametrize("fault", SAID)
def test_a_bad_disk_stops_entries_and_the_operator_is_told_which_it_is(fault: StoreFault, tmp_path: Path) -> None:
    disk = Disk()
    with Life.of(tmp_path, symbols=SYMBOLS, connection=disk.connection()) as life:
        scene = failing(life, disk, fault)
        life.run_for(BAD_SECONDS)

        assert [row["store_fault"] for row in life.events("journal_failed")] == [fault]
        assert [fault.value in text for text in scene.told()] == [True]
        assert scene.entries(scene.failed_at) == []
        assert {row["found"].split()[0] for row in scene.denials(scene.failed_at)} == {fault.value}
        assert life.known() == life.told() == life.true()
        scene.ended()


@pytest.mark.parametrize("fault", SAID)
def test_protection_that_is_cancelled_by_hand_is_placed_anew_while_nothing_can_be_written(
    fault: StoreFault, tmp_path: Path
) -> None:
    disk = Disk()
    with Life.of(tmp_path, symbols=SYMBOLS, connection=disk.connection()) as life:
        scene = failing(life, disk, fault)
        (stop,) = (row for row in life.gateway.books().open_orders if ".S." in row.order_ref)
        life.host.run(cancelled_by_hand(life, stop.perm_id))
        life.run_for(REPAIR_SECONDS)

        assert disk.struck
        assert any(ref.startswith(scene.spy) for ref in scene.refs(scene.failed_at))
        assert life.known() == life.told() == life.true()
        assert len(life.true().orders) == 2
        scene.ended()


async def cancelled_by_hand(life: Life, perm_id: int) -> None:
    life.gateway.desk.cancel_by_hand(perm_id)


@pytest.mark.parametrize("fault", SAID)
def test_a_position_is_closed_while_nothing_can_be_written(fault: StoreFault, tmp_path: Path) -> None:
    disk = Disk()
    with Life.of(tmp_path, symbols=SYMBOLS, connection=disk.connection()) as life:
        scene = failing(life, disk, fault)
        scene.flatten(scene.spy)
        life.run_for(REPAIR_SECONDS)

        assert disk.struck
        assert life.true().positions == {}
        assert life.true().orders == frozenset()
        disk.heals()  # Else the journal lacks a fill, which the audit of the end would find.
        life.run_for(REPAIR_SECONDS)
        assert scene.spy not in life._store.open_intents()
        scene.ended()


@pytest.mark.parametrize("fault", HEAL)
def test_with_the_disk_sound_again_what_happened_is_written_and_entries_go_on(
    fault: StoreFault, tmp_path: Path
) -> None:
    disk = Disk()
    with Life.of(tmp_path, symbols=SYMBOLS, connection=disk.connection()) as life:
        scene = failing(life, disk, fault)
        scene.flatten(scene.spy)
        life.run_for(BAD_SECONDS)
        disk.heals()
        healed_at = life.now
        life.run_for(HEALED_SECONDS)

        assert [row["store_fault"] for row in life.events("journal_recovered")] == [fault]
        assert "can be written again" in scene.told()[-1]
        (proof,) = life._store.read("journal")
        assert isinstance(proof, JournalRecovered)
        assert scene.spy not in life._store.open_intents()
        assert scene.entries(healed_at)
        assert life.known() == life.told() == life.true()
        scene.ended()


def test_a_damaged_file_is_written_to_and_trusted_with_nothing_new(tmp_path: Path) -> None:
    disk = Disk()
    with Life.of(tmp_path, symbols=SYMBOLS, connection=disk.connection()) as life:
        scene = failing(life, disk, StoreFault.CORRUPT)
        life.run_for(BAD_SECONDS)
        disk.heals()
        healed_at = life.now
        life.run_for(HEALED_SECONDS)

        assert life.events("journal_recovered") == []
        assert scene.entries(scene.failed_at) == []
        assert scene.denials(healed_at)
        scene.ended()


def test_an_exit_waits_for_no_journal(tmp_path: Path) -> None:
    waited: dict[bool, float] = {}
    for hangs in (False, True):
        folder = tmp_path / str(hangs)
        folder.mkdir()
        with Life.of(folder, fallible=True) as life:
            life.run_until(CLOSES)
            (bracket,) = life.brackets()
            if hangs:
                life.injector.add(ActorFault(kind="hang", actor="journal", when=Now(), lasts=60.0))
            asked_at = life.now
            life.tell(f"oco:{bracket.plan.intent}", FlattenBracket(why=ClosedBy.FLATTENED))
            life.run_for(REPAIR_SECONDS)
            assert bool(life.events("fault_injected")) is hangs
            frames = [frame for frame in life.sent("placeOrder") if frame.at >= asked_at]
            waited[hangs] = (frames[0].at - asked_at).total_seconds()
            assert life.true().positions == {}

    assert waited[True] == waited[False] < 1.0
