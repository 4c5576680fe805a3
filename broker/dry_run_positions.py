"""What the paper account holds."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from domain.contracts import OptionContract
from domain.ids import ConId, Generation
from domain.reports import PositionReport, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Contracts held, short below 0, and what they cost on average: USD a contract, as the broker counts."""

    contract: OptionContract
    quantity: int = 0
    average_cost: Decimal = Decimal(0)

    def after(self, side: Side, quantity: int, price: Decimal) -> "Holding":
        """Return the holding after a fill; the average moves only where it grows or turns."""
        signed = quantity if side is Side.BUY else -quantity
        total, cost = self.quantity + signed, price * self.contract.multiplier
        if self.quantity * signed < 0 and abs(signed) <= abs(self.quantity):
            return replace(self, quantity=total, average_cost=self.average_cost if total else Decimal(0))
        if self.quantity * signed < 0:
            return replace(self, quantity=total, average_cost=cost)
        average = (self.average_cost * self.quantity + cost * signed) / total
        return replace(self, quantity=total, average_cost=average)


class Holdings:
    """Every holding by contract."""

    def __init__(self) -> None:
        self._by_con_id: dict[ConId, Holding] = {}

    def book(self, contract: OptionContract, side: Side, quantity: int, price: Decimal) -> None:
        """Count a fill."""
        held = self._by_con_id.get(contract.con_id, Holding(contract=contract))
        self._by_con_id[contract.con_id] = held.after(side, quantity, price)

    def settle(self, today: date) -> None:
        """Drop what expired before today: nothing of it can be traded."""
        expired = [con_id for con_id, held in self._by_con_id.items() if held.contract.expiry < today]
        for con_id in expired:
            del self._by_con_id[con_id]

    def reports(self, generation: Generation, at: datetime) -> tuple[PositionReport, ...]:
        """Return what is held."""
        return tuple(
            PositionReport(
                generation=generation,
                at=at,
                con_id=con_id,
                symbol=held.contract.symbol,
                sec_type="OPT",
                quantity=held.quantity,
                average_cost=held.average_cost,
            )
            for con_id, held in self._by_con_id.items()
            if held.quantity
        )
