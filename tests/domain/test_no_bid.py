"""No bid at all while something is to be sold: a human is told, whatever way out the bracket is on."""

from domain.bracket_effects import Alarm, Due, Liquidate, SetTimer
from domain.events import ClosedBy
from domain.no_bid import AGAIN_SECONDS
from domain.reports import BrokerStatus
from tests.builders import a_fill, a_quote, a_status
from tests.domain.bracket_life import Life, a_guarded_life, an_accepted_life

S = BrokerStatus


def alarms(life: Life) -> list[str]:
    return [effect.kind for effect in life.effects if isinstance(effect, Alarm)]


def a_sale_that_is_chased() -> Life:
    life = an_accepted_life()
    life.tell(a_fill("E", 2, "2.02"), a_quote("2.00", "2.10"), Liquidate(why=ClosedBy.FLATTENED))
    life.tell(a_status("T", S.CANCELLED), a_status("S", S.CANCELLED), a_status("X", S.SUBMITTED))
    return life


def test_a_bid_that_goes_away_after_the_first_try_is_told() -> None:
    life = a_sale_that_is_chased()

    life.tell(a_quote(None, "2.10", seconds=1), Due(timer="chase"), after=2)

    assert alarms(life) == ["no_bid"]


def test_a_stop_that_triggered_into_no_bid_is_told() -> None:
    life = a_guarded_life()

    life.tell(a_quote(None, "1.50", seconds=1), a_status("S", S.SUBMITTED))

    assert alarms(life) == ["no_bid"]


def test_a_stop_whose_bid_goes_away_while_it_rests_is_told() -> None:
    life = a_guarded_life()
    life.tell(a_status("S", S.SUBMITTED), a_quote("1.40", "1.50", seconds=1))

    life.tell(a_quote(None, "1.50", seconds=2), Due(timer="stop"), after=10)

    assert alarms(life) == ["no_bid"]


def test_it_is_told_again_only_after_a_while() -> None:
    life = a_sale_that_is_chased()
    told = life.tell(a_quote(None, "2.10", seconds=1), Due(timer="chase"), after=2)
    assert SetTimer(timer="no_bid", seconds=AGAIN_SECONDS) in told

    life.tell(Due(timer="chase"), after=2)
    meanwhile = alarms(life)
    life.tell(Due(timer="no_bid"), Due(timer="chase"), after=AGAIN_SECONDS)

    assert (meanwhile, alarms(life)) == ([], ["no_bid"])
