"""What happens only where things cross, as recipes: a change and its refusal, a probe and a loss, two trips.

Each leads to a transition that chance alone met in none of a thousand sessions.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from actors.runtime.faults.model import ActorFault
from actors.runtime.faults.model import Chance as ChanceOfMessage
from actors.runtime.faults.model import Nth as NthMessage
from cli.simulation.rare_mishaps import ALWAYS, unanswered
from cli.simulation.script import LONGEST_SECONDS, ByHand, Crash, Told
from domain.control import Order
from simgateway.faults.model import Fault, Nth

Crossed = Sequence[Fault | Crash | ActorFault | Told | ByHand]
EACH: Final = ChanceOfMessage(1.0)
DROP: Final = Fault(kind="drop", settings={"hold_seconds": 0.0})


def _refused(code: int, nth: int) -> Fault:
    return Fault(kind="reject", message="placeOrder", when=Nth(nth), settings={"code": code})


def _of_errors(kind: str, **settings: float) -> ActorFault:
    return ActorFault(
        kind=kind, actor="oco:*", message="OrderErrorReport", when=EACH, lasts=60.0, settings=dict(settings)
    )


def _change_refused(draw: Random) -> Crossed:
    """Refuse an order or the change of one, and let that be heard twice or late: it lives, or fills, all the same."""
    heard = draw.choice((_of_errors("duplicate", copies=1), _of_errors("delay", seconds=float(draw.choice((1, 3))))))
    silent = Fault(kind="mute", message="openOrderEnd", when=ALWAYS, lasts=30.0)
    fees = Fault(kind="no_commission", lasts=60.0, settings={"answers": True})
    more = draw.choice(((), (silent,), (fees,)))
    # Of a bracket the first three are its orders, the next two their changes to the price that was paid.
    refused = _refused(draw.choice((201, 201, 103)), draw.choice((1, 2, 4, 5)))
    return (heard, refused, *more, Told(order=Order.FLATTEN), Told(order=Order.RESUME))


def _forgotten(draw: Random) -> Crossed:
    """Let orders end while nobody hears it, and no answer tell of it afterwards."""
    forgot = Fault(kind="mute", message="completedOrder", when=ALWAYS, lasts=300.0)
    if draw.random() < 0.5:
        return (forgot, Fault(kind="restart", settings={"seconds": float(draw.choice((20, 60, 150)))}))
    return (forgot, Told(order=Order.HALT), DROP, Told(order=Order.RESUME))


def _cut_off_while_coming_back(draw: Random) -> Crossed:
    """Let the gateway be cut off while the log-on, or the book, is still awaited."""
    message = draw.choice(("positionEnd", "managedAccounts", "nextValidId"))
    silent = Fault(kind="mute", message=message, when=ALWAYS, lasts=60.0)
    return (silent, DROP, Fault(kind="connectivity", settings={"seconds": 20.0, "restored": 1102}))


def _restored_while_probed(draw: Random) -> Crossed:
    """Let the line come back just as the question for the time is not answered, and the book stay away."""
    seconds = float(draw.choice((14, 16, 18)))
    return (
        Fault(kind="mute", message="currentTime", when=ALWAYS, lasts=60.0),
        Fault(kind="mute", message="positionEnd", when=ALWAYS, lasts=60.0),
        Fault(kind="connectivity", settings={"seconds": seconds, "restored": 1102}),
    )


def _trip() -> Crossed:
    """Let the symbols' supervisor give up, however it is spaced: successors do not come up."""
    return (ActorFault(kind="fail_start", actor="symbol:*", when=NthMessage(1), times=7), Crash(actor="symbol:*"))


def _tripped_while_probed(draw: Random) -> Crossed:
    """Let trading give up while bars stay away, and once more after a while: a probe is out then."""
    del draw
    silent = Fault(kind="mute", message="historicalData", when=ALWAYS, lasts=float(LONGEST_SECONDS))
    a_while = (Fault(kind="notice", settings={"code": 2108}),) * 3
    return (silent, *_trip(), *a_while, *_trip())


def _counted_twice(draw: Random) -> Crossed:
    """Let trading give up while bars stay away, and each outcome be counted twice: a failure comes to an open one."""
    twice = ActorFault(
        kind="duplicate", actor="breaker", message="RecordOutcome", when=EACH, lasts=300.0, settings={"copies": 1}
    )
    return (twice, *unanswered(draw), *_trip())


def _taken_then_delayed(draw: Random) -> Crossed:
    """Let another session take the quotes, and only delayed ones be there when it is gone."""
    del draw
    return (
        Fault(kind="competing_session", settings={"seconds": 110.0}),
        Fault(kind="delayed_data", lasts=240.0),
        Fault(kind="notice", settings={"code": 2104}),
    )


SLOW: Final[tuple[Callable[[Random], Crossed], ...]] = (_tripped_while_probed, _taken_then_delayed)
"""What follows one another at a walk: cycles lie between."""
ALL: Final[tuple[Callable[[Random], Crossed], ...]] = (
    _change_refused, _change_refused, _change_refused, _forgotten, _forgotten, _cut_off_while_coming_back,
    _restored_while_probed, _tripped_while_probed, _tripped_while_probed, _counted_twice, _taken_then_delayed,
)  # fmt: skip
