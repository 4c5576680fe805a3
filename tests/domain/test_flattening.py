from datetime import UTC, date, datetime, timedelta

import pytest

from domain.flattening import FlattenPlan, FlattenRule, flatten_plan
from domain.trading_day import Calendar, Session

MONDAY = Session(
    day=date(2026, 1, 5),
    opens_at=datetime(2026, 1, 5, 14, 30, tzinfo=UTC),
    closes_at=datetime(2026, 1, 5, 21, tzinfo=UTC),
)
EARLY_TUESDAY = Session(
    day=date(2026, 1, 6),
    opens_at=datetime(2026, 1, 6, 14, 30, tzinfo=UTC),
    closes_at=datetime(2026, 1, 6, 18, tzinfo=UTC),
)
CALENDAR = Calendar.of([MONDAY, EARLY_TUESDAY])


def a_rule(*, hold_overnight: bool = False) -> FlattenRule:
    return FlattenRule(calendar=CALENDAR, before_close_minutes=15, hold_overnight=hold_overnight)


@pytest.mark.parametrize("session", [MONDAY, EARLY_TUESDAY])
def test_closing_begins_a_minute_early_so_that_it_is_done_in_time_before_the_real_close(session: Session) -> None:
    plan = flatten_plan(a_rule(), date(2026, 1, 30), session.opens_at)

    assert plan.close_at == session.closes_at - timedelta(minutes=16)


def test_what_may_be_held_is_held_and_looked_at_again_after_the_close() -> None:
    plan = flatten_plan(a_rule(hold_overnight=True), date(2026, 1, 30), MONDAY.opens_at)

    assert plan == FlattenPlan(close_at=None, review_at=MONDAY.closes_at)


def test_what_expires_today_is_closed_even_where_it_may_be_held() -> None:
    plan = flatten_plan(a_rule(hold_overnight=True), MONDAY.day, MONDAY.opens_at)

    assert plan.close_at == MONDAY.closes_at - timedelta(minutes=16)


def test_behind_the_calendars_end_nothing_is_planned() -> None:
    after_the_end = EARLY_TUESDAY.closes_at + timedelta(days=1)

    assert flatten_plan(a_rule(), MONDAY.day, after_the_end) == FlattenPlan(close_at=None, review_at=None)
