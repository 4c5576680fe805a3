"""Every message the gateway sends, at every version: as many fields as the reference has, in its order and types."""

from functools import cache

import pytest

from simgateway.protocol.wire import LOWEST_VERSION, SERVER_VERSION, Fields
from tests.simgateway.fake_market import CALL_ID, PUT_ID, RULE_ID, STOCK_ID
from tests.simgateway.protocol.layouts import COUNTS, kind_of, read
from tests.simgateway.rig import Rig

VERSIONS = range(LOWEST_VERSION, SERVER_VERSION + 1)
_OF_A_LIFE = frozenset(
    str(message)
    for message in (
        *(*range(1, 12), 15, 17, 49, *range(52, 56), 57, 58, 59, *range(61, 65)),
        *(71, 72, 73, 74, 75, 76, 78, 79, 80, 81, 82, 88, 93, 94, 95, 96, 97, 98, "99.3", "99.4", 101, 102),
        *(21, 45, 46, 50, 90),
    )
)
_ABC = (STOCK_ID, "ABC", "STK", "", "0.0", "", "", "SMART", "", "USD", "", "")
_CALL = (CALL_ID, *[""] * 11)


@cache
def _a_life(version: int) -> tuple[Fields, ...]:
    """Return all that a client is sent which asks for everything and trades, without the handshake."""
    rig = Rig(highest_version=version)
    client = rig.client
    issuer = ("",) if version >= 176 else ()
    if version >= 165:
        client.send(20, 77, *_ABC, 0, "", "1 day", "5 D", 1, "SCHEDULE", 1, 0, "")
    if version >= 167:
        client.send(104, 76)
    for request in (
        (61, 1),
        (6, 2, 1, ""),
        (76, 1, 90, "DU1234567", "", 0),
        (62, 1, 91, "All", "NetLiquidation,BuyingPower"),
        (92, 92, "DU1234567", ""),
        (9, 8, 93, *_ABC, 0, "", "", *issuer),
        (9, 8, 94, *_CALL, 0, "", "", *issuer),
        (78, 95, "ABC", "", "STK", STOCK_ID),
        (81, 96, "AB"),
        (91, RULE_ID),
        (59, 1, 1),
        (49, 1),
        (17, 1),
        (8, 1, 1),
        (20, 97, *_ABC, 0, "", "1 min", "600 S", 1, "TRADES", 1, 0, ""),
        (87, 98, *_ABC, 0, 1, "TRADES", 1),
        (20, 80, *_ABC, 0, "", "1 min", "600 S", 1, "TRADES", 1, 1, ""),
        (1, 11, 99, *_CALL, 0, "", 1, 0, ""),
        (1, 11, 86, *_CALL, 0, "100,101,106", 0, 0, ""),
        (1, 11, 85, *_ABC, 0, "233,236", 0, 0, ""),
        (50, 3, 84, *_ABC, 5, "TRADES", 1, ""),
        *(
            (96, 81, *_ABC, 0, "20251112 10:00:00", "", 10, what, 1, 0, "")
            for what in ("TRADES", "BID_ASK", "MIDPOINT")
        ),
        (97, 82, *_ABC, "BidAsk", 0, 0),
        (97, 83, *_ABC, "MidPoint", 0, 0),
        (74, 1, 79, "DU1234567", ""),
        (80,),
        (82,),
        (83, 78, "9c0001"),
    ):
        client.send(*request)
        rig.clock.advance(1)
    rig.quote("100.00", "100.10", con_id=STOCK_ID)
    client.order(1, "BUY", 2, "MKT", ref="bought")
    rig.clock.advance(3)
    client.send(94, 89, "DU1234567", "", CALL_ID)
    client.order(2, "SELL", 1, "STP LMT", aux="0.80", lmt="0.70", tif="GTC", oca="group", oca_type=1)
    client.order(3, "BUY", 1, "LMT", lmt="0.10", con_id=PUT_ID)
    rig.clock.advance(3)
    client.order(5, "BUY", 1, "LMT", lmt="0.10", con_id=PUT_ID, what_if=1)
    client.send(5, 1)
    client.send(4, 1, 3, *([""] if version >= 169 else []))
    rig.clock.advance(3)
    client.send(99, 0)
    client.send(7, 3, 88, 0, "", "", "", "", "", "")
    rig.clock.advance(15)
    return tuple(frame.fields for frame in rig.log.frames if frame.direction == "out")[1:]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_message_has_the_fields_of_its_version(version: int) -> None:
    frames = _a_life(version)

    wrong = [(row[0], reading.wrong) for row in frames if (reading := read(row, version)).wrong]

    assert wrong == []
    newer = {kind for kind, since in (("106", 165), ("107", 167)) if version >= since}
    assert {kind_of(row) for row in frames} >= _OF_A_LIFE | newer


@pytest.mark.parametrize(
    ("message", "version", "count"),
    [(message, version, count) for message, rows in COUNTS.items() for version, count in rows.items()],
)
def test_counts_are_those_of_the_reference(message: str, version: int, count: int) -> None:
    counts = {len(row) for row in _a_life(version) if row[0] == message}

    assert counts == {count}
