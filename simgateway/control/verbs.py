"""What can be said on the control port, one function per verb."""

import json
import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Final, Protocol, runtime_checkable

from simgateway.faults.kind import Parameter
from simgateway.faults.kinds import KINDS
from simgateway.faults.reading import read_fault, row_of
from simgateway.faults.refusals import text_of
from simgateway.server import Gateway

Row = Mapping[str, object]
Answer = dict[str, object]

_LOG: Final = logging.getLogger(__name__)
_CLOCK_WORDS: Final = ("pause", "resume", "step", "speed")
_SPEED_MOST: Final = 1e6
_STEP_SECONDS_MOST: Final = 86_400.0 * 31


@runtime_checkable
class SteppableClock(Protocol):
    """A clock that can be stopped, moved and sped up, such as LoopClock."""

    speed: float

    @property
    def is_paused(self) -> bool:
        """Return whether time stands still."""
        ...

    def pause(self) -> None:
        """Stop time."""
        ...

    def resume(self) -> None:
        """Let time go on."""
        ...

    def step(self, seconds: float) -> None:
        """Move a paused clock."""
        ...


class VerbError(Exception):
    """Something that cannot be done, in one line."""


class Verbs:
    """Does what lines say; `answer` never raises. Runs on the gateway's loop."""

    def __init__(self, gateway: Gateway, on_quit: Callable[[], object] | None) -> None:
        self._gateway = gateway
        self._on_quit = on_quit
        self._table: Mapping[str, tuple[Callable[[Row], Answer], tuple[str, ...]]] = {
            "fault": (self._fault, ()),
            "clear": (self._clear, ("number",)),
            "list": (self._list, ()),
            "kinds": (self._kinds, ()),
            "counters": (self._counters, ()),
            "books": (self._books, ()),
            "orders": (self._orders, ()),
            "clock": (self._clock, _CLOCK_WORDS),
            "notify": (self._notify, ("code", "text")),
            "disconnect": (self._disconnect, ("client",)),
            "refuse": (self._refuse, ()),
            "accept": (self._accept, ()),
            "transfer": (self._transfer, ("con_id", "quantity")),
            "quit": (self._quit, ()),
        }

    def answer(self, line: bytes) -> Answer:
        """Return the answer to one line: `ok` with what was asked for, or not ok with `error`, one line."""
        try:
            return {"ok": True, **self._do(_parsed(line))}
        except (VerbError, ValueError) as error:
            return {"ok": False, "error": str(error)}
        except Exception as error:  # noqa: BLE001 - a line must not end the gateway, and every line is answered
            _LOG.exception("simgateway: the control port failed")
            return {"ok": False, "error": f"inside the gateway: {type(error).__name__}: {error}"}

    def _do(self, row: Row) -> Answer:
        verb = row.get("do")
        if not isinstance(verb, str) or verb not in self._table:
            raise VerbError(f"do = {verb!r} is none of {', '.join(self._table)}")
        act, words = self._table[verb]
        unknown = [name for name in row if name != "do" and name not in words]
        if unknown and verb != "fault":
            raise VerbError(f"{unknown[0]}: {verb} takes {', '.join(words) or 'nothing'}")
        return act(row)

    def _fault(self, row: Row) -> Answer:
        fault = read_fault({name: value for name, value in row.items() if name != "do"})
        return {"number": self._gateway.faults.add(fault)}

    def _clear(self, row: Row) -> Answer:
        number = _whole(row, "number")
        cleared = self._gateway.faults.clear(number)
        if number is not None and not cleared:
            raise VerbError(f"number = {number}: there is no such fault")
        return {"cleared": cleared}

    def _list(self, row: Row) -> Answer:
        del row
        rows = [
            {
                "number": each.number,
                "fired": each.fired,
                "seen": each.seen,
                "spent": each.is_spent,
                **row_of(each.fault),
            }
            for each in self._gateway.faults.rows()
        ]
        return {"faults": rows, "fired": dict(self._gateway.faults.fired)}

    def _kinds(self, row: Row) -> Answer:
        del row
        kinds = [
            {"kind": kind.name, "doc": kind.doc, "happens_to": kind.scope.value, "messages": list(kind.messages)}
            | {"settings": [_setting(each) for each in kind.parameters]}
            for kind in KINDS.values()
        ]
        return {"kinds": kinds}

    def _counters(self, row: Row) -> Answer:
        del row
        return {"counters": self._gateway.counters().as_row()}

    def _books(self, row: Row) -> Answer:
        del row
        return {"books": _plain(asdict(self._gateway.books()))}

    def _orders(self, row: Row) -> Answer:
        del row
        books = self._gateway.books()
        executions = [
            {"exec_id": each.exec_id, "client_id": each.client_id, "order_id": each.order_id, "shares": each.shares}
            | {"price": str(each.price), "at": each.at.isoformat(), "is_buy": each.is_buy}
            for each in self._gateway.executions()
        ]
        return {"orders": [_plain(asdict(order)) for order in books.open_orders], "executions": executions}

    def _clock(self, row: Row) -> Answer:
        clock = self._gateway.clock
        if set(row) - {"do"}:
            if not isinstance(clock, SteppableClock):
                raise VerbError("this gateway's clock belongs to the loop it is hosted on: it can only be read")
            _set_clock(clock, row)
        paused = {"paused": clock.is_paused, "speed": clock.speed} if isinstance(clock, SteppableClock) else {}
        return {"now": clock.now().isoformat(), **paused}

    def _notify(self, row: Row) -> Answer:
        code = _whole(row, "code")
        text = row.get("text", "")
        if code is None or not isinstance(text, str):
            raise VerbError("notify needs a code, such as 1100; text is optional")
        self._gateway.notify(code, text.replace("\0", " ") or text_of(code))
        return {}

    def _disconnect(self, row: Row) -> Answer:
        client = _whole(row, "client")
        gone = [each for each in self._gateway.sessions() if client in {None, each.client_id}]
        self._gateway.disconnect(client)
        return {"disconnected": len(gone)}

    def _refuse(self, row: Row) -> Answer:
        del row
        self._gateway.refuse()
        return {"accepting": False}

    def _accept(self, row: Row) -> Answer:
        del row
        self._gateway.accept()
        return {"accepting": True}

    def _transfer(self, row: Row) -> Answer:
        con_id, quantity = _whole(row, "con_id"), _whole(row, "quantity")
        if con_id is None or quantity is None:
            raise VerbError("transfer needs a con_id that is held, and how many go to another account as quantity")
        self._gateway.transfer(con_id, quantity)
        return {}

    def _quit(self, row: Row) -> Answer:
        del row
        if self._on_quit is None:
            raise VerbError("this gateway is hosted: whoever started it ends it")
        self._on_quit()
        return {}


def _setting(parameter: Parameter) -> Row:
    """Return a kind's setting; only numbers have limits."""
    row = asdict(parameter)
    return (
        row
        if parameter.type in {"number", "whole"}
        else {name: row[name] for name in row if name not in {"low", "high"}}
    )


def _set_clock(clock: SteppableClock, row: Row) -> None:
    if "speed" in row:
        speed = _number(row, "speed")
        if not 0 < speed <= _SPEED_MOST:
            raise VerbError(f"speed = {speed}: it must be above 0 and at most {_SPEED_MOST:g}")
        clock.speed = speed
    if row.get("pause"):
        clock.pause()
    if "step" in row:
        seconds = _number(row, "step")
        if not 0 <= seconds <= _STEP_SECONDS_MOST:
            raise VerbError(f"step = {seconds}: it must be from 0 to {_STEP_SECONDS_MOST:g} seconds")
        try:
            clock.step(seconds)
        except RuntimeError as error:
            raise VerbError(str(error)) from error
    if row.get("resume"):
        clock.resume()


def _parsed(line: bytes) -> Row:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise VerbError(f"the line is no JSON: {error}") from error
    if not isinstance(row, dict):
        raise VerbError('the line must be an object, such as {"do":"list"}')
    return row


def _whole(row: Row, name: str) -> int | None:
    value = row.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise VerbError(f"{name} = {value!r}: it must be a whole number")
    return value


def _number(row: Row, name: str) -> float:
    value = row[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise VerbError(f"{name} = {value!r}: it must be a number")
    return float(value)


def _plain(value: Any) -> Any:
    """Return what JSON can hold: amounts as text."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Decimal) else value
