"""How long orders live: good-till and good-after moments read from a client's text, and the timers they need."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Final

from simgateway.market.base import Market
from simgateway.market.clock import GatewayClock, TimerHandle
from simgateway.protocol.text import NEW_YORK, day_text, new_york_day, read_day, read_moment
from simgateway.protocol.tickets import OrderTicket
from simgateway.trading.orders import Order

_ONLY_TIME: Final = re.compile(r"\d{1,2}:\d{2}(:\d{2})?( +\S+)?", re.ASCII)
_ONLY_DAY: Final = re.compile(r"\d{8}", re.ASCII)


def wakes_at(ticket: OrderTicket, now: datetime) -> datetime | None:
    """Return from when on an order works, in UTC; None for at once; ValueError when its text is no moment."""
    return _moment(ticket.good_after, now) if ticket.good_after else None


def ends_at(ticket: OrderTicket, now: datetime, market: Market) -> datetime | None:
    """Return when a GTD order ends, in UTC; None for another; ValueError when its text is no moment.

    A day alone means the end of that day's trading: the longer hours' for an order that works in them.
    """
    if ticket.tif != "GTD":
        return None
    if not _ONLY_DAY.fullmatch(ticket.good_till):
        return _moment(ticket.good_till, now)
    day = read_day(ticket.good_till)
    if day is None:
        raise ValueError(f"not a day: {ticket.good_till}")
    hours = market.extended_session(day) if ticket.outside_rth else market.session(day)
    return hours[1] if hours else datetime.combine(day, time.max, NEW_YORK).astimezone(UTC)


def _moment(text: str, now: datetime) -> datetime:
    text = text.strip()
    if _ONLY_TIME.fullmatch(text):
        clock, _, zone = text.partition(" ")
        clock = clock if clock.count(":") == 2 else f"{clock}:00"
        text = f"{day_text(new_york_day(now))} {clock} {zone.strip()}".strip()
    return read_moment(text)


class Lifetimes:
    """Sets an order's timers when it has arrived or changed; what is due is told to `wake` and `expire`."""

    def __init__(
        self, clock: GatewayClock, market: Market, wake: Callable[[Order], None], expire: Callable[[Order], None]
    ) -> None:
        self._clock = clock
        self._market = market
        self._wake = wake
        self._expire = expire
        self._timers: dict[int, list[TimerHandle]] = {}

    def begin(self, order: Order) -> None:
        """Read an order's moments and set its timers anew; its texts have been checked.

        `wakes_at` stays set until the moment has come; an end that is past is due at once.
        """
        self.forget(order)
        now = self._clock.now()
        order.wakes_at = wakes_at(order.ticket, now)
        order.ends_at = ends_at(order.ticket, now, self._market)
        if order.wakes_at is not None and order.wakes_at <= now:
            order.wakes_at = None
        moments = ((order.wakes_at, self._rouse), (order.ends_at, self._expire))
        timers = [self._clock.call_at(at, do, order) for at, do in moments if at is not None]
        if timers:
            self._timers[order.perm_id] = timers

    def forget(self, order: Order) -> None:
        """Take an order's timers back."""
        for timer in self._timers.pop(order.perm_id, ()):
            timer.cancel()

    def _rouse(self, order: Order) -> None:
        # Its moment is taken away rather than compared with the clock: a rounded microsecond would let it sleep on.
        order.wakes_at = None
        self._wake(order)

    def close(self) -> None:
        """Take every timer back."""
        for timers in self._timers.values():
            for timer in timers:
                timer.cancel()
        self._timers.clear()
