"""Faults of what messages say: odd numbers, delayed ticks, wrong clocks, missing zones, ids of long ago."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from simgateway.faults.effect import Effect, Items, Passing
from simgateway.protocol.text import UNSET_DOUBLE
from simgateway.protocol.wire import Fields

_WORDS: Final[Mapping[str, str]] = {"nan": "NaN", "inf": "Infinity", "max": UNSET_DOUBLE}
_MONEY_FIELDS: Final[Mapping[str, tuple[int, ...]]] = {
    "94": (2, 3, 4),
    "95": (3, 4, 5, 6),
    "7": (14, 15, 17, 18),
}
_GREEK_FIELDS: Final = tuple(range(4, 12))
_DELAYED_AT: Final[Mapping[str, int]] = {"1": 3, "2": 3, "45": 3, "46": 3, "21": 2, "58": 3}
_DELAYED_TYPE: Final[Mapping[str, Mapping[str, str]]] = {
    "1": {"1": "66", "2": "67", "4": "68", "6": "72", "7": "73", "9": "75", "14": "76"},
    "2": {"0": "69", "3": "70", "5": "71", "8": "74"},
    "45": {"49": "90"},
    "46": {"45": "88"},
    "21": {"10": "80", "11": "81", "12": "82", "13": "83"},
    "58": {"1": "3", "2": "4"},
}
"""Live tick types and their delayed ones (IBKR, "Available tick types")."""

_LAST_TIMESTAMPS: Final = frozenset({"45", "88"})
_EXECUTION_TIME: Final = 15


def replaced(fields: Fields, places: tuple[int, ...], value: str) -> Fields:
    """Return a message with some fields changed; places it has not are left out."""
    return tuple(value if place in places else each for place, each in enumerate(fields))


def delayed(fields: Fields) -> Fields | None:
    """Return a message of quotes as delayed data has it, None when it looks the same."""
    place = _DELAYED_AT.get(fields[0])
    if place is None or place >= len(fields):
        return None
    kind = _DELAYED_TYPE[fields[0]].get(fields[place])
    return None if kind is None else replaced(fields, (place,), kind)


def shifted(text: str, seconds: float) -> str:
    """Return `YYYYMMDD HH:MM:SS zone` with the clock moved; what is no such text stays."""
    head, rest = text[:17], text[17:]
    for layout in ("%Y%m%d %H:%M:%S", "%Y%m%d-%H:%M:%S"):
        try:
            moment = datetime.strptime(head, layout)  # noqa: DTZ007 - a wall time is moved within its own zone
        except ValueError:
            continue
        return (moment + timedelta(seconds=seconds)).strftime(layout) + rest
    return text


class OddNumbers(Effect):
    """Base of the faults that put one odd number into a message."""

    @property
    def value(self) -> str:
        """Return what is sent instead of the number."""
        value = self.fault.text("value")
        return _WORDS.get(value, value)

    def is_of_symbol(self, passing: Passing) -> bool:
        """Return whether a tick is of the fault's symbol, or it has none."""
        return is_of_symbol(self, passing)


def is_of_symbol(effect: Effect, passing: Passing) -> bool:
    """Return whether a message of quotes belongs to a request for the fault's symbol; without one, always."""
    wanted = effect.fault.text("symbol").upper()
    if not wanted:
        return True
    req_id = passing.fields[1 if passing.fields[0] == "21" else 2]
    return effect.stage.quotes.symbol(passing.session.number, req_id) == wanted


class BadQuote(OddNumbers):
    """An odd price in a quote."""

    def concerns(self, passing: Passing) -> bool:
        """Look at tick type and symbol."""
        return passing.fields[3] in self.fault.text("ticks").split(",") and self.is_of_symbol(passing)

    def strike(self, passing: Passing) -> Items:
        """Change the price."""
        return (replaced(passing.fields, (4,), self.value),)


class BadGreeks(OddNumbers):
    """Odd numbers in an option computation."""

    def concerns(self, passing: Passing) -> bool:
        """Look at the symbol."""
        return self.is_of_symbol(passing)

    def strike(self, passing: Passing) -> Items:
        """Change them all."""
        return (replaced(passing.fields, _GREEK_FIELDS, self.value),)


class BadProfit(OddNumbers):
    """Odd amounts in profit and loss; IB itself sends the greatest double for one it does not know."""

    def strike(self, passing: Passing) -> Items:
        """Change them all."""
        return (replaced(passing.fields, _MONEY_FIELDS[passing.fields[0]], self.value),)


class DelayedData(Effect):
    """Quotes are delayed ones."""

    def concerns(self, passing: Passing) -> bool:
        """Look whether there is something to change, and at the symbol."""
        return delayed(passing.fields) is not None and is_of_symbol(self, passing)

    def strike(self, passing: Passing) -> Items:
        """Change the tick type."""
        return (delayed(passing.fields) or passing.fields,)


class ClockSkew(Effect):
    """The gateway's clock is wrong in what it says, not in what it does."""

    def concerns(self, passing: Passing) -> bool:
        """Look whether a text tick is a time."""
        return passing.fields[0] != "46" or passing.fields[3] in _LAST_TIMESTAMPS

    def strike(self, passing: Passing) -> Items:
        """Move every time in it."""
        fields, seconds = passing.fields, self.fault.number("seconds")
        mover = _MOVERS.get(fields[0], _move_handshake)
        return (mover(fields, seconds),)


def _move_handshake(fields: Fields, seconds: float) -> Fields:
    return (fields[0], shifted(fields[1], seconds), *fields[2:])


def _move_execution(fields: Fields, seconds: float) -> Fields:
    return replaced(fields, (_EXECUTION_TIME,), shifted(fields[_EXECUTION_TIME], seconds))


def _move_epoch(fields: Fields, seconds: float) -> Fields:
    text = fields[-1]
    return (*fields[:-1], str(int(text) + int(seconds)) if text.isdecimal() else text)


def _move_minutes(fields: Fields, seconds: float) -> Fields:
    hours, colon, minutes = fields[-1].partition(":")
    if not colon:
        return fields
    moved = (int(hours) * 60 + int(minutes) + int(seconds // 60)) % (24 * 60)
    return (*fields[:-1], f"{moved // 60:02d}:{moved % 60:02d}")


_MOVERS: Final[Mapping[str, Callable[[Fields, float], Fields]]] = {
    "8": _move_minutes,
    "11": _move_execution,
    "46": _move_epoch,
    "49": _move_epoch,
}


class NoTimeZone(Effect):
    """Executions are stamped without a time zone; clients then take their own or New York's (or are lost)."""

    def strike(self, passing: Passing) -> Items:
        """Drop the zone."""
        parts = passing.fields[_EXECUTION_TIME].replace("-", " ").split()
        return (replaced(passing.fields, (_EXECUTION_TIME,), "  ".join(parts[:2])),)


class RollbackIds(Effect):
    """The next order id is one that was used before."""

    def strike(self, passing: Passing) -> Items:
        """Change the id."""
        return (replaced(passing.fields, (2,), str(self.fault.whole("to"))),)
