"""A contract that is traded no more while a bracket still holds it: nothing can be sold, so nothing is sent.

It may have been bought on its last day by a bot that was down at the close, or found no buyer. What the broker makes
of it, shares or nothing, is an execution or is none; what is gone without one expired worthless, and counts as sold
at 0 once two answers lack it, as far apart as for any lack. Until then it is looked at, and nobody is called.
"""

from dataclasses import replace
from datetime import datetime, time
from typing import Final

from domain.bracket_exits import liquidate, protect
from domain.bracket_facts import Step
from domain.bracket_gone import after_gone, gone_of
from domain.bracket_lack import sure_lack, told_of_lack
from domain.bracket_outside import fitted
from domain.bracket_strays import without_strays
from domain.brackets import Bracket
from domain.reports import BookReport
from domain.trading_day import NEW_YORK

TRADED_UNTIL: Final = time(16, 15)
"""New York, on its last day: so long some options on ETFs are; most end at 16:00, and on short days earlier."""
BY: Final = "its expiry"


def is_over(bracket: Bracket, now: datetime) -> bool:
    """Return whether the contract is traded no more."""
    return now >= datetime.combine(bracket.plan.contract.expiry, TRADED_UNTIL, NEW_YORK)


def kept(bracket: Bracket, now: datetime) -> Step:
    """Keep what is held guarded, or sell it; nothing of either where nothing can be sold."""
    if is_over(bracket, now):
        return bracket, ()
    after, cancels = without_strays(bracket)
    after, effects = fitted(liquidate(after, now) if after.closing is not None else protect(after, now))
    return after, (*cancels, *effects)


def lacking(result: Step, book: BookReport, now: datetime) -> Step:
    """Tell what a book lacks without a word of a sale; of a contract that is over, count it as lapsed."""
    bracket, effects = result
    if not is_over(bracket, now):
        return told_of_lack(result, book)
    known = bracket.lack and replace(bracket.lack, told=False)  # Told while it might still have been traded.
    (after, looks), quantity = sure_lack((replace(bracket, lack=known), effects), book)
    if not quantity:
        return after, looks
    after, more = after_gone(after, replace(gone_of(after, quantity, now), by=BY))
    return after, (*effects, *more)
