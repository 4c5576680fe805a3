"""Who watches which contract: our own book of subscriptions, and the proof that each still brings quotes."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from actors.broker_lanes import Lanes
from actors.broker_link import Link
from actors.runtime.clock import Clock
from domain.commands import SendAlert, UnwatchQuote, WatchQuote
from domain.contracts import OptionContract
from domain.ids import ConId
from domain.pacing import Item, Lane
from domain.ports import BrokerPort, EventLog


@dataclass(slots=True, kw_only=True)
class Watch:
    """One contract that is guarded. ``heard_at`` and ``begun_at``: monotonic seconds; mutable, never leaves here."""

    contract: OptionContract
    watchers: set[str] = field(default_factory=set)
    begun_at: float = 0.0
    heard_at: float = 0.0
    silent: bool = False  # The operator knows.


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamLimits:
    """Contracts at once; ``silent_seconds`` without a quote in the session make a stream suspect."""

    warn: int = 20
    skip: int = 50
    silent_seconds: float = 60.0


class Streams:
    """On the broker's loop alone. A contract streams as long as somebody watches it."""

    def __init__(
        self,
        *,
        clock: Clock,
        lanes: Lanes,
        log: EventLog,
        limits: StreamLimits,
        link: Callable[[], Link],
        alert: Callable[[SendAlert], object],
    ) -> None:
        self._clock = clock
        self._lanes = lanes
        self._log = log
        self._limits = limits
        self._link = link
        self._alert = alert
        self._watches: dict[ConId, Watch] = {}
        self._waiting: dict[ConId, Watch] = {}  # Beyond the limit, until there is room.

    def __len__(self) -> int:
        return len(self._watches)

    def watchers(self, con_id: ConId) -> Collection[str]:
        """Return who watches a contract that streams."""
        watch = self._watches.get(con_id)
        return () if watch is None else watch.watchers

    def watch(self, message: WatchQuote) -> None:
        """Add a watcher; the first one of a contract subscribes to it, up to the limit."""
        con_id = message.contract.con_id
        known = self._watches.get(con_id) or self._waiting.get(con_id)
        if known is None:
            known = self._begin(message.contract)
        known.watchers.add(message.watcher)
        if con_id in self._watches:
            self._stream(known)

    def unwatch(self, message: UnwatchQuote) -> None:
        """Take a watcher away; the last one's going ends the stream and makes room for one that waits."""
        known = self._watches.get(message.con_id) or self._waiting.get(message.con_id)
        if known is None:
            return
        known.watchers.discard(message.watcher)
        if known.watchers:
            return
        self._waiting.pop(message.con_id, None)
        if self._watches.pop(message.con_id, None) is not None:
            self._end(message.con_id)
            self._promote()

    def heard(self, con_id: ConId) -> None:
        """Take note of a quote."""
        watch = self._watches.get(con_id)
        if watch is None:
            return
        watch.heard_at = self._clock.monotonic()
        if watch.silent:
            watch.silent = False
            self._log.emit("stream_resumed", contract=watch.contract.label)

    def resubscribe(self, port: BrokerPort) -> None:
        """Ask for every stream again: the other side has forgotten them."""
        del port
        for watch in self._watches.values():
            self._stream(watch)

    def check(self, *, in_session: bool) -> None:
        """Begin anew each stream that has been silent for long, and say so: a quote proves that data flows again.

        A quiet contract is no fault: its first quotes come with the new subscription.
        """
        now = self._clock.monotonic()
        if not in_session or not self._link().ready:
            return
        for con_id, watch in self._watches.items():
            quiet_seconds = now - max(watch.heard_at, watch.begun_at)
            if quiet_seconds < self._limits.silent_seconds:
                continue
            self._suspect(watch, now - max(watch.heard_at, 0.0) if watch.heard_at else quiet_seconds)
            self._end(con_id)
            self._stream(watch)

    def _suspect(self, watch: Watch, quiet_seconds: float) -> None:
        label = watch.contract.label
        self._log.emit("stream_silent", contract=label, seconds=round(quiet_seconds, 1))
        if watch.heard_at < watch.begun_at and not watch.silent:  # Asked again once already, and nothing came.
            watch.silent = True
            text = f"{label}: no quote for its guard since {quiet_seconds:.0f} s, asked for again and again"
            self._alert(SendAlert(kind="stream_silent", text=text, level="CRITICAL"))

    def _begin(self, contract: OptionContract) -> Watch:
        count, watch = len(self._watches), Watch(contract=contract)
        if count >= self._limits.warn:
            self._log.emit("subscription_limit", subscriptions=count, contract=contract.label)
        if count >= self._limits.skip:
            text = f"{contract.label}: no quotes for its guard, {count} contracts stream already"
            self._alert(SendAlert(kind="subscriptions", text=text, level="CRITICAL"))
            self._waiting[contract.con_id] = watch
        else:
            self._watches[contract.con_id] = watch
        return watch

    def _promote(self) -> None:
        while self._waiting and len(self._watches) < self._limits.skip:
            con_id = next(iter(self._waiting))
            watch = self._watches[con_id] = self._waiting.pop(con_id)
            self._stream(watch)

    def _stream(self, watch: Watch) -> None:
        link = self._link()
        port = link.port
        if port is None or not link.ready:
            return
        watch.begun_at = self._clock.monotonic()

        def start() -> None:
            if port is self._link().port and watch.contract.con_id in self._watches:
                port.watch(watch.contract)

        self._lanes.push(Item(lane=Lane.ACCOUNT), start)

    def _end(self, con_id: ConId) -> None:
        port = self._link().port
        if port is not None:
            self._lanes.push(Item(lane=Lane.ACCOUNT), lambda: port.unwatch(con_id))
