from datetime import UTC, datetime, timedelta

from ops.frames import COLUMNS, Framed, frame_of, wants_frames
from tests.ops.own_strategies import Averages, Heir, Plain
from tests.ops.test_strategy_worker import OPENS, bars


def test_a_frame_has_the_bars_by_their_start_in_utc() -> None:
    frame = frame_of(bars(10, 11))

    assert list(frame.columns) == list(COLUMNS)
    assert list(frame.index) == [OPENS, OPENS + timedelta(minutes=1)]
    assert frame.index[0].to_pydatetime() == datetime(2026, 3, 11, 13, 30, tzinfo=UTC)
    assert frame.loc[OPENS].to_dict() == {"open": 10.0, "high": 11.0, "low": 9.0, "close": 10.0, "volume": 100.0}


def test_no_bars_are_an_empty_frame_of_the_same_shape() -> None:
    frame = frame_of(())

    assert (len(frame), list(frame.columns)) == (0, list(COLUMNS))


def test_a_strategy_says_by_its_class_that_it_wants_frames() -> None:
    assert wants_frames(Averages())
    assert wants_frames(Heir())
    assert not wants_frames(Plain())


def test_without_another_process_it_is_asked_with_a_frame_all_the_same() -> None:
    strategy = Framed(Averages(factor=2.0))

    said = strategy.decide(bars(10, 12))

    assert said.reason == {"mean": 22.0}
    assert (strategy.name, strategy.bar_seconds, strategy.bars_min, strategy.once_in_days) == ("averages", 60, 1, 2)
