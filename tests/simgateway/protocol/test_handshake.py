"""The first two frames: offers of every client, odd ones, and clients that are too old."""

import pytest

from simgateway.protocol.wire import (
    FrameReader,
    FramingError,
    OutdatedClientError,
    agreed_version,
    connect_options,
    encode,
    greeting,
)
from simgateway.session import Session
from tests.simgateway.rig import HandTransport, Rig


def _offer(rig: Rig, offer: str) -> HandTransport:
    """Return the connection of a client that has sent its offer and been answered."""
    session = rig.gateway.protocol()
    assert isinstance(session, Session)
    transport = HandTransport(session)
    session.connection_made(transport)
    session.data_received(b"API\0" + len(offer).to_bytes(4, "big") + offer.encode())
    rig.clock.advance(60)
    return transport


@pytest.mark.parametrize(
    ("offer", "version"),
    [
        ("v157..176", 176),
        ("v157..178", 178),
        ("v100..226", 178),
        ("v100..157", 157),
        ("v157..157", 157),
        ("v176", 176),
        ("v200..226", 178),
        ("v157..176 +PACEAPI", 176),
        ("v100..165 any options at all", 165),
    ],
)
def test_every_offer_is_met_and_nothing_else_is_sent_before_the_api_starts(offer: str, version: int) -> None:
    transport = _offer(Rig(), offer)

    assert transport.frames == [(str(version), transport.frames[0][1])]
    assert not transport.is_closed


@pytest.mark.parametrize("offer", ["v100..156", "v38", "v1..1 +PACEAPI", "v0..0"])
def test_a_client_that_is_too_old_is_told_so_and_closed(offer: str) -> None:
    rig = Rig()

    transport = _offer(rig, offer)

    assert [row[:4] for row in transport.frames] == [("4", "2", "-1", "503")]
    assert len(transport.frames[0]) == 5
    assert transport.is_closed
    assert rig.gateway.counters().connections == 1


@pytest.mark.parametrize(
    "offer",
    ["", "v", "v176..157", "v157..176x", "V157..176", "v-1..176", "v\N{ARABIC-INDIC DIGIT ONE}76", "71", "v1e2..176"],
)
def test_what_is_no_offer_ends_the_connection(offer: str) -> None:
    transport = _offer(Rig(), offer)

    assert (transport.frames, transport.is_closed) == ([], True)


def test_versions_as_long_as_a_frame_are_no_offer() -> None:
    with pytest.raises(FramingError):
        agreed_version("v157.." + "9" * 100_000)


def test_an_outdated_client_is_told_what_is_spoken() -> None:
    with pytest.raises(OutdatedClientError, match=r"156 .* 157"):
        agreed_version("v100..156")


def test_connect_options_follow_the_range() -> None:
    assert [connect_options(offer) for offer in ("v157..176 +PACEAPI", "v157..176", "x y")] == ["+PACEAPI", "", ""]


@pytest.mark.parametrize("cut", range(1, 24, 3))
def test_a_client_may_send_its_start_with_its_offer_in_pieces_of_any_length(cut: int) -> None:
    rig = Rig()
    session = rig.gateway.protocol()
    assert isinstance(session, Session)
    transport = HandTransport(session)
    session.connection_made(transport)
    data = greeting(157, 178, "+PACEAPI") + encode(("71", "2", "9", "")) + encode(("49", "1"))

    for start in range(0, len(data), cut):
        session.data_received(data[start : start + cut])
    rig.clock.advance(3)

    assert [row[0] for row in transport.frames] == ["178", "15", "9", "4", "4", "4", "49"]


@pytest.mark.parametrize("fields", [("71", "2", "9"), ("71", "2", "9", ""), ("71", "2", "9", "", "more")])
def test_start_is_read_with_and_without_capabilities(fields: tuple[str, ...]) -> None:
    rig = Rig()
    session = rig.gateway.protocol()
    assert isinstance(session, Session)
    transport = HandTransport(session)
    session.connection_made(transport)
    session.data_received(greeting(100, 226) + encode(fields))

    rig.clock.advance(3)

    assert [row[0] for row in transport.frames[1:3]] == ["15", "9"]


def test_several_frames_in_one_piece_and_an_empty_one_are_frames() -> None:
    reader = FrameReader(greeted=True)

    frames = reader.feed(encode(("61", "1")) + b"\0\0\0\0" + b"\0\0\0\1\0" + encode(("17", "1")))

    assert frames == [("61", "1"), ("",), ("",), ("17", "1")]


@pytest.mark.parametrize("length", [0x1000000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
def test_a_length_above_the_protocols_limit_is_refused_before_its_bytes_come(length: int) -> None:
    with pytest.raises(FramingError):
        FrameReader(greeted=True).feed(length.to_bytes(4, "big"))


def test_a_run_of_nuls_is_no_message() -> None:
    with pytest.raises(FramingError):
        FrameReader(greeted=True).feed((20_000).to_bytes(4, "big") + bytes(20_000))


def test_bytes_that_are_no_text_are_kept_visible() -> None:
    assert FrameReader(greeted=True).feed(b"\0\0\0\5\xff\xc3\0a\0") == [("\\xff\\xc3", "a")]


@pytest.mark.parametrize("data", [b"G", b"AP1", b"\x16\x03\x01", b"API\1", b"\0\0\0\x09"])
def test_a_connection_that_opens_otherwise_is_refused_at_the_first_byte_that_differs(data: bytes) -> None:
    with pytest.raises(FramingError):
        FrameReader().feed(data)
