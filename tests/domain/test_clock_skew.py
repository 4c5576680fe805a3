from datetime import datetime, timedelta

import pytest

from domain.clock_skew import ClockCompared, clock_finding, compared
from domain.denials import DenialRule
from tests.builders import NOW


def a_comparison(skew_seconds: float) -> ClockCompared:
    return ClockCompared(at=NOW, skew_seconds=skew_seconds, limit_seconds=2)


@pytest.mark.parametrize(("ahead", "way"), [(0.0, 0.0), (3.0, 0.2), (-60.0, 0.6), (1.5, 4.0)])
def test_the_difference_is_found_to_half_a_second_and_half_the_way(ahead: float, way: float) -> None:
    answered = NOW + timedelta(seconds=way)
    exact = NOW + timedelta(seconds=way / 2 + ahead)
    said = datetime.fromtimestamp(int(exact.timestamp()), exact.tzinfo)

    found = compared(asked=NOW, answered=answered, said=said, limit_seconds=2)

    assert found.skew_seconds == pytest.approx(ahead, abs=0.5)
    assert (found.at, found.limit_seconds) == (answered, 2)


@pytest.mark.parametrize("skew", [0.0, 2.0, -2.0])
def test_clocks_that_agree_to_the_limit_speak_against_nothing(skew: float) -> None:
    assert clock_finding(a_comparison(skew)) is None


@pytest.mark.parametrize(("skew", "said"), [(2.1, "+2.1 s"), (-60.0, "-60.0 s")])
def test_a_clock_further_off_speaks_against_every_entry_with_its_number_and_limit(skew: float, said: str) -> None:
    finding = clock_finding(a_comparison(skew))

    assert finding is not None
    assert finding.rule is DenialRule.CLOCK_SKEW
    assert said in finding.found
    assert finding.limit == "2 s"


def test_clocks_that_were_never_compared_speak_against_every_entry() -> None:
    finding = clock_finding(None)

    assert finding is not None
    assert finding.rule is DenialRule.CLOCK_SKEW
