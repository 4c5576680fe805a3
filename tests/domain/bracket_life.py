"""A bracket that is told things one after the other, and what it wants done about them."""

from datetime import datetime, timedelta
from typing import Any

from domain.bracket_effects import (
    Begin,
    BracketInput,
    Cancel,
    Change,
    Effect,
    Say,
    Send,
)
from domain.bracket_steps import step
from domain.brackets import Bracket, BracketPolicy
from domain.order_specs import OrderSpec
from domain.reports import BrokerStatus
from tests.builders import (
    NOW,
    a_bracket,
    a_fee,
    a_fill,
    a_quote,
    a_status,
)

S = BrokerStatus


class Life:
    """A bracket that is told things one after the other."""

    def __init__(self, bracket: Bracket, now: datetime = NOW) -> None:
        self.bracket = bracket
        self.now = now
        self.effects: list[Effect] = []

    def tell(self, *messages: BracketInput, after: float = 0.0) -> list[Effect]:
        """Return what it wants done about these; ``after`` seconds pass before."""
        self.now += timedelta(seconds=after)
        self.effects = []
        for message in messages:
            self.bracket, effects = step(self.bracket, message, self.now)
            self.effects.extend(effects)
        return self.effects

    def wants(self, kind: type) -> list[Effect]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def sent(self) -> list[OrderSpec]:
        return [order for effect in self.effects if isinstance(effect, Send) for order in effect.orders]

    def changed(self) -> list[OrderSpec]:
        return [effect.order for effect in self.effects if isinstance(effect, Change)]

    def cancelled(self) -> list[str]:
        return [effect.ref for effect in self.effects if isinstance(effect, Cancel)]

    def said(self, event: str) -> list[Say]:
        return [effect for effect in self.effects if isinstance(effect, Say) and effect.event == event]


def a_life(*, policy: BracketPolicy | None = None, **plan: Any) -> Life:
    life = Life(a_bracket(policy=policy, **plan))
    life.tell(Begin())
    return life


def an_accepted_life(**plan: Any) -> Life:
    """Sent, and acknowledged by the broker."""
    life = a_life(**plan)
    life.tell(a_status("E", S.SUBMITTED), a_status("T", S.PRE_SUBMITTED), a_status("S", S.PRE_SUBMITTED))
    return life


def a_guarded_life(**plan: Any) -> Life:
    """Bought at the entry's limit, both exits resting."""
    life = an_accepted_life(**plan)
    life.tell(a_fill("E", 2, "2.02", exec_id="in"), a_fee("in"), a_status("T", S.SUBMITTED), a_quote())
    return life


def an_emulated_life() -> Life:
    life = a_life(native=False)
    life.tell(a_status("E", S.SUBMITTED), a_quote(), a_fill("E", 2, "2.02", exec_id="in"), a_fee("in"))
    return life
