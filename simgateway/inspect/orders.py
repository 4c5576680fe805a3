"""Follows orders from placing to their end, as the wire told it."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from simgateway.frames import Frame
from simgateway.inspect.kinds import NO_ID, id_in

OVER: Final = frozenset({"Filled", "Cancelled", "ApiCancelled", "Inactive"})
_REJECTIONS: Final = frozenset({103, 110, 135, 200, 201, 321})
_UNSET: Final = Decimal("1e300")
_TICKET_FIELDS: Final = 29


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to an order."""

    at: datetime
    text: str


@dataclass(slots=True)
class OrderLife:
    """One order: `ticket` says what was asked, in words; `end` what became of it, empty while it can still fill.

    `acknowledged` is when it was first heard of again: status, open order or error. `fees` in USD as charged.
    `told_twice` counts executions that were sent to its own client more than once.
    """

    client_id: int
    order_id: int
    ticket: str
    placed: datetime
    quantity: str = ""
    parent: str = ""
    acknowledged: datetime | None = None
    ended: datetime | None = None
    end: str = ""
    filled: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)
    told_twice: int = 0
    steps: list[Step] = field(default_factory=list)

    @property
    def average(self) -> Decimal | None:
        """Return the mean price of the fills; None without any."""
        return self.paid / self.filled if self.filled else None

    @property
    def last_at(self) -> datetime:
        """Return when something last happened to it."""
        return self.steps[-1].at


class Orders:
    """Takes frames in order; an order is known by its client and its id."""

    def __init__(self) -> None:
        self.all: dict[tuple[int, int], OrderLife] = {}
        self._executions: dict[tuple[int, str], OrderLife] = {}
        self._known_executions: set[str] = set()
        self._statuses: dict[tuple[int, int], tuple[str, ...]] = {}
        self._charged: set[str] = set()

    def take(self, frame: Frame) -> None:
        """Take one frame."""
        fields = frame.fields
        match (frame.direction, fields[0] if fields else ""):
            case ("in", "3"):
                self._placed(frame)
            case ("in", "4"):
                self._step(frame, (frame.client_id, id_in(fields, 2)), "asked to cancel")
            case ("in", "58"):
                for life in [row for row in self.all.values() if not row.end]:
                    life.steps.append(Step(frame.at, f"client {frame.client_id} asked to cancel everything"))
            case ("out", "3") if len(fields) > 9:
                self._status(frame)
            case ("out", "5"):
                self._acknowledge(frame, (frame.client_id, id_in(fields, 1)))
            case ("out", "11") if len(fields) > 22:
                self._filled(frame)
            case ("out", "59") if len(fields) > 3:
                self._charge(frame)
            case ("out", "4") if len(fields) > 4:
                self._error(frame)
            case _:
                pass

    def _placed(self, frame: Frame) -> None:
        fields = frame.fields
        key = (frame.client_id, id_in(fields, 1))
        if len(fields) < _TICKET_FIELDS or _is_what_if(fields):
            return
        ticket = _ticket(fields)
        known = self.all.get(key)
        if known and not known.end:
            known.ticket, known.quantity = ticket, _plain(fields[17])
            known.steps.append(Step(frame.at, f"changed to {ticket}"))
            return
        life = OrderLife(*key, ticket, frame.at, _plain(fields[17]), fields[28] if fields[28] not in {"", "0"} else "")
        life.steps.append(Step(frame.at, "placed" if fields[27] != "0" else "placed, held (transmit is 0)"))
        self.all[key] = life

    def _status(self, frame: Frame) -> None:
        fields = frame.fields
        key = (id_in(fields, 9), id_in(fields, 1))
        life = self.all.get(key)
        state = fields[2:5]
        if life is None or self._statuses.get(key) == state:
            return
        self._statuses[key] = state
        life.acknowledged = life.acknowledged or frame.at
        life.steps.append(Step(frame.at, f"{fields[2]}, {fields[3]} filled, {fields[4]} left"))
        if fields[2] in OVER:
            self._end(life, frame.at, fields[2])
        elif life.end != "Filled":
            life.end, life.ended = "", None

    def _acknowledge(self, frame: Frame, key: tuple[int, int]) -> None:
        life = self.all.get(key)
        if life:
            life.acknowledged = life.acknowledged or frame.at
            if frame.fields[11:12] not in {(), ("",)}:  # By now its contract has a name.
                life.ticket = life.ticket.replace(f"conId {frame.fields[2]}", " ".join(frame.fields[11].split()))

    def _filled(self, frame: Frame) -> None:
        fields = frame.fields
        key = (id_in(fields, 22), id_in(fields, 2))
        life, execution = self.all.get(key), (frame.connection, fields[14])
        if life is None:
            return
        if execution in self._executions:
            if fields[1] == "-1":  # An answer to reqExecutions tells it again, and is asked for.
                life.told_twice += 1
                life.steps.append(Step(frame.at, f"execution {fields[14]} told again"))
            return
        is_new = fields[14] not in self._known_executions
        self._known_executions.add(fields[14])
        self._executions[execution] = life
        shares, price = _decimal(fields[19]), _decimal(fields[20])
        if is_new and shares is not None and price is not None:
            life.filled += shares
            life.paid += shares * price
            life.steps.append(Step(frame.at, f"filled {fields[19]} at {fields[20]}"))

    def _charge(self, frame: Frame) -> None:
        fields = frame.fields
        life, fee = self._executions.get((frame.connection, fields[2])), _decimal(fields[3])
        if life and fee is not None and fields[2] not in self._charged:
            self._charged.add(fields[2])
            life.fees += fee

    def _error(self, frame: Frame) -> None:
        fields = frame.fields
        number, code = id_in(fields, 2), id_in(fields, 3)
        life = self.all.get((frame.client_id, number)) if number != NO_ID else None
        if life is None:
            return
        life.steps.append(Step(frame.at, f"error {code}: {fields[4]}"))
        if code in _REJECTIONS and not life.end and not life.filled and life.acknowledged is None:
            self._end(life, frame.at, f"rejected ({code})")
        life.acknowledged = life.acknowledged or frame.at

    def _end(self, life: OrderLife, at: datetime, how: str) -> None:
        if not life.end:
            life.end, life.ended = how, at

    def _step(self, frame: Frame, key: tuple[int, int], text: str) -> None:
        life = self.all.get(key)
        if life:
            life.steps.append(Step(frame.at, text))


def _is_what_if(fields: tuple[str, ...]) -> bool:
    """Return whether it only asks what an order would cost: at 85 of a plain order, at 84 from version 177 on."""
    return any(len(fields) > at and fields[at] == "1" for at in (84, 85))


def _ticket(fields: tuple[str, ...]) -> str:
    """Return an order in words, such as SELL 2 SPY 251112C00560000 LMT 1.80 GTC."""
    what = fields[12] or " ".join(part for part in (fields[3], fields[4], fields[5], fields[7], fields[6]) if part)
    if not fields[12] and fields[4] == "STK":
        what = fields[3]
    prices = " ".join(text for text in (_price(fields[19], "at"), _price(fields[20], "stop")) if text)
    words = (
        fields[16],
        _plain(fields[17]),
        " ".join(what.split()) or f"conId {fields[2]}",
        fields[18],
        prices,
        fields[21],
    )
    return " ".join(word for word in words if word)


def _price(text: str, word: str) -> str:
    value = _decimal(text)
    return f"{word} {value.normalize():f}" if value else ""


def _plain(text: str) -> str:
    """Return a number without an empty fraction: clients write 2.0 when they change an order."""
    value = _decimal(text)
    return text if value is None else f"{value.normalize():f}"


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < _UNSET else None
