"""The frame log: what it keeps, hashes, tells and leaves out."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simgateway.frames import Frame, FrameLog

_FULL = Path("/dev/full")
_AT = datetime(2025, 11, 12, 15, 0, tzinfo=UTC)


def a_log(*frames: tuple[str, ...], look_after: int = 0) -> str:
    log = FrameLog()
    for number, fields in enumerate(frames, start=1):
        log.note(_AT + timedelta(seconds=number), 1, 3, "out", fields)
        if number == look_after:
            _ = log.digest
    return log.digest


def test_the_digest_is_the_same_whenever_it_is_looked_at() -> None:
    frames = [("1", "6", str(number)) for number in range(1000)]

    assert a_log(*frames) == a_log(*frames, look_after=7)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((("1", "2"), ("3",)), (("1",), ("2", "3"))),
        ((("12",),), (("1", "2"),)),
        ((("1", ""),), (("1",),)),
        ((("1",),), ()),
    ],
)
def test_other_frames_have_another_digest(one: tuple[tuple[str, ...], ...], other: tuple[tuple[str, ...], ...]) -> None:
    assert a_log(*one) != a_log(*other)


def test_without_hash_file_list_and_listener_nothing_is_kept() -> None:
    log = FrameLog(hashed=False)
    empty = log.digest

    log.note(_AT, 1, 3, "in", ("49", "1"))

    assert (log.frames, log.digest) == ([], empty)


def test_a_listener_hears_every_frame() -> None:
    log = FrameLog(hashed=False)
    heard: list[Frame] = []
    log.listeners.append(heard.append)

    log.note(_AT, 1, 3, "in", ("49", "1"))

    assert heard == [Frame(_AT, 1, 3, "in", ("49", "1"))]


def test_a_remark_is_a_note_in_the_file_by_its_kind(tmp_path: Path) -> None:
    log = FrameLog(tmp_path / "frames.jsonl")

    log.remark(_AT, "fault", "mute", "orderStatus", connection=2, client_id=5)
    log.close()

    (note,) = FrameLog.read(tmp_path / "frames.jsonl")
    assert (note.direction, note.name, note.connection, note.client_id) == ("note", "fault", 2, 5)
    assert note.fields == ("fault", "mute", "orderStatus")


@pytest.mark.skipif(not _FULL.exists(), reason="there is no device here that is always full")
@pytest.mark.parametrize("count", [1, 3000])
def test_a_full_disk_ends_the_file_and_nothing_else(caplog: pytest.LogCaptureFixture, count: int) -> None:
    log = FrameLog(_FULL, keep=True)

    for number in range(count):
        log.note(_AT, 1, 3, "out", ("49", "1", str(number)))
    log.close()

    assert len(log.frames) == count
    assert [row.getMessage() for row in caplog.records] == [
        "simgateway: /dev/full: No space left on device; the frame log ends here"
    ]
