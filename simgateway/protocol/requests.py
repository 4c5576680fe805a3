"""What clients ask, read from their fields; ValueError or IndexError when they cannot be read."""

from dataclasses import dataclass
from decimal import Decimal

from simgateway.protocol.cursor import Cursor
from simgateway.protocol.text import read_decimal, read_flag, read_int
from simgateway.protocol.wire import Fields

CONTRACT_FIELDS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractQuery:
    """A contract as a client describes it: what is 0, empty or None is left open."""

    con_id: int
    symbol: str
    sec_type: str
    expiry: str
    strike: Decimal | None
    right: str
    multiplier: str
    exchange: str
    primary_exchange: str
    currency: str
    local_symbol: str
    trading_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailsRequest:
    """A request for contract details: `sec_id_type` and `sec_id` name a contract by ISIN or the like."""

    req_id: int
    contract: ContractQuery
    include_expired: bool
    sec_id_type: str
    sec_id: str
    issuer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRequest:
    """A request for quotes: `generics` are the extra tick types asked for."""

    req_id: int
    contract: ContractQuery
    generics: frozenset[str]
    snapshot: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRequest:
    """A request for bars, as sent: `end` is empty for now, `format_date` 1 (text) or 2 (epoch seconds)."""

    req_id: int
    contract: ContractQuery
    end: str
    bar_size: str
    duration: str
    regular_only: bool
    what: str
    format_date: int

    @property
    def key(self) -> tuple[object, ...]:
        """Return what makes two requests the same one for the pacing rules."""
        return (self.contract, self.end, self.bar_size, self.duration, self.what, self.regular_only)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionFilter:
    """Which executions are asked for; 0 and empty mean any."""

    req_id: int
    client_id: int
    account: str
    since: str
    symbol: str
    sec_type: str
    exchange: str
    side: str


def read_contract(fields: Fields, start: int) -> ContractQuery:
    """Return the twelve contract fields that begin at `start`."""
    part = fields[start : start + CONTRACT_FIELDS]
    if len(part) < CONTRACT_FIELDS:
        raise IndexError("the contract is cut off")
    strike = read_decimal(part[4])
    return ContractQuery(
        con_id=read_int(part[0]),
        symbol=part[1].upper(),
        sec_type=part[2].upper(),
        expiry=part[3],
        strike=strike or None,
        right=part[5][:1].upper() if part[5][:1].upper() in {"C", "P"} else "",
        multiplier=part[6],
        exchange=part[7],
        primary_exchange=part[8],
        currency=part[9],
        local_symbol=part[10],
        trading_class=part[11],
    )


def after_contract(fields: Fields, start: int) -> Cursor:
    """Return a cursor behind the contract that begins at `start`.

    For a request whose contract may be a "BAG" (1, 20) go on with `skip_data_legs` where its legs stand.
    """
    cursor = Cursor(fields, start)
    cursor.skip(CONTRACT_FIELDS)
    return cursor


def skip_data_legs(cursor: Cursor, contract: ContractQuery) -> None:
    """Pass over the legs a data request has when its contract is a "BAG": conId, ratio, action, exchange of each."""
    if contract.sec_type == "BAG":
        cursor.rows(4)


def read_details_request(fields: Fields, version: int) -> DetailsRequest:
    """Return a contractDetails request (9); the issuer id is there from version 176 on."""
    contract = read_contract(fields, 3)
    cursor = after_contract(fields, 3)
    return DetailsRequest(
        req_id=read_int(fields[2]),
        contract=contract,
        include_expired=cursor.flag(),
        sec_id_type=cursor.text(),
        sec_id=cursor.text(),
        issuer_id=cursor.text() if version >= 176 else "",
    )


def read_data_request(fields: Fields) -> DataRequest:
    """Return a mktData request (1)."""
    contract = read_contract(fields, 3)
    cursor = after_contract(fields, 3)
    skip_data_legs(cursor, contract)
    if cursor.flag():
        cursor.skip(3)
    generics, snapshot = cursor.text(), cursor.flag()
    cursor.skip(2)  # The regulatory snapshot and the options.
    return DataRequest(
        req_id=read_int(fields[2]),
        contract=contract,
        generics=frozenset(part for part in generics.split(",") if part),
        snapshot=snapshot,
    )


def read_history_request(fields: Fields) -> HistoryRequest:
    """Return a historicalData request (20); on the wire the bar size comes before the duration."""
    rest = 2 + CONTRACT_FIELDS
    return HistoryRequest(
        req_id=read_int(fields[1]),
        contract=read_contract(fields, 2),
        end=fields[rest + 1],
        bar_size=fields[rest + 2],
        duration=fields[rest + 3],
        regular_only=read_flag(fields[rest + 4]),
        what=fields[rest + 5].upper(),
        format_date=read_int(fields[rest + 6]),
    )


def read_execution_filter(fields: Fields) -> ExecutionFilter:
    """Return an executions request (7)."""
    return ExecutionFilter(
        req_id=read_int(fields[2]),
        client_id=read_int(fields[3]),
        account=fields[4],
        since=fields[5],
        symbol=fields[6].upper(),
        sec_type=fields[7].upper(),
        exchange=fields[8].upper(),
        side=fields[9].upper(),
    )
