"""Rarer situations, as recipes: what two chances would have to meet for is drawn as one."""

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Final

from actors.runtime.faults.model import ActorFault
from actors.runtime.faults.model import Nth as NthMessage
from cli.simulation.script import LATEST_SECONDS, LONGEST_SECONDS, ByHand, Crash, Told
from domain.control import Order
from simgateway.faults.model import Chance, Fault, Nth

ALWAYS: Final = Chance(1.0)

Rare = Sequence[Fault | Crash | ActorFault | Told | ByHand]


def _halted(draw: Random) -> Rare:
    """Let the operator halt, or sell everything, and go on later; perhaps in two minds."""
    first = draw.choice((Order.HALT, Order.HALT, Order.FLATTEN))
    between = draw.choice(((), (), (Order.FLATTEN,), (Order.HALT,)))
    return tuple(Told(order=order) for order in (first, *between, Order.RESUME))


def _flattened_in_silence(draw: Random) -> Rare:
    """Let the operator sell everything while nothing is heard of orders: exits rest, and what sells is slow to come."""
    silent = Fault(kind="silent_order", when=ALWAYS, lasts=float(draw.choice((20, 60))))
    return (silent, Told(order=Order.FLATTEN), Told(order=Order.RESUME))


def _sold_by_hand(draw: Random) -> Rare:
    """Let somebody sell in TWS what is held, all of it or in parts, perhaps while the bot is not connected."""
    sales = tuple(ByHand(part=draw.choice((0.3, 0.6, 1.0))) for _ in range(draw.choice((1, 1, 2, 3))))
    if draw.random() < 0.7:
        return sales
    return (Fault(kind="drop", settings={"hold_seconds": float(draw.choice((0, 5, 40)))}), *sales)


def _tripped(draw: Random) -> Rare:
    """Let a supervisor of trading give up, and requests fail when the breaker's probe goes."""
    who = draw.choice(("symbol:*", "symbol:*", "scheduler"))
    return (*unanswered(draw), *(Crash(actor=who),) * 7)


def unanswered(draw: Random) -> Rare:
    """Let bars stay away for so long that the breaker opens, its probe included: by silence, or by quick refusals."""
    if draw.random() < 0.3:
        return (Fault(kind="mute", message="historicalData", when=ALWAYS, lasts=float(LONGEST_SECONDS)),)
    return (Fault(kind="pacing_violation", lasts=float(LONGEST_SECONDS), settings={"code": 162}),)


def bars_come_and_go(draw: Random) -> Iterator[tuple[float, Fault]]:
    """Let bars stay away again and again, with the seconds of the session: once just as a position was closed."""
    after = draw.uniform(120, 320)
    while after <= LATEST_SECONDS:
        yield round(after, 3), Fault(kind="pacing_violation", lasts=90.0, settings={"code": 162})
        after += 200.0


def _probe_lost(draw: Random) -> Rare:
    """Let who asks for the breaker die of the turn, again and again."""
    turn = ActorFault(
        kind="crash",
        actor="symbol:*",
        message="RunCycle",
        when=NthMessage(draw.randint(1, 3)),
        settings={"after": True},
    )
    return (*unanswered(draw), turn, turn)


def _bookless(draw: Random) -> Rare:
    """Let a part of the book stay away while the connection comes back, and perhaps the gateway's time as well."""
    message = draw.choice(("positionEnd", "openOrderEnd", "execDetailsEnd"))
    silent = Fault(kind="mute", message=message, when=ALWAYS, lasts=float(draw.choice((20, 60))))
    return (silent, Fault(kind="drop", settings={"hold_seconds": 0.0}))


def _cut_off_at_log_on(draw: Random) -> Rare:
    """Let the gateway be without the broker before the bot logs on, and perhaps go once more."""
    cut = Fault(kind="connectivity", settings={"seconds": 60.0, "restored": draw.choice((1101, 1102))})
    drop = Fault(kind="drop", settings={"hold_seconds": 0.0})
    return (cut, drop, drop) if draw.random() < 0.5 else (drop, cut)


def _refused_twice(draw: Random) -> Rare:
    """Refuse exits, and say it more than once."""
    message = draw.choice(("error", "orderStatus", "openOrder"))
    again = Fault(kind="duplicate", message=message, when=ALWAYS, lasts=60.0, settings={"copies": 1, "seconds": 1.0})
    return (again, Fault(kind="reject", message="placeOrder", when=Nth(draw.randint(1, 3)), settings={"code": 201}))


def _nobody_knows(draw: Random) -> Rare:
    """Let the broker's actor die, and then the bracket's: nobody is left who knows what was sent, but the broker."""
    del draw
    return (Crash(actor="broker"), Crash(actor="oco:*"), Crash(actor="oco:*"))


def _access_moves(draw: Random) -> Rare:
    """Let the rights to data change from one to another, with the farm's word that lets them be asked for anew."""
    kinds = draw.sample(("not_subscribed", "competing_session", "delayed_data"), 2)
    found: list[Fault] = []
    for kind in kinds:
        found += (_lost_right(kind), Fault(kind="notice", settings={"code": draw.choice((2104, 2106))}))
    return tuple(found)


def _lost_right(kind: str) -> Fault:
    if kind == "competing_session":
        return Fault(kind=kind, settings={"seconds": 240.0})
    return Fault(kind=kind, lasts=240.0, settings={"code": 354} if kind == "not_subscribed" else {})


SLOW: Final[tuple[Callable[[Random], Rare], ...]] = (_halted, _access_moves)
"""What follows one another at a walk: cycles lie between."""
ALL: Final[tuple[Callable[[Random], Rare], ...]] = (
    _halted, _flattened_in_silence, _flattened_in_silence, _tripped, unanswered, _probe_lost, _bookless,
    _cut_off_at_log_on, _refused_twice, _access_moves, _nobody_knows, _sold_by_hand, _sold_by_hand, _sold_by_hand,
)  # fmt: skip
GAPS_SECONDS: Final = (30.0, 120.0, 250.0)
