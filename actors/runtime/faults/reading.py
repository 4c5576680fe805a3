"""Faults of actors as rows of names and values, as a scenario file has them; every mistake is one clear line."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from fnmatch import fnmatchcase
from typing import Final, cast

from actors.runtime.faults.kind import Place, Value
from actors.runtime.faults.kinds import KINDS
from actors.runtime.faults.model import ActorFault, ActorFaultError, After, At, Chance, Now, Nth, When

_TRIGGERS: Final = ("at", "after", "nth", "chance")
_OWN: Final = ("kind", "actor", "message", "times", "lasts", *_TRIGGERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What there is to strike: names of actors, beginnings of names that come and go, kinds of messages.

    `zone` is that of a time of day without one.
    """

    actors: tuple[str, ...]
    families: tuple[str, ...]
    messages: frozenset[str]
    zone: tzinfo

    def check(self, fault: ActorFault) -> None:
        """Raise ActorFaultError for a fault of somebody or something that there is not."""
        if not self._has_actor(fault.actor):
            known = ", ".join((*self.actors, *(f"{family}*" for family in self.families)))
            raise ActorFaultError(f"actor {fault.actor!r} is none of {known}")
        if fault.row.place is not Place.STORE and fault.message not in {"", *self.messages}:
            raise ActorFaultError(f"message {fault.message!r} is none of {', '.join(sorted(self.messages))}")

    def _has_actor(self, pattern: str) -> bool:
        if any(fnmatchcase(name, pattern) for name in self.actors):
            return True
        return any(pattern.startswith(family) or fnmatchcase(f"{family}x", pattern) for family in self.families)


def read_actor_fault(row: Mapping[str, object], vocabulary: Vocabulary) -> ActorFault:
    """Return the fault a row describes; ActorFaultError, one line, when it cannot be.

    `kind`; `actor`; when: `at` (a time of day or a moment), `after` (seconds), `nth`, `chance`, or nothing for at once;
    `message`, `times`, `lasts`; and the kind's own settings by their names.
    """
    kind = _text(row, "kind")
    if kind not in KINDS:
        raise ActorFaultError(f"kind {kind!r} is none of {', '.join(KINDS)}")
    fault = ActorFault(
        kind=kind,
        actor=_text(row, "actor", "journal" if KINDS[kind].place is Place.STORE else None),
        message=_text(row, "message", ""),
        when=_when(row, vocabulary.zone),
        times=_whole(row, "times") if "times" in row else None,
        lasts=_number(row, "lasts") if "lasts" in row else None,
        settings={name: _value(name, value) for name, value in row.items() if name not in _OWN},
    )
    vocabulary.check(fault)
    return fault


def _when(row: Mapping[str, object], zone: tzinfo) -> When:
    given = [name for name in _TRIGGERS if name in row]
    if len(given) > 1:
        raise ActorFaultError(f"{' and '.join(given)}: give one of {', '.join(_TRIGGERS)}, or none for at once")
    match given:
        case []:
            return Now()
        case ["at"]:
            return At(_moment(row["at"], zone))
        case ["after"]:
            return After(_number(row, "after"))
        case ["nth"]:
            return Nth(_whole(row, "nth"))
        case _:
            return Chance(_number(row, "chance"))


def _moment(value: object, zone: tzinfo) -> datetime | time:
    if isinstance(value, str):
        value = _parsed(value)
    if isinstance(value, datetime | time):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    raise ActorFaultError(f"at = {value}: it must be a time of day such as 10:15:00, or a date and time")


def _parsed(text: str) -> datetime | time | str:
    for read in (time.fromisoformat, datetime.fromisoformat):
        try:
            return read(text)
        except ValueError:
            continue
    return text


def _text(row: Mapping[str, object], name: str, default: str | None = None) -> str:
    value = row.get(name, default)
    if value is None:
        raise ActorFaultError(f"{name}: it is missing")
    if not isinstance(value, str):
        raise ActorFaultError(f"{name} = {value!r}: it must be a text")
    return value


def _whole(row: Mapping[str, object], name: str) -> int:
    value = row[name]
    if isinstance(value, bool) or not isinstance(value, int):
        raise ActorFaultError(f"{name} = {value!r}: it must be a whole number")
    return value


def _number(row: Mapping[str, object], name: str) -> float:
    value = row[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ActorFaultError(f"{name} = {value!r}: it must be a number")
    return float(value)


def _value(name: str, value: object) -> Value:
    if not isinstance(value, int | float | str):
        raise ActorFaultError(f"{name} = {value!r}: it must be a number, a text, true or false")
    return cast("Value", value)
