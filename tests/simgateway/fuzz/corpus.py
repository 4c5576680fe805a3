"""Whole requests of every kind, as real clients send them, to be broken by the fuzzer."""

from random import Random

from simgateway.protocol.wire import Fields
from tests.simgateway.fake_market import CALL_ID, PUT_ID, STOCK_ID
from tests.simgateway.protocol.order_rows import place_order

_STOCK = (str(STOCK_ID), "ABC", "STK", "", "0.0", "", "", "SMART", "", "USD", "ABC", "NMS")
_OPTION = ("0", "ABC", "OPT", "20251114", "100.0", "C", "100", "SMART", "", "USD", "", "ABC")
_CHAIN = ("0", "ABC", "OPT", "", "0.0", "", "", "SMART", "", "USD", "", "")
_BY_NAME = ("0", *_STOCK[1:])
_CONTRACTS = (
    _STOCK,
    _OPTION,
    _BY_NAME,
    _CHAIN,
    (str(CALL_ID), *[""] * 11),
    (str(PUT_ID), *[""] * 6, "SMART", *[""] * 4),
)
_BARS = ("1 secs", "5 secs", "1 min", "5 mins", "1 hour", "1 day", "1 week", "1 month", "7 mins")
_SPANS = ("60 S", "3600 S", "1 D", "2 D", "1 W", "1 M", "1 Y", "0 D", "-1 D", "1 X")
_WHATS = ("TRADES", "BID", "ASK", "MIDPOINT", "SCHEDULE", "BID_ASK", "NONSENSE")
_TYPES = ("LMT", "MKT", "STP", "STP LMT", "TRAIL", "TRAIL LIMIT", "MOC", "LOC", "MIDPRICE", "NONE")


def a_request(draw: Random, version: int) -> Fields:
    """Return a request that a client could send; ids are drawn from a few, so that requests meet one another."""
    number = str(draw.choice((draw.randint(1, 30), draw.randint(1, 30), draw.randint(0, 10**6))))
    contract = draw.choice(_CONTRACTS)
    kind = draw.randrange(10)
    if kind < 3:
        return an_order(draw, number, version)
    if kind < 5:
        return _about_data(draw, number, contract, version)
    return draw.choice(_plain(draw, number, contract, version))


def an_order(draw: Random, number: str, version: int) -> Fields:
    """Return a placeOrder (3), mostly one that can be worked."""
    contract = draw.choice(_CONTRACTS[:3] + _CONTRACTS[4:])
    return place_order(
        version,
        orderId=number,
        **dict(zip(("conId", "symbol", "secType", "expiry", "strike", "right"), contract, strict=False)),
        action=_mostly(draw, draw.choice(("BUY", "SELL")), "SSHORT", "BUY "),
        quantity=_mostly(draw, draw.choice("125"), "10", "100", "0", "-1", "0.5"),
        type=_mostly(draw, draw.choice(_TYPES[:4]), *_TYPES),
        lmt=_mostly(draw, draw.choice(("1.05", "1.10", "0.95")), "", "100", "1e9"),
        aux=_mostly(draw, draw.choice(("1.00", "0.5")), "", "1e-9"),
        tif=_mostly(draw, draw.choice(("DAY", "GTC", "IOC")), "GTD", "FOK", "OPG", ""),
        ocaGroup=_mostly(draw, "", "pair"),
        orderRef="ref",
        transmit=_mostly(draw, "1", "0"),
        parentId=_mostly(draw, "0", "5", number),
        outsideRth=_mostly(draw, "0", "1"),
        goodTill=_mostly(draw, "", "20251112 15:00:00 US/Eastern", "20251112-19:00:00", "tomorrow"),
        goodAfter=_mostly(draw, "", "20251112 12:01:00", "never"),
        ocaType=draw.choice("0123"),
        trailPct=_mostly(draw, "", "5", "1e99"),
        triggerMethod=_mostly(draw, "0", *"1234789"),
        whatIf=_mostly(draw, "0", "1"),
    )


def _mostly(draw: Random, usual: str, *others: str) -> str:
    return usual if draw.random() < 0.9 else draw.choice(others)


def _about_data(draw: Random, number: str, contract: Fields, version: int) -> Fields:
    ending = draw.choice(("", "20251112 15:00:00 US/Eastern", "20251112-15:00:00", "20251111 23:59:59", "soon"))
    what = draw.choice(_WHATS)
    bars = ("20", number, *contract, "0", ending, draw.choice(_BARS), draw.choice(_SPANS), draw.choice("01"), what)
    return draw.choice(
        (
            ("1", "11", number, *contract, "0", draw.choice(("", "101,106", "233")), draw.choice("01"), "0", ""),
            (*bars, draw.choice("12"), draw.choice("01"), ""),
            ("9", "8", number, *contract, "0", "", "", *([""] if version >= 176 else ())),
            ("50", "3", number, *contract, "5", what, "1", ""),
            ("96", number, *contract, "0", "", ending, draw.choice(("1", "1000", "-5")), "TRADES", "1", "0", ""),
            ("97", number, *contract, draw.choice(("Last", "AllLast", "BidAsk", "MidPoint")), "0", "0"),
            ("54", "3", number, *contract, "1.5", "100", "0"),
            ("55", "3", number, *contract, "0.3", "100", "0"),
            ("87", number, *contract, "0", "1", what, "1"),
            ("21", "2", number, *contract[:10], *contract[10:], draw.choice("123"), "1", "DU1234567", "1"),
        )
    )


def _plain(draw: Random, number: str, contract: Fields, version: int) -> tuple[Fields, ...]:
    account = "DU1234567"
    ended_by_id = tuple((cancel, "1", number) for cancel in ("2", "25", "51", "56", "57", "63", "75", "77"))
    ended_bare = tuple((cancel, number) for cancel in ("90", "93", "95", "98"))
    lone = tuple((request, "1") for request in ("5", "16", "17", "49", "58", "61", "64"))
    return (
        *ended_by_id,
        *ended_bare,
        *lone,
        ("4", "1", number, *([""] if version >= 169 else ())),
        ("6", "2", draw.choice("01"), account),
        ("7", "3", number, draw.choice(("0", "1", "7")), "", "", "", "", "", ""),
        ("8", "1", "1"),
        ("10", "5", number, *contract, "5", "0", ""),
        ("15", "1", "1"),
        ("59", "1", draw.choice("1234")),
        ("62", "1", number, "All", "NetLiquidation,BuyingPower,$LEDGER"),
        ("71", "2", number, ""),
        ("74", "1", number, account, ""),
        ("76", "1", number, account, "", "1"),
        ("78", number, "ABC", "", "STK", str(STOCK_ID)),
        ("80", "1"),
        ("81", number, draw.choice(("A", "ABC", "", "zz"))),
        ("82",),
        ("83", number, "a6"),
        ("91", draw.choice(("26", "109", number))),
        ("92", number, account, ""),
        ("94", number, account, "", draw.choice((str(CALL_ID), str(STOCK_ID), "0"))),
        ("99", draw.choice("01")),
        ("104", number),
    )
