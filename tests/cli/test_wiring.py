import pytest

from cli.wiring import symbol_settings
from config.load import load_fixed
from domain.errors import ConfigError
from domain.strategies.elsewhere import Elsewhere
from ops.frames import Framed
from ops.strategy_worker import StrategyWorker
from tests.ops.own_strategies import Plain

OWN = "tests.ops.own_strategies"


def strategies(name: str, worker: StrategyWorker | None) -> tuple[object, ...]:
    """Return what a symbol is traded by that uses scalp and this one."""
    settings = load_fixed({}, (f'strategies.use=["scalp","{OWN}.{name}"]',))
    return symbol_settings(settings, "SPY", worker).strategies


def test_a_strategy_that_wants_frames_is_the_workers() -> None:
    worker = StrategyWorker()

    scalp, own = strategies("Averages", worker)

    assert getattr(scalp, "name", None) == "scalp"
    assert own == Elsewhere(number=0, name="averages", bar_seconds=60, bars_min=1, once_in_days=2)


def test_without_a_worker_it_is_asked_in_this_process() -> None:
    _, own = strategies("Heir", None)

    assert isinstance(own, Framed)


def test_one_that_wants_bars_stays_in_this_process() -> None:
    worker = StrategyWorker()

    _, own = strategies("Plain", None)

    assert isinstance(own, Plain)
    assert not worker.is_wanted


def test_one_that_is_not_there_is_one_line() -> None:
    with pytest.raises(ConfigError, match=r"strategies.use: tests\.ops\.own_strategies\.Nobody cannot be made"):
        strategies("Nobody", None)
