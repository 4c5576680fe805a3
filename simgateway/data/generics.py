"""The extra kinds of ticks a client may ask for by number, and the error for a list with others.

The legal ones and the text are those the gateway names in its own error 321 (deephaven-examples/deephaven-ib issue
46); 104 is taken although the list does not show it, and 221 means what 232 does.
"""

from typing import Final

OPTION_VOLUME: Final = 100
OPEN_INTEREST: Final = 101
REALIZED: Final = 104
IMPLIED: Final = 106
STATISTICS: Final = 165
MARK: Final = 232
RT_VOLUME: Final = 233
SHORTABLE: Final = 236
LAST_RTH: Final = 318
RT_TRADE_VOLUME: Final = 375
RT_REALIZED: Final = 411
DIVIDENDS: Final = 456

_NAMES: Final = (
    "100(Option Volume),101(Option Open Interest),105(Average Opt Volume),106(impvolat),165(Misc. Stats),"
    "221/220(Creditman Mark Price),225(Auction),232/221(Pl Price),233(RTVolume),236(inventory),258/47(Fundamentals),"
    "293(TradeCount),294(TradeRate),295(VolumeRate),318(LastRTHTrade),375(RTTrdVolume),411(rthistvol),"
    "456/59(IBDividends),460(Bond Factor Multiplier),576(EtfNavBidAsk(navbidask)),577(EtfNavLast(navlast)),"
    "578(EtfNavClose(navclose)),586(IPOHLMPRC),587(Pl Price Delayed),588(Futures Open Interest),"
    "595(Short-Term Volume X Mins),614(EtfNavMisc(high/low)),619(Creditman Slow Mark Price),"
    "623(EtfFrozenNavLast(fznavlast))"
)
_ALIASES: Final = {47: 258, 59: DIVIDENDS, 220: 221, 221: MARK}
_LEGAL: Final = frozenset(int(row.split("(")[0].split("/")[0]) for row in _NAMES.split(",")) | {REALIZED}


class BadGenericsError(Exception):
    """Error 321: a list with a tick that is none; the text is for the client."""


def read_generics(text: str, sec_type: str) -> frozenset[int]:
    """Return the numbers of a list such as `233,mdoff,236`; BadGenericsError when one of them is not legal.

    `mdoff` is no tick of its own. What follows a colon (news providers) is left out.
    """
    found = set()
    for entry in (part.strip() for part in text.split(",") if part.strip()):
        if entry.lower() == "mdoff":
            continue
        digits = entry.split(":")[0]
        kind = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 0
        kind = _ALIASES.get(kind, kind)
        if kind not in _LEGAL:
            raise BadGenericsError(f"Incorrect generic tick list of {text}.  Legal ones for ({sec_type}) are: {_NAMES}")
        found.add(kind)
    return frozenset(found)
