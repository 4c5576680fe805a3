from datetime import date
from pathlib import Path

import pytest

from cli.demo import Wanted
from cli.processes import in_order, workers_for
from cli.replay_span import tasks_of
from domain.errors import ConfigError

SPAN = "2013-10-07..2013-10-09"


def wanted(folder: Path) -> Wanted:
    sets = (f"paths.runs_dir={folder / 'runs'}",)
    return Wanted(seed=7, sets=sets, crashes=(), dry_run=False, cash=False, as_json=True)


def recorded(folder: Path, symbol: str, *days: int) -> None:
    """Leave the names of recordings of these days of October 2013."""
    place = folder / "equity" / "usa" / "minute" / symbol.lower()
    place.mkdir(parents=True)
    for day in days:
        (place / f"201310{day:02}_trade.zip").touch()


def test_a_span_has_the_trading_days_that_every_symbol_was_recorded_on(tmp_path: Path) -> None:
    recorded(tmp_path, "SPY", 4, 5, 7, 8, 9, 10)
    recorded(tmp_path, "QQQ", 10, 9, 7, 5, 4)

    found = tasks_of(wanted(tmp_path), data=tmp_path, span="2013-10-05..2013-10-09", symbols="spy, QQQ")

    assert [task.day for task in found] == [date(2013, 10, 7), date(2013, 10, 9)]


@pytest.mark.parametrize(
    ("span", "said"),
    [
        ("2013-10-09..2013-10-07", r"the first is after the last; did you mean 2013-10-07\.\.2013-10-09\?"),
        ("2013-10-07..", r"--date : not a day; write YYYY-MM-DD"),
        ("2013-10-07..tomorrow", r"--date tomorrow: not a day"),
        ("2013-10-07..2013-10-08..2013-10-09", r"give FIRST\.\.LAST, such as"),
        ("2014-10-07..2014-10-09", r"has no day of SPY in it; choose a recorded span"),
    ],
)
def test_a_span_that_is_none_is_refused_in_one_line(tmp_path: Path, span: str, said: str) -> None:
    recorded(tmp_path, "SPY", 7)

    with pytest.raises(ConfigError, match=said) as error:
        tasks_of(wanted(tmp_path), data=tmp_path, span=span, symbols="SPY")

    assert "\n" not in str(error.value)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nowhere: no such folder"):
        tasks_of(wanted(tmp_path), data=tmp_path / "nowhere", span=SPAN, symbols="SPY")


def test_there_are_no_more_processes_than_tasks() -> None:
    assert workers_for(8, 3) == 3
    assert 1 <= workers_for(None, 2) <= 2


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_tasks(workers: int) -> None:
    assert list(in_order(abs, [-3, 2, -1], workers)) == [3, 2, 1]


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_task_raises_is_raised_here(workers: int) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        list(in_order(int, ["1", "x", "3"], workers))
