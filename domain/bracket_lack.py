"""Fewer contracts in the account than a bracket holds by its fills, and nothing that the broker tells explains it.

It may be a sale of an earlier day, a contract that expired or was exercised, a row that was lost, or a mistake of ours.
Two answers that lack as many, so far apart that no position is merely told late, are told to the operator, once.
Nothing is traded for it and no exit is cut: what is not understood is left as it is, until the operator says that it
is gone (``domain.bracket_gone``).
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from domain.bracket_effects import Alarm, Say, SetTimer
from domain.bracket_facts import Step, claims_more
from domain.bracket_outside import sales_of_others, there
from domain.brackets import Bracket, position
from domain.reports import BookReport
from domain.shortfall import Lack

APART: Final = timedelta(seconds=5)
"""From the first answer to the question of the second, at least: longer than a position is told after its fill."""


def told_of_lack(result: Step, book: BookReport) -> Step:
    """Tell what two books lack without a word of a sale; after the first, look again."""
    (bracket, effects), quantity = sure_lack(result, book)
    known = bracket.lack
    if not quantity or known is None:
        return bracket, effects
    line, alarm = _told(bracket, quantity, there(bracket, book))
    return replace(bracket, lack=replace(known, told=True)), (*effects, line, alarm)


def sure_lack(result: Step, book: BookReport) -> tuple[Step, int]:
    """Return how many are sure to lack and were not told; 0 else. After the first book that lacks some, look again."""
    bracket, effects = result
    if bracket.book_wanted or claims_more(bracket):
        return result, 0
    quantity, fills = unexplained(bracket, book), len(bracket.fills)
    known = bracket.lack
    if quantity <= 0:
        again = (_again(bracket),) if known is not None and known.told else ()
        return (replace(bracket, lack=None), (*effects, *again)), 0
    if known is None or (known.quantity, known.fills) != (quantity, fills) or book.at < known.at:
        known = Lack(quantity=quantity, fills=fills, at=book.at)
    if known.told:
        return result, 0
    after = replace(bracket, lack=known)
    if book.asked_at < known.at + APART:
        look = SetTimer(timer="look", seconds=APART.total_seconds())
        return (replace(after, timers=after.timers | {"look"}), (*effects, look)), 0
    return (after, effects), quantity


def unexplained(bracket: Bracket, book: BookReport) -> int:
    """Return how many of ours are neither there nor sold by anybody that the broker tells of."""
    held = position(bracket)
    sold = sum(sale.quantity for sale in sales_of_others(bracket, book))
    return min(held, held - there(bracket, book) - sold)


def _again(bracket: Bracket) -> Say:
    fields = {"intent": bracket.plan.intent, "contract": bracket.plan.contract.label, "position": position(bracket)}
    return Say(event="position_complete", fields=fields)


def _told(bracket: Bracket, quantity: int, at_the_broker: int) -> tuple[Say, Alarm]:
    held, label = position(bracket), bracket.plan.contract.label
    fields = {"intent": bracket.plan.intent, "contract": label, "position": held, "quantity": quantity}
    text = f"{label}: {held} held by our fills, {at_the_broker} at the broker, and no sale is told; the exits stay"
    text += (
        f" and may sell {quantity} that are not there: look into TWS, then ./bot gone {bracket.plan.contract.symbol}"
    )
    return Say(event="position_lacking", fields=fields), Alarm(kind="position_lacking", text=text, level="CRITICAL")
