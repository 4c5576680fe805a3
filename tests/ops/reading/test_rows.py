import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import ConfigError
from ops.lines import moment
from ops.reading.files import log_files
from ops.reading.follow import Follower
from ops.reading.rows import Reader, Row, Wanted

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)


def line(minute: int, event: str = "cycle_start", more: str = "") -> bytes:
    at = moment(NOON + timedelta(minutes=minute))
    return f'{{"ts":"{at}","level":"INFO","event":"{event}","msg":"m","cycle":{minute}{more}}}\n'.encode()


def cycles(folder: Path, wanted: Wanted | None = None) -> list[int]:
    return [row["cycle"] for row in Reader(log_files(folder)).rows(wanted or Wanted())]


def test_packed_files_are_read_before_the_current_one_and_in_order(tmp_path: Path) -> None:
    (tmp_path / "bot.20260311T120100.000000Z.jsonl.gz").write_bytes(gzip.compress(line(1) + line(2)))
    (tmp_path / "bot.20260311T120000.000000Z.jsonl.gz").write_bytes(gzip.compress(line(0)))
    (tmp_path / "bot.jsonl").write_bytes(line(3))
    (tmp_path / "bot.log").write_bytes(b"no JSON")

    assert cycles(tmp_path) == [0, 1, 2, 3]


def test_a_run_is_named_by_its_folder_and_a_copied_file_by_itself(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "bot.jsonl").write_bytes(line(3))
    (tmp_path / "mail.txt").write_bytes(line(4))

    assert cycles(tmp_path) == [3]
    assert cycles(tmp_path / "mail.txt") == [4]


def test_a_folder_without_a_log_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no bot\.jsonl in it; name the folder"):
        log_files(tmp_path)


def test_a_torn_last_line_is_skipped_and_counted(tmp_path: Path) -> None:
    (tmp_path / "bot.jsonl").write_bytes(line(0) + line(1)[:-9])
    reader = Reader(log_files(tmp_path))

    rows = list(reader.rows(Wanted()))

    assert ([row["cycle"] for row in rows], reader.unreadable, reader.lines) == ([0], 1, 2)


def test_a_packed_file_that_is_cut_off_is_read_to_its_end(tmp_path: Path) -> None:
    whole = gzip.compress(b"".join(line(minute) for minute in range(1000)))
    (tmp_path / "bot.20260311T120000.000000Z.jsonl.gz").write_bytes(whole[:-20])
    reader = Reader(log_files(tmp_path))

    rows = list(reader.rows(Wanted()))

    assert 0 < len(rows) < 1000
    assert reader.unreadable >= 1


@pytest.mark.parametrize(
    "torn", [b"[1]\n", b"null\n", b'{"event":"x"}\n', b'{"ts":3,"event":"x"}\n', b"\xff\xfe\n", b"\n"]
)
def test_what_is_no_row_is_skipped(tmp_path: Path, torn: bytes) -> None:
    (tmp_path / "bot.jsonl").write_bytes(line(0) + torn + line(1))

    assert cycles(tmp_path) == [0, 1]


def test_an_event_of_another_version_is_a_row_whatever_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "bot.jsonl").write_bytes(b'{"ts": "2026-03-11T12:00:00Z", "event": "from_the_future", "cycle": 8}\n')

    assert cycles(tmp_path) == [8]
    assert cycles(tmp_path, Wanted(events=frozenset({"cycle_start"}))) == []
    assert cycles(tmp_path, Wanted(events=frozenset({"from_the_future"}), since=NOON)) == [8]


def test_only_the_wanted_events_of_the_wanted_time_come(tmp_path: Path) -> None:
    lines = [line(minute, "signal" if minute % 3 else "skip", ',"symbol":"SPY"') for minute in range(30)]
    (tmp_path / "bot.jsonl").write_bytes(b"".join(lines))
    wanted = Wanted(events=frozenset({"skip"}), since=NOON + timedelta(minutes=6), until=NOON + timedelta(minutes=12))

    assert cycles(tmp_path, wanted) == [6, 9]
    assert cycles(tmp_path, Wanted(naming=('"QQQ"',))) == []


def test_in_a_large_file_the_first_wanted_line_is_found_without_reading_what_comes_before(tmp_path: Path) -> None:
    pad = f',"pad":"{"x" * 900}"'
    (tmp_path / "bot.jsonl").write_bytes(b"".join(line(minute, "signal", pad) for minute in range(8000)))
    reader = Reader(log_files(tmp_path))

    rows = list(reader.rows(Wanted(since=NOON + timedelta(minutes=7990))))

    assert [row["cycle"] for row in rows] == list(range(7990, 8000))
    assert reader.lines < 2500


def test_files_of_other_days_are_not_opened(tmp_path: Path) -> None:
    for name in ("bot.20260301T120000.000000Z.jsonl.gz", "bot.20260302T120000.000000Z.jsonl.gz"):
        (tmp_path / name).write_bytes(b"not packed at all")
    (tmp_path / "bot.20260311T120000.000000Z.jsonl.gz").write_bytes(gzip.compress(line(0)))
    (tmp_path / "bot.jsonl").write_bytes(line(1))
    reader = Reader(log_files(tmp_path))

    rows = list(reader.rows(Wanted(since=NOON, until=NOON + timedelta(minutes=1))))

    assert ([row["cycle"] for row in rows], reader.unreadable) == ([0], 0)


def as_cycles(rows: list[Row]) -> list[int]:
    return [row["cycle"] for row in rows]


def test_a_growing_log_is_followed_across_its_rotation_and_never_half_a_line(tmp_path: Path) -> None:
    path = tmp_path / "bot.jsonl"
    follower = Follower(path)
    seen = [as_cycles(list(follower.rows()))]

    path.write_bytes(line(0) + line(1)[:20])
    seen.append(as_cycles(list(follower.rows())))
    with path.open("ab") as file:
        file.write(line(1)[20:])
    seen.append(as_cycles(list(follower.rows())))
    with path.open("ab") as file:
        file.write(line(2))
    path.rename(tmp_path / "bot.20260311T120000.000000Z.jsonl")
    path.write_bytes(line(3))
    seen.append(as_cycles(list(follower.rows())))
    follower.close()

    assert seen == [[], [0], [1], [2, 3]]


def test_who_begins_at_the_end_sees_only_what_comes(tmp_path: Path) -> None:
    path = tmp_path / "bot.jsonl"
    path.write_bytes(line(0))
    follower = Follower(path)

    follower.start_at_end()
    with path.open("ab") as file:
        file.write(b"torn\n" + line(1))
    rows = list(follower.rows())
    follower.close()

    assert as_cycles(rows) == [1]
