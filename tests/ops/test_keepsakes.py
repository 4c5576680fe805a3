import contextlib
import os
import sqlite3
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from domain.errors import StoreError, StoreFault
from domain.events import Journaled, LossLimitReached
from ops.keepsakes import KEPT_FOR, KINDS, Keepsakes, kept_in
from ops.store import SqliteStore
from tests.ops.test_store import AT, an_opening, closed, planned

LIMIT = LossLimitReached(at=AT, day=AT.date(), loss=Decimal(200), limit=Decimal(100))


def opened(folder: Path, *, days_later: int = 0) -> contextlib.closing[SqliteStore]:
    now = AT + timedelta(days=days_later)
    return contextlib.closing(SqliteStore(folder / "state.sqlite", "DU1234567", "paper", now))


def written(folder: Path, **streams: list[Journaled]) -> None:
    with opened(folder) as store:
        for stream, records in streams.items():
            store.append(stream.replace("_", ":"), records)


def lost(folder: Path) -> None:
    """Put the state back to before anything was written."""
    (folder / "state.sqlite").unlink()
    opened_without = folder / "state.sqlite.kept"
    kept = opened_without.read_bytes()
    opened_without.unlink()
    opened(folder).__enter__().close()
    opened_without.write_bytes(kept)


def test_a_state_put_back_gets_again_what_cannot_be_asked_of_the_broker(tmp_path: Path) -> None:
    written(tmp_path, ledger=[an_opening(), LIMIT], bracket_a=[planned("a")], bracket_b=[planned("b"), closed("b")])
    lost(tmp_path)

    with opened(tmp_path) as store:
        assert store.restored == 4
        assert store.read("ledger") == (an_opening(), LIMIT)
        assert store.open_intents() == ("a", "b")  # That b was closed, the broker's executions tell again.


def test_what_the_state_has_is_not_given_to_it_again(tmp_path: Path) -> None:
    written(tmp_path, ledger=[an_opening()], bracket_a=[planned("a")])

    with opened(tmp_path) as store:
        assert store.restored == 0
        assert store.read("ledger") == (an_opening(),)


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_last_line_that_was_cut_off_was_never_acknowledged(cut: int, tmp_path: Path) -> None:
    written(tmp_path, ledger=[an_opening()], bracket_a=[planned("a")])
    path = tmp_path / "state.sqlite.kept"
    os.truncate(path, path.stat().st_size - cut)

    with opened(tmp_path) as store:
        store.append("bracket:b", [planned("b")])

    assert [row[1] for row in kept_in(path)] == ["ledger", "bracket:b"]


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    written(tmp_path, ledger=[an_opening(), LIMIT])
    path = tmp_path / "state.sqlite.kept"
    path.write_bytes(b"{" + path.read_bytes())

    with pytest.raises(StoreError, match=r"state\.sqlite\.kept: line 1 is damaged; remove it") as caught:
        opened(tmp_path)

    assert caught.value.fault is StoreFault.CORRUPT


def test_what_is_old_and_over_is_forgotten_and_what_is_open_is_not(tmp_path: Path) -> None:
    written(tmp_path, ledger=[an_opening()], bracket_a=[planned("a")], bracket_b=[planned("b"), closed("b")])

    opened(tmp_path, days_later=KEPT_FOR.days - 1).__enter__().close()
    young = len(kept_in(tmp_path / "state.sqlite.kept"))
    opened(tmp_path, days_later=KEPT_FOR.days + 1).__enter__().close()

    assert young == 3
    assert [row[1] for row in kept_in(tmp_path / "state.sqlite.kept")] == ["bracket:a"]


def test_only_what_nobody_else_can_tell_is_kept(tmp_path: Path) -> None:
    written(tmp_path, bracket_b=[planned("b"), closed("b")])

    assert {row[2] for row in kept_in(tmp_path / "state.sqlite.kept")} == {"BracketPlanned"} < KINDS


def test_what_cannot_be_kept_is_not_written_either_and_leaves_no_half_a_line(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.append("ledger", [an_opening()])
        full = Full(tmp_path / "state.sqlite.kept")
        store._keepsakes.close()
        store._keepsakes = full
        with pytest.raises(StoreError, match="No space left") as caught:
            store.append("bracket:a", [planned("a")])

        assert caught.value.fault is StoreFault.DISK_FULL
        assert store.open_intents() == ()
        assert len(kept_in(tmp_path / "state.sqlite.kept")) == 1


class Full(Keepsakes):
    """On a disk that takes ten bytes more."""

    def _write(self, data: bytes) -> int:
        if len(data) < 100:
            raise OSError(28, "No space left on device")
        return super()._write(data[:-99])


def test_the_state_holds_only_whole_commits_wherever_its_wal_is_cut(tmp_path: Path) -> None:
    live = tmp_path / "live"
    live.mkdir()
    with opened(live) as store:
        for day in range(2, 6):
            store.append("breaker", [an_opening(day), an_opening(day)])
        base = (live / "state.sqlite").read_bytes()
        wal = (live / "state.sqlite-wal").read_bytes()
    seen = set()
    for end in (*range(0, len(wal), 512), len(wal)):
        path = tmp_path / "cut.sqlite"
        path.write_bytes(base)
        (tmp_path / "cut.sqlite-wal").write_bytes(wal[:end])
        with contextlib.closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            seen.add(connection.execute("SELECT count(*) FROM records").fetchone()[0])
        for name in ("cut.sqlite-wal", "cut.sqlite-shm"):
            (tmp_path / name).unlink(missing_ok=True)

    assert seen == {0, 2, 4, 6, 8}
