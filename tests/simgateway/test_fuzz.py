"""Random, truncated and mutated frames: a share of the million that `bench/gateway_fuzz.py` sends."""

from random import Random

import pytest

from simgateway.frames import Frame
from tests.simgateway.fuzz.corpus import a_request
from tests.simgateway.fuzz.mutations import broken_bytes, unreadable_bytes
from tests.simgateway.fuzz.street import Neighbour, a_street, live
from tests.simgateway.rig import Rig

FRAMES = 1500


def broken(rig: Rig) -> list[tuple[str, ...]]:
    """Return what the gateway noted about handlers of its own that failed."""
    return [frame.fields for frame in rig.log.frames if frame.direction == "note" and frame.fields[0] == "broken"]


@pytest.mark.parametrize("seed", range(1, 4))
def test_a_neighbours_rubbish_neither_breaks_the_gateway_nor_costs_another_client_an_answer(seed: int) -> None:
    rig = a_street(seed)
    neighbour = Neighbour(rig, Random(f"neighbour {seed}"))

    unanswered = live(rig, neighbour, Random(seed), FRAMES)

    assert (unanswered, broken(rig)) == ([], [])
    assert neighbour.seen["error 320"] > 100
    assert neighbour.seen["closed"] > 10
    assert rig.gateway.executions(), "some of the rubbish should be good enough to trade"


def test_with_pacing_a_flood_of_rubbish_ends_its_own_connection_alone() -> None:
    rig = a_street(5, pacing=True)
    neighbour = Neighbour(rig, Random("flood"))

    unanswered = live(rig, neighbour, Random(5), FRAMES)

    assert (unanswered, broken(rig)) == ([], [])
    assert neighbour.seen["error 100"] > 0


def _heard_beside(make: object) -> list[tuple[object, ...]]:
    rig = a_street(11)
    neighbour = Neighbour(rig, Random("neighbour"), make)  # type: ignore[arg-type] # either of two makers
    live(rig, neighbour, Random(11), 600)
    return [_told(frame) for frame in rig.log.frames if frame.connection == 1 and frame.direction != "note"]


def _told(frame: Frame) -> tuple[object, ...]:
    return (frame.at, frame.direction, frame.fields)


def test_a_client_hears_the_same_to_the_byte_with_and_without_a_neighbour_who_sends_nonsense() -> None:
    assert _heard_beside(unreadable_bytes) == _heard_beside(lambda *_: b"")


@pytest.mark.parametrize("seed", range(40))
def test_a_frame_that_cannot_be_read_gets_error_320_or_a_closed_connection(seed: int) -> None:
    rig = a_street(seed)

    rig.client.session.data_received(unreadable_bytes(Random(seed), 176))
    rows = rig.wait()

    assert rig.client.transport.is_closed or any(row[0] == "4" and row[3] == "320" for row in rows)


def test_requests_of_every_routed_kind_are_among_the_rubbish() -> None:
    draw = Random(1)
    kinds = {a_request(draw, 176)[0] for _ in range(3000)}

    assert len(kinds) >= 45


def test_equal_seeds_make_equal_rubbish() -> None:
    one, other = Random(3), Random(3)

    assert [broken_bytes(one, 176) for _ in range(200)] == [broken_bytes(other, 176) for _ in range(200)]
