from datetime import timedelta
from typing import Any

import pytest

from domain.bracket_effects import AskBook, AskHoldings, BookFailed, Disconnected, Due
from domain.bracket_glance import until_look
from domain.reports import BrokerStatus as S
from tests.builders import NOW, a_fill, a_glance, a_position, an_open_order
from tests.domain.bracket_life import a_guarded_life

LATER = NOW + timedelta(seconds=60)
TARGET, STOP = an_open_order("T", S.SUBMITTED, quantity=2), an_open_order("S", S.PRE_SUBMITTED, quantity=2)
HELD = (a_position(2),)


def test_while_something_is_held_the_broker_is_asked_now_and_then_though_all_is_quiet() -> None:
    life = a_guarded_life()

    life.tell(Due(timer="look"), after=60)

    assert life.wants(AskHoldings)


@pytest.mark.parametrize(
    ("second", "left"), [(0, 60), (1, 59), (29.5, 30.5), (58.9, 1.1), (59.1, 60.9), (59.999999, 60.000001)]
)
def test_all_brackets_look_at_the_same_moment_and_none_twice_for_a_timer_that_is_early(
    second: float, left: float
) -> None:
    assert until_look(60, NOW.replace(second=0, microsecond=0) + timedelta(seconds=second)) == pytest.approx(left)


def test_nobody_is_asked_while_the_connection_is_lost() -> None:
    life = a_guarded_life()

    life.tell(Disconnected())
    life.tell(Due(timer="look"), after=60)

    assert life.wants(AskHoldings) == []


def test_a_look_that_shows_what_is_known_asks_for_nothing() -> None:
    life = a_guarded_life()

    life.tell(a_glance(positions=HELD, open_orders=(TARGET, STOP), asked_at=LATER))

    assert life.wants(AskBook) == []


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        ("less is held", {"positions": (a_position(1),)}),
        ("nothing is held", {"positions": ()}),
        ("an exit is gone", {"open_orders": (TARGET,)}),
        ("an exit sold a part", {"open_orders": (an_open_order("T", S.SUBMITTED, quantity=2, filled=1), STOP)}),
        ("an exit unknown here works", {"open_orders": (TARGET, STOP, an_open_order("X", S.SUBMITTED, number=4))}),
    ],
)
def test_a_look_that_shows_something_else_asks_for_the_whole_book(what: str, changes: dict[str, Any]) -> None:
    life = a_guarded_life()
    seen: dict[str, Any] = {"positions": HELD, "open_orders": (TARGET, STOP), "asked_at": LATER}

    life.tell(a_glance(**(seen | changes)))

    assert life.wants(AskBook), what


def test_an_order_sent_after_the_question_is_not_missed() -> None:
    life = a_guarded_life()

    life.tell(a_glance(positions=HELD, asked_at=NOW - timedelta(seconds=1)))

    assert life.wants(AskBook) == []


def test_other_peoples_contracts_and_orders_make_no_difference() -> None:
    life = a_guarded_life()
    positions, theirs = (*HELD, a_position(7, con_id=999)), an_open_order("T", S.SUBMITTED, ref="somebody")

    life.tell(a_glance(positions=positions, open_orders=(TARGET, STOP, theirs), asked_at=LATER))

    assert life.wants(AskBook) == []


def test_a_look_from_before_a_loss_asks_for_nothing() -> None:
    life = a_guarded_life()

    life.tell(Disconnected())
    life.tell(a_glance(asked_at=LATER), a_fill("T", 1, "3.03"))

    assert life.wants(AskBook) == []


def test_a_book_that_a_look_had_asked_for_is_asked_for_again_when_it_fails() -> None:
    life = a_guarded_life()
    life.tell(a_glance(positions=(), open_orders=(TARGET, STOP), asked_at=LATER))

    life.tell(BookFailed(reason="bad answer"))
    life.tell(Due(timer="book"), after=2)

    assert life.wants(AskBook)
