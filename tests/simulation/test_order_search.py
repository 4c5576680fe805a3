"""Every order of events of one bracket, to the end: no invariant breaks, and every state has a way out."""

from collections.abc import Hashable

import pytest

from tests.domain.order_world.exchange import Rules
from tests.domain.order_world.search import Search
from tests.domain.order_world.settings import SMALL
from tests.domain.order_world.world import SILENCE, Allowed, Setting


@pytest.mark.parametrize("setting", SMALL.values(), ids=SMALL)
def test_no_order_of_events_breaks_an_invariant_or_leads_nowhere(setting: Setting) -> None:
    found = Search(setting).run()

    assert found.broken == ()
    assert found.closed > 0


@pytest.mark.parametrize("name", ["a crash", "a cut"])
def test_the_moves_that_are_left_out_lead_to_no_other_quiet_state_and_let_the_broker_do_nothing_else(name: str) -> None:
    reduced, whole = Search(SMALL[name]), Search(SMALL[name], reduced=False)

    found, everything = reduced.run(), whole.run()

    assert found.broken == everything.broken == ()
    assert met(reduced) == met(whole)
    assert found.states < everything.states / 3


def met(search: Search) -> tuple[set[Hashable], set[Hashable]]:
    """Return the states in which nothing is under way, and all that the broker came to."""
    world = search.world
    quiet = {
        (world.bracket_of(one), world.exchange_of(one), one.timers & ~SILENCE, *one[7:])
        for one in search.states
        if not (one.outgoing or one.incoming or one.late)
    }
    return set(quiet), {world.exchange_of(one) for one in search.states}


def test_a_broker_without_overfill_protection_is_found_to_sell_more_than_is_held() -> None:
    # A change of the stop crosses a part that its target sold: what guards against it is the group's own blocking.
    rules = Rules(blocks_overfills=False)

    found = Search(Setting(rules=rules, hurried=False, allowed=Allowed(mishaps=1, partials=1))).run()

    assert [text for text, _ in found.broken] == ["the working exits could sell more than is held"]
    assert any(move.startswith("arrived: Change") for move in found.broken[0][1])
