"""What clients ask, read from their fields; ValueError or IndexError when they cannot be read."""

from dataclasses import dataclass
from decimal import Decimal

from simgateway.protocol.cursor import Cursor
from simgateway.protocol.text import read_decimal, read_int
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


def read_details_request(fields: Fields, version: int) -> DetailsRequest:
    """Return a contractDetails request (9); the issuer id is there from version 176 on."""
    contract = read_contract(fields, 3)
    cursor = Cursor(fields, 3 + CONTRACT_FIELDS)
    return DetailsRequest(
        req_id=read_int(fields[2]),
        contract=contract,
        include_expired=cursor.flag(),
        sec_id_type=cursor.text(),
        sec_id=cursor.text(),
        issuer_id=cursor.text() if version >= 176 else "",
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
