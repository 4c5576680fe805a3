import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ops.calendar import sessions
from tests.house import CHECKOUT


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all tests here: making a year takes a second."""
    return tmp_path_factory.mktemp("calendar")


def test_christmas_eve_closes_at_one(cache: Path) -> None:
    (session,) = sessions(date(2015, 12, 24), date(2015, 12, 25), cache)

    assert session == (
        date(2015, 12, 24),
        datetime(2015, 12, 24, 14, 30, tzinfo=UTC),
        datetime(2015, 12, 24, 18, 0, tzinfo=UTC),
    )


def test_summer_opens_an_hour_earlier_in_utc(cache: Path) -> None:
    (session,) = sessions(date(2015, 7, 1), date(2015, 7, 1), cache)

    assert session[1:] == (datetime(2015, 7, 1, 13, 30, tzinfo=UTC), datetime(2015, 7, 1, 20, 0, tzinfo=UTC))


def test_holidays_and_weekends_are_left_out(cache: Path) -> None:
    found = sessions(date(2015, 7, 1), date(2015, 7, 7), cache)

    assert [day.day for day, _, _ in found] == [1, 2, 6, 7]


def test_a_span_may_cross_the_new_year(cache: Path) -> None:
    found = sessions(date(2015, 12, 30), date(2016, 1, 5), cache)

    assert [day for day, _, _ in found] == [date(2015, 12, 30), date(2015, 12, 31), date(2016, 1, 4), date(2016, 1, 5)]


def test_a_year_once_asked_for_needs_no_pandas(cache: Path) -> None:
    expected = sessions(date(2015, 12, 24), date(2015, 12, 31), cache)
    code = (
        "import sys; from datetime import date; from pathlib import Path; from ops.calendar import sessions; "
        f"found = sessions(date(2015, 12, 24), date(2015, 12, 31), Path({str(cache)!r})); "
        "print(len(found), 'pandas' in sys.modules)"
    )

    said = subprocess.run(  # noqa: S603 - our own code, in a process of its own to see what it imports
        [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True, timeout=60
    )

    assert said.stdout.split() == [str(len(expected)), "False"]


@pytest.mark.parametrize("torn", ["", "[]", "[[1]]", '{"a": 1}', "[[2015, 1, 2]]"])
def test_a_torn_file_is_made_anew(cache: Path, torn: str) -> None:
    expected = sessions(date(2015, 12, 24), date(2015, 12, 31), cache)
    (kept,) = cache.glob("xnys-2015-*.json")
    kept.write_text(torn)

    found = sessions(date(2015, 12, 24), date(2015, 12, 31), cache)

    assert found == expected
    assert len(json.loads(kept.read_text())) == 252


def test_a_year_beyond_all_calendars_is_refused(cache: Path) -> None:
    with pytest.raises(ValueError, match="1889-01-01 to 2015-01-01 is not within 1990 to 2100"):
        sessions(date(1889, 1, 1), date(2015, 1, 1), cache)
