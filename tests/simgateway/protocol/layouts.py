"""The reference: every message that goes out, field by field, as clients of 157 to 178 expect it; typed in by hand.

Source: the decoders of ib_insync 0.9.86, ib_async 2.1.0, ibapi 9.81 and 10.50, and frames of a real gateway. One word
is one field, `name:type`; types are i (whole number), e (the same or empty), d (number), x (number or empty), z (size:
whole below version 163), f (0 or 1) and s (text); `'8` stands for the text 8. `>=166/` and `<177/` before a word: only
at such versions. `n*(a b)` is a number n and then n times a and b.
"""

import re
from dataclasses import dataclass, field

CONTRACT = "conId:i symbol:s secType:s expiry:s strike:d right:s multiplier:s exchange:s currency:s local:s tclass:s"
HEAD = f"{CONTRACT} action:s quantity:d type:s lmt:x aux:x tif:s ocaGroup:s account:s openClose:s origin:i orderRef:s"
ALLOCATION = (
    "faGroup:s faMethod:s faPct:s <177/faProfile:s model:s goodTill:s rule80A:s pctOffset:x settlingFirm:s "
    "shortSlot:i location:s exempt:i"
)
BOX = "starting:x stockRef:x delta:x rangeLow:x rangeHigh:x displaySize:e"
SCALE = (
    "combo:s legs*(a:i b:i c:s d:s e:i f:i g:s h:i) orderLegs*(price:x) routing*(tag:s value:s) "
    "scaleInit:e scaleSubs:e scaleIncr:x hedge:s"
)
MARGINS = " ".join(f"{what}{when}:s" for when in ("Before", "Change", "After") for what in ("init", "maint", "equity"))
PEGGED = ">=170/minTrade:e >=170/minCompete:e >=170/competeOffset:x >=170/midWhole:x >=170/midHalf:x"

LAYOUTS = {
    "1": "'6 reqId:i tick:i price:d size:z mask:i",
    "2": "'6 reqId:i tick:i size:z",
    "3": (
        "orderId:i status:s filled:d remaining:d average:d permId:i parentId:i last:d clientId:i whyHeld:s "
        "mktCapPrice:d"
    ),
    "4": "'2 reqId:i code:i text:s >=166/json:s",
    "5": (
        f"orderId:i {HEAD} clientId:i permId:i outsideRth:f hidden:f discretionary:d goodAfter:s shares:s {ALLOCATION} "
        f"auction:i {BOX} block:f sweep:f allOrNone:f minQty:e ocaType:i eTrade:f firmQuote:f nbbo:x parentId:i "
        "triggerMethod:i volatility:x volType:i 'None dnAux:x dnConId:i dnFirm:s dnAccount:s dnIntent:s dnOpenClose:s "
        "dnShort:f dnSlot:i dnLocation:s continuous:f refPrice:i trailStop:x trailPct:x basis:x basisType:e "
        f"{SCALE} optOut:f clearing:s intent:s notHeld:f 0:f algo:s solicited:f whatIf:f status:s {MARGINS} "
        "commission:x minCommission:x maxCommission:x commissionCurrency:s warning:s randomSize:f randomPrice:f "
        "conditions*() adjusted:s triggerPrice:x trailStop2:x lmtOffset:x adjStop:x adjLimit:x adjTrail:x adjUnit:i "
        "tierName:s tierValue:s tierText:s cashQty:x noAutoPrice:f oms:f discretionaryUpTo:f priceMgmt:f "
        f">=158/duration:e >=160/postToAts:e >=162/cancelParent:f {PEGGED}"
    ),
    "6": "'2 key:s value:s currency:s account:s",
    "7": (
        "'8 conId:i symbol:s secType:s expiry:s strike:d right:s multiplier:s primary:s currency:s local:s tclass:s "
        "position:d price:d value:d cost:d unrealized:d realized:d account:s"
    ),
    "8": "'1 time:s",
    "9": "'1 orderId:i",
    "10": (
        "<164/'8 reqId:i symbol:s secType:s expiry:s strike:d right:s exchange:s currency:s local:s market:s tclass:s "
        "conId:i minTick:d <164/sizeMult:i multiplier:s orderTypes:s exchanges:s magnifier:i underConId:i longName:s "
        "primary:s month:s industry:s category:s subcategory:s zone:s trading:s liquid:s evRule:s evMult:x "
        "secIds*(tag:s value:s) aggGroup:i underSymbol:s underType:s rules:s realExpiry:s stockType:s =163/sizeTick:d "
        ">=164/minSize:d >=164/sizeStep:d >=164/suggested:d"
    ),
    "11": (
        f"reqId:i orderId:i {CONTRACT} execId:s time:s account:s exchange:s side:s shares:d price:d permId:i "
        "clientId:i liquidation:i cumulative:d average:d orderRef:s evRule:s evMult:x model:s liquidity:i "
        ">=178/pending:f"
    ),
    "15": "'1 accounts:s",
    "17": "reqId:i start:s end:s bars*(date:s open:d high:d low:d close:d volume:z wap:d count:i)",
    "21": "reqId:i tick:i attrib:i iv:d delta:d price:d dividend:d gamma:d vega:d theta:d under:d",
    "45": "'6 reqId:i tick:i value:d",
    "46": "'6 reqId:i tick:i value:s",
    "49": "'1 time:i",
    "50": "'3 reqId:i time:i open:d high:d low:d close:d volume:z wap:d count:i",
    "52": "'1 reqId:i",
    "53": "'1",
    "54": "'1 account:s",
    "55": "'1 reqId:i",
    "57": "'1 reqId:i",
    "58": "'1 reqId:i kind:i",
    "59": "'1 execId:s commission:d currency:s realized:d yield:x yieldDate:e",
    "61": (
        "'3 account:s conId:i symbol:s secType:s expiry:s strike:d right:s multiplier:s exchange:s currency:s local:s "
        "tclass:s position:d cost:d"
    ),
    "62": "'1",
    "63": "'1 reqId:i account:s tag:s value:s currency:s",
    "64": "'1 reqId:i",
    "71": (
        "'1 reqId:i account:s conId:i symbol:s secType:s expiry:s strike:d right:s multiplier:s exchange:s currency:s "
        "local:s tclass:s position:d cost:d model:s"
    ),
    "72": "'1 reqId:i",
    "73": "'1 reqId:i account:s model:s key:s value:s currency:s",
    "74": "'1 reqId:i",
    "75": "reqId:i exchange:s underConId:i tclass:s multiplier:s expiries*(day:s) strikes*(strike:d)",
    "76": "reqId:i",
    "78": "rows*(account:s code:s)",
    "79": ("reqId:i rows*(conId:i symbol:s secType:s primary:s currency:s kinds*(kind:s) >=176/text:s >=176/issuer:s)"),
    "80": "rows*(exchange:s secType:s listing:s service:s group:e)",
    "81": "reqId:i minTick:d exchange:s permissions:i",
    "82": "reqId:i rows*(bit:i exchange:s letter:s)",
    "88": "reqId:i time:s",
    "90": "reqId:i count:i date:s open:d close:d high:d low:d wap:d volume:z",
    "93": "ruleId:i rows*(low:d step:d)",
    "94": "reqId:i daily:d unrealized:d realized:d",
    "95": "reqId:i position:d daily:d unrealized:d realized:d value:d",
    "96": "reqId:i ticks*(time:i zero:i price:d size:z) done:f",
    "97": "reqId:i ticks*(time:i mask:i bid:d ask:d bidSize:z askSize:z) done:f",
    "98": "reqId:i ticks*(time:i mask:i price:d size:z exchange:s conditions:s) done:f",
    "99.1": "reqId:i kind:i time:i price:d size:z mask:i exchange:s conditions:s",
    "99.2": "reqId:i kind:i time:i price:d size:z mask:i exchange:s conditions:s",
    "99.3": "reqId:i kind:i time:i bid:d ask:d bidSize:z askSize:z mask:i",
    "99.4": "reqId:i kind:i time:i middle:d",
    "101": (
        f"{HEAD} permId:i outsideRth:f hidden:f discretionary:d goodAfter:s {ALLOCATION} {BOX} sweep:f allOrNone:f "
        "minQty:e ocaType:i triggerMethod:i volatility:x volType:i 'None dnAux:x dnConId:i dnShort:f dnSlot:i "
        f"dnLocation:s continuous:f refPrice:i trailStop:x trailPct:x {SCALE} clearing:s intent:s notHeld:f 0:f "
        "algo:s solicited:f status:s randomSize:f randomPrice:f conditions*() trailStop2:x lmtOffset:x cashQty:x "
        "noAutoPrice:f oms:f cancelDate:s filled:d refFuture:i cancelParent:f shareholder:s imbalance:f routeToBbo:f "
        f"parentPermId:i completedTime:s completedStatus:s {PEGGED}"
    ),
    "102": "",
    "106": "reqId:i start:s end:s zone:s sessions*(start:s end:s day:s)",
    "107": "reqId:i brand:s",
}

COUNTS = {
    "4": {157: 5, 165: 5, 166: 6, 178: 6},
    "5": {157: 128, 158: 129, 160: 130, 162: 131, 169: 131, 170: 136, 176: 136, 177: 135, 178: 135},
    "10": {157: 39, 162: 39, 163: 40, 164: 40, 178: 40},
    "11": {157: 31, 177: 31, 178: 32},
    "101": {157: 96, 169: 96, 170: 101, 176: 101, 177: 100, 178: 100},
}
"""How many fields messages without lists have at a version, the number included."""

_TYPES = {
    "i": r"-?\d{1,18}",
    "e": r"(-?\d{1,18})?",
    "d": r"-?\d{1,18}(\.\d{1,18})?|1\.7976931348623157E308",
    "x": r"(-?\d{1,18}(\.\d{1,18})?|1\.7976931348623157E308)?",
    "f": r"[01]",
    "s": r"[^\0]*",
}
_WORD = re.compile(
    r"(?:(?P<since>>=|<|=)(?P<version>\d+)/)?(?:(?P<list>\w+)\*\((?P<row>(?:[^()]|\([^()]*\))*)\)|(?P<word>\S+))"
)


@dataclass
class Reading:
    """What a layout makes of a message: values by name, what is wrong, where it stands."""

    fields: tuple[str, ...]
    version: int
    at: int = 0
    values: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def take(self) -> str:
        if self.at >= len(self.fields):
            self.wrong.append("too short")
            return ""
        self.at += 1
        return self.fields[self.at - 1]


def kind_of(fields: tuple[str, ...]) -> str:
    """Return a message's key in the table: its number, of a tick by tick with its kind."""
    return f"99.{fields[2]}" if fields[0] == "99" else fields[0]


def read(fields: tuple[str, ...], version: int) -> Reading:
    """Return a message read by its layout; `wrong` is empty when count, order and types are right."""
    reading = Reading(fields, version, at=1)
    _walk(LAYOUTS[kind_of(fields)], reading, "")
    if reading.at != len(fields):
        reading.wrong.append(f"{len(fields)} fields instead of {reading.at}")
    return reading


def _walk(layout: str, reading: Reading, prefix: str) -> None:
    for match in _WORD.finditer(layout):
        if not _holds(match, reading.version):
            continue
        if match["list"]:
            count = reading.take()
            reading.values[prefix + match["list"]] = count
            for row in range(int(count or 0)):
                _walk(match["row"], reading, f"{prefix}{match['list']}.{row}.")
        else:
            _check(match["word"], reading, prefix)


def _holds(match: re.Match[str], version: int) -> bool:
    limit = int(match["version"] or 0)
    return {">=": version >= limit, "<": version < limit, "=": version == limit, None: True}[match["since"]]


def _check(word: str, reading: Reading, prefix: str) -> None:
    value = reading.take()
    if word.startswith("'"):
        is_right, name = value == word[1:], word
    else:
        name, kind = word.split(":")
        kind = ("i" if reading.version < 163 else "d") if kind == "z" else kind
        is_right = re.fullmatch(_TYPES[kind], value) is not None
        reading.values[prefix + name] = value
    if not is_right:
        reading.wrong.append(f"{word} is {value!r}")
