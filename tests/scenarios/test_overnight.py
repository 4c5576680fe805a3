"""A position is held over night: its exits outlive the close and the gateway's restart, and guard the next day too."""

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Final

from domain.trading_day import NEW_YORK
from tests.scenarios.bad_days import Life, struck
from tests.simulation.short_days import DAY

BEGINS: Final = datetime.combine(DAY, time(15, 20, 40), NEW_YORK)
SETS: Final = ("risk.hold_overnight=true", "risk.cooldown_minutes=390", "options.expiry=monthly")
NIGHT: Final = datetime.combine(DAY, time(23, 45), NEW_YORK)
MORNING: Final = datetime.combine(DAY + timedelta(days=1), time(9, 20), NEW_YORK)
OPEN: Final = datetime.combine(DAY + timedelta(days=1), time(9, 31), NEW_YORK)


def test_exits_of_what_is_held_over_night_outlive_the_close_and_a_restart_of_the_gateway(tmp_path: Path) -> None:
    with Life.of(tmp_path, begins=BEGINS, sets=SETS) as life:
        life.run_until(BEGINS + timedelta(minutes=3))
        held = life.true()
        assert (len(held.positions), len(held.orders)) == (1, 2)

        life.run_until(NIGHT)
        assert life.true() == life.known() == held
        life.strike(struck("restart", seconds=120))
        life.run_until(MORNING)

        assert life.true() == life.known() == held
        assert life.events("position_closed") == []
        life.run_until(OPEN)
        life.stop()
        assert life.audited().violations == ()
        assert life.events("actor_failed", "actor_gave_up", "catalogue_violation", "mail_dropped") == []
