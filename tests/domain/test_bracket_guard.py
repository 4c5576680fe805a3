from domain.bracket_effects import Alarm, Due, Finish, StopEntry
from domain.events import ClosedBy
from domain.reports import OrderEffect
from tests.builders import a_fill, a_quote, a_status, an_error, ref
from tests.domain.bracket_life import Life, S, a_guarded_life, a_life, an_accepted_life


def a_bare_life() -> Life:
    """Bought, and both exits refused."""
    life = an_accepted_life()
    life.tell(a_quote(), a_fill("E", 2, "2.02", exec_id="in"))
    life.tell(a_status("T", S.INACTIVE), a_status("S", S.INACTIVE))
    return life


def alarms(life: Life) -> list[str]:
    return [effect.kind for effect in life.effects if isinstance(effect, Alarm)]


def test_refused_exits_are_placed_again_but_not_again_at_once() -> None:
    life = a_bare_life()
    assert [order.ref for order in life.sent()] == [ref("T", 1), ref("S", 1)]

    life.tell(an_error("T", OrderEffect.REJECTED, number=1), an_error("S", OrderEffect.REJECTED, number=1))
    assert life.sent() == []
    life.tell(Due(timer="anew"), after=2)

    assert [order.ref for order in life.sent()] == [ref("T", 2), ref("S", 2)]


def test_the_third_fresh_pair_calls_a_human() -> None:
    life = a_bare_life()

    for number in (1, 2):
        assert alarms(life) == []
        life.tell(*(an_error(leg, OrderEffect.REJECTED, number=number) for leg in "TS"))
        life.tell(Due(timer="anew"), after=2)

    assert alarms(life) == ["unguarded"]


def test_protection_that_is_gone_again_at_once_does_not_stop_the_clock() -> None:
    life = a_bare_life()
    since = life.bracket.unguarded_since
    assert since is not None

    life.tell(a_status("S", S.PRE_SUBMITTED, number=1), after=0.3)
    life.tell(a_status("S", S.INACTIVE, number=1), after=0.2)
    life.tell(Due(timer="lasting"), after=0.8)

    assert life.bracket.unguarded_since == since
    assert life.said("position_guarded") == []


def test_protection_that_lasts_ends_the_state_with_the_moment_it_came() -> None:
    life = a_bare_life()

    life.tell(a_status("T", S.SUBMITTED, number=1), a_status("S", S.PRE_SUBMITTED, number=1), after=0.5)
    life.tell(a_quote(seconds=1), after=0.5)
    life.tell(Due(timer="lasting"), after=0.5)

    assert [line.fields["unguarded_seconds"] for line in life.said("position_guarded")] == [0.5]


def test_a_position_bare_for_its_whole_bound_is_sold() -> None:
    life = a_bare_life()
    life.tell(a_status("T", S.INACTIVE, number=1), a_status("S", S.INACTIVE, number=1))

    life.tell(Due(timer="bare"), Due(timer="anew"), after=30)

    assert [order.ref for order in life.sent()] == [ref("X")]
    assert life.bracket.closing is ClosedBy.UNGUARDED


def test_a_bound_that_passes_while_protection_is_back_changes_nothing() -> None:
    life = a_bare_life()
    life.tell(a_status("T", S.SUBMITTED, number=1), a_status("S", S.PRE_SUBMITTED, number=1))

    life.tell(Due(timer="bare"), Due(timer="unguarded"))

    assert life.bracket.closing is None
    assert alarms(life) == []


def test_a_position_that_is_gone_needs_no_protection() -> None:
    life = a_life()
    life.tell(a_fill("E", 2, "2.02", exec_id="in"), StopEntry(reason="loss limit"))
    assert life.bracket.unguarded_since is not None

    life.tell(a_fill("T", 2, "3.03", exec_id="out"))

    assert life.bracket.unguarded_since is None


def test_a_guarded_life_is_never_bare() -> None:
    life = a_guarded_life()

    life.tell(Due(timer="bare"), Due(timer="unguarded"))

    assert (life.wants(Finish), alarms(life), life.bracket.closing) == ([], [], None)
