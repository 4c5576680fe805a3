"""What can go wrong in a session, as recipes: each draws one mishap of its kind; `draw_faults` draws a session's."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from actors.runtime.faults.model import ActorFault
from cli.simulation import actor_mishaps, crossed_mishaps, rare_mishaps
from cli.simulation.script import LATEST_SECONDS, LONGEST_SECONDS, ByHand, Crash, Level, Mishap, Told
from simgateway.faults.model import Chance, Fault, Nth

ANSWERS: Final = (
    "positionEnd", "openOrderEnd", "execDetailsEnd", "nextValidId", "managedAccounts", "completedOrdersEnd",
    "currentTime", "tickSnapshotEnd", "historicalData", "secDefOptParamEnd", "contractDataEnd", "accountSummaryEnd",
)  # fmt: skip
REPORTS: Final = ("orderStatus", "openOrder", "execDetails", "commissionReport")
ANYTHING: Final = (*ANSWERS, *REPORTS, "tickPrice", "position", "pnl", "accountValue", "error")
REQUESTS: Final = ("placeOrder", "cancelOrder", "reqMktData", "cancelMktData", "reqOpenOrders", "reqExecutions")
OVERTAKEN_SECONDS_MOST: Final = 2.5
"""What asks for the book two times and is told of no such order, takes it for one that never arrived."""
ODD: Final = ("nan", "-1", "0", "max", "inf", "")
ACTORS: Final = (
    "journal", "broker", "ocos", "brackets", "alerts", "control", "breaker", "risk", "symbols", "scheduler",
    "symbol:*", "oco:*", "oco:*", "oco:*",
)  # fmt: skip
GENTLE: Final = ("symbol:*", "scheduler", "alerts", "oco:*")

Recipe = Callable[[Random], Sequence[Fault | Crash | ActorFault | Told | ByHand]]
"""Draws what happens at one moment, or shortly after one another."""


def _fault(kind: str, message: str = "", **settings: float | bool | str) -> Fault:
    times, lasts = settings.pop("times", None), settings.pop("lasts", None)
    return Fault(
        kind=kind,
        message=message,
        times=None if times is None else int(times),
        lasts=None if lasts is None else float(lasts),
        settings=settings,
    )


def _of(kind: str, message: str, draw: Random, **settings: float | bool | str) -> Fault:
    """Return a fault of messages: of one soon, or of some by chance for a while."""
    if draw.random() < 0.5:
        return Fault(kind=kind, message=message, when=Nth(draw.randint(1, 3)), settings=settings)
    chance = Chance(draw.choice((0.1, 0.3, 0.7, 1.0)))
    return Fault(kind=kind, message=message, when=chance, lasts=_lasts(draw), settings=settings)


def _lasts(draw: Random) -> float:
    return float(draw.choice((5, 20, 60, 120, LONGEST_SECONDS)))


def _seconds(draw: Random, longest: float = LONGEST_SECONDS) -> float:
    return round(draw.uniform(1, draw.choice((10, 60, longest))), 1)


def _late(draw: Random) -> Sequence[Fault]:
    """Delay messages; our own come over one socket in their order, so one is overtaken in the gateway for a moment."""
    seconds, overtaken = _seconds(draw, 20), draw.random() < 0.5
    message = draw.choice((*ANYTHING, *REQUESTS))
    if overtaken and message in REQUESTS:
        seconds = min(seconds, OVERTAKEN_SECONDS_MOST)
    return (_of("delay", message, draw, seconds=seconds, overtaken=overtaken),)


def _twice(draw: Random) -> Sequence[Fault]:
    return (_of("duplicate", draw.choice(ANYTHING), draw, copies=draw.randint(1, 3), seconds=draw.choice((0, 1, 5))),)


def _reordered(draw: Random) -> Sequence[Fault]:
    return (_of("reorder", draw.choice((*REPORTS, *ANYTHING)), draw, passed_by=draw.randint(1, 5)),)


def _lost(draw: Random) -> Sequence[Fault]:
    return (_of("mute", draw.choice((*ANSWERS, *REPORTS, *REPORTS)), draw),)


def _broken(draw: Random) -> Sequence[Fault]:
    kind = draw.choice(("cut", "garbage", "short", "unknown"))
    settings: dict[str, float | bool | str] = {"framed": draw.random() < 0.5} if kind == "garbage" else {}
    message = draw.choice(("tickPrice", "orderStatus", "position", "openOrder", "execDetails", "historicalData"))
    return (Fault(kind=kind, message=message, when=Nth(draw.randint(1, 6)), settings=settings),)


def _dropped(draw: Random) -> Sequence[Fault]:
    return (_fault("drop", hold_seconds=draw.choice((0.0, 0.0, 5.0, 40.0, 200.0))),)


def _half_open(draw: Random) -> Sequence[Fault]:
    return (_fault("half_open", existing=draw.random() < 0.7, seconds=_seconds(draw, 240)),)


def _restarted(draw: Random) -> Sequence[Fault]:
    return (_fault("restart", seconds=_seconds(draw)),)


def _refused(draw: Random) -> Sequence[Fault]:
    return (_fault("refuse", seconds=_seconds(draw, 120)), _fault("drop"))


def _cut_off(draw: Random) -> Sequence[Fault]:
    return (_fault("connectivity", seconds=_seconds(draw, 150), restored=draw.choice((1101, 1102))),)


def _storm(draw: Random) -> Sequence[Fault]:
    """Let several things happen to the connection while it is still coming back from the one before."""
    kinds = draw.choices(("drop", "cut_off", "half_open", "restart", "refuse", "silent_book"), k=draw.randint(2, 4))
    return tuple(_stormy(kind, draw) for kind in kinds)


def _stormy(kind: str, draw: Random) -> Fault:
    match kind:
        case "drop":
            return _fault("drop", hold_seconds=0.0)
        case "cut_off":
            return _fault("connectivity", seconds=_seconds(draw, 60), restored=draw.choice((1101, 1102)))
        case "silent_book":
            message = draw.choice(("positionEnd", "openOrderEnd", "execDetailsEnd"))
            return Fault(kind="mute", message=message, when=Nth(1), times=2)
        case "half_open":
            return _fault("half_open", existing=True, seconds=_seconds(draw, 60))
        case _:
            return _fault(kind, seconds=_seconds(draw, 60))


def _noticed(draw: Random) -> Sequence[Fault]:
    """Tell a code that needs no second one: 1100 and 2110 are waited out, so `connectivity` tells those."""
    return (_fault("notice", code=draw.choice((1101, 1102, 2103, 2104, 2105, 2106, 2107, 2108, 2158, 2119, 2157))),)


def _too_fast(draw: Random) -> Sequence[Fault]:
    return (_fault("too_fast", close=draw.random() < 0.5),)


def _no_history(draw: Random) -> Sequence[Fault]:
    return (_fault("pacing_violation", code=draw.choice((162, 100, 420)), lasts=_lasts(draw)),)


def _no_quotes(draw: Random) -> Sequence[Fault]:
    if draw.random() < 0.3:
        return (_fault("competing_session", seconds=_seconds(draw)),)
    return (_fault("not_subscribed", code=draw.choice((354, 10089, 10090, 10168, 10167)), lasts=_lasts(draw)),)


def _delayed(draw: Random) -> Sequence[Fault]:
    return (_fault("delayed_data", lasts=_lasts(draw)),)


def _odd(draw: Random) -> Sequence[Fault]:
    kind = draw.choice(("bad_quote", "bad_pnl", "bad_greeks"))
    return (_fault(kind, value=draw.choice(ODD), lasts=_lasts(draw)),)


def _orders(draw: Random) -> Sequence[Fault]:
    kind = draw.choice(("lose_order", "lose_order", "silent_order", "silent_order", "fill_first"))
    settings: dict[str, float | bool | str] = {"fills": True} if kind == "silent_order" and draw.random() < 0.5 else {}
    times = draw.randint(1, 3)
    return (Fault(kind=kind, when=Nth(draw.randint(1, 4)), times=times, settings=settings),)


def _executions(draw: Random) -> Sequence[Fault]:
    kind = draw.choice(("duplicate_execution", "correct_execution"))
    return (Fault(kind=kind, when=Nth(draw.randint(1, 3)), settings={"seconds": float(draw.choice((0, 2, 30)))}),)


def _fees(draw: Random) -> Sequence[Fault]:
    return (_fault("no_commission", answers=draw.random() < 0.3, lasts=_lasts(draw)),)


def _clock(draw: Random) -> Sequence[Fault]:
    return (_fault("clock_skew", seconds=draw.choice((-60.0, -3.0, 1.0, 3.0, 60.0)), lasts=_lasts(draw)),)


def _zone(draw: Random) -> Sequence[Fault]:
    return (_fault("no_time_zone", lasts=_lasts(draw)),)


def _ids(draw: Random) -> Sequence[Fault]:
    return (_fault("rollback_ids", to=draw.choice((0, 1, 5)), times=1), _fault("drop"))


def _id_in_use(draw: Random) -> Sequence[Fault]:
    return (_fault("id_in_use", seconds=_seconds(draw)), _fault("drop"))


def _rejected(draw: Random) -> Sequence[Fault]:
    message, code = draw.choice(
        (("placeOrder", 201), ("placeOrder", 201), ("cancelOrder", 161), ("reqMktData", 322), ("reqExecutions", 321))
    )
    return (Fault(kind="reject", message=message, when=Nth(draw.randint(1, 4)), settings={"code": code}),)


def _cancel_crossed(draw: Random) -> Sequence[Fault]:
    """Let what a cancel leads to come late, lost or twice: fills and refusals cross it on the wire."""
    kind, message = draw.choice((("delay", "cancelOrder"), ("delay", "orderStatus"), ("mute", "orderStatus")))
    settings: dict[str, float | bool | str] = {"seconds": _seconds(draw, 10)} if kind == "delay" else {}
    return (Fault(kind=kind, message=message, when=Chance(0.7), lasts=_lasts(draw), settings=settings),)


def _crashed(draw: Random) -> Sequence[Crash]:
    return (Crash(actor=draw.choice(ACTORS)),)


def _two_crashed(draw: Random) -> Sequence[Crash]:
    return tuple(Crash(actor=name) for name in draw.sample(ACTORS, 2))


def _again_and_again(draw: Random) -> Sequence[Crash]:
    return (Crash(actor=draw.choice(ACTORS)),) * draw.randint(2, 8)


def _gently_crashed(draw: Random) -> Sequence[Crash]:
    return (Crash(actor=draw.choice(GENTLE)),)


LIGHT: Final[tuple[Recipe, ...]] = (
    _late, _twice, _reordered, _dropped, _noticed, _no_history, _executions, _fees, _zone, _gently_crashed,
    *actor_mishaps.LIGHT,
)  # fmt: skip
ALL: Final[tuple[Recipe, ...]] = (
    _late, _twice, _reordered, _lost, _broken, _dropped, _half_open, _restarted, _refused, _cut_off, _noticed,
    _too_fast, _no_history, _no_quotes, _delayed, _odd, _orders, _executions, _fees, _clock, _zone, _ids,
    _id_in_use, _rejected, _crashed, _crashed, _two_crashed, _again_and_again, _storm, _storm, _cut_off, _orders,
    _orders, _rejected, _cancel_crossed, _cancel_crossed, _no_quotes, _no_history,
    *actor_mishaps.ALL, *rare_mishaps.ALL, *crossed_mishaps.ALL,
)  # fmt: skip
SLOW: Final = (*rare_mishaps.SLOW, *crossed_mishaps.SLOW)
MOST: Final = {Level.NONE: 0, Level.LIGHT: 2, Level.ALL: 8}


def draw_faults(level: Level, draw: Random, *, busy: bool = False) -> tuple[Mishap, ...]:
    """Draw what goes wrong, in the order of time: all of it is over when the calm begins.

    In every other busy session bars come and go as well, if all may go wrong: no chance brings that together.
    """
    recipes = LIGHT if level is Level.LIGHT else ALL
    count = draw.randint(1, MOST[level]) if MOST[level] else 0
    found: list[tuple[int, float, Fault | Crash | ActorFault | Told | ByHand]] = []
    for _ in range(count):
        bracket = draw.choice((0, 0, 1, 1, 1, 2, 3))
        after = draw.uniform(0, draw.choice((0, 2, 10, 60, 600) if bracket else (5, LATEST_SECONDS, LATEST_SECONDS)))
        recipe = draw.choice(recipes)
        gap = draw.choice(rare_mishaps.GAPS_SECONDS if recipe in SLOW else (0.05, 1.0, 7.0))
        struck = recipe(draw)
        found += [
            (bracket, min(round(after + gap * place, 3), LATEST_SECONDS), what) for place, what in enumerate(struck)
        ]
    if busy and level is Level.ALL and draw.random() < 0.5:
        found += [(0, after, what) for after, what in rare_mishaps.bars_come_and_go(draw)]
    found.sort(key=lambda row: row[:2])
    return tuple(
        Mishap(number=number, bracket=bracket, after=after, what=what)
        for number, (bracket, after, what) in enumerate(found, 1)
    )
