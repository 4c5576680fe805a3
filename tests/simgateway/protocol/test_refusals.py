"""What is refused, and where the refusal goes: to the order it concerns, readable by every client."""

import pytest

from simgateway.protocol import responses
from simgateway.protocol.wire import encode
from tests.simgateway.protocol.order_rows import place_order
from tests.simgateway.rig import Rig

_LEGS = (
    "2",
    *("101", "1", "BUY", "SMART", "0", "0", "", "-1", "102", "1", "SELL", "SMART", "0", "0", "", "-1"),
    "0",
    "0",
)


@pytest.mark.parametrize("version", [157, 166, 176, 177, 178])
def test_a_combo_is_refused_by_its_order_id_and_not_as_unreadable(version: int) -> None:
    rig = Rig(highest_version=version)
    rig.client.take()

    rig.client.send(*place_order(version, {"combo": _LEGS}, secType="BAG", conId="0", strike="0.0"))

    errors = [row for row in rig.wait() if row[0] == "4"]
    assert [row[2] for row in errors] == ["7"]
    assert errors[0][3] not in {"320", "-1"}


@pytest.mark.parametrize("version", [157, 178])
def test_an_order_that_is_cut_off_is_refused_by_its_order_id(version: int) -> None:
    rig = Rig(highest_version=version)
    rig.client.take()

    rig.client.send(*place_order(version)[:40])

    assert rig.errors(rig.wait()) == [("7", "320")]


@pytest.mark.parametrize("version", [157, 168, 169, 178])
def test_an_order_is_cancelled_in_the_layout_of_the_version(version: int) -> None:
    rig = Rig(highest_version=version)
    rig.client.order(1, "BUY", 1, "LMT", lmt="0.50")
    rig.wait()

    rig.client.send(4, 1, 1, *([""] if version >= 169 else []))

    assert rig.statuses(rig.wait(), 1) == ["Cancelled"]


@pytest.mark.parametrize("message", [("",), ("x",), ("1",), ("3",), ("4", "1"), ("9", "8"), ("20", "7"), ("999", "1")])
def test_a_message_that_cannot_be_read_is_error_320_and_the_client_goes_on(message: tuple[str, ...]) -> None:
    rig = Rig()
    rig.client.take()

    rig.client.send(*message)
    rig.client.send(49, 1)

    frames = rig.wait()
    assert [row[0] for row in frames] == ["4", "49"]
    assert frames[0][3] == "320"


def test_an_errors_text_has_seven_bits_and_one_field_whatever_a_client_sent() -> None:
    rig = Rig()
    rig.client.take()

    rig.client.send("1", "11", "M\u00fcller\\x", *[""] * 20)

    frames = rig.wait()
    assert len(frames[0]) == 6
    assert frames[0][4].isascii()
    assert frames[0][4].encode().decode("unicode-escape").count("Müller") == 1


def test_the_reject_reason_is_a_field_of_its_own_from_166_on() -> None:
    assert [len(responses.error(1, 201, "no", version)) for version in (0, 157, 165, 166, 178)] == [5, 5, 5, 6, 6]


def test_a_message_leaves_with_its_length_before_it_and_a_nul_behind_every_field() -> None:
    assert encode(("9", "1", "")) == b"\0\0\0\x05" + b"9\x001\0\0"
