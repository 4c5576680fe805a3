"""The scene of a play: one fault, one connection of one client, a clock that plays move, and words for what is told."""

from collections.abc import Mapping
from typing import Any, Final

from tests.conformance.child import ClientFailedError
from tests.conformance.drivers.vocabulary import Event
from tests.conformance.stage import Line, Stage

Seen = Mapping[str, Any]
HUNG_UP: Final = ("Peer closed", "Connection reset by peer")
ORDER_KINDS: Final = frozenset({"status", "fill", "commission"})
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "status": ("status", "filled"),
    "fill": ("exec_id", "shares", "price"),
    "commission": ("exec_id",),
    "error": ("code",),
    "price": ("tick", "price"),
    "rule": ("rule",),
    "data_type": ("type",),
}


def tell(event: Event) -> str:
    """Return an event in short words: its kind and what matters; a number that is none as Python writes it."""
    values = {**event, **event.get("odd", {})}
    words = [values[name] for name in _FIELDS.get(event["kind"], ()) if name in values]
    return " ".join([event["kind"], *(_short(word) for word in words)])


def _short(word: Any) -> str:
    """Return a number without needless zeros, and of an execution's id only its last part."""
    if isinstance(word, str) and word.count(".") >= 2:
        return word.rpartition(".")[2]
    return f"{word:g}" if isinstance(word, float) else str(word)


class Scene:
    """One fault, one connection of one client, and a clock that only plays move: nothing depends on how fast we are."""

    def __init__(self, stage: Stage, fault: Mapping[str, Any]) -> None:
        stage.allow(*HUNG_UP)
        stage.gateway(speed=1.0, delay_ms=(1, 2), history_ms=(20_000, 20_000))
        self.stage = stage
        self.line = stage.line()
        self._fault = fault

    def strike(self, **more: Any) -> None:
        """Give the fault, on the control port; what begins at once has begun when this returns."""
        self.stage.host.command(do="fault", **self._fault, **more)
        self.pass_time(0.0)

    def end(self) -> None:
        """Take all faults back."""
        self.stage.host.command(do="clear")

    def answers(self, line: Line | None = None) -> bool:
        """Return whether a connection answers; all that it was sent before has then been heard."""
        line = line or self.line
        before = len(line.all("time"))
        try:
            line.do("time")
        except ClientFailedError:  # ib_insync knows that it is not connected, and says so later
            line.until("closed")
        return line.hears(lambda: len(line.all("time")) > before or bool(line.all("closed"))) and not line.all("closed")

    def settle(self, seconds: float = 90.0) -> bool:
        """Let so much time pass, and all arrive that was sent in it; return whether the connection still answers."""
        self.answers()
        self.pass_time(seconds)
        return self.answers()

    def settle_without_asking(self, seconds: float = 90.0) -> bool:
        """Let time pass for a client that would wait for an answer now; return whether it answers then."""
        self.pass_time(seconds)
        return self.answers()

    def pass_time(self, seconds: float) -> None:
        """Move the clock."""
        self.stage.pass_time(seconds)

    def told(self, *kinds: str, **values: Any) -> list[str]:
        """Return what was told of these kinds, in order; farm notices left out."""
        rows = [row for kind in kinds for row in self.line.all(kind, **values) if row.get("code") not in NO_NEWS]
        return [tell(row) for row in sorted(rows, key=self.line.everything().index)]

    def order(self, number: int) -> Seen:
        """Return what was told of an order."""
        ids = {row["exec_id"] for row in self.line.all("fill", order=number)}
        rows = [row for row in self.line.everything() if row.get("order") == number or row.get("exec_id") in ids]
        return {
            "told": [tell(row) for row in rows if row["kind"] in ORDER_KINDS],
            "belief": self.line.belief(number),
            "errors": self.errors(),
            "closed": bool(self.line.all("closed")),
            **self.kept(),
        }

    def errors(self) -> list[int]:
        """Return the codes of the errors so far; 504 is how the official client answers to a dead connection's user."""
        return [code for code in self.line.errors() if code != _NOT_CONNECTED]

    def kept(self) -> Seen:
        """Return what the client's library holds, None for one that keeps nothing."""
        held = self.line.do("kept")
        if held is None:
            return dict.fromkeys(("kept_quotes", "kept_fills", "kept_pnl", "kept_marks"))
        fills = [f"{_short(exec_id)} {shares:g} for {fee:g}" for exec_id, shares, fee in held["fills"]]
        quotes = [" ".join(row) for row in held["quotes"]]
        return {"kept_quotes": quotes, "kept_fills": fills, "kept_pnl": held["pnl"], "kept_marks": held["marks"]}


_NOT_CONNECTED: Final = 504
NO_NEWS: Final = frozenset({2104, 2106, 2158, _NOT_CONNECTED})
