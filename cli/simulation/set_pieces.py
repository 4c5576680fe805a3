"""Whole sessions put together on purpose, one in every fiftieth seed: what chance did not bring together in a thousand.

Each leads to one transition, or lets one guard be missed. They are drawn apart from all else, so that no other seed's
session changes when one is added at the end.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from actors.runtime.faults.model import ActorFault
from actors.runtime.faults.model import Chance as ChanceOfMessage
from cli.simulation.script import LONGEST_SECONDS, Mishap
from simgateway.faults.model import Chance, Fault, Nth

EVERY: Final = 50
"""The seeds that are multiples of it are set pieces."""
SETS: Final = (
    "dry_run=false",
    "schedule.interval_seconds=60",
    "options.expiry=0dte",
    "options.max_quote_age_seconds=5",
    "risk.take_profit_pct=0.08",
    "risk.stop_loss_pct=0.08",
    "risk.max_entries_per_day=30",
    "risk.cooldown_minutes=0",
    "risk.max_daily_loss_pct=0.15",
    "risk.entry_unfilled_seconds=30",
)
"""They buy again and again, so that what is asked for at their moments is asked for."""
TURN_SECONDS: Final = 60.0
"""Within it each symbol asks once, with the interval above."""

Piece = Callable[[Random], Sequence[tuple[int, float, Fault | ActorFault]]]
"""Draws a session's mishaps: bracket, seconds after, what."""


def _none_then_taken(draw: Random) -> Sequence[tuple[int, float, Fault | ActorFault]]:
    """Let quotes be not subscribed; then another session has them as the farm's word lets them be asked for again."""
    begins, lasts = round(draw.uniform(200, 600), 1), 4 * TURN_SECONDS
    return (
        (0, begins, Fault(kind="not_subscribed", lasts=lasts, settings={"code": draw.choice((354, 10089, 10168))})),
        (0, begins + lasts, Fault(kind="competing_session", settings={"seconds": 4 * TURN_SECONDS})),
        (0, begins + lasts + 1, Fault(kind="notice", settings={"code": draw.choice((2104, 2106))})),
    )


def _stop_refused_twice(draw: Random) -> Sequence[tuple[int, float, Fault | ActorFault]]:
    """Refuse the change of a stop, and let it be heard twice: it is believed turned down, and rests all the same.

    Of a bracket the first three that are placed are its orders, then come the changes of its target and of its stop.
    """
    bracket = draw.randint(1, 3)
    twice = ActorFault(
        kind="duplicate",
        actor="oco:*",
        message="OrderErrorReport",
        when=ChanceOfMessage(1.0),
        lasts=TURN_SECONDS,
        settings={"copies": 1},
    )
    refused = Fault(kind="reject", message="placeOrder", when=Nth(5), settings={"code": 201})
    return ((bracket, 0.0, twice), (bracket, 0.0, refused))


def _prices_lost(draw: Random) -> Sequence[tuple[int, float, Fault | ActorFault]]:
    """Lose a price now and then: who waits for its quote until the snapshot ends has the others grow old meanwhile."""
    chance, begins = Chance(draw.choice((0.05, 0.1))), float(LONGEST_SECONDS)
    return tuple(
        (0, begins * part, Fault(kind="mute", message="tickPrice", when=chance, lasts=begins)) for part in range(7)
    )


PIECES: Final[tuple[Piece, ...]] = (_prices_lost, _none_then_taken, _stop_refused_twice)


def set_piece(seed: int) -> Piece | None:
    """Return what this seed is a set piece of; None for nearly all seeds."""
    turn, rest = divmod(seed, EVERY)
    return PIECES[(turn - 1) % len(PIECES)] if seed and not rest else None


def put_together(piece: Piece, draw: Random) -> tuple[Mishap, ...]:
    """Draw what goes wrong in it, in the order of time: all of it is over when the calm begins."""
    rows = sorted(piece(draw), key=lambda row: row[:2])
    return tuple(
        Mishap(number=number, bracket=bracket, after=after, what=what)
        for number, (bracket, after, what) in enumerate(rows, 1)
    )
