"""placeOrder (3) as clients write it: the reference for what comes in, typed in by hand from their `placeOrder`."""

from collections.abc import Mapping

_TEXT = (
    "id orderId conId symbol secType expiry strike right multiplier exchange primaryExchange currency localSymbol "
    "tradingClass secIdType secId action quantity type lmt aux tif ocaGroup account openClose origin orderRef transmit "
    "parentId block sweep displaySize triggerMethod outsideRth hidden *combo shares discretionary goodAfter goodTill "
    "faGroup faMethod faPct *faProfile model shortSlot location exempt ocaType rule80A settlingFirm allOrNone minQty "
    "pctOffset eTrade firmQuote nbbo auction starting stockRef delta rangeLow rangeHigh override volatility volType "
    "dnType dnAux *dn continuous refPrice trailStop trailPct scaleInit scaleSubs scaleIncr *scale scaleTable "
    "activeStart activeStop hedge *hedgeParam optOut clearing intent notHeld dnContract *dnContractParts algo "
    "*algoParams algoId whatIf misc solicited randomSize randomPrice *pegged conditions *conditionParts adjusted "
    "triggerPrice lmtOffset adjStop adjLimit adjTrail adjUnit extOperator tierName tierValue cashQty mifid1 mifid2 "
    "mifid3 mifid4 noAutoPrice oms discretionaryUpTo priceMgmt *duration *postToAts *cancelParent *override2 "
    "*manualTime *offsets"
)
PARTS = _TEXT.split()
"""Fields in their order; a star marks what is not always there."""

SINCE = {"duration": 158, "postToAts": 160, "cancelParent": 162, "override2": 166, "manualTime": 169}

AN_ORDER = {
    "id": "3",
    "orderId": "7",
    "conId": "101",
    "symbol": "ABC",
    "secType": "OPT",
    "strike": "100.0",
    "action": "BUY",
    "quantity": "1",
    "type": "LMT",
    "lmt": "1.05",
    "tif": "DAY",
    "transmit": "1",
    "conditions": "0",
}


Parts = Mapping[str, tuple[str, ...]]


def place_order(version: int, parts: Parts | None = None, /, **changes: object) -> tuple[str, ...]:
    """Return a placeOrder of a version; `parts` fill starred places, `changes` single fields; the rest is empty."""
    values = AN_ORDER | {name: str(value) for name, value in changes.items()}
    fields: list[str] = []
    for name in PARTS:
        fields += _optional(name[1:], version, parts or {}) if name.startswith("*") else [values.get(name, "")]
    return tuple(fields)


def _optional(name: str, version: int, parts: Parts) -> tuple[str, ...]:
    if name == "faProfile":
        return parts.get(name, ("",)) if version < 177 else ()
    if name in SINCE:
        return parts.get(name, ("",)) if version >= SINCE[name] else ()
    return parts.get(name, ())
