"""How the day went, in one line for the log and one for the operator."""

from domain.commands import SendAlert, SummariseDay
from domain.ledger import Ledger
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
