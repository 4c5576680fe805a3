"""Every message has a name, and what has none keeps its number."""

from simgateway.protocol.names import INCOMING, OUTGOING, name_of
from tests.simgateway.protocol.layouts import LAYOUTS


def test_every_message_that_goes_out_has_a_name_of_its_own() -> None:
    assert {kind.split(".")[0] for kind in LAYOUTS} <= set(OUTGOING)
    assert len(set(OUTGOING.values())) == len(OUTGOING)
    assert len(set(INCOMING.values())) == len(INCOMING)


def test_the_numbers_of_the_protocol_have_no_gaps_but_the_known_ones() -> None:
    missing_in = [number for number in range(1, 105) if str(number) not in INCOMING]
    missing_out = [number for number in range(1, 108) if str(number) not in OUTGOING]

    assert missing_in == [*range(26, 49), 60]
    assert missing_out == [*range(22, 45), 48, 60]


def test_names_of_messages_handshakes_and_unknown_ones() -> None:
    assert name_of("in", ("3", "17")) == "placeOrder"
    assert name_of("in", ("10", "5")) == "reqMktDepth"
    assert name_of("out", ("99", "1")) == "tickByTick"
    assert name_of("in", ("v157..178",)) == "handshake"
    assert name_of("out", ("176", "20251112 10:00:00 EST")) == "handshake"
    assert name_of("in", ("999",)) == "999"
    assert name_of("in", ()) == ""
