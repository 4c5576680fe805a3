"""Bars that are kept up to date: the forming one whenever it changes, and each new one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from simgateway.data import bar_messages
from simgateway.data.bars import BarSource, Span
from simgateway.data.pulse import Pulse
from simgateway.data.requests import BarsRequest
from simgateway.data.spans import BAR_SECONDS, DAY_SECONDS
from simgateway.market.base import Bar, Instrument, Quote
from simgateway.market.clock import GatewayClock
from simgateway.protocol.wire import Fields
from simgateway.session import Session

_EVERY_SECONDS: Final = 5.0


@dataclass(slots=True, kw_only=True)
class LiveBars:
    """A request that is kept up to date; `newest` is the bar that its client knows as the last one."""

    session: Session
    request: BarsRequest
    instrument: Instrument
    newest: Bar

    @property
    def key(self) -> tuple[int, int]:
        """Return what names it: the connection's number and the request's."""
        return (self.session.number, self.request.req_id)

    @property
    def owner(self) -> str:
        """Return its name as one who watches a contract."""
        return f"bars:{self.session.number}:{self.request.req_id}"


class BarUpdates:
    """Looks at the bars when the contract's quote has changed, at most every five seconds, as the gateway does."""

    def __init__(self, source: BarSource, clock: GatewayClock, pulse: Pulse) -> None:
        self._source = source
        self._clock = clock
        self._pulse = pulse
        self._live: dict[tuple[int, int], LiveBars] = {}
        pulse.listeners.append(self._on_quote)

    def __len__(self) -> int:
        return len(self._live)

    def __contains__(self, key: tuple[int, int]) -> bool:
        return key in self._live

    def add(self, live: LiveBars) -> None:
        """Begin to keep a request up to date."""
        self._live[live.key] = live
        self._pulse.want(live.instrument, live.owner, _EVERY_SECONDS)

    def drop(self, key: tuple[int, int]) -> bool:
        """End a request; return whether there was one."""
        live = self._live.pop(key, None)
        if live is None:
            return False
        self._pulse.drop(live.instrument.con_id, live.owner)
        return True

    def forget(self, session: Session) -> None:
        """Drop what a gone connection had."""
        for key in [key for key, live in self._live.items() if live.session is session]:
            self.drop(key)

    def _on_quote(self, instrument: Instrument, quote: Quote) -> None:
        del quote
        if self._live:
            now = self._clock.now()
            for live in [row for row in self._live.values() if row.instrument.con_id == instrument.con_id]:
                live.session.send(*self._changed(live, now))

    def _changed(self, live: LiveBars, now: datetime) -> Iterable[Fields]:
        """Give what differs from the bar known as the newest one on: its last state, then those that came after."""
        request = live.request
        for bar in self._since(live, now):
            if bar != live.newest:
                live.newest = bar
                yield bar_messages.history_update(request.req_id, bar, request.what, request.format_date)

    def _since(self, live: LiveBars, now: datetime) -> list[Bar]:
        seconds, newest = BAR_SECONDS[live.request.bar_size], live.newest
        span = Span(start=newest.start, end=now, seconds=seconds, regular_only=live.request.regular_only)
        bars = self._source.bars(live.instrument, live.request.what, span)
        if seconds <= DAY_SECONDS:
            return bars
        return [replace(bars[-1], start=max(newest.start, bars[-1].start))] if bars else []
