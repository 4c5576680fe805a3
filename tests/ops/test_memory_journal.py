import contextlib
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from domain.errors import StoreError
from ops.memory_journal import MemoryJournal
from ops.store import SqliteStore
from simgateway.audit.journal import facts_of, read_journal
from tests.builders import a_fee
from tests.domain.ledger_builders import a_reopening
from tests.ops.test_store import AT, an_opening, closed, planned


def test_what_was_appended_is_read_in_order_and_by_its_stream() -> None:
    journal = MemoryJournal()
    journal.append("day", [an_opening(2), an_opening(3)])
    journal.append("bracket:one", [planned("one")])

    assert journal.read("day") == (an_opening(2), an_opening(3))
    assert journal.read("bracket:one") == (planned("one"),)
    assert journal.read("another") == ()


def test_an_intent_is_open_from_its_plan_to_its_close() -> None:
    journal = MemoryJournal()
    for name in ("one", "two", "three"):
        journal.append(f"bracket:{name}", [planned(name)])
    journal.append("bracket:two", [closed("two")])

    assert journal.open_intents() == ("one", "three")
    assert journal.intents() == ("one", "two", "three")


def test_an_intent_that_was_closed_is_open_from_its_reopening_to_its_next_close() -> None:
    journal = MemoryJournal()
    journal.append("bracket:one", [planned("one"), closed("one"), a_reopening("one")])
    reopened = journal.open_intents()

    journal.append("bracket:one", [replace(closed("one"), life=1)])

    assert reopened == ("one",)
    assert journal.open_intents() == ()


def test_records_of_which_one_is_not_for_the_journal_are_all_refused() -> None:
    journal = MemoryJournal()

    with pytest.raises(StoreError, match="not for the journal"):
        journal.append("day", [an_opening(2), a_fee("1")])  # type: ignore[list-item]  # the point
    assert journal.read("day") == ()


def test_the_audit_reads_the_same_from_memory_as_from_the_disk(tmp_path: Path) -> None:
    memory = MemoryJournal()
    with contextlib.closing(SqliteStore(tmp_path / "state.sqlite", "DU1234567", "paper", AT)) as disk:
        for journal in (memory, disk):
            journal.append("bracket:one", [planned("one"), planned("one", 3), closed("one")])
            journal.append("bracket:two", [planned("two", 1)])
    facts = facts_of(memory.rows)

    assert facts == read_journal(tmp_path / "state.sqlite")
    assert facts.planned == {"one": AT, "two": planned("two", 1).at}
    with contextlib.closing(sqlite3.connect(tmp_path / "state.sqlite")) as connection:
        rows = connection.execute("SELECT at, stream, kind, body FROM records ORDER BY seq").fetchall()
    assert rows == memory.rows
