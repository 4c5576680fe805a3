"""A position that is to be sold, and nobody bids for it: told to the operator, whenever in its way out it happens."""

from dataclasses import replace
from typing import Final

from domain.bracket_effects import Alarm, SetTimer
from domain.bracket_facts import Step
from domain.brackets import Bracket

AGAIN_SECONDS: Final = 600.0


def bidden(bracket: Bracket) -> bool:
    """Return whether the last quote had a bid."""
    return bracket.quote is not None and bracket.quote.bid is not None


def told_of_no_bid(result: Step) -> Step:
    """Tell that there is no bid for what is to be sold now; not again within `AGAIN_SECONDS`."""
    bracket, effects = result
    if bidden(bracket) or "no_bid" in bracket.timers:
        return result
    text = f"{bracket.plan.contract.label}: no bid at all; one tick rests. If it is in the money it will be exercised."
    alarm, pause = Alarm(kind="no_bid", text=text), SetTimer(timer="no_bid", seconds=AGAIN_SECONDS)
    return replace(bracket, timers=bracket.timers | {"no_bid"}), (*effects, alarm, pause)
