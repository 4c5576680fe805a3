"""The process dies before the close, and what it held has been exercised when the next one comes.

The option is gone by an execution at a price of nothing, and shares are there that are nothing of ours: the bracket
ends, nothing is sent for it, and what the journal and the day's ledger hold is the gateway's to the cent.
"""

from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from cli.simulation.mortal_day import Death
from cli.simulation.session import calendar_in
from domain.trading_day import NEW_YORK, Calendar, new_york
from tests.scenarios.deaths import EXPIRING
from tests.scenarios.test_adoption_death import NO_DEATH, MortalLife
from tests.simulation.short_days import DAY

BEGINS: Final = datetime.combine(DAY, time(15, 40, 40), NEW_YORK)
HELD_AT: Final = BEGINS + timedelta(minutes=3)
COUNTED_AT: Final = datetime.combine(DAY, time(16, 25), NEW_YORK)
SETS: Final = (
    "options.expiry=0dte",
    "options.moneyness=otm1",
    "risk.no_entry_before_close_minutes=2",
    "risk.flatten_before_close_minutes=2",
    "risk.max_contracts_per_order=1",
)
ORDERS_MOST: Final = 130
"""What is sent until 16:15, while it might still be traded: an exit every 10 s once it was refused ten times."""


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


@pytest.mark.parametrize("back", [time(16, 5), time(16, 20)])
def test_what_expired_worthless_while_nobody_was_there_is_lost_and_ends_its_bracket(back: time, tmp_path: Path) -> None:
    with MortalLife.of(tmp_path, dies_at=NO_DEATH, begins=BEGINS, symbols=("QQQ",), sets=SETS) as life:
        life.run_until(HELD_AT)
        assert life.process is not None
        assert len(life.true().positions) == 1
        life.process.kill()
        life.run_until(datetime.combine(DAY, back, NEW_YORK))
        life.start_anew()
        life.run_until(COUNTED_AT)

        (line,) = life.events("position_written_off")
        assert (line["price"], line["reason"]) == (Decimal(0), "its expiry")
        (closed,) = life.events("position_closed")
        assert closed["pnl"] == life.gateway.books().cash - life.gateway.config.start_cash
        assert (life.brackets(), life.true().positions) == ([], {})
        assert len(life.sent("placeOrder")) <= ORDERS_MOST
        life.stop()
        assert life.audited().violations == ()
