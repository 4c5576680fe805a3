"""Faults of whole frames, whatever they say: lost, late, twice, out of order, cut, garbage, short, unknown."""

from dataclasses import dataclass, field
from random import Random
from typing import Final

from simgateway.faults.effect import Effect, Items, Passing, Stage
from simgateway.faults.model import Fault
from simgateway.protocol.names import Direction
from simgateway.protocol.wire import encode
from simgateway.session import Raw, Session

_Way = tuple[Session, Direction]
_LENGTH_BYTES: Final = 4


class Mute(Effect):
    """The message is lost."""

    def strike(self, passing: Passing) -> Items:
        """Lose it."""
        del passing
        return ()


class Delay(Effect):
    """The message comes later; with overtaken = false everything after it in its direction waits too."""

    lingers = True

    def __init__(self, fault: Fault, stage: Stage, draw: Random) -> None:
        super().__init__(fault, stage, draw)
        self._queues: dict[_Way, list[Passing]] = {}

    def follow(self, passing: Passing) -> Items | None:
        """Queue what must not overtake."""
        queue = self._queues.get((passing.session, passing.direction))
        if queue is None:
            return None
        queue.append(passing)
        return ()

    def strike(self, passing: Passing) -> Items:
        """Keep it back."""
        seconds = self.fault.number("seconds")
        if self.fault.flag("overtaken"):
            self.stage.later(seconds, self.stage.deliver, passing, (passing.fields,))
        else:
            way = (passing.session, passing.direction)
            self._queues[way] = [passing]
            self.stage.later(seconds, self._release, way)
        return ()

    def end(self) -> None:
        """Let all that waits go."""
        for way in list(self._queues):
            self._release(way)

    def _release(self, way: _Way) -> None:
        for passing in self._queues.pop(way, ()):
            self.stage.deliver(passing, (passing.fields,))


class Duplicate(Effect):
    """The message comes more than once."""

    def strike(self, passing: Passing) -> Items:
        """Copy it."""
        copies: Items = (passing.fields,) * self.fault.whole("copies")
        seconds = self.fault.number("seconds")
        if not seconds:
            return (passing.fields, *copies)
        self.stage.later(seconds, self.stage.deliver, passing, copies)
        return (passing.fields,)


@dataclass(slots=True)
class _Kept:
    """A message that others have to pass."""

    passing: Passing
    to_pass: int
    is_gone: bool = field(default=False)


class Reorder(Effect):
    """The message comes after the next ones of its connection and direction, or after a while when none come."""

    lingers = True

    def __init__(self, fault: Fault, stage: Stage, draw: Random) -> None:
        super().__init__(fault, stage, draw)
        self._kept: dict[_Way, _Kept] = {}

    def follow(self, passing: Passing) -> Items | None:
        """Count what passes, and let the kept one follow the last of them."""
        way = (passing.session, passing.direction)
        kept = self._kept.get(way)
        if kept is None:
            return None
        kept.to_pass -= 1
        if kept.to_pass > 0:
            return (passing.fields,)
        del self._kept[way]
        kept.is_gone = True
        return (passing.fields, kept.passing.fields)

    def strike(self, passing: Passing) -> Items:
        """Keep it."""
        kept = _Kept(passing, self.fault.whole("passed_by"))
        self._kept[passing.session, passing.direction] = kept
        self.stage.later(self.fault.number("seconds"), self._give_up, kept)
        return ()

    def end(self) -> None:
        """Let all that waits go."""
        for kept in list(self._kept.values()):
            self._give_up(kept)

    def _give_up(self, kept: _Kept) -> None:
        if not kept.is_gone:
            kept.is_gone = True
            self._kept.pop((kept.passing.session, kept.passing.direction), None)
            self.stage.deliver(kept.passing, (kept.passing.fields,))


class Cut(Effect):
    """The connection ends in the middle of the message's frame."""

    def strike(self, passing: Passing) -> Items:
        """Send a part, never the whole."""
        frame = encode(passing.fields)
        size = min(len(frame) - 1, int(len(frame) * self.fault.number("share")))
        return (Raw(frame[:size], close=True),)


class Garbage(Effect):
    """Random bytes come before the message."""

    def strike(self, passing: Passing) -> Items:
        """Draw them."""
        noise = self.draw.randbytes(self.fault.whole("size"))
        if self.fault.flag("framed"):
            noise = len(noise).to_bytes(_LENGTH_BYTES, "big") + noise
        return (Raw(noise), passing.fields)


class Short(Effect):
    """The message lacks its last fields; its number stays."""

    def strike(self, passing: Passing) -> Items:
        """Cut fields off."""
        return (passing.fields[: max(1, len(passing.fields) - self.fault.whole("fields"))],)


class Unknown(Effect):
    """A message of a number that no client knows comes before the message."""

    def strike(self, passing: Passing) -> Items:
        """Put it in front."""
        return ((self.fault.text("number"), "1"), passing.fields)
