from datetime import UTC, date, datetime
from pathlib import Path

from cli.system import CALENDAR_DAYS_LIVE, calendar_around


def test_a_process_that_trades_for_two_years_always_knows_its_next_session(tmp_path: Path) -> None:
    calendar = calendar_around(date(2026, 3, 5), tmp_path, CALENDAR_DAYS_LIVE)

    session = calendar.current_or_next(datetime(2028, 3, 4, 12, 0, tzinfo=UTC))

    assert session is not None
    assert session.day == date(2028, 3, 6)
