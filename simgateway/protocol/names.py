"""The names of the protocol's messages, for the frame log."""

from collections.abc import Mapping
from typing import Final, Literal

Direction = Literal["in", "out", "note"]
"""`in` is client to gateway, `out` gateway to client; a `note` never passed: it says what the gateway did."""

INCOMING: Final[Mapping[str, str]] = {
    "1": "reqMktData",
    "2": "cancelMktData",
    "3": "placeOrder",
    "4": "cancelOrder",
    "5": "reqOpenOrders",
    "6": "reqAccountUpdates",
    "7": "reqExecutions",
    "8": "reqIds",
    "9": "reqContractDetails",
    "15": "reqAutoOpenOrders",
    "16": "reqAllOpenOrders",
    "17": "reqManagedAccts",
    "20": "reqHistoricalData",
    "25": "cancelHistoricalData",
    "49": "reqCurrentTime",
    "58": "reqGlobalCancel",
    "59": "reqMarketDataType",
    "61": "reqPositions",
    "62": "reqAccountSummary",
    "63": "cancelAccountSummary",
    "64": "cancelPositions",
    "71": "startApi",
    "74": "reqPositionsMulti",
    "75": "cancelPositionsMulti",
    "76": "reqAccountUpdatesMulti",
    "77": "cancelAccountUpdatesMulti",
    "78": "reqSecDefOptParams",
    "81": "reqMatchingSymbols",
    "87": "reqHeadTimestamp",
    "90": "cancelHeadTimestamp",
    "91": "reqMarketRule",
    "92": "reqPnL",
    "93": "cancelPnL",
    "94": "reqPnLSingle",
    "95": "cancelPnLSingle",
    "99": "reqCompletedOrders",
}

OUTGOING: Final[Mapping[str, str]] = {
    "1": "tickPrice",
    "2": "tickSize",
    "3": "orderStatus",
    "4": "error",
    "5": "openOrder",
    "6": "accountValue",
    "7": "portfolio",
    "8": "accountTime",
    "9": "nextValidId",
    "10": "contractData",
    "11": "execDetails",
    "15": "managedAccounts",
    "17": "historicalData",
    "45": "tickGeneric",
    "46": "tickString",
    "49": "currentTime",
    "52": "contractDataEnd",
    "53": "openOrderEnd",
    "54": "accountDownloadEnd",
    "55": "execDetailsEnd",
    "57": "tickSnapshotEnd",
    "58": "marketDataType",
    "59": "commissionReport",
    "61": "position",
    "62": "positionEnd",
    "63": "accountSummary",
    "64": "accountSummaryEnd",
    "73": "accountUpdateMulti",
    "74": "accountUpdateMultiEnd",
    "75": "secDefOptParam",
    "76": "secDefOptParamEnd",
    "79": "symbolSamples",
    "81": "tickReqParams",
    "88": "headTimestamp",
    "90": "historicalDataUpdate",
    "93": "marketRule",
    "94": "pnl",
    "95": "pnlSingle",
    "101": "completedOrder",
    "102": "completedOrdersEnd",
}


def name_of(direction: Direction, fields: tuple[str, ...]) -> str:
    """Return a message's name; the two frames of the handshake have no number and are called so."""
    first = fields[0] if fields else ""
    if direction == "note":
        return first
    if (direction == "in" and first.startswith("v")) or (direction == "out" and len(fields) == 2 and " " in fields[1]):
        return "handshake"
    return (INCOMING if direction == "in" else OUTGOING).get(first, first)
