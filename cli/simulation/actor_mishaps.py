"""What can go wrong with our own actors, as recipes: one table says whom and at which messages."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Final

from actors.runtime.faults.model import ActorFault, Chance, Now, Nth, When

HANDLED: Final[Mapping[str, tuple[str, ...]]] = {
    "journal": ("AppendRecords", "ReadOpenIntents", "ReadStream"),
    "broker": (
        "SubmitOrders", "ModifyOrder", "CancelOrder", "RequestQuote", "RequestBars", "RequestAccount", "RequestBook",
        "RequestHoldings", "WatchQuote", "UnwatchQuote", "AskTraffic", "Wake",
    ),
    "risk": (
        "AskEntry", "ReserveRisk", "ExecutionReport", "CommissionReport", "PnlReport", "BracketClosed",
        "Resynchronised", "Wake",
    ),
    "symbol:*": ("RunCycle", "BracketClosed"),
    "oco:*": (
        "ExecutionReport", "OrderStatusReport", "OpenOrderReport", "CommissionReport", "QuoteReport",
        "OrderErrorReport", "ConnectionLost", "Resynchronised", "Due",
    ),
    "brackets": ("OpenBracket", "Wake"),
    "ocos": ("StartChild",),
    "scheduler": ("CycleFinished", "Resynchronised", "Wake"),
    "breaker": ("AskGate", "RecordOutcome"),
    "alerts": ("SendAlert",),
    "control": ("GiveOrder", "Wake"),
}  # fmt: skip
"""Whom a handler's fault may strike, and at what."""

LOST: Final[Mapping[str, tuple[str, ...]]] = {
    # Who asks has a timeout, and asks again or goes without.
    "journal": ("AppendRecords", "ReadOpenIntents", "ReadStream"),
    "broker": ("RequestQuote", "RequestBars", "RequestAccount", "RequestBook", "RequestHoldings", "AskTraffic"),
    "risk": ("AskEntry", "ReserveRisk", "PnlReport"),
    "breaker": ("AskGate", "RecordOutcome"),
    # A turn of the scheduler has its bound: a symbol that was not told or did not answer is skipped.
    "symbol:*": ("RunCycle",),
    "scheduler": ("CycleFinished",),
    # The next sweep finds the plan in the journal, or the reservation is given back.
    "brackets": ("OpenBracket",),
    # A guard asks what it waits for; a newer quote makes up for an older one.
    "oco:*": ("OrderStatusReport", "OpenOrderReport", "ExecutionReport", "CommissionReport", "QuoteReport"),
    "alerts": ("SendAlert",),
}
"""Where the design claims to live with mail that is lost."""

REPEATED: Final[Mapping[str, tuple[str, ...]]] = {
    "journal": ("AppendRecords", "ReadOpenIntents", "ReadStream"),
    "broker": ("RequestQuote", "RequestAccount", "RequestBook", "ModifyOrder", "CancelOrder", "SubmitOrders"),
    "risk": ("ExecutionReport", "CommissionReport", "PnlReport", "BracketClosed", "ReserveRisk", "Resynchronised"),
    "symbol:*": ("BracketClosed", "RunCycle"),
    "oco:*": (
        "ExecutionReport", "OrderStatusReport", "OpenOrderReport", "CommissionReport", "QuoteReport",
        "OrderErrorReport", "Resynchronised", "ConnectionLost",
    ),
    "brackets": ("OpenBracket",),
    "scheduler": ("CycleFinished", "Resynchronised"),
    "breaker": ("AskGate", "RecordOutcome"),
    "alerts": ("SendAlert",),
}  # fmt: skip
"""Where it claims to live with mail that comes twice: ids, or the state itself, tell that it has been seen."""

TIMED: Final = ("broker", "risk", "brackets", "scheduler", "oco:*", "symbol:*")
GENTLE: Final = ("symbol:*", "scheduler", "alerts", "breaker")


def _when(draw: Random) -> tuple[When, float | None]:
    """Return when it strikes and for how long: at one message soon, or at some by chance for a while."""
    if draw.random() < 0.6:
        return Nth(draw.randint(1, 5)), None
    return Chance(draw.choice((0.2, 0.5, 1.0))), float(draw.choice((5, 20, 60)))


def _at(
    kind: str, table: Mapping[str, tuple[str, ...]], draw: Random, **settings: float | bool | str
) -> Sequence[ActorFault]:
    """Return a fault of somebody in the table at one of the messages named there."""
    actor = draw.choice(tuple(table))
    when, lasts = _when(draw)
    return (
        ActorFault(
            kind=kind, actor=actor, message=draw.choice(table[actor]), when=when, lasts=lasts, settings=settings
        ),
    )


def _bug(draw: Random) -> Sequence[ActorFault]:
    """Let a handler raise at the n-th message of a kind, for once: a bug that always strikes is nobody's to survive."""
    actor = draw.choice(tuple(HANDLED))
    when = Nth(draw.randint(1, 5))
    settings = {"after": draw.random() < 0.5}
    return (ActorFault(kind="crash", actor=actor, message=draw.choice(HANDLED[actor]), when=when, settings=settings),)


def _hung(draw: Random) -> Sequence[ActorFault]:
    actor = draw.choice(tuple(HANDLED))
    when = Nth(draw.randint(1, 5))
    return (ActorFault(kind="hang", actor=actor, message=draw.choice(HANDLED[actor]), when=when),)


def _stuck(draw: Random) -> Sequence[ActorFault]:
    seconds = float(draw.choice((1, 5, 20)))
    return (ActorFault(kind="block", actor=draw.choice(tuple(HANDLED)), when=Now(), settings={"seconds": seconds}),)


def _slow(draw: Random) -> Sequence[ActorFault]:
    return _at("slow", HANDLED, draw, seconds=float(draw.choice((0.1, 1, 5))))


def _bad_start(draw: Random) -> Sequence[ActorFault]:
    """Let somebody die and its successor not come up at once."""
    actor = draw.choice(tuple(HANDLED))
    kind = draw.choice(("fail_start", "hang_start", "slow_start"))
    dies = ActorFault(kind="crash", actor=actor, when=Now())
    return ActorFault(kind=kind, actor=actor, when=Nth(1), times=1), dies


def _lost(draw: Random) -> Sequence[ActorFault]:
    return _at("drop", LOST, draw)


def _twice(draw: Random) -> Sequence[ActorFault]:
    return _at("duplicate", REPEATED, draw, copies=draw.randint(1, 3))


def _late(draw: Random) -> Sequence[ActorFault]:
    return _at("delay", LOST, draw, seconds=float(draw.choice((0.05, 1, 8))))


def _passed(draw: Random) -> Sequence[ActorFault]:
    return _at("reorder", HANDLED, draw, passed_by=draw.randint(1, 4))


def _full(draw: Random) -> Sequence[ActorFault]:
    seconds = float(draw.choice((1, 5, 20)))
    return (ActorFault(kind="fill", actor=draw.choice(tuple(HANDLED)), when=Nth(1), settings={"seconds": seconds}),)


def _timer(draw: Random) -> Sequence[ActorFault]:
    when, lasts = _when(draw)
    kind = draw.choice(("lose_timer", "late_timer"))
    return (ActorFault(kind=kind, actor=draw.choice(TIMED), when=when, lasts=lasts),)


def _disk(draw: Random) -> Sequence[ActorFault]:
    kind = draw.choice(("disk_full", "read_only", "corrupt"))
    return (ActorFault(kind=kind, actor="journal", when=Now(), lasts=float(draw.choice((1, 5, 20)))),)


def _gentle(draw: Random) -> Sequence[ActorFault]:
    actor = draw.choice(GENTLE)
    message = draw.choice(HANDLED[actor])
    kind = draw.choice(("crash", "slow", "delay", "lose_timer"))
    if kind == "lose_timer":
        return (ActorFault(kind=kind, actor="scheduler", when=Nth(draw.randint(1, 3))),)
    return (ActorFault(kind=kind, actor=actor, message=message, when=Nth(draw.randint(1, 3))),)


LIGHT: Final[tuple[Callable[[Random], Sequence[ActorFault]], ...]] = (_gentle, _timer)
ALL: Final[tuple[Callable[[Random], Sequence[ActorFault]], ...]] = (
    _bug, _bug, _hung, _stuck, _slow, _bad_start, _lost, _twice, _late, _passed, _full, _timer, _disk,
)  # fmt: skip
