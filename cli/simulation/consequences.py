"""Which failures follow from a fault of actors that struck, and which have nothing to do with it."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from actors.runtime.faults.kind import Place
from actors.runtime.faults.kinds import KINDS
from actors.tree import SYMBOL_HANDLER_SECONDS

FOLLOWS_WITHIN: Final = timedelta(minutes=3)
"""A start has at most 60 s, a question 10 s, and what holds either up is found within its deadline of 30 s."""
HANGS_WITHIN: Final = FOLLOWS_WITHIN + timedelta(seconds=SYMBOL_HANDLER_SECONDS)
"""A handler that waits for what will not come is found by its deadline, of which a symbol's is the longest."""
_STARTS: Final = re.compile(r"StartFailedError: (\S+) (?:was not up|stopped before it was up)")
_ASKED: Final = re.compile(r"AskTimeoutError: no answer within \S+ s: \w+ to (\S+)")
_NOBODY: Final = re.compile(r"ActorDeadError: nobody is called (\S+)")
_STORE: Final = "StoreError: injected"
ASK_THE_JOURNAL: Final = ("breaker", "risk", "symbol:", "oco:", "brackets")
"""Whose start waits for the journal's answer: those whose `on_start` asks it, and who sweeps there."""
UNDER: Final[Mapping[str, tuple[str, ...]]] = {
    "telling": ("alerts", "control"),
    "guarding": ("journal", "tripwire", "broker", "ocos", "oco:", "brackets"),
    "ocos": ("oco:",),
    "brackets": ("ocos", "oco:"),
    "trading": ("breaker", "risk", "symbols", "symbol:", "scheduler"),
    "symbols": ("symbol:",),
}
"""Whose start waits for whom: supervisors, as `actors/tree.py` has them, and who starts guards in a sweep.

A name with a colon stands for all such.
"""


class Struck:
    """Remembers whom a fault struck when; a successor bears the same name. Times are aware."""

    def __init__(self) -> None:
        self._last: dict[str, datetime] = {}
        self._store: datetime | None = None
        self._down: set[str] = set()

    def note(self, actor: str, kind: str, at: datetime) -> None:
        """Take down that a fault of this kind struck."""
        self._last[actor] = at
        if KINDS[kind].place is Place.STORE:
            self._store = at

    def note_death(self, actor: str) -> None:
        """Take down that it died of a fault, or of what one led to: until it is up again nobody bears its name."""
        self._down.add(actor)

    def note_start(self, actor: str) -> None:
        """Take down that it is up."""
        self._down.discard(actor)

    def explains(self, error: str, at: datetime) -> bool:
        """Tell whether the failure, as the log words it, is what somebody's being struck led to."""
        if error.startswith(_STORE):
            return _is_recent(self._store, at)
        if (asked := _ASKED.match(error)) is not None:
            return self._is_struck(asked[1], at)
        if (called := _NOBODY.match(error)) is not None:
            return called[1] in self._down
        starts = _STARTS.match(error)
        return starts is not None and self._held_up(starts[1], at)

    def explains_hang(self, actor: str, at: datetime) -> bool:
        """Tell whether this actor hangs, as the log has it, since it or somebody it waits for was struck."""
        return self._held_up(actor, at, HANGS_WITHIN)

    def _held_up(self, name: str, at: datetime, within: timedelta = FOLLOWS_WITHIN) -> bool:
        """Tell whether this actor may have waited for somebody struck, itself included."""
        journal = self._is_struck("journal", at, within)
        if self._is_struck(name, at, within) or (_is_one_of(name, ASK_THE_JOURNAL) and journal):
            return True
        below = UNDER.get(name, ())
        asks = journal and any(_is_one_of(who, ASK_THE_JOURNAL) for who in below)
        return asks or any(_is_one_of(who, below) and _is_recent(when, at, within) for who, when in self._last.items())

    def _is_struck(self, name: str, at: datetime, within: timedelta = FOLLOWS_WITHIN) -> bool:
        return _is_recent(self._last.get(name), at, within)


def _is_recent(struck: datetime | None, at: datetime, within: timedelta = FOLLOWS_WITHIN) -> bool:
    return struck is not None and at - struck <= within


def _is_one_of(name: str, names: tuple[str, ...]) -> bool:
    return name in names or any(name.startswith(each) for each in names if each.endswith(":"))
