"""Questions to the broker: each waits its turn, none is asked whose answer is known or certain to be refused."""

from collections.abc import Awaitable, Callable
from typing import Any

from actors.broker_items import Request, item_of
from actors.broker_lanes import Lanes, Turn
from actors.broker_link import Link
from actors.runtime.clock import Clock
from domain.commands import (
    RequestBars,
    RequestBook,
    RequestChain,
    RequestHoldings,
    RequestListed,
    RequestQuote,
    RequestUnderlying,
    SendAlert,
)
from domain.contracts import OptionContract
from domain.entitlements import (
    Access,
    AccessChange,
    Data,
    Entitlements,
    access_of,
    access_of_type,
    doubted,
    learned,
    may_ask,
)
from domain.errors import StoreError
from domain.ports import BrokerPort, EventLog, ListingCachePort
from domain.reports import (
    BarsReport,
    ChainReport,
    Failure,
    ListedReport,
    RequestFailed,
    SnapshotReport,
    UnderlyingReport,
)
from domain.trading_day import new_york


class Questions:
    """Serves requests on the broker's loop; what is learned of our subscriptions on the way is kept here."""

    def __init__(
        self,
        *,
        clock: Clock,
        lanes: Lanes,
        log: EventLog,
        cache: ListingCachePort,
        link: Callable[[], Link],
        book_timeout_seconds: float,
        alert: Callable[[SendAlert], object],
    ) -> None:
        self._clock = clock
        self._lanes = lanes
        self._log = log
        self._cache = cache
        self._link = link
        self._book_timeout_seconds = book_timeout_seconds
        self._alert = alert
        self._entitlements = Entitlements()
        self.asked = 0

    @property
    def entitlements(self) -> Entitlements:
        """Return what is known of our subscriptions."""
        return self._entitlements

    async def answer(self, message: Request) -> Any:
        """Return the report, or RequestFailed."""
        key = _listing_key(message)
        known = self._remembered(key) if key else None
        if known is not None:
            return known
        data = _data_of(message)
        if data is not None and not may_ask(self._entitlements, data, self._clock.now()):
            holding = self._entitlements.of(data)
            text = f"{data.value} are {holding.access.value}; asked again at {holding.doubted_at:%H:%M} UTC"
            return RequestFailed(failure=Failure.NOT_SUBSCRIBED, code=holding.code, text=text)
        answer = await self._ask(message)
        if data is not None:
            self._learn(data, answer)
        if key and isinstance(answer, UnderlyingReport | ChainReport | ListedReport):
            self._remember(key, answer)
        return answer

    def doubt(self) -> None:
        """Ask again for what was refused: farms or connection have come back."""
        self._entitlements = doubted(self._entitlements)

    def learn(self, data: Data, access: Access, code: int | None = None) -> None:
        """Take note of what an answer or a stream says about a subscription of ours."""
        self._entitlements, change = learned(self._entitlements, data, access, self._clock.now(), code)
        if change is not None:
            self._say(change)

    async def _ask(self, message: Request) -> Any:
        link = self._link()
        port = link.port
        if port is None or not link.ready:
            return RequestFailed(failure=Failure.DISCONNECTED, text=f"the connection is {link.phase.value}")
        item = item_of(message)
        turn = await self._lanes.turn(item)
        if turn is not Turn.GRANTED:
            failure = Failure.TIMED_OUT if turn is Turn.TIMED_OUT else Failure.DISCONNECTED
            return RequestFailed(failure=failure, text=turn.value)
        self.asked += 1
        try:
            return await self._sent(port, message)
        finally:
            self._lanes.finished(item)

    def _sent(self, port: BrokerPort, message: Request) -> Awaitable[Any]:
        match message:
            case RequestUnderlying():
                return port.underlying(message.symbol)
            case RequestBars():
                return port.bars(message)
            case RequestQuote():
                return port.quote(message.contract, message.timeout_seconds)
            case RequestChain():
                return port.chain(message.underlying)
            case RequestListed():
                return port.listed(message)
            case RequestBook():
                return (self._link().orders or port).book(self._book_timeout_seconds)
            case RequestHoldings():
                return (self._link().orders or port).holdings(self._book_timeout_seconds)
            case _:
                return port.account()

    def _learn(self, data: Data, answer: Any) -> None:
        match answer:
            case SnapshotReport():
                self.learn(data, access_of_type(answer.quote.market_data_type))
            case BarsReport():
                self.learn(data, Access.LIVE)
            case RequestFailed():
                access = access_of(answer)
                if access is not None:
                    self.learn(data, access, answer.code)
            case _:
                pass

    def _say(self, change: AccessChange) -> None:
        self._log.emit("entitlement", data=change.data.value, access=change.now.value, code=change.code)
        if change.is_loss:
            self._alert(SendAlert(kind="entitlement", text=change.text))

    def _remembered(self, key: str) -> UnderlyingReport | ChainReport | ListedReport | None:
        try:
            return self._cache.get(new_york(self._clock.now()).date(), key)
        except StoreError as error:
            self._log.emit("store_error", stream="listings", reason=str(error))
            return None

    def _remember(self, key: str, answer: UnderlyingReport | ChainReport | ListedReport) -> None:
        try:
            self._cache.put(new_york(self._clock.now()).date(), key, answer)
        except StoreError as error:
            self._log.emit("store_error", stream="listings", reason=str(error))


def _listing_key(message: Request) -> str:
    match message:
        case RequestUnderlying():
            return f"underlying {message.symbol}"
        case RequestChain():
            return f"chain {message.underlying.con_id}"
        case RequestListed():
            right = message.right.value
            return f"listed {message.underlying.con_id} {message.trading_class} {message.expiry} {right}"
        case _:
            return ""


def _data_of(message: Request) -> Data | None:
    match message:
        case RequestBars():
            return Data.HISTORY
        case RequestQuote():
            return Data.OPTION if isinstance(message.contract, OptionContract) else Data.UNDERLYING
        case _:
            return None
