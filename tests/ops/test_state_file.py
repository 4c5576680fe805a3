"""What a state file may be when the bot starts: whole, ours, and of a schema we know; all else is one line."""

import contextlib
import os
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import StoreError, StoreFault
from ops.backups import KEPT_MAX, backups_of
from ops.migrations import MIGRATIONS, SCHEMA_VERSION, Migration, migrate
from ops.state_file import connect, inspect, look, make, renew
from ops.store import SqliteStore
from tests.ops.test_store import AT, an_opening

OWNER = (("account", "DU1234567"), ("mode", "paper"))
NOBODY = 65534


def opened(path: Path) -> SqliteStore:
    return SqliteStore(path, "DU1234567", "paper", AT)


def with_records(path: Path, count: int = 200) -> None:
    with contextlib.closing(opened(path)) as store:
        for _ in range(count):
            store.append("day", [an_opening()] * 10)


def beside(path: Path) -> contextlib.closing[sqlite3.Connection]:
    return contextlib.closing(sqlite3.connect(path, isolation_level=None))


def of_version(path: Path, version: int) -> None:
    """Make a file as an older program left it, with one record."""
    with beside(path) as connection:
        migrate(connection, 0, before=lambda _: None, migrations=MIGRATIONS[:version])
        connection.executemany("INSERT INTO meta VALUES (?, ?)", OWNER)
        connection.execute("INSERT INTO records VALUES (1, '2026-01-02', 'day', 'Old', '{}')")
        connection.execute("PRAGMA journal_mode = WAL")


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files that hold anything; SQLite's shared memory holds nothing."""
    files = ((path.name, path.read_bytes()) for path in folder.iterdir() if path.is_file())
    return {name: data for name, data in files if data and not name.endswith("-shm")}


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    with_records(path)
    os.truncate(path, path.stat().st_size // 2)


def cut_within_its_header(path: Path) -> None:
    with_records(path, 1)
    os.truncate(path, 50)


def scribbled_over(path: Path) -> None:
    with_records(path)
    with path.open("r+b") as file:
        file.seek(5 * 4096)
        file.write(os.urandom(3 * 4096))


def index_without_its_rows(path: Path) -> None:
    with_records(path, 1)
    with beside(path) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        sql = "CREATE INDEX records_by_stream ON records (stream)"
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'records_by_kind'", (sql + " ",))


def text(path: Path) -> None:
    path.write_text("not a database, whatever the name says" * 50)


def folder(path: Path) -> None:
    path.mkdir()


def another_programs(path: Path) -> None:
    with beside(path) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")


def another_programs_meta(path: Path) -> None:
    with beside(path) as connection:
        connection.execute("CREATE TABLE meta (key TEXT, value TEXT)")
        connection.execute("CREATE TABLE records (x TEXT)")


def newer(path: Path) -> None:
    with_records(path, 1)
    with beside(path) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema_version'")


def left_by_a_dead_one(path: Path) -> None:
    path.with_name(f"{path.name}-wal").write_bytes(b"changes of a file that is gone")


BAD: dict[Callable[[Path], None], tuple[str, StoreFault]] = {
    emptied: ("is empty, which this program never leaves; move it away", StoreFault.CORRUPT),
    cut: ("is damaged: .*; move it away", StoreFault.CORRUPT),
    cut_within_its_header: ("is damaged: .*; move it away", StoreFault.CORRUPT),
    scribbled_over: ("is damaged: .*; move it away", StoreFault.CORRUPT),
    index_without_its_rows: ("is damaged: .*; move it away", StoreFault.CORRUPT),
    text: ("is not a database; move it away, or set paths.state_dir", StoreFault.CORRUPT),
    folder: ("is no file; set paths.state_dir", StoreFault.UNAVAILABLE),
    another_programs: ("is a database of something else; set paths.state_dir", StoreFault.CORRUPT),
    another_programs_meta: ("is a database of something else; set paths.state_dir", StoreFault.CORRUPT),
    newer: (f"schema 99, this program knows {SCHEMA_VERSION}; run the newer program, or set", StoreFault.RECORD),
    left_by_a_dead_one: ("is missing while its state.sqlite-wal is still there; move it away", StoreFault.CORRUPT),
}  # fmt: skip


@pytest.mark.parametrize("spoil", BAD, ids=lambda spoil: spoil.__name__)
def test_what_cannot_be_trusted_is_refused_in_one_line_and_left_as_it_is(
    spoil: Callable[[Path], None], tmp_path: Path
) -> None:
    said, fault = BAD[spoil]
    path = tmp_path / "state.sqlite"
    spoil(path)
    before, names = contents(tmp_path), sorted(tmp_path.iterdir())

    with pytest.raises(StoreError) as caught:
        opened(path)

    assert re.search(rf"state\.sqlite: {said}|state\.sqlite: is of {said}", str(caught.value))
    assert "\n" not in str(caught.value)
    assert caught.value.fault is fault
    assert contents(tmp_path) == before
    assert sorted(tmp_path.iterdir()) == names
    assert "backup" not in str(caught.value)


def test_of_a_damaged_file_the_newest_backup_is_named(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    cut(path)
    older, newest = (path.with_name(f"{path.name}.v{name}.backup") for name in ("2-20260101T0", "1-20260102T0"))
    for backup in (newest, older):
        backup.write_bytes(b"a copy")

    with pytest.raises(StoreError, match=rf"; put {newest.name} from beside it in its place, or move it away"):
        opened(path)


def test_a_refused_file_keeps_what_only_its_wal_has(tmp_path: Path) -> None:
    live, path = tmp_path / "live.sqlite", tmp_path / "copy" / "state.sqlite"
    path.parent.mkdir()
    with contextlib.closing(opened(live)) as store:
        store.append("day", [an_opening()])
        for end in ("", "-wal"):
            path.with_name(path.name + end).write_bytes(live.with_name(live.name + end).read_bytes())
    before, names = contents(path.parent), sorted(path.parent.iterdir())

    with pytest.raises(StoreError, match="belongs to account"):
        SqliteStore(path, "DU7654321", "paper", AT)

    assert contents(path.parent) == before
    assert sorted(path.parent.iterdir()) == names


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """Give a folder to somebody who may not do everything, and be that one."""
    with tempfile.TemporaryDirectory() as name:
        root = os.geteuid() == 0
        if root:
            os.chown(name, NOBODY, -1)
            os.seteuid(NOBODY)
        try:
            yield Path(name)
        finally:
            Path(name).chmod(0o700)
            if root:
                os.seteuid(0)


def test_a_file_that_cannot_be_written_is_named(unprivileged: Path) -> None:
    path = unprivileged / "state.sqlite"
    with_records(path, 1)
    path.chmod(0o400)

    with pytest.raises(StoreError, match=r"state\.sqlite: is read-only; make it writable .*paths\.state_dir") as caught:
        opened(path)

    assert caught.value.fault is StoreFault.READ_ONLY


def test_a_file_that_cannot_be_read_is_named(unprivileged: Path) -> None:
    path = unprivileged / "state.sqlite"
    with_records(path, 1)
    path.chmod(0o000)

    with pytest.raises(StoreError, match=r"state\.sqlite: cannot be read: Permission denied; make it writable"):
        opened(path)


def test_a_folder_that_cannot_be_written_is_named_with_a_file_in_it_and_without(unprivileged: Path) -> None:
    path = unprivileged / "state.sqlite"
    with_records(path, 1)
    unprivileged.chmod(0o500)

    with pytest.raises(StoreError, match=rf"^{re.escape(str(unprivileged))}: is read-only; make it writable"):
        opened(path)
    with pytest.raises(StoreError, match=r"other\.sqlite: cannot be made: Permission denied; make it writable"):
        opened(unprivileged / "other.sqlite")

    assert sorted(contents(unprivileged)) == ["state.sqlite", "state.sqlite.kept"]


def test_a_new_file_that_was_not_finished_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    path.with_name("state.sqlite.new").write_bytes(b"cut off in the middle of being made")

    with contextlib.closing(opened(path)) as store:
        store.append("day", [an_opening()])

    assert sorted(contents(tmp_path)) == ["state.sqlite", "state.sqlite.kept"]


def test_a_new_file_has_its_owner_and_newest_schema_before_it_has_its_name(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"

    make(path, OWNER)

    look(path)
    assert inspect(path, OWNER) == SCHEMA_VERSION
    assert backups_of(path) == []


@pytest.mark.parametrize("version", [migration.source for migration in MIGRATIONS if migration.source])
def test_an_older_file_is_brought_up_to_date_and_kept_as_it_was_beside(version: int, tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    of_version(path, version)

    opened(path).close()

    names = [copy.name for copy in backups_of(path)]
    assert names[0] == f"state.sqlite.v{version}-20260102T150000Z.backup"
    assert inspect(path, OWNER) == SCHEMA_VERSION
    for number, copy in enumerate(backups_of(path)):
        assert inspect(copy, OWNER) == version + number
        assert copy.stat().st_mode & 0o077 == 0
        with beside(copy) as connection:
            assert connection.execute("SELECT kind FROM records").fetchall() == [("Old",)]


def test_a_file_of_every_version_ends_in_the_same_shape(tmp_path: Path) -> None:
    shapes = set()
    for version in range(1, SCHEMA_VERSION + 1):
        path = tmp_path / f"{version}.sqlite"
        of_version(path, version)
        opened(path).close()
        with beside(path) as connection:
            shapes.add(tuple(connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name")))

    assert len(shapes) == 1


def test_migrations_follow_one_another_without_a_gap() -> None:
    assert [migration.source for migration in MIGRATIONS] == list(range(SCHEMA_VERSION))
    assert [migration.target for migration in MIGRATIONS] == list(range(1, SCHEMA_VERSION + 1))


def doubled(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO records (at, stream, kind, body) SELECT at, stream, kind, body FROM records")


def broken(connection: sqlite3.Connection) -> None:
    doubled(connection)
    raise sqlite3.OperationalError("database or disk is full")


def later(*steps: Callable[[sqlite3.Connection], None]) -> tuple[Migration, ...]:
    source = SCHEMA_VERSION
    made = tuple(
        Migration(source=source + n, target=source + n + 1, why="a test", steps=(step,)) for n, step in enumerate(steps)
    )
    return (*MIGRATIONS, *made)


def test_a_migration_that_fails_leaves_the_version_before_it_and_its_backup(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    with_records(path, 1)

    with contextlib.closing(connect(path)) as connection, pytest.raises(StoreError, match=r"newest schema: .* is full"):
        renew(connection, path, SCHEMA_VERSION, AT, later(doubled, broken))

    assert inspect(path, OWNER, SCHEMA_VERSION + 2) == SCHEMA_VERSION + 1
    with beside(path) as connection:
        assert connection.execute("SELECT count(*) FROM records").fetchone() == (20,)
    assert [copy.name.split(".")[2] for copy in backups_of(path)] == [
        f"v{SCHEMA_VERSION}-20260102T150000Z", f"v{SCHEMA_VERSION + 1}-20260102T150000Z",
    ]  # fmt: skip


def test_nothing_is_migrated_that_could_not_be_backed_up(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    of_version(path, 1)
    (tmp_path / "state.sqlite.v1-20260102T150000Z.backup").mkdir()  # Nothing can take this name.

    with pytest.raises(StoreError, match="cannot be brought to the newest schema"):
        opened(path)

    assert inspect(path, OWNER) == 1


def test_the_oldest_backups_go_and_the_newest_stay(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    with_records(path, 1)
    with contextlib.closing(connect(path)) as connection:
        for day in range(KEPT_MAX + 3):
            renew(connection, path, SCHEMA_VERSION, AT + timedelta(days=day), later(doubled))

    stamps = [copy.name.rpartition("-")[2] for copy in backups_of(path)]
    assert stamps == [f"{datetime(2026, 1, 2 + day, tzinfo=UTC):%Y%m%d}T150000Z.backup" for day in range(3, 8)]
