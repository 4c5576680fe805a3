"""One client's message harms nobody else: unreadable ones, unknown ones, and errors of ours."""

from typing import Any

import pytest

from simgateway.protocol.wire import Fields, encode
from simgateway.session import Session
from tests.simgateway.faults.stands import a_rig, ask_time, codes, numbers
from tests.simgateway.rig import Client, Rig


class _BrokenHandler:
    """Stands in a gateway's table for a part with a mistake in it."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __call__(self, session: Session, fields: Fields) -> None:
        del session, fields
        raise self._error


def _break(rig: Rig, error: Exception) -> None:
    inbox: Any = rig.gateway._inbox
    inbox._routes = {**inbox._routes, "91": _BrokenHandler(error)}


@pytest.mark.parametrize("error", [KeyError("x"), TypeError("x"), AttributeError("x"), RecursionError("x")])
def test_an_error_of_ours_ends_its_connection_only_and_is_counted_and_noted(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    rig = a_rig()
    other = rig.connect(2)
    other.take()
    _break(rig, error)

    rig.client.send(91, 109)
    other.send(49, 1)
    rig.wait()

    assert rig.client.transport.is_closed
    assert numbers(other.take()) == ["49"]
    assert rig.gateway.counters().broken_handlers == 1
    (note,) = [frame for frame in rig.log.frames if frame.name == "broken"]
    assert note.fields[1:] == (f"{type(error).__name__}: {error}", "91", "109")
    assert "broke a handler" in caplog.text


@pytest.mark.parametrize(
    "frame", [(), ("",), ("9999", "1"), ("92", "x"), ("1",), ("x", "y"), ("3", "1"), ("71", "2", "5")]
)
def test_a_message_that_makes_no_sense_is_320_and_the_connection_lives(frame: Fields) -> None:
    rig = a_rig()

    rig.client.session.data_received(encode(frame))

    assert set(codes(rig.wait())) == {"320"}
    assert numbers(ask_time(rig)) == ["49"]


def test_a_client_that_asks_before_it_has_started_is_cut_off() -> None:
    rig = a_rig()
    early = _greeted(rig)

    early.send(49, 1)

    assert early.transport.is_closed


@pytest.mark.parametrize("client_id", ["-1", "-7", "x", "1.5"])
def test_a_client_id_that_is_none_does_not_start_the_api(client_id: str) -> None:
    rig = a_rig()
    odd = _greeted(rig)

    odd.send(71, 2, client_id, "")
    rig.wait()

    assert codes(odd.take()) == ["320"]
    assert not odd.session.is_started


def test_of_two_connections_with_one_id_the_first_to_start_has_it() -> None:
    rig = a_rig()
    first, second = _greeted(rig), _greeted(rig)

    for client in (first, second):
        client.send(71, 2, 5, "")
    rig.wait()

    assert (first.transport.is_closed, second.transport.is_closed) == (False, True)
    assert codes(second.take())[-1] == "326"


def test_a_client_that_does_not_read_is_cut_off_and_counted() -> None:
    rig = a_rig(unread_bytes_max=1000)
    other = rig.connect(2)
    rig.client.transport.unread_bytes = 1001

    ask_time(rig)

    assert (rig.client.transport.is_closed, other.transport.is_closed) == (True, False)
    assert rig.gateway.counters().cut_off_unread == 1
    notes = [frame.fields[:2] for frame in rig.log.frames if frame.direction == "note"]
    assert notes == [("unread", "1001"), ("disconnected",)]


def _greeted(rig: Rig) -> Client:
    """Return a connection that has shaken hands and not started."""
    client = Client(rig.gateway, None, 176)
    rig.wait()
    client.take()
    return client
