"""Requests about data as clients send them, field by field."""

from tests.simgateway.fake_market import STOCK_ID

STOCK = (STOCK_ID, "ABC", "STK", "", "0.0", "", "", "SMART", "", "USD", "", "")
NOBODY = (0, "NONE", "STK", "", "0.0", "", "", "SMART", "", "USD", "", "")


def option(con_id: int = 0, expiry: str = "", strike: str = "", right: str = "") -> tuple[object, ...]:
    return (con_id, "ABC", "OPT", expiry, strike, right, "", "SMART", "", "USD", "", "")


def bars(req_id: int, contract: tuple[object, ...] = STOCK, **parts: object) -> tuple[object, ...]:
    """Return a historicalData request; parts: end, bar, duration, regular, what, date, live, expired."""
    default: dict[str, object] = {"end": "", "bar": "1 min", "duration": "600 S", "regular": 1, "what": "TRADES"}
    default |= {"date": 2, "live": 0, "expired": 0} | parts
    names = ("expired", "end", "bar", "duration", "regular", "what", "date", "live")
    return (20, req_id, *contract, *(default[name] for name in names), "")


def quotes(
    req_id: int, contract: tuple[object, ...] = STOCK, generics: str = "", snapshot: int = 0, regulatory: int = 0
) -> tuple[object, ...]:
    return (1, 11, req_id, *contract, 0, generics, snapshot, regulatory, "")
