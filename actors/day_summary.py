"""How the day goes and how it went: lines for the log, and one for the operator."""

from datetime import datetime

from domain.commands import SendAlert, SummariseDay
from domain.ledger import Ledger, limit, loss
from domain.ledger_rules import RiskLimits
from domain.ports import EventLog


def summarised(ledger: Ledger, command: SummariseDay, log: EventLog) -> SendAlert:
    """Say how the day went; return what the operator is told of it."""
    pnl = ledger.realised - ledger.fees_total
    open_positions = sum(exposure.held > 0 for exposure in ledger.exposures.values())
    log.emit(
        "eod_summary",
        day=str(ledger.day),
        entries=ledger.entries_today,
        exits=len(ledger.closed),
        pnl=pnl,
        fees=ledger.fees_total,
        positions_open=open_positions,
        completed=command.completed,
        failed=command.failed,
    )
    text = f"{ledger.day}: {ledger.entries_today} entries, P&L {pnl:.2f} USD after fees {ledger.fees_total:.2f}"
    return SendAlert(kind="end_of_day", text=text, level="INFO")


class DayTape:
    """Tells the log how the day stands against its limit, whenever that has changed."""

    def __init__(self, limits: RiskLimits, log: EventLog) -> None:
        self._limits = limits
        self._log = log
        self._told: dict[str, object] = {}

    def look(self, ledger: Ledger, now: datetime) -> None:
        """Tell how it stands; before the day is open, and before all that is held was quoted, nothing is told."""
        unquoted = any(one.held > 0 and ledger.mark(one) is None for one in ledger.exposures.values())
        if ledger.day is None or unquoted:  # Nobody knows what it is worth, and a guess would look like a loss.
            return
        found = loss(ledger, now)
        news: dict[str, object] = {
            "day": ledger.day.isoformat(),
            "pnl": -found.ours,
            "realised": ledger.realised,
            "fees": ledger.fees_total,
            "loss": found.worst,
            "loss_limit": limit(ledger, self._limits.max_daily_loss_pct),
            "at_risk": ledger.at_risk,
            "positions_open": sum(exposure.held > 0 for exposure in ledger.exposures.values()),
            "entries": ledger.entries_today,
        }
        if news != self._told:
            self._told = news
            self._log.emit("day_pnl", **news)
