"""The one table of faults of actors: what each is called, where it strikes, what can be chosen about it."""

from collections.abc import Mapping
from typing import Final

from actors.runtime.faults.kind import DAY_SECONDS, Kind, Parameter, Place


def _seconds(default: float, doc: str) -> Parameter:
    return Parameter(name="seconds", type="number", default=default, doc=doc)


def _whole(name: str, default: int, doc: str, high: int) -> Parameter:
    return Parameter(name=name, type="whole", default=default, doc=doc, low=1, high=high)


def _flag(name: str, doc: str) -> Parameter:
    return Parameter(name=name, type="flag", default=False, doc=doc)


_TIMER: Final = Parameter(name="timer", type="text", default="", doc="only the timer of this name")

_HANDLERS: Final = (
    Kind(
        name="crash",
        place=Place.HANDLER,
        doc="the handler raises, as a bug would: the actor dies of the message",
        parameters=(_flag("after", "raise when the message has been handled, its effects done and nobody answered"),),
    ),
    Kind(
        name="hang",
        place=Place.HANDLER,
        doc="the handler is a coroutine that never ends; later mail is handled, its deadline finds it",
    ),
    Kind(
        name="block",
        place=Place.HANDLER,
        doc="the actor stands still inside the handler, no mail and no ping gets through; on threads all of its thread",
        parameters=(
            _seconds(DAY_SECONDS, "for how long; then the message is handled"),
            _flag("stubborn", "on threads: keep the thread although the actor was fenced"),
        ),
    ),
    Kind(
        name="slow",
        place=Place.HANDLER,
        doc="the handler awaits something for a while before it begins; later mail overtakes it",
        parameters=(_seconds(5.0, "for how long"),),
    ),
)

_STARTS: Final = (
    Kind(name="fail_start", place=Place.START, doc="on_start raises"),
    Kind(name="hang_start", place=Place.START, doc="on_start never finishes"),
    Kind(
        name="slow_start",
        place=Place.START,
        doc="on_start begins late",
        parameters=(_seconds(5.0, "how much later"),),
    ),
)

_MAIL: Final = (
    Kind(name="drop", place=Place.DELIVERY, doc="the message is lost, and who sent it is not told"),
    Kind(
        name="duplicate",
        place=Place.DELIVERY,
        doc="the message arrives more than once",
        parameters=(_whole("copies", 1, "how many more", 100),),
    ),
    Kind(
        name="delay",
        place=Place.DELIVERY,
        doc="the message arrives later; what follows overtakes it",
        parameters=(_seconds(1.0, "how much later"),),
    ),
    Kind(
        name="reorder",
        place=Place.DELIVERY,
        doc="the message arrives after the next ones",
        parameters=(
            _whole("passed_by", 1, "how many pass it", 1000),
            _seconds(5.0, "it waits no longer than this"),
        ),
    ),
    Kind(
        name="fill",
        place=Place.DELIVERY,
        doc="the mailbox is full: only what is never refused gets in",
        parameters=(_seconds(5.0, "for how long"),),
    ),
)

_TIMERS: Final = (
    Kind(
        name="lose_timer",
        place=Place.TIMER,
        doc="a timer's message is lost; it is delivered again",
        parameters=(_TIMER,),
    ),
    Kind(
        name="late_timer",
        place=Place.TIMER,
        doc="a timer's message comes late, or again before that",
        parameters=(_TIMER, _seconds(5.0, "how much later")),
    ),
)

_STORES: Final = (
    Kind(name="disk_full", place=Place.STORE, doc="nothing can be written", messages=("append",)),
    Kind(name="read_only", place=Place.STORE, doc="nothing may be written", messages=("append",)),
    Kind(
        name="corrupt",
        place=Place.STORE,
        doc="nothing can be read or written",
        messages=("append", "read", "open_intents"),
    ),
)

KINDS: Final[Mapping[str, Kind]] = {kind.name: kind for kind in (*_HANDLERS, *_STARTS, *_MAIL, *_TIMERS, *_STORES)}
