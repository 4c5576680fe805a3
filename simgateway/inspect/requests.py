"""Follows requests from question to answer to cancel: what was never answered, what was never cancelled."""

from dataclasses import dataclass
from datetime import datetime

from simgateway.frames import Frame
from simgateway.inspect.kinds import ANSWERED, CANCELS, KINDS, NO_ID, NOTICES, Kind, goes_on, id_in, subject
from simgateway.protocol.names import INCOMING


@dataclass(slots=True, eq=False)
class Request:
    """One question: times are the gateway's; None for what has not happened. `ended_by` is for people."""

    connection: int
    number: int
    kind: Kind
    about: str
    goes_on: bool
    asked: datetime
    answered: datetime | None = None
    ended: datetime | None = None
    ended_by: str = ""

    @property
    def name(self) -> str:
        """Return the kind's name, such as reqMktData."""
        return INCOMING.get(self.kind.number, self.kind.number)


class Requests:
    """Takes frames in order. A second question with the id of an open one ends the first; those without id queue."""

    def __init__(self) -> None:
        self.all: list[Request] = []
        self._open: dict[tuple[int, str, int], list[Request]] = {}

    def take(self, frame: Frame) -> None:
        """Take one frame."""
        if not frame.fields:
            return
        if frame.direction == "in":
            self._asked(frame)
        elif frame.direction == "out":
            self._answered(frame)
        elif frame.fields[0] == "disconnected":
            for key in [key for key in self._open if key[0] == frame.connection]:
                while self._open.get(key):
                    self._end(self._open[key][0], frame.at, "disconnected")

    def _asked(self, frame: Frame) -> None:
        number = frame.fields[0]
        if number in CANCELS:
            kind = CANCELS[number]
            self._cancel(frame, kind, id_in(frame.fields, kind.cancel_place))
        elif number == "6" and len(frame.fields) > 2 and frame.fields[2] in {"0", "false"}:
            self._cancel(frame, KINDS["6"], NO_ID)
        elif number in KINDS:
            self._open_one(frame, KINDS[number])

    def _open_one(self, frame: Frame, kind: Kind) -> None:
        request = Request(
            connection=frame.connection,
            number=id_in(frame.fields, kind.place),
            kind=kind,
            about=subject(kind, frame.fields),
            goes_on=goes_on(kind, frame.fields),
            asked=frame.at,
        )
        earlier = self._find(frame, kind.number, request.number)
        if earlier and (request.goes_on or request.number != NO_ID):
            self._end(earlier, frame.at, "asked again")
        self._open.setdefault((frame.connection, kind.number, request.number), []).append(request)
        self.all.append(request)

    def _cancel(self, frame: Frame, kind: Kind, number: int) -> None:
        request = self._find(frame, kind.number, number)
        if request:
            self._end(request, frame.at, "cancelled")

    def _find(self, frame: Frame, kind: str, number: int) -> Request | None:
        """Return the oldest open request of this kind and id on the frame's connection."""
        waiting = self._open.get((frame.connection, kind, number))
        return waiting[0] if waiting else None

    def _answered(self, frame: Frame) -> None:
        message = frame.fields[0]
        if message == "4":
            self._failed(frame)
            return
        for kind, place in ANSWERED.get(message, ()):
            request = self._find(frame, kind.number, id_in(frame.fields, place))
            if request is None:
                continue
            request.answered = request.answered or frame.at
            if message == "57" or (kind.number != "1" and not request.goes_on):
                self._end(request, frame.at, "answered")

    def _failed(self, frame: Frame) -> None:
        number, code = id_in(frame.fields, 2), id_in(frame.fields, 3)
        if number == NO_ID or code in NOTICES:
            return
        for kind in KINDS:
            request = self._find(frame, kind, number)
            if request:
                request.answered = request.answered or frame.at
                self._end(request, frame.at, f"error {code}")

    def _end(self, request: Request, at: datetime, how: str) -> None:
        request.ended, request.ended_by = at, how
        key = (request.connection, request.kind.number, request.number)
        self._open[key].remove(request)
        if not self._open[key]:
            del self._open[key]
