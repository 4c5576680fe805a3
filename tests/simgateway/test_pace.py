"""A client that asks for it is slowed down; one that does not is refused what comes too fast."""

from datetime import timedelta

import pytest

from simgateway.pace import Pace
from simgateway.protocol.wire import Fields, FramingError, encode, greeting
from simgateway.session import Session
from tests.simgateway.rig import NOON, HandClock, HandTransport, Rig


def _hasty_client(options: str) -> tuple[Rig, HandTransport]:
    """Return the connection of a client that has sent 120 questions for the time at once."""
    rig = Rig()
    session = rig.gateway.protocol()
    assert isinstance(session, Session)
    transport = HandTransport(session)
    session.connection_made(transport)
    session.data_received(greeting(157, 178, options) + encode(("71", "2", "9", "")) + encode(("49", "1")) * 120)
    return rig, transport


def test_a_client_that_asks_to_be_paced_gets_every_answer_at_fifty_a_second() -> None:
    rig, transport = _hasty_client("+PACEAPI")

    answers = []
    for _ in range(4):
        rig.clock.advance(1.1)
        answers.append(sum(row[0] == "49" for row in transport.frames))

    assert answers[-1] == 120
    assert max(after - before for before, after in zip([0, *answers], answers, strict=False)) <= 51
    assert not [row for row in transport.frames if row[0] == "4" and row[3] == "100"]


def test_a_client_that_does_not_ask_is_refused_what_comes_too_fast() -> None:
    rig, transport = _hasty_client("")

    rig.clock.advance(5)

    assert sum(row[0] == "49" for row in transport.frames) == 49
    assert [row[3] for row in transport.frames if row[0] == "4" and row[2] == "-1"].count("100") == 1


def test_what_waits_is_bounded_and_forgotten_with_the_connection() -> None:
    clock = HandClock(NOON)
    handed: list[Fields] = []
    pace = Pace(clock, 2, handed.append)
    for number in range(10_002):
        pace.push((str(number),))

    with pytest.raises(FramingError):
        pace.push(("one too many",))
    pace.close()
    clock.advance(timedelta(minutes=1).total_seconds())

    assert handed == [("0",), ("1",)]
