"""Order messages as the gateway writes them, at server version 176."""

from tests.broker.scripted_gateway import ACCOUNT, Frame

MAX = "1.7976931348623157E308"
OPTION = (101, "GOOG", "OPT", "20260109", "750", "C", "100", "SMART", "USD", "GOOG  260109C00750000", "GOOG")


def a_status(
    order_id: int,
    status: str,
    *,
    client: int,
    filled: int = 0,
    remaining: int = 0,
    price: str = "0",
    perm: int = 777,
) -> Frame:
    return (3, order_id, status, filled, remaining, price, perm, 0, price, client, "", 0)


def an_execution(
    exec_id: str,
    *,
    request: int,
    ref: str,
    shares: int,
    price: str,
    at: str = "20260105 10:00:01 America/New_York",
    account: str = ACCOUNT,
    side: str = "BOT",
) -> Frame:
    order_id, perm_id, client_id = 50, 777, 7
    head = (11, request, order_id, *OPTION, exec_id, at, account, "SMART", side, shares, price)
    return (*head, perm_id, client_id, 0, shares, price, ref, "", "", "", 1)


def an_open_order(*, order_id: int, ref: str, client: int, perm: int = 0, status: str = "PreSubmitted") -> Frame:
    """Return message 5 in the layout of versions 170 to 176, field by field."""
    perm_id = perm or 1000 + order_id
    first = (5, order_id, *OPTION, "SELL", 2, "STP LMT", "1.57", "1.61", "GTC", "", ACCOUNT, "O", 0, ref)
    identity = (client, perm_id, 0, 0, 0, "", f"{perm_id}.0/{ACCOUNT}/100", "", "", "", "", "", "", "", MAX, "", 0, "")
    auction = (-1, 0, MAX, MAX, MAX, MAX, MAX, 0, 0, 0, 0, 2147483647, 3, 0, 0, MAX, 0, 0)
    volatility = (MAX, 0, "None", MAX, 0, "", "", "", "?", 0, 0, "", 0, 0, MAX, MAX, MAX, "", "")
    legs = (0, 0, 0, "", "", MAX, "", 0, "", "IB", 0, 0, "", 0, 0)
    margins = (status, *([MAX] * 9), MAX, MAX, MAX, "", "")
    tail = (0, 0, 0, "None", MAX, MAX, MAX, MAX, MAX, MAX, 0, "", "", "", MAX, 0, 0, 0, 0)
    newest = (2147483647, 0, 0, 2147483647, 2147483647, MAX, MAX, MAX)
    return (*first, *identity, *auction, *volatility, *legs, *margins, *tail, *newest)


def a_completed_order(ref: str, status: str, *, filled: int) -> Frame:
    """Return message 101 in the layout of versions 170 to 176, field by field."""
    first = (101, *OPTION, "BUY", 2, "LMT", "2.02", "0", "DAY", "", ACCOUNT, "O", 0, ref, 777, 0, 0, 0, "")
    groups = ("", "", "", "", "", "", "", MAX, "", 0, "", -1, MAX, MAX, MAX, MAX, MAX, 0, 0, 0, 2147483647, 3, 0)
    volatility = (MAX, 0, "None", MAX, 0, 0, 0, "", 0, 0, MAX, MAX, "")
    legs = (0, 0, 0, "", "", MAX, "", "", "IB", 0, 0, "", 0, status, 0, 0, 0)
    tail = (MAX, MAX, MAX, 0, 0, "", filled, 0, 0, "", 0, 0, 0, "20260105 10:00:02 US/Eastern", status)
    return (*first, *groups, *volatility, *legs, *tail, 2147483647, 2147483647, MAX, MAX, MAX)
