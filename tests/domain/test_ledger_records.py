"""A successor folds a day in the order in which it was lived through."""

from dataclasses import replace
from datetime import timedelta

from domain.events import Journaled, LegFilled
from domain.ids import IntentId
from domain.ledger_records import in_order
from tests.builders import INTENT, NOW
from tests.domain.ledger_builders import a_reservation, an_opening, bought, sold

BEFORE = NOW - timedelta(seconds=1)


def early(fill: LegFilled) -> LegFilled:
    return replace(fill, at=BEFORE)


def ordered(*own: Journaled) -> list[Journaled]:
    return list(in_order(own, {INTENT: (early(bought(2, "2")), sold(1, "3"))}))


def test_what_a_carried_bracket_did_before_the_day_was_opened_comes_before_it() -> None:
    assert ordered(an_opening()) == [early(bought(2, "2")), an_opening(), sold(1, "3")]


def test_a_bracket_of_today_comes_behind_its_reservation_whatever_the_brokers_clock_says() -> None:
    own = (an_opening(), a_reservation())

    assert ordered(*own) == [*own, early(bought(2, "2")), sold(1, "3")]


def test_anothers_reservation_and_a_day_that_is_not_opened_change_nothing() -> None:
    other = a_reservation(intent=IntentId("another"))

    assert ordered(an_opening(), other)[0] == early(bought(2, "2"))
    assert ordered() == [early(bought(2, "2")), sold(1, "3")]
