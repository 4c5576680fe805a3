"""Framing, text, the frame log."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from simgateway.frames import Frame, FrameLog
from simgateway.protocol.text import local_text, number, read_decimal, read_int, read_moment
from simgateway.protocol.wire import FrameReader, FramingError, agreed_version, encode, greeting
from tests.simgateway.rig import Rig

_AT = datetime(2025, 11, 12, 15, 0, tzinfo=UTC)


def test_frames_survive_being_cut_anywhere() -> None:
    data = greeting(157, 176) + encode(("71", "2", "3", "")) + encode(("61", "1"))
    reader = FrameReader()

    frames = [frame for byte in data for frame in reader.feed(bytes([byte]))]

    assert frames == [("v157..176",), ("71", "2", "3", ""), ("61", "1")]
    assert reader.waiting_bytes == 0


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1", b"API\0\xff\xff\xff\xff"])
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(FramingError):
        FrameReader().feed(data)


def test_an_offer_is_met_at_the_lower_version() -> None:
    assert [agreed_version(offer) for offer in ("v100..157", "v157..178 +PACEAPI")] == [157, 178]
    with pytest.raises(FramingError):
        agreed_version("hello")


@pytest.mark.parametrize(
    ("value", "text"),
    [("1.10", "1.1"), ("100", "100"), ("1E+2", "100"), ("0.00", "0"), ("-1", "-1"), ("0.0500", "0.05")],
)
def test_numbers_have_no_exponent_and_no_trailing_zeros(value: str, text: str) -> None:
    assert number(Decimal(value)) == text


def test_unset_numbers_are_read_as_none() -> None:
    assert [read_decimal(text) for text in ("", "1.7976931348623157e+308", "Infinity", "1.5")] == [
        None,
        None,
        None,
        Decimal("1.5"),
    ]
    assert [read_int(text) for text in ("", "2147483647", "3.0")] == [0, 0, 3]
    with pytest.raises(ValueError, match="whole"):
        read_int("1.5")


def test_moments_are_read_in_every_form_the_protocol_has() -> None:
    texts = ("20251112 10:00:00", "20251112 10:00:00 US/Eastern", "20251112-15:00:00", "20251112 15:00:00 UTC")

    assert [read_moment(text) for text in texts] == [_AT] * 4
    assert local_text(_AT) == "20251112 10:00:00 US/Eastern"


def test_a_log_file_gives_its_frames_back(tmp_path: Path) -> None:
    path = tmp_path / "frames.jsonl"
    log = FrameLog(path, keep=True)
    log.add(Frame(_AT, 1, 3, "in", ("3", "17", "")))
    log.add(Frame(_AT, 1, 3, "out", ("176", "20251112 10:00:00 EST")))
    log.close()

    assert list(FrameLog.read(path)) == log.frames
    assert [frame.name for frame in log.frames] == ["placeOrder", "handshake"]


def _a_morning(seed: int) -> str:
    rig = Rig(seed=seed, partial_fill_probability=0.5)
    for number_of_order in range(1, 6):
        rig.client.order(number_of_order, "BUY", 5, "LMT", lmt="1.10")
        rig.client.send(1, 11, 100 + number_of_order, 101, *[""] * 11, 0, "", 1, 0, "")
        rig.wait(7)
        rig.quote("1.00", f"1.{number_of_order:02d}")
    return rig.log.digest


def test_equal_seeds_give_equal_frames_and_others_do_not() -> None:
    assert _a_morning(3) == _a_morning(3)
    assert _a_morning(3) != _a_morning(4)
