"""A log for a report, written by the bot's own hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from ops.logs import FileLog
from ops.reading.files import log_files
from ops.reading.rows import Reader
from ops.report.facts import Facts, facts_of
from tests.ops.clock import StillClock

OPEN = datetime(2026, 3, 11, 13, 30, tzinfo=UTC)  # 09:30 New York
CONTRACT = "SPY 2026-03-13 500C"


class Written:
    """Writes events at minutes after the open; strict about the catalogue."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._clock = StillClock(OPEN)
        self._log = FileLog(folder, self._clock, inline=True, strict=True)

    def at(self, minute: float, event: str, **fields: Any) -> "Written":
        self._clock.at = OPEN + timedelta(minutes=minute)
        self._log.emit(event, **fields)
        return self

    def facts(self) -> Facts:
        self._log.close()
        return facts_of(Reader(log_files(self.folder)), None, None)


def planned(log: Written, minute: float, intent: str, *, quantity: int = 2) -> None:
    log.at(minute, "option_chosen", symbol="SPY", contract=CONTRACT, bid=Decimal("1.00"), ask=Decimal("1.02"), spot=500)
    log.at(
        minute, "bracket_planned",
        intent=intent, contract=CONTRACT, quantity=quantity, price=Decimal("1.04"), target=Decimal("1.5"),
        trigger=Decimal("0.8"), stop_limit=Decimal("0.7"), strategy="scalp",
    )  # fmt: skip


def filled(log: Written, minute: float, intent: str, fill: tuple[str, int, str, str]) -> None:
    """Write a fill, (leg, quantity, price, exec id), and its fees of 0.65 USD a contract."""
    leg, quantity, price, exec_id = fill
    event = "entry_filled" if leg == "ENTRY" else "exit_filled"
    log.at(
        minute, event,
        intent=intent, contract=CONTRACT, leg=leg, quantity=quantity, price=Decimal(price), position=0,
        exec_id=exec_id, multiplier=100,
    )  # fmt: skip
    log.at(minute, "fees_charged", intent=intent, exec_id=exec_id, fees=Decimal("0.65") * quantity)


def closed(log: Written, minute: float, intent: str, pnl: str, fees: str, *, quantity: int = 2) -> None:
    log.at(
        minute, "position_closed",
        intent=intent, contract=CONTRACT, reason="target", quantity=quantity, pnl=Decimal(pnl), fees=Decimal(fees),
    )  # fmt: skip
