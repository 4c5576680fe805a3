"""The order as a client sends it (message 3)."""

from dataclasses import dataclass
from decimal import Decimal

from simgateway.protocol.requests import ContractQuery, read_contract
from simgateway.protocol.text import read_decimal, read_flag, read_int
from simgateway.protocol.wire import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTicket:
    """One placeOrder: `limit` and `trigger` in USD, None when unset; `quantity` in contracts or shares."""

    order_id: int
    contract: ContractQuery
    action: str
    quantity: int
    order_type: str
    limit: Decimal | None
    trigger: Decimal | None
    tif: str
    oca_group: str
    oca_type: int
    account: str
    order_ref: str
    transmit: bool
    parent_id: int
    trigger_method: int
    outside_rth: bool
    what_if: bool

    @property
    def is_buy(self) -> bool:
        """Return whether it buys."""
        return self.action == "BUY"

    @property
    def is_stop(self) -> bool:
        """Return whether it waits for a trigger."""
        return self.order_type in {"STP", "STP LMT"}

    @property
    def has_limit(self) -> bool:
        """Return whether it has a limit once it works."""
        return self.order_type in {"LMT", "STP LMT"}


def read_ticket(fields: Fields) -> OrderTicket:
    """Return the order of a placeOrder message; ValueError, IndexError or ArithmeticError when it cannot be read.

    Combos ("BAG") have a part of their own in the middle and are refused with ValueError.
    """
    contract = read_contract(fields, 2)
    if contract.sec_type == "BAG":
        raise ValueError("combos are not traded here")
    return OrderTicket(
        order_id=read_int(fields[1]),
        contract=contract,
        action=fields[16].upper(),
        quantity=read_int(fields[17]),
        order_type=fields[18].upper(),
        limit=read_decimal(fields[19]),
        trigger=read_decimal(fields[20]),
        tif=fields[21].upper() or "DAY",
        oca_group=fields[22],
        oca_type=read_int(fields[47]),
        account=fields[23],
        order_ref=fields[26],
        transmit=read_flag(fields[27]),
        parent_id=read_int(fields[28]),
        trigger_method=read_int(fields[32]),
        outside_rth=read_flag(fields[33]),
        what_if=read_flag(fields[_what_if_index(fields)]),
    )


def _what_if_index(fields: Fields) -> int:
    """Return where whatIf stands: after five optional parts (spec: 85 for a plain order below version 177)."""
    at = 67 + (8 if fields[65] else 0)
    increment = read_decimal(fields[at + 6])
    at += 7 + (7 if increment and increment > 0 else 0)
    hedge = at + 3
    at = hedge + (2 if fields[hedge] else 1)
    delta_neutral = at + 4
    at = delta_neutral + (4 if read_flag(fields[delta_neutral]) else 1)
    algorithm = at
    at += 1 + (1 + 2 * read_int(fields[algorithm + 1]) if fields[algorithm] else 0)
    return at + 1
