"""Faults as rows of names and values, the same in a scenario file and on the control port."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Final, cast

from simgateway.faults.kinds import KINDS
from simgateway.faults.model import After, At, Chance, Fault, FaultError, Now, Nth, When
from simgateway.protocol.names import Direction
from simgateway.protocol.text import NEW_YORK

_TRIGGERS: Final = ("at", "after", "nth", "chance")
_OWN: Final = ("kind", "message", "direction", "client", "times", "lasts", "until", "on", "on_direction", *_TRIGGERS)


def read_fault(row: Mapping[str, object]) -> Fault:
    """Return the fault a row describes; FaultError, one line, when it cannot be.

    `kind`; when: `at` (New York time of day or a moment), `after` (seconds), `nth` or `chance` with `on`, the message
    that is counted, or nothing for at once; `message`, `direction`, `client`, `times`, `lasts`, `until`; and the
    kind's own settings by their names.
    """
    kind = _text(row, "kind")
    if kind not in KINDS:
        raise FaultError(f"kind {kind!r} is none of {', '.join(KINDS)}")
    settings = {name: value for name, value in row.items() if name not in _OWN}
    for name, value in settings.items():
        if not isinstance(value, int | float | str):
            raise FaultError(f"{name} = {value!r}: it must be a number, a text, true or false")
    return Fault(
        kind=kind,
        when=_when(row),
        message=_message(row, "message"),
        direction=_direction(row, "direction"),
        client=_whole(row, "client"),
        times=_whole(row, "times"),
        lasts=_number(row, "lasts") if "lasts" in row else None,
        until=_moment("until", row["until"]) if "until" in row else None,
        settings=cast("Mapping[str, float | bool | str]", settings),
    )


def _when(row: Mapping[str, object]) -> When:
    given = [name for name in _TRIGGERS if name in row]
    if len(given) > 1:
        raise FaultError(f"{' and '.join(given)}: give one of {', '.join(_TRIGGERS)}, or none for at once")
    if "on" in row and not {"nth", "chance"} & set(given):
        raise FaultError("on: it says which message nth or chance counts; neither is given")
    if not given:
        return Now()
    if given == ["at"]:
        return At(_moment("at", row["at"]))
    if given == ["after"]:
        return After(_number(row, "after"))
    if given == ["nth"]:
        return Nth(_whole(row, "nth") or 0, _message(row, "on"), _direction(row, "on_direction"))
    return Chance(_number(row, "chance"), _message(row, "on"), _direction(row, "on_direction"))


def _moment(name: str, value: object) -> datetime | time:
    if isinstance(value, str):
        value = _parsed(value)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=NEW_YORK)
    if isinstance(value, time) and value.tzinfo is None:
        return value
    raise FaultError(f"{name} = {value}: it must be a New York time such as 10:15:00, or a date and time")


def _parsed(text: str) -> datetime | time | str:
    for read in (time.fromisoformat, datetime.fromisoformat):
        try:
            return read(text)
        except ValueError:
            continue
    return text


def _text(row: Mapping[str, object], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value:
        raise FaultError(f"{name}: it is missing" if value is None else f"{name} = {value!r}: it must be a text")
    return value


def _message(row: Mapping[str, object], name: str) -> str:
    value = row.get(name, "")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise FaultError(f"{name} = {value!r}: it must be a message's name, such as orderStatus, or its number")
    return str(value)


def _direction(row: Mapping[str, object], name: str) -> Direction | None:
    value = row.get(name)
    if value is None or value == "in" or value == "out":  # noqa: PLR1714 - mypy narrows equality, not membership
        return value
    raise FaultError(f'{name} = {value!r}: it must be "in" (from clients) or "out" (to clients)')


def _whole(row: Mapping[str, object], name: str) -> int | None:
    value = row.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise FaultError(f"{name} = {value!r}: it must be a whole number")
    return value


def _number(row: Mapping[str, object], name: str) -> float:
    value = row[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FaultError(f"{name} = {value!r}: it must be a number")
    return float(value)


def row_of(fault: Fault) -> dict[str, object]:
    """Return a fault as such a row, for answers; moments as text."""
    row: dict[str, object] = {"kind": fault.kind, **_when_row(fault.when), **fault.settings}
    for name in ("message", "direction", "client", "times", "lasts"):
        value = getattr(fault, name)
        if value not in {None, ""}:
            row[name] = value
    if fault.until is not None:
        row["until"] = fault.until.isoformat()
    return row


def _when_row(when: When) -> dict[str, object]:
    if isinstance(when, At):
        return {"at": when.moment.isoformat()}
    if isinstance(when, After):
        return {"after": when.seconds}
    if isinstance(when, Now):
        return {}
    rows = {"nth": when.n} if isinstance(when, Nth) else {"chance": when.probability}
    return {**rows, **({"on": when.message} if when.message else {})}
