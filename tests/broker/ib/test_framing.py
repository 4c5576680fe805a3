import asyncio
import struct
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as some

from broker.ib.framing import LONGEST_FRAME, Framing
from domain.connection_reports import DisconnectedReport
from tests.broker.scripted_gateway import Desk, ScriptedGateway

FRAMES = some.lists(some.binary(max_size=300), max_size=8)


def in_pieces(stream: bytes, cuts: list[int]) -> list[bytes]:
    """Return the stream as a socket might bring it: cut at these places."""
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    return [stream[start:end] for start, end in pairwise(places)]


def framed(payloads: list[bytes]) -> bytes:
    return b"".join(struct.pack(">I", len(payload)) + payload for payload in payloads)


@given(payloads=FRAMES, cuts=some.lists(some.integers(min_value=0), max_size=20))
def test_whole_frames_are_never_taken_for_garbage_however_they_arrive(payloads: list[bytes], cuts: list[int]) -> None:
    found: list[int] = []
    framing = Framing(found.append)

    for piece in in_pieces(framed(payloads), cuts):
        framing.take(piece)

    assert found == []


@given(
    payloads=FRAMES,
    length=some.integers(min_value=LONGEST_FRAME + 1, max_value=0xFFFFFFFF),
    cuts=some.lists(some.integers(min_value=0), max_size=20),
)
def test_a_length_that_cannot_be_is_found_once_wherever_it_stands(
    payloads: list[bytes], length: int, cuts: list[int]
) -> None:
    found: list[int] = []
    framing = Framing(found.append)

    for piece in in_pieces(framed(payloads) + struct.pack(">I", length) + b"\xff" * 50, cuts):
        framing.take(piece)

    assert found == [length]


def test_a_connection_that_lost_its_frames_is_given_up_at_once_and_says_why() -> None:
    async def scenario() -> None:
        async with ScriptedGateway() as gateway, Desk(gateway) as desk:
            gateway.say_bytes(b"\xde\xad\xbe\xef")
            (report,) = await desk.reported(DisconnectedReport)

            assert isinstance(report, DisconnectedReport)
            assert report.reason == "garbage on the wire: a message of 3735928559 bytes was announced"

    asyncio.run(scenario())
