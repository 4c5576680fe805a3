"""The process dies before the close, and what it held has been exercised when the next one comes.

The option is gone by an execution at a price of nothing, and shares are there that are nothing of ours: the bracket
ends, nothing is sent for it, and what the journal and the day's ledger hold is the gateway's to the cent.
"""

from datetime import time

import pytest

from cli.simulation.mortal_day import Death
from cli.simulation.session import calendar_in
from domain.trading_day import Calendar, new_york
from tests.scenarios.deaths import EXPIRING


@pytest.fixture(scope="module")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> Calendar:
    return calendar_in(tmp_path_factory.mktemp("calendar"))


def test_what_was_exercised_while_nobody_was_there_is_counted_and_nothing_is_sent_for_it(calendar: Calendar) -> None:
    alone = EXPIRING.lived(calendar)
    held = [point.number for point in alone.points if new_york(point.at).time() <= time(15, 57, 40)]

    found = {number: EXPIRING.lived(calendar, Death(point=number)) for number in (held[-1], held[-len(held) // 8])}

    assert alone.problems == ()
    assert {number: lived.problems for number, lived in found.items() if lived.problems} == {}
    assert sum(lived.exercised for lived in found.values()) > 0
