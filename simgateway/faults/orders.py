"""Faults in the life of an order: silence, a fill before its acknowledgement, executions twice, corrected, free."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Final

from simgateway.faults.effect import Effect, Items, Passing, Stage
from simgateway.faults.meaning import replaced
from simgateway.faults.model import Fault
from simgateway.protocol.wire import Fields

_ORDER_ID_AT: Final = {"3": 1, "5": 1, "11": 2, "4": 2}
_EXEC_ID: Final = {"11": 14, "59": 2}
_SHARES_PRICE: Final = 20
_Key = tuple[int, str]


def _key(passing: Passing) -> _Key:
    """Return client and order id of a message about an order, an empty id for any other."""
    place = 1 if passing.direction == "in" else _ORDER_ID_AT.get(passing.fields[0], -1)
    return (passing.session.client_id, passing.fields[place] if place > 0 else "")


class LoseOrder(Effect):
    """The order is lost on its way to the exchange: nothing knows of it, nothing is ever said about it."""

    def strike(self, passing: Passing) -> Items:
        """Lose it."""
        del passing
        return ()


class SilentOrder(Effect):
    """The order works and fills, but is not reported unless somebody asks (5, 7, 16, 99)."""

    lingers = True

    def __init__(self, fault: Fault, stage: Stage, draw: Random) -> None:
        super().__init__(fault, stage, draw)
        self._silent: set[_Key] = set()
        self._executions: set[str] = set()

    def strike(self, passing: Passing) -> Items:
        """Remember the order."""
        self._silent.add(_key(passing))
        return (passing.fields,)

    def follow(self, passing: Passing) -> Items | None:
        """Swallow what is reported by itself."""
        if passing.direction == "in" or passing.is_answer:
            return None
        fields = passing.fields
        if fields[0] == "59" and fields[2] in self._executions:
            return ()
        if _key(passing) not in self._silent:
            return None
        if fields[0] == "11":
            return self._fill(passing)
        return ()

    def _fill(self, passing: Passing) -> Items | None:
        if self.fault.flag("fills"):
            self._silent.discard(_key(passing))
            return None
        self._executions.add(passing.fields[_EXEC_ID["11"]])
        return ()


class FillFirst(Effect):
    """The first execution comes before openOrder and orderStatus, which follow it at once."""

    lingers = True

    def __init__(self, fault: Fault, stage: Stage, draw: Random) -> None:
        super().__init__(fault, stage, draw)
        self._held: dict[_Key, list[Passing]] = {}

    def strike(self, passing: Passing) -> Items:
        """Begin to hold the order's acknowledgement."""
        key = _key(passing)
        if key not in self._held:
            self._held[key] = []
            self.stage.later(self.fault.number("seconds"), self._release, key)
        return (passing.fields,)

    def follow(self, passing: Passing) -> Items | None:
        """Hold what comes before the fill."""
        key = _key(passing)
        if passing.direction == "in" or key not in self._held or passing.is_answer:
            return None
        if passing.fields[0] in {"3", "5"}:
            self._held[key].append(passing)
            return ()
        rows = self._held.pop(key)
        held: Items = tuple(row.fields for row in rows)
        return (passing.fields, *held) if passing.fields[0] == "11" else (*held, passing.fields)

    def end(self) -> None:
        """Let all that is held go."""
        for key in list(self._held):
            self._release(key)

    def _release(self, key: _Key) -> None:
        for passing in self._held.pop(key, ()):
            self.stage.deliver(passing, (passing.fields,))


class DuplicateExecution(Effect):
    """The same execution is reported twice."""

    def concerns(self, passing: Passing) -> bool:
        """Look at live reports only."""
        return not passing.is_answer

    def strike(self, passing: Passing) -> Items:
        """Repeat it."""
        seconds = self.fault.number("seconds")
        if not seconds:
            return (passing.fields, passing.fields)
        self.stage.later(seconds, self.stage.deliver, passing, (passing.fields,))
        return (passing.fields,)


def corrected_id(exec_id: str) -> str:
    """Return the id of an execution's correction: the number after the last dot is one higher.

    IBKR, "Execution details": a correction's execId differs from the original's only in the digits after its final
    period.
    """
    head, dot, last = exec_id.rpartition(".")
    return f"{head}.{int(last) + 1:02d}" if dot and last.isdecimal() else f"{exec_id}.02"


@dataclass(slots=True)
class _Correction:
    """One correction: the commission report waits for the execution it belongs to."""

    exec_id: str
    is_sent: bool = False
    commission: Fields | None = None


class CorrectExecution(Effect):
    """An execution comes again as a correction, live and in every later answer."""

    lingers = True

    def __init__(self, fault: Fault, stage: Stage, draw: Random) -> None:
        super().__init__(fault, stage, draw)
        self._corrections: dict[str, _Correction] = {}

    def concerns(self, passing: Passing) -> bool:
        """Look at live reports only."""
        return not passing.is_answer

    def strike(self, passing: Passing) -> Items:
        """Send it, and the correction later."""
        exec_id = passing.fields[_EXEC_ID["11"]]
        self._corrections[exec_id] = _Correction(corrected_id(exec_id))
        self.stage.later(self.fault.number("seconds"), self._send, passing, self._corrections[exec_id])
        return (passing.fields,)

    def follow(self, passing: Passing) -> Items | None:
        """Put the correction behind what it corrects."""
        place = _EXEC_ID.get(passing.fields[0]) if passing.direction == "out" else None
        row = self._corrections.get(passing.fields[place]) if place is not None else None
        if row is None:
            return None
        copy = self._corrected(passing.fields, row)
        if not passing.is_answer and not row.is_sent:
            row.commission = copy
            return (passing.fields,)
        return (passing.fields, copy)

    def _send(self, passing: Passing, row: _Correction) -> None:
        row.is_sent = True
        execution = self._corrected(passing.fields, row)
        self.stage.deliver(passing, (execution, row.commission) if row.commission else (execution,))

    def _corrected(self, fields: Fields, row: _Correction) -> Fields:
        changed = replaced(fields, (_EXEC_ID[fields[0]],), row.exec_id)
        change = Decimal(str(self.fault.number("price_change")))
        if fields[0] == "59" or not change:
            return changed
        return replaced(changed, (_SHARES_PRICE,), str(Decimal(fields[_SHARES_PRICE]) + change))


class NoCommission(Effect):
    """The commission report is lost."""

    def concerns(self, passing: Passing) -> bool:
        """Leave answers alone unless told otherwise."""
        return self.fault.flag("answers") or not passing.is_answer

    def strike(self, passing: Passing) -> Items:
        """Lose it."""
        del passing
        return ()
