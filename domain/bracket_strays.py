"""Exits that work beside those that took their place: believed lost, they were kept back somewhere and arrived.

No link makes the broker cut one when the other sells, so together they sell more than is held and open a naked short.
What is linked, the children of one entry or the members of one group, is one; of several the newest stays, the rest
goes at once.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from domain.bracket_exits import cancelled_all
from domain.bracket_facts import Step
from domain.brackets import Bracket, exits, leg_of
from domain.ids import Leg
from domain.orders import Order, OrderStatus
from domain.reports import Side

AT_WORK: Final = frozenset({OrderStatus.HELD, OrderStatus.WORKING})


def link_of(order: Order) -> str:
    """Return what it shares with the exits that it is linked to at the broker: target and stop of a number are."""
    return order.ref if leg_of(order) is Leg.EXIT else order.ref.rpartition(".")[2]


def _age(order: Order) -> tuple[datetime, int, bool]:
    """Return what tells the newer of two: when it was sent; of those that one book told of, the number."""
    return order.sent_at, int(order.ref.rpartition(".")[2]), leg_of(order) is Leg.EXIT


def without_strays(bracket: Bracket) -> Step:
    """Ask for the cancel of every exit at work but the newest and what is linked to it."""
    working = tuple(order for order in exits(bracket) if order.status in AT_WORK)
    if len({link_of(order) for order in working}) <= 1:
        return bracket, ()
    kept = link_of(max(working, key=_age))
    return cancelled_all(bracket, tuple(order for order in working if link_of(order) != kept))


def are_cut_together(bracket: Bracket, working: Iterable[Order]) -> bool:
    """Return whether the broker itself ends all of these: linked to one another and to what sold, or to an entry.

    An entry that is over takes its children along, unless an exit that was not linked to them sold.
    """
    links = {link_of(order) for order in working}
    sold = {link_of(order) for order in bracket.orders if order.spec.side is Side.SELL and order.filled}
    alone = any(leg_of(order) is Leg.EXIT for order in working)
    return len(links) == 1 and not alone and (not sold or links <= sold)
