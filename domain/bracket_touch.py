"""Exits that are emulated: its own quotes are a bracket's guard, and say when it is sold."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from domain.bracket_effects import Say
from domain.bracket_facts import Step
from domain.bracket_prices import exits_of
from domain.brackets import Bracket, entry_average, position
from domain.events import ClosedBy
from domain.quotes import Quote

STOP_TOUCHES = 2  # One odd quote is not a market.


def on_quote(bracket: Bracket, quote: Quote, now: datetime) -> Step:
    """Remember the quote; where exits are emulated, see whether it touches one."""
    newer = bracket.quote is None or quote.at > bracket.quote.at
    after = replace(bracket, quote=quote)
    if bracket.plan.native or bracket.closing is not None or position(bracket) <= 0 or not newer:
        return after, ()
    return _touch(after, quote, now)


def _touch(bracket: Bracket, quote: Quote, now: datetime) -> Step:
    fresh = (now - quote.at).total_seconds() <= bracket.policy.quote_age_seconds_max
    if quote.bid is None or not fresh:
        return bracket, ()
    prices = exits_of(bracket.plan, entry_average(bracket))
    if quote.bid >= prices.target:
        return _triggered(bracket, ClosedBy.TARGET, quote.bid)
    touches = bracket.stop_touches + 1 if quote.bid <= prices.trigger else 0
    after = replace(bracket, stop_touches=touches)
    return _triggered(after, ClosedBy.STOP, quote.bid) if touches >= STOP_TOUCHES else (after, ())


def _triggered(bracket: Bracket, why: ClosedBy, bid: Decimal) -> Step:
    line = Say(event="oco_triggered", fields={"intent": bracket.plan.intent, "leg": why.name, "bid": bid})
    return replace(bracket, closing=why, entry_stopped=True), (line,)


def starved(bracket: Bracket, now: datetime) -> Step:
    """Close an emulated bracket whose own quote is too old: nobody watches its stop."""
    quote, policy = bracket.quote, bracket.policy
    old = quote is None or (now - quote.at).total_seconds() > policy.quote_age_seconds_max
    if bracket.plan.native or not policy.data_loss_exit or not old:
        return bracket, ()
    return replace(bracket, closing=bracket.closing or ClosedBy.DATA_LOST, entry_stopped=True), ()
