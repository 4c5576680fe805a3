import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from domain.errors import StoreError
from domain.events import BracketClosed, BracketPlanned, BreakerMoved, ClosedBy, DayOpened
from domain.ids import ConId, IntentId, Symbol
from domain.ports import JournalPort
from ops.migrations import SCHEMA_VERSION
from ops.store import SqliteStore
from tests.builders import a_plan
from tests.domain.ledger_builders import a_reopening

AT = datetime(2026, 1, 2, 15, tzinfo=UTC)


class Stores:
    """Opens the state of one folder, as often as asked, and closes all of it in the end."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "state" / "journal.db"
        self._open = contextlib.ExitStack()

    def __call__(self, account: str = "DU1234567", mode: str = "paper") -> SqliteStore:
        return self._open.enter_context(contextlib.closing(SqliteStore(self.path, account, mode, AT)))

    def beside(self) -> sqlite3.Connection:
        """Return a connection that knows nothing of the store."""
        return self._open.enter_context(contextlib.closing(sqlite3.connect(self.path, isolation_level=None)))

    def close(self) -> None:
        self._open.close()


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    with contextlib.closing(Stores(tmp_path)) as opened:
        yield opened


def an_opening(day: int = 2) -> DayOpened:
    return DayOpened(at=AT, day=date(2026, 1, day), start_equity=Decimal("100000.00"))


def planned(intent: str, minutes: int = 0) -> BracketPlanned:
    return BracketPlanned(at=AT + timedelta(minutes=minutes), plan=a_plan(intent=IntentId(intent)))


def closed(intent: str) -> BracketClosed:
    return BracketClosed(
        at=AT, intent=IntentId(intent), symbol=Symbol("SPY"), con_id=ConId(1), closed_by=ClosedBy.STOP,
        quantity=1, pnl=Decimal("-5.10"), fees=Decimal("1.30"),
    )  # fmt: skip


def test_what_was_appended_is_read_in_order_after_a_restart(stores: Stores) -> None:
    store: JournalPort = stores()
    store.append("day", [an_opening(2), an_opening(3)])
    store.append("day", [an_opening(4)])

    again = stores()

    assert again.read("day") == (an_opening(2), an_opening(3), an_opening(4))
    assert again.read("breaker") == ()


def test_a_killed_process_loses_nothing_it_appended(stores: Stores) -> None:
    stores().append("day", [an_opening()])  # Never closed: the second one reads beside it.

    assert stores().read("day") == (an_opening(),)


def test_one_bad_record_keeps_out_those_before_it(stores: Stores) -> None:
    store = stores()
    bad = DayOpened(at=AT, day=date(2026, 1, 2), start_equity=Decimal("NaN"))

    with pytest.raises(StoreError):
        store.append("day", [an_opening(), bad])

    assert store.read("day") == ()


def test_a_write_that_fails_on_the_way_leaves_nothing(stores: Stores) -> None:
    store = stores()
    stores.beside().execute(
        "CREATE TRIGGER full BEFORE INSERT ON records WHEN NEW.kind = 'BreakerMoved' "
        "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    )
    moved = BreakerMoved(at=AT, state="open", reason="r", failures=3)

    with pytest.raises(StoreError, match=r"journal\.db: disk full"):
        store.append("day", [an_opening(), moved])

    store.append("day", [an_opening(5)])
    assert store.read("day") == (an_opening(5),)


def test_intents_are_open_from_plan_to_close_oldest_first(stores: Stores) -> None:
    store = stores()
    for intent in ("c", "a", "b"):
        store.append(f"bracket:{intent}", [planned(intent)])
    store.append("bracket:a", [closed("a")])

    assert store.open_intents() == ("c", "b")


def test_an_intent_that_was_closed_is_open_from_its_reopening_to_its_next_close(stores: Stores) -> None:
    store = stores()
    again = a_reopening("a", at=AT)
    store.append("bracket:a", [planned("a"), closed("a"), again])
    reopened = store.open_intents()

    store.append("bracket:a", [replace(closed("a"), life=1)])

    assert reopened == ("a",)
    assert store.open_intents() == ()


def test_a_plan_in_another_stream_is_no_open_intent(stores: Stores) -> None:
    store = stores()

    store.append("elsewhere", [planned("a")])

    assert store.open_intents() == ()


@pytest.mark.parametrize(
    ("account", "mode", "key"), [("DU7654321", "paper", "account"), ("DU1234567", "dry_run", "mode")]
)
def test_the_state_of_another_account_or_mode_is_refused(stores: Stores, account: str, mode: str, key: str) -> None:
    stores().close()

    with pytest.raises(StoreError, match=f"belongs to {key} .* set paths.state_dir") as caught:
        stores(account, mode)

    assert "1234567" not in str(caught.value)


def test_a_folder_that_cannot_be_made_is_named(stores: Stores) -> None:
    stores.path.parent.write_text("a file stands here")

    with pytest.raises(StoreError, match=r"journal\.db"):
        stores()


def test_the_file_has_the_promised_shape(stores: Stores) -> None:
    store = stores()
    store.append("day", [an_opening()])

    other = stores.beside()
    rows = other.execute("SELECT seq, at, stream, kind, body FROM records").fetchall()
    meta = dict(other.execute("SELECT key, value FROM meta"))
    (journal,) = other.execute("PRAGMA journal_mode").fetchone()

    assert [row[:4] for row in rows] == [(1, "2026-01-02T15:00:00+00:00", "day", "DayOpened")]
    assert meta == {"schema_version": str(SCHEMA_VERSION), "account": "DU1234567", "mode": "paper"}
    assert journal == "wal"


def test_the_file_is_its_owners_alone(stores: Stores) -> None:
    stores()

    assert stores.path.stat().st_mode & 0o077 == 0


def test_another_thread_than_the_one_that_opened_it_may_write(stores: Stores) -> None:
    store = stores()
    writer = threading.Thread(target=store.append, args=("day", [an_opening()]))

    writer.start()
    writer.join()

    assert store.read("day") == (an_opening(),)
