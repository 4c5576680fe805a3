"""How a day that was died on ends: everything of ours is sold, and the ledger says what the day came to.

With nothing held, what the day made is what the gateway's cash grew by, and both are known to the cent.
"""

import asyncio
from decimal import Decimal
from typing import Any, Final

from actors.runtime.clock import Clock
from cli.simulation.expired import Expired
from cli.simulation.promises import OPTION
from cli.simulation.trail import Trail
from cli.virtual_life import VirtualLife
from domain.commands import SummariseDay
from domain.control import GiveOrder, Order

SELLING_SECONDS: Final = 60
SUMMING_SECONDS: Final = 1.0
_LINES: Final = ("pnl", "fees", "positions_open")


class SummedTrail(Trail):
    """A trail that keeps what the ledger said last of the day."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.summary: dict[str, Any] | None = None

    def emit(self, event: str, /, **fields: Any) -> None:
        """Take one event."""
        super().emit(event, **fields)
        if event == "eod_summary":
            self.summary = {line: fields[line] for line in _LINES}


async def sell_all(life: VirtualLife) -> None:
    """Order everything sold, as the operator does: again until it is, since who took the order may have died of it."""
    for _ in range(SELLING_SECONDS):
        life.system.directory.address("control").tell(GiveOrder(order=Order.FLATTEN, by="the end of the day"))
        await asyncio.sleep(1.0)
        books = life.gateway.books()
        if not books.open_orders and not any(row.quantity for row in books.positions if row.sec_type == OPTION):
            return


async def sum_up(life: VirtualLife) -> None:
    """Have the ledger say what the day came to."""
    life.system.directory.address("risk").tell(SummariseDay(completed=0, failed=0))
    await asyncio.sleep(SUMMING_SECONDS)


def differences(trail: SummedTrail, life: VirtualLife, start_cash: Decimal, expired: Expired) -> list[str]:
    """Say in what the ledger's day is not the gateway's; both as they stand when everything is sold.

    The shares that an exercise brought are nothing of ours, nor what was paid for them.
    """
    books = life.gateway.books()
    held = [row for row in books.positions if row.sec_type == OPTION and row.quantity]
    theirs = {
        "pnl": books.cash - start_cash - expired.paid_for_shares,
        "fees": books.fees,
        "positions_open": len(held),
    }
    if trail.summary is None:
        return ["ledger: it never said what the day came to"]
    return [
        f"ledger: {line} is {trail.summary[line]}, the gateway's {value}"
        for line, value in theirs.items()
        if trail.summary[line] != value
    ] + [f"evening: {row.quantity} of {row.local_symbol} are still held" for row in held]
