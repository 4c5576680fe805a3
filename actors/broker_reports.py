"""Who hears which report: a bracket's guard, or who looks after those without, the ledger, and a quote's watchers."""

from collections.abc import Callable, Collection
from typing import Final

from actors.runtime.directory import Directory
from domain.bracket_reopening import is_sign_of_life
from domain.ids import ConId, OrderId, OrderRef, PermId, split_ref
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

Watchers = Callable[[ConId], Collection[str]]
ORDERS_TOLD_MAX: Final = 1000


class Router:
    """Hands reports on; runs on the broker's loop, inside the library's callback, so it never blocks or raises."""

    def __init__(self, directory: Directory, log: EventLog) -> None:
        self._directory = directory
        self._log = log
        self._told: dict[OrderRef | tuple[OrderId, PermId], tuple[str, int, int]] = {}  # Latest heard last.

    def route(self, report: StreamReport, watchers: Watchers) -> None:
        """Tell everyone concerned."""
        match report:
            case QuoteReport():
                self._quote(report, watchers)
            case ExecutionReport() | CommissionReport():
                self._to_bracket(report.ref, report)
                self._tell("risk", report)
            case OrderStatusReport():
                self._write_down(report)
                self._to_bracket(report.ref, report)
            case OpenOrderReport() | OrderErrorReport():
                self._to_bracket(report.ref, report)
            case PnlReport() | PositionReport():
                self._tell("risk", report)
            case _:
                pass

    def _write_down(self, report: OrderStatusReport) -> None:
        """Log a status that is news: whoever asks for the book hears every order's again, and each line is synced."""
        order = report.ref or (report.order_id, report.perm_id)
        told = (report.status.value, report.filled, report.remaining)
        if self._told.pop(order, None) != told:
            self._log.emit("order_status", ref=report.ref or "", status=told[0], filled=told[1], remaining=told[2])
        self._told[order] = told
        if len(self._told) > ORDERS_TOLD_MAX:
            del self._told[next(iter(self._told))]  # What was heard of longest ago.

    def _quote(self, report: QuoteReport, watchers: Watchers) -> None:
        known = watchers(report.quote.con_id)
        if not known:
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
