"""The account's values, its profit and loss, and the gateway's clock."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from broker.ib.line import Line
from broker.ib.translate import USD
from domain.prices import as_money
from domain.reports import AccountReport, Failure, PnlReport, RequestFailed

TAGS: Final = (
    "AccountType",
    "NetLiquidation",
    "PreviousDayEquityWithLoanValue",
    "SettledCash",
    "AvailableFunds",
    "DayTradesRemaining",
)
"""What somebody reads. It is asked every minute, and each is a message."""
CURRENCIES: Final = frozenset({USD, ""})  # Without one: counts and words. In another: not the dollars we reckon with.
TIME: Final = "current time"


class Account:
    """What is asked about the account. On the broker's loop alone."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._rows: dict[int, dict[str, str]] = {}
        self._pnl_id: int | None = None

    def handlers(self) -> Mapping[str, Callable[..., object]]:
        """Return the server messages that are handled here, by the library's names."""
        return {
            "accountSummary": self._on_value,
            "accountSummaryEnd": self._line.requests.settle,
            "pnl": self._on_pnl,
            "currentTime": lambda seconds: self._line.requests.settle(TIME, datetime.fromtimestamp(seconds, UTC)),
        }

    async def values(self) -> AccountReport | RequestFailed:
        """Return a fresh summary, cancelled at once: more than two live ones are refused. One message and a cancel."""
        try:
            request_id = self._line.new_id()
        except ConnectionError as error:
            return RequestFailed(failure=Failure.DISCONNECTED, text=f"account: {error}")
        self._rows[request_id] = {}
        try:
            answer = await self._line.requests.ask(
                request_id,
                lambda: self._line.client.reqAccountSummary(request_id, "All", ",".join(TAGS)),
                self._line.config.request_timeout_seconds,
                "account",
            )
        finally:
            rows = self._rows.pop(request_id)
            self._line.when_room(lambda: self._line.client.cancelAccountSummary(request_id))
        return answer if isinstance(answer, RequestFailed) else self._report(rows)

    def _report(self, rows: Mapping[str, str]) -> AccountReport | RequestFailed:
        read = {tag: _number(text) for tag, text in rows.items()}
        values = {tag: value for tag, value in read.items() if value is not None}
        if not values:
            return RequestFailed(failure=Failure.NO_DATA, text="account: no value in USD")
        return AccountReport(
            at=self._line.clock.now(),
            account=self._line.account,
            values=values,
            account_type=rows.get("AccountType", ""),
        )

    async def time(self, timeout_seconds: float) -> datetime | RequestFailed:
        """Return the gateway's clock, aware UTC. One request at a time: its answer carries no number."""
        answer: datetime | RequestFailed = await self._line.requests.ask(
            TIME, self._line.client.reqCurrentTime, timeout_seconds, TIME, join=True
        )
        return answer

    def watch_pnl(self) -> None:
        """Subscribe to the account's profit and loss, unless subscribed or not connected."""
        if self._pnl_id is None and self._line.writable:
            self._pnl_id = self._line.new_id()
            self._line.client.reqPnL(self._pnl_id, self._line.account, "")

    def forget(self) -> None:
        """Drop the subscription: the other side lost its own (1101)."""
        self._pnl_id = None

    def _on_value(self, request_id: int, account: str, tag: str, value: str, currency: str) -> None:
        rows = self._rows.get(request_id)
        if rows is not None and account == self._line.account and currency in CURRENCIES:
            rows[tag] = value

    def _on_pnl(self, request_id: int, daily: str, unrealized: str, realized: str) -> None:
        if request_id != self._pnl_id:
            return
        self._line.sink(
            PnlReport(
                generation=self._line.generation,
                at=self._line.clock.now(),
                daily=_number(daily),
                unrealized=_number(unrealized),
                realized=_number(realized),
            )
        )


def _number(text: str) -> Decimal | None:
    try:
        return as_money(Decimal(text))
    except InvalidOperation:
        return None
