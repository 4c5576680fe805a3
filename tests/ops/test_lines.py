import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from domain.reports import Side
from ops.lines import line_of, moment
from ops.masking import Masker

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("12.30"), 12.3),
        (Side.BUY, "BUY"),
        (date(2026, 1, 2), "2026-01-02"),
        (AT, "2026-01-02T03:04:05.000000Z"),
        (None, None),
        (True, True),
        (float("nan"), None),
        (("a", Decimal(1)), ["a", 1.0]),
        ({"k": 1}, "{'k': 1}"),
    ],
)
def test_a_field_becomes_what_json_can_hold_and_stays_flat(value: object, written: object) -> None:
    line = line_of("novelty", {"field": value}, AT, Masker())

    assert json.loads(line.as_json())["field"] == written


def test_a_moment_is_written_in_utc_with_microseconds() -> None:
    elsewhere = datetime(2026, 1, 2, 9, 30, tzinfo=timezone(timedelta(hours=-5)))

    assert moment(elsewhere) == "2026-01-02T14:30:00.000000Z"


def test_no_field_can_stand_in_for_the_head_of_a_line() -> None:
    line = line_of("novelty", {"ts": "x", "level": "x", "event": "x", "msg": "x"}, AT, Masker())

    assert json.loads(line.as_json()) == {"ts": moment(AT), "level": "ERROR", "event": "novelty", "msg": "novelty"}


def test_a_line_to_read_is_one_line() -> None:
    line = line_of("skip", {"symbol": "SPY", "reason": "two\nlines"}, AT, Masker())

    assert line.as_text() == "2026-01-02T03:04:05.000000Z INFO     skip: SPY: nothing to buy: two lines"
