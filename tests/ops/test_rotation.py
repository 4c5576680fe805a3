import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ops.rotation import RotatingFile, Rotation, moment_of, set_aside

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)
MEGABYTE_OF_LINE = b"x" * 999_999


def written(path: Path, *lines: tuple[bytes, datetime], rotation: Rotation | None = None) -> None:
    file = RotatingFile(path, rotation or Rotation(megabytes=1, keep_days=30, total_megabytes=100))
    for line, at in lines:
        file.write(line, at)
    file.close()


def test_a_line_that_would_overfill_the_file_goes_into_a_new_one_and_the_old_one_is_packed(tmp_path: Path) -> None:
    path = tmp_path / "bot.jsonl"

    written(path, (b"first", NOON), (MEGABYTE_OF_LINE, NOON + timedelta(seconds=1)))

    (old,) = set_aside(path)
    assert old.name == "bot.20260311T120000.000000Z.jsonl.gz"
    assert gzip.decompress(old.read_bytes()) == b"first\n"
    assert path.read_bytes() == MEGABYTE_OF_LINE + b"\n"


def test_the_first_line_of_a_new_day_begins_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "bot.jsonl"

    written(path, (b"monday", NOON), (b"late", NOON + timedelta(hours=11)), (b"tuesday", NOON + timedelta(hours=12)))

    assert gzip.decompress(set_aside(path)[0].read_bytes()) == b"monday\nlate\n"
    assert path.read_bytes() == b"tuesday\n"


def test_a_process_started_anew_knows_from_the_file_how_old_it_is(tmp_path: Path) -> None:
    path = tmp_path / "bot.jsonl"
    path.write_bytes(b'{"ts":"2026-03-10T20:00:00.000000Z","event":"ready"}\n')

    written(path, (b"today", NOON))

    assert [each.name for each in set_aside(path)] == ["bot.20260310T200000.000000Z.jsonl.gz"]
    assert path.read_bytes() == b"today\n"


def test_a_torn_last_line_is_ended_before_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "bot.jsonl"
    path.write_bytes(b'{"ts":"2026-03-11T11:59:59.000000Z","ev')

    written(path, (b"whole", NOON))

    assert path.read_bytes().splitlines()[-1] == b"whole"


def test_files_older_than_is_kept_are_deleted_at_the_next_turn(tmp_path: Path) -> None:
    path = tmp_path / "bot.jsonl"
    rotation = Rotation(megabytes=1, keep_days=3, total_megabytes=100)

    written(path, *((b"day", NOON + timedelta(days=day)) for day in range(8)), rotation=rotation)

    kept = [moment_of(each.name) for each in set_aside(path)]
    assert kept == [NOON + timedelta(days=day) for day in (4, 5, 6)]


def test_all_files_together_stay_within_the_bound_and_the_oldest_go_first(tmp_path: Path) -> None:
    path = tmp_path / "bot.jsonl"
    for day in range(1, 6):
        (tmp_path / f"bot.2026030{day}T120000.000000Z.jsonl.gz").write_bytes(bytes(1_000_000))

    written(path, (b"a", NOON), (b"b", NOON + timedelta(days=1)), rotation=Rotation(megabytes=1, total_megabytes=4))

    assert [each.name[4:12] for each in set_aside(path)] == ["20260304", "20260305", "20260311"]


def test_what_a_killed_process_left_unpacked_is_packed_by_the_next_and_counted_once(tmp_path: Path) -> None:
    path = tmp_path / "bot.jsonl"
    left = tmp_path / "bot.20260310T120000.000000Z.jsonl"
    left.write_bytes(b"left\n")
    left.with_name(left.name + ".gz").write_bytes(b"half of it")
    left.with_name(left.name + ".gz.part").write_bytes(b"half of it")

    before = set_aside(path)
    written(path, (b"a", NOON), (b"b", NOON + timedelta(days=1)))

    assert before == [left]
    assert [gzip.decompress(each.read_bytes()) for each in set_aside(path)] == [b"left\n", b"a\n"]
    assert list(tmp_path.glob("*.part")) == []


def test_two_files_whose_first_lines_are_of_one_moment_keep_their_order(tmp_path: Path) -> None:
    path = tmp_path / "bot.jsonl"

    written(path, *((MEGABYTE_OF_LINE[:-1] + str(number).encode(), NOON) for number in range(3)))

    assert [gzip.decompress(each.read_bytes())[-2:] for each in set_aside(path)] == [b"0\n", b"1\n"]


def test_a_file_without_a_rotation_grows(tmp_path: Path) -> None:
    file = RotatingFile(tmp_path / "bot.jsonl", None)

    for hours in (0, 20, 40):
        file.write(MEGABYTE_OF_LINE, NOON + timedelta(hours=hours))
    file.close()

    assert [path.name for path in tmp_path.iterdir()] == ["bot.jsonl"]
    assert file.written == 3_000_000
