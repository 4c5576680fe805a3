"""Faults that cannot be are refused with one line; those that can have sensible limits."""

from datetime import datetime
from typing import Any

import pytest

from simgateway.faults.effects import EFFECTS
from simgateway.faults.kinds import KINDS
from simgateway.faults.model import After, At, Chance, Fault, FaultError, Nth

_NAIVE = datetime(2025, 11, 12, 10, 0)  # noqa: DTZ001 - what is refused here


def test_every_kind_has_its_effect_and_every_effect_its_kind() -> None:
    assert set(EFFECTS) == set(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_can_be_made_with_its_defaults(kind: str) -> None:
    settings = {"code": 1100} if any(row.name == "code" and not row.default for row in KINDS[kind].parameters) else {}

    assert Fault(kind=kind, settings=settings).kind == kind


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"kind": "explode"}, "kind 'explode' is none of mute, delay"),
        ({"kind": "mute", "times": 0}, "times = 0: it must be 1 or more"),
        ({"kind": "mute", "lasts": 0.0}, "lasts = 0.0: it must be above 0"),
        ({"kind": "mute", "client": -2}, "client = -2: a client id is 0 or more"),
        ({"kind": "mute", "message": "orderStatuses"}, "message 'orderStatuses' is no message of direction in or out"),
        ({"kind": "mute", "message": "3"}, 'message 3: a number needs direction = "in" or "out"'),
        ({"kind": "cut", "direction": "in"}, "direction in: kind cut happens to messages to clients"),
        ({"kind": "bad_pnl", "message": "tickPrice"}, "kind bad_pnl happens to pnl, pnlSingle, portfolio only"),
        ({"kind": "drop", "message": "tickPrice"}, "kind drop happens to connections, it takes no message"),
        ({"kind": "mute", "settings": {"seconds": 1}}, "seconds: kind mute has no such setting; its settings: none"),
        ({"kind": "delay", "settings": {"seconds": -1}}, "seconds = -1: it must be a number from 0 to 86400"),
        ({"kind": "delay", "settings": {"seconds": float("nan")}}, "it must be a number from 0 to 86400"),
        ({"kind": "delay", "settings": {"overtaken": 1}}, "overtaken = 1: it must be true or false"),
        ({"kind": "duplicate", "settings": {"copies": 1.5}}, "copies = 1.5: it must be a whole number from 1 to 100"),
        ({"kind": "bad_quote", "settings": {"value": "7"}}, "value = '7': it must be one of 'nan', '-1', '0'"),
        ({"kind": "notice"}, "kind notice needs a code"),
        ({"kind": "mute", "when": At(_NAIVE)}, "the moment has no time zone"),
        ({"kind": "mute", "when": After(-1)}, "after = -1: it must be 0 or more seconds"),
        ({"kind": "mute", "when": Nth(0)}, "nth = 0: messages are counted from 1"),
        ({"kind": "mute", "when": Chance(1.5)}, "chance = 1.5: it must be from 0 to 1"),
        ({"kind": "drop", "when": Nth(1, "nothing")}, "message 'nothing' is no message"),
    ],
)
def test_a_fault_that_cannot_be_says_what_is_allowed(parts: dict[str, Any], said: str) -> None:
    with pytest.raises(FaultError) as caught:
        Fault(**parts)

    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_message_can_be_narrowed_to_one_of_the_kinds_own() -> None:
    (target,) = Fault(kind="bad_pnl", message="portfolio").targets

    assert (target.direction, target.numbers) == ("out", frozenset({"7"}))


def test_how_often_a_fault_may_happen_follows_from_when_it_begins() -> None:
    assert Fault(kind="mute").times_most == float("inf")
    assert Fault(kind="mute", when=Nth(3)).times_most == 1
    assert Fault(kind="mute", when=Nth(3), lasts=5.0).times_most == float("inf")
    assert Fault(kind="drop").times_most == 1
    assert Fault(kind="drop", when=Chance(0.1)).times_most == float("inf")
    assert Fault(kind="drop", times=4).times_most == 4
