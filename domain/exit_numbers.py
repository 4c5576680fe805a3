"""The numbers that orders of a leg are told apart by: none is given twice, whatever a guard that died left unwritten.

An exit leaves before its number is on the disk, for nothing that guards waits for one. So a successor cannot know all
numbers that were given, and what is on its way to the broker it cannot see: a life begins above what the lives before
it can have come to, by the time that has passed.
"""

from datetime import datetime

from domain.brackets import Bracket
from domain.events import BracketPlan
from domain.ids import ORDER_REF_CHARACTERS_MAX, Leg, order_ref, split_ref


def next_number(bracket: Bracket, leg: Leg) -> int:
    """Return the next number of this leg: above all that are known of it, and one of this life."""
    used = [number for known, number in bracket.numbers if known is leg]
    seen = (split_ref(order.ref) for order in bracket.orders)
    used += [parts[2] for parts in seen if parts is not None and parts[1] is leg]
    return max(max(used, default=-1) + 1, bracket.numbers_from)


def numbers_from(plan: BracketPlan, now: datetime) -> int:
    """Return where a life that begins now has its numbers from: the hundredths of a second since the plan, and one.

    Its first life counts from 0. Lives that begin by a clock that is years off share their numbers, so that a ref
    never grows longer than the broker takes: half of what has room in it is left to count on.
    """
    digits = ORDER_REF_CHARACTERS_MAX - len(order_ref(plan.intent, Leg.EXIT, 0)) + 1
    most: int = 10**digits // 2
    hundredths = int((now - plan.decided_at).total_seconds() * 100)
    return min(max(0, hundredths) + 1, most)
