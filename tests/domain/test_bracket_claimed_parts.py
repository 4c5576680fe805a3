"""A part of an order that a status promises and whose execution does not come: what is known is guarded on."""

from domain.bracket_effects import Due
from tests.builders import a_fee, a_fill, a_quote, a_status, ref
from tests.domain.bracket_life import S, a_guarded_life, an_accepted_life


def test_a_stop_of_which_a_part_is_said_to_have_sold_is_chased_on() -> None:
    life = a_guarded_life()
    life.tell(a_status("S", S.SUBMITTED), a_status("S", S.SUBMITTED, filled=1))

    life.tell(a_quote("1.40", "1.42"), Due(timer="stop"), after=12)

    assert [order.ref for order in life.changed()] == [ref("S")]


def test_what_an_entry_is_said_to_have_bought_keeps_nobody_from_guarding_what_is_known() -> None:
    life = an_accepted_life()
    life.tell(a_fill("E", 1, "2.02", exec_id="in"), a_fee("in"), a_status("E", S.CANCELLED, filled=2))

    life.tell(a_status("T", S.CANCELLED), a_status("S", S.CANCELLED))

    assert [(order.ref, order.quantity) for order in life.sent()] == [(ref("T", 1), 1), (ref("S", 1), 1)]
