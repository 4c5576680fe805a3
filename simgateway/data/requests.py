"""What clients ask about data, read from their fields; ValueError or IndexError when it cannot be read.

The order of the fields is that of the clients' own writers (`client.py` of ib_insync 0.9.86 and of ibapi 10.50).
"""

from dataclasses import dataclass

from simgateway.protocol.requests import CONTRACT_FIELDS, ContractQuery, read_contract
from simgateway.protocol.text import read_flag, read_int
from simgateway.protocol.wire import Fields

_LEG_FIELDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRequest:
    """A request for quotes (1): `generics` as sent, `snapshot` for the free and for the regulatory kind alike."""

    req_id: int
    contract: ContractQuery
    generics: str
    snapshot: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BarsRequest:
    """A request for bars (20), as sent: `end` is empty for now, `format_date` 1 (text) or 2 (epoch seconds)."""

    req_id: int
    contract: ContractQuery
    expired: bool
    end: str
    bar_size: str
    duration: str
    regular_only: bool
    what: str
    format_date: int
    live: bool

    @property
    def key(self) -> tuple[object, ...]:
        """Return what makes two requests the same one for the pacing rules."""
        return (self.contract, self.end, self.bar_size, self.duration, self.what, self.regular_only)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadRequest:
    """A request for the first moment of history (87)."""

    req_id: int
    contract: ContractQuery
    expired: bool
    regular_only: bool
    what: str
    format_date: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicksRequest:
    """A request for past ticks (96): either `start` or `end` is empty."""

    req_id: int
    contract: ContractQuery
    expired: bool
    start: str
    end: str
    count: int
    what: str
    regular_only: bool
    ignore_size: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveBarsRequest:
    """A request for real-time bars (50); `seconds` as sent."""

    req_id: int
    contract: ContractQuery
    seconds: int
    what: str
    regular_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EachTickRequest:
    """A request for every tick (97): Last, AllLast, BidAsk or MidPoint; `past` is how many old ones come first."""

    req_id: int
    contract: ContractQuery
    kind: str
    past: int
    ignore_size: bool


def read_quote_request(fields: Fields) -> QuoteRequest:
    """Return a mktData request (1)."""
    contract, rest = _contract(fields, 3)
    rest = _behind_legs(fields, contract, rest)
    rest += 4 if read_flag(fields[rest]) else 1
    regulatory = len(fields) > rest + 2 and read_flag(fields[rest + 2])
    return QuoteRequest(
        req_id=read_int(fields[2]),
        contract=contract,
        generics=fields[rest],
        snapshot=read_flag(fields[rest + 1]) or regulatory,
    )


def read_bars_request(fields: Fields) -> BarsRequest:
    """Return a historicalData request (20); on the wire the bar size comes before the duration."""
    contract, rest = _contract(fields, 2)
    after_legs = _behind_legs(fields, contract, rest + 7)
    return BarsRequest(
        req_id=read_int(fields[1]),
        contract=contract,
        expired=read_flag(fields[rest]),
        end=fields[rest + 1].strip(),
        bar_size=fields[rest + 2],
        duration=fields[rest + 3],
        regular_only=read_flag(fields[rest + 4]),
        what=fields[rest + 5].upper(),
        format_date=read_int(fields[rest + 6]),
        live=len(fields) > after_legs and read_flag(fields[after_legs]),
    )


def read_head_request(fields: Fields) -> HeadRequest:
    """Return a headTimestamp request (87)."""
    contract, rest = _contract(fields, 2)
    return HeadRequest(
        req_id=read_int(fields[1]),
        contract=contract,
        expired=read_flag(fields[rest]),
        regular_only=read_flag(fields[rest + 1]),
        what=fields[rest + 2].upper(),
        format_date=read_int(fields[rest + 3]),
    )


def read_ticks_request(fields: Fields) -> TicksRequest:
    """Return a historicalTicks request (96)."""
    contract, rest = _contract(fields, 2)
    return TicksRequest(
        req_id=read_int(fields[1]),
        contract=contract,
        expired=read_flag(fields[rest]),
        start=fields[rest + 1].strip(),
        end=fields[rest + 2].strip(),
        count=read_int(fields[rest + 3]),
        what=fields[rest + 4].upper(),
        regular_only=read_flag(fields[rest + 5]),
        ignore_size=read_flag(fields[rest + 6]),
    )


def read_live_bars_request(fields: Fields) -> LiveBarsRequest:
    """Return a realTimeBars request (50)."""
    contract, rest = _contract(fields, 3)
    return LiveBarsRequest(
        req_id=read_int(fields[2]),
        contract=contract,
        seconds=read_int(fields[rest]),
        what=fields[rest + 1].upper(),
        regular_only=read_flag(fields[rest + 2]),
    )


def read_each_tick_request(fields: Fields) -> EachTickRequest:
    """Return a tickByTick request (97)."""
    contract, rest = _contract(fields, 2)
    return EachTickRequest(
        req_id=read_int(fields[1]),
        contract=contract,
        kind=fields[rest],
        past=read_int(fields[rest + 1]),
        ignore_size=read_flag(fields[rest + 2]),
    )


def _contract(fields: Fields, start: int) -> tuple[ContractQuery, int]:
    return read_contract(fields, start), start + CONTRACT_FIELDS


def _behind_legs(fields: Fields, contract: ContractQuery, at: int) -> int:
    """Return the position behind the legs of a combo, which stand at `at` with their number before them."""
    if contract.sec_type != "BAG":
        return at
    legs = read_int(fields[at])
    if not 0 <= legs <= len(fields):
        raise ValueError(f"a combo of {legs} legs")
    return at + 1 + legs * _LEG_FIELDS
