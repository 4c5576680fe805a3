"""Who hears which report: a bracket's guard, or who looks after those without, the ledger, and a quote's watchers."""

from collections.abc import Mapping

from actors.runtime.directory import Directory
from domain.bracket_reopening import is_sign_of_life
from domain.ids import ConId, OrderRef, split_ref
from domain.ports import EventLog
from domain.reports import (
    CommissionReport,
    ExecutionReport,
    OpenOrderReport,
    OrderErrorReport,
    OrderStatusReport,
    PnlReport,
    PositionReport,
    QuoteReport,
    StreamReport,
)

Watchers = Mapping[ConId, set[str]]


class Router:
    """Hands reports on; runs on the broker's loop, inside the library's callback, so it never blocks or raises."""

    def __init__(self, directory: Directory, log: EventLog) -> None:
        self._directory = directory
        self._log = log

    def route(self, report: StreamReport, watchers: Watchers) -> None:
        """Tell everyone concerned."""
        match report:
            case QuoteReport():
                self._quote(report, watchers)
            case ExecutionReport() | CommissionReport():
                self._to_bracket(report.ref, report)
                self._tell("risk", report)
            case OrderStatusReport():
                self._log.emit(
                    "order_status",
                    ref=report.ref or "",
                    status=report.status.value,
                    filled=report.filled,
                    remaining=report.remaining,
                )
                self._to_bracket(report.ref, report)
            case OpenOrderReport() | OrderErrorReport():
                self._to_bracket(report.ref, report)
            case PnlReport() | PositionReport():
                self._tell("risk", report)
            case _:
                pass

    def _quote(self, report: QuoteReport, watchers: Watchers) -> None:
        known = watchers.get(report.quote.con_id)
        if known is None:
            return
        for watcher in sorted(known):
            address = self._directory.address(watcher)
            if address.is_alive:  # One that has just ended may have ticks on their way.
                address.tell(report)
        self._tell("risk", report)

    def _to_bracket(self, ref: OrderRef | None, report: StreamReport) -> None:
        parts = split_ref(ref) if ref is not None else None
        if parts is None:
            return
        guard, brackets = self._directory.address(f"oco:{parts[0]}"), self._directory.address("brackets")
        if guard.is_alive:
            guard.tell(report)
        elif is_sign_of_life(report) and brackets.is_alive:
            # Mostly an execution of a bracket long closed: they come again with every connection.
            brackets.tell(report)

    def _tell(self, name: str, report: StreamReport) -> None:
        self._directory.address(name).tell(report)
