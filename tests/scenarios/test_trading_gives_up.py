"""Trading gives up while three brackets are open: each is guarded to its end, over the wire."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from cli.control_server import settling_refused
from domain.events import BreakerMoved
from domain.others import Settle
from simgateway.market.base import Instrument
from tests.scenarios.bad_days import BEGINS, Life, wavering
from tests.scenarios.test_daily_loss import start_again
from tests.scenarios.test_foreign import an_option, by_hand, settle

SYMBOLS: Final = ("SPY", "GOOG", "AAPL")
GIVES_UP: Final = BEGINS + timedelta(seconds=170)
MOVES: Final = GIVES_UP + timedelta(seconds=120)
AFTERWARDS: Final = BEGINS + timedelta(minutes=62)


def parting(instrument: Instrument, at: datetime) -> tuple[str, str]:
    """Let SPY's options rise above any target, GOOG's fall through any stop, and AAPL's stay: the clock ends those."""
    if at < MOVES or instrument.symbol == "AAPL":
        return wavering(instrument, at)
    return ("4.00", "4.02") if instrument.symbol == "SPY" else ("0.80", "0.82")


def let_trading_give_up(life: Life) -> None:
    """Kill the ledger until it is not started again."""
    for _ in range(100):
        if life.system.gave_up:
            break
        life.system.crash("risk", "a bug")
        life.run_for(0.5)


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """Three brackets open, then a ledger that dies until trading gives up, then an hour."""
    sets = ("risk.flatten_before_close_minutes=300", "risk.no_entry_before_close_minutes=300")
    folder: Path = tmp_path_factory.mktemp("gives-up")
    with Life.of(folder, symbols=SYMBOLS, prices=parting, sets=sets) as life:
        life.run_until(GIVES_UP)
        assert len(life.true().positions) == len(SYMBOLS)
        let_trading_give_up(life)
        life.run_until(MOVES - timedelta(seconds=5))
        assert life.known() == life.true()
        life.run_until(AFTERWARDS)
        life.stop()
        yield life


def test_trading_is_down_for_good_and_everyone_is_told(life: Life) -> None:
    assert [name for name, _ in life.system.gave_up] == ["trading"]
    assert [fields["actor"] for fields in life.events("actor_gave_up")] == ["trading"]
    assert [body for _, body in life.alerts.told if "trading gave up" in body]


def test_each_position_is_closed_as_it_would_have_been(life: Life) -> None:
    closed = life.events("position_closed")

    assert sorted(fields["contract"].split()[0] for fields in closed) == sorted(SYMBOLS)
    assert sorted(fields["reason"] for fields in closed) == ["flattened", "stop", "target"]
    assert life.true().positions == {}
    assert life.true().orders == frozenset()


def test_nothing_new_is_opened(life: Life) -> None:
    bought = [frame.at for frame in life.sent("placeOrder") if "BUY" in frame.fields]

    assert bought
    assert max(bought) < GIVES_UP


def test_what_guards_is_not_restarted(life: Life) -> None:
    restarted = {fields["actor"] for fields in life.events("actor_restarted")}

    assert restarted == {"risk", "scheduler", "symbols"}


def test_the_frames_show_no_invariant_broken(life: Life) -> None:
    found = life.audited()

    assert found.violations == ()
    assert found.checked > 0


def test_the_breaker_is_open_on_disk_for_the_next_process(life: Life) -> None:
    records = life._store.read("breaker")

    moved = [(record.state, record.reason) for record in records if isinstance(record, BreakerMoved)]
    assert moved == [("open", "trading gave up")]


def test_an_adoption_is_refused_until_the_restart_that_the_refusal_asks_for_and_then_guards(tmp_path: Path) -> None:
    with Life.of(tmp_path) as life:
        theirs = an_option(life).con_id
        by_hand(life, theirs)
        life.run_for(20)
        let_trading_give_up(life)
        refused = settling_refused(life.system.directory)

        start_again(life)
        life.run_for(20)
        answer = settle(life, Settle.ADOPT, "SPY")
        life.run_for(5)

        assert "stop the bot, start it and say it again" in refused
        assert (settling_refused(life.system.directory), answer.refused) == ("", "")
        assert life.known() == life.true()
        assert (life.true().positions, len(life.true().orders)) == ({theirs: 2}, 2)
