"""What expiry made of options: shares, or nothing at all."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from simgateway.server import Gateway
from simgateway.trading.orders import Execution


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """Options that are gone without an order; of what lapsed the contracts by con id, negative where written."""

    delivered: tuple[tuple[Execution, Execution], ...] = ()
    """An exercise's or assignment's execution of the option, with that of its shares."""
    lapsed: Mapping[int, int] = field(default_factory=dict)

    @property
    def paid_for_shares(self) -> Decimal:
        """Return what the shares changed the cash by, USD: below 0 where they were bought."""
        rows = (shares for _, shares in self.delivered)
        return sum((-row.price * row.shares if row.is_buy else row.price * row.shares for row in rows), Decimal(0))

    @classmethod
    def of(cls, gateway: Gateway, ordered: Collection[int]) -> "Expired":
        """Return what expired at this gateway; `ordered` are the orders by hand, by permanent id."""
        rows = [row for row in gateway.by_hand() if row.perm_id not in ordered]
        delivered = tuple(
            (option, shares)
            for option, shares in pairwise(rows)
            if option.instrument.right and not shares.instrument.right
        )
        return cls(delivered=delivered, lapsed=_lapsed(gateway))


def _lapsed(gateway: Gateway) -> dict[int, int]:
    """Return what was traded and is not there: lapsing is no execution."""
    found = Counter[int]()
    for row in gateway.executions():
        found[row.instrument.con_id] += row.shares if row.is_buy else -row.shares
    for held in gateway.books().positions:
        found[held.con_id] -= held.quantity
    return {con_id: quantity for con_id, quantity in found.items() if quantity}
