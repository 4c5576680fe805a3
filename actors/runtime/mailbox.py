"""An actor's unread mail: bounded, in lanes, with the newest of a kind in the place of the older one."""

import threading
from collections import deque
from collections.abc import Callable, Hashable
from typing import Any, TypeAlias

from pykka._envelope import Envelope

AnyEnvelope: TypeAlias = Envelope[Any]
Slot: TypeAlias = tuple[float, AnyEnvelope]


class Mailbox:
    """Three lanes, first come first served within each: control (the runtime's own), urgent, ordinary.

    A message with a `conflate_key` other than None takes the place of an unread one with the same key. When a lane is
    full, messages of a class with `critical = True` are still taken; others are refused and counted in `dropped`.
    Any thread may put; any thread may get, each message is got once. `monotonic` gives the seconds for ages.
    """

    __slots__ = ("_capacity", "_conflated", "_control", "_lock", "_monotonic", "_ordinary", "_urgent", "dropped")

    def __init__(self, capacity: int, monotonic: Callable[[], float]) -> None:
        if capacity < 1:
            raise ValueError(f"a mailbox holds at least one message, not {capacity}")
        self._capacity = capacity
        self._monotonic = monotonic
        self._control: deque[Slot] = deque()
        self._urgent: deque[Slot] = deque()
        self._ordinary: deque[Slot] = deque()
        self._conflated: dict[Hashable, AnyEnvelope] = {}
        self._lock = threading.Lock()
        self.dropped = 0

    @property
    def capacity(self) -> int:
        """How many messages a lane holds; when less than is there, that stays and nothing is added."""
        return self._capacity

    @capacity.setter
    def capacity(self, messages: int) -> None:
        self._capacity = messages

    @property
    def depth(self) -> int:
        """How many messages are unread, in all lanes."""
        return len(self._control) + len(self._urgent) + len(self._ordinary)

    @property
    def control_depth(self) -> int:
        """How many of the runtime's own messages are unread."""
        return len(self._control)

    def oldest_age(self, now: float) -> float:
        """Return for how many seconds the oldest unread message has waited; 0.0 without mail."""
        oldest = min(_since(lane, now) for lane in (self._control, self._urgent, self._ordinary))
        return max(0.0, now - oldest)

    def put(self, envelope: AnyEnvelope, urgent: bool = False, always: bool = False) -> bool:  # noqa: FBT001, FBT002 - the hot path: keywords cost
        """Take the message unless its lane is full; `always` takes it even then. Return whether it was taken."""
        message = envelope.message
        key = getattr(message, "conflate_key", None)
        lane = self._urgent if urgent else self._ordinary
        if key is not None and envelope.reply_to is None:
            return self._put_conflated(lane, key, envelope, always=always)
        if len(lane) >= self._capacity and not always and not getattr(message, "critical", False):
            self.dropped += 1
            return False
        lane.append((self._monotonic(), envelope))
        return True

    def put_control(self, envelope: AnyEnvelope) -> None:
        """Take a message of the runtime; these are few and never refused."""
        self._control.append((self._monotonic(), envelope))

    def get(self) -> AnyEnvelope | None:
        """Return the next message, or None."""
        lane = self._control or self._urgent or self._ordinary
        try:
            envelope = lane.popleft()[1]
        except IndexError:
            return None
        if self._conflated:
            self._release(envelope)
        return envelope

    def get_control(self) -> AnyEnvelope | None:
        """Return the next message of the runtime, or None, whatever else is waiting."""
        try:
            return self._control.popleft()[1]
        except IndexError:
            return None

    def _put_conflated(self, lane: deque[Slot], key: Hashable, envelope: AnyEnvelope, *, always: bool) -> bool:
        with self._lock:
            unread = self._conflated.get(key)
            if unread is not None:
                unread.message = envelope.message
                return True
            if len(lane) >= self._capacity and not always and not getattr(envelope.message, "critical", False):
                self.dropped += 1
                return False
            self._conflated[key] = envelope
            lane.append((self._monotonic(), envelope))
            return True

    def _release(self, envelope: AnyEnvelope) -> None:
        # Under the lock, so that nobody replaces the message of an envelope that is already being read.
        with self._lock:
            key = getattr(envelope.message, "conflate_key", None)
            if key is not None and self._conflated.get(key) is envelope:
                del self._conflated[key]


def _since(lane: deque[Slot], now: float) -> float:
    try:
        return lane[0][0]
    except IndexError:  # empty, perhaps only just now: other threads ask this, too
        return now
