"""The worst second and the longest silence: what is sent at once, and what is given up when, by the settings."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from domain.commands import RequestBars, RequestChain, RequestListed, RequestUnderlying, WatchQuote
from domain.contracts import OptionContract, Right, Underlying
from domain.ids import ConId, Symbol
from domain.reports import Failure, RequestFailed
from tests.scenarios.bad_days import BEGINS, MESSAGES_MOST, STRIKES, Life, later, struck

GUARDED: Final = 49  # Beside the one of the open position: fifty is the limit.
HUNG: Final = 50
TIMEOUT_SECONDS: Final = 30.0


def contracts(life: Life, count: int) -> list[OptionContract]:
    """Return listed options of SPY that are not held, from several expiries."""
    held = life.true().positions
    underlying = life.ask("broker", RequestUnderlying(symbol=Symbol("SPY"))).underlying
    chain = life.ask("broker", RequestChain(underlying=underlying)).chain
    found: list[OptionContract] = []
    for expiry in chain.expiries[1:5]:
        request = RequestListed(
            underlying=underlying, trading_class=chain.trading_class, expiry=expiry, right=Right.CALL
        )
        found += [row for row in life.ask("broker", request).contracts if row.con_id not in held]
    return found[:count]


def hung_history(number: int) -> RequestBars:
    """Return a request for bars of a share of its own."""
    share = Underlying(con_id=ConId(9000 + number), symbol=Symbol(f"S{number}"), primary_exchange="NYSE")
    return RequestBars(underlying=share, duration="3600 S", bar_size="1 min", timeout_seconds=TIMEOUT_SECONDS)


def in_one_second_most(life: Life) -> int:
    """Return the most messages of ours in any one second, counted from the frames."""
    moments = [frame.at for frame in life.frames.frames if frame.direction == "in"]
    return max(sum(at <= other < at + timedelta(seconds=1) for other in moments[i:]) for i, at in enumerate(moments))


async def all_asked(life: Life, requests: list[RequestBars]) -> list[Any]:
    """Ask for all of them at once."""
    broker = life.system.directory.address("broker")
    return await asyncio.gather(*(broker.ask(request, 120) for request in requests))


def test_fifty_streams_come_back_while_fifty_histories_are_given_up_and_no_second_has_more_than_fifty_messages(
    tmp_path: Path,
) -> None:
    with Life.of(tmp_path) as life:
        life.run_until(STRIKES)
        for number, contract in enumerate(contracts(life, GUARDED)):
            life.tell("broker", WatchQuote(contract=contract, watcher=f"test:{number}"))
        life.run_for(10)
        assert life.gateway.counters().subscriptions == GUARDED + 1

        life.strike(
            struck("mute", "reqHistoricalData", lasts=60),
            later(TIMEOUT_SECONDS - 4, "connectivity", seconds=4, restored=1101),
        )
        answers = life.host.run(all_asked(life, [hung_history(number) for number in range(HUNG)]))
        life.run_for(10)

        assert {type(answer) for answer in answers} == {RequestFailed}
        assert {answer.failure for answer in answers} == {Failure.TIMED_OUT}
        hung = {frame.fields[1] for frame in life.sent("reqHistoricalData") if frame.fields[3].startswith("S")} - {
            frame.fields[1] for frame in life.sent("reqHistoricalData") if frame.fields[3] == "SPY"
        }
        assert hung <= {frame.fields[2] for frame in life.sent("cancelHistoricalData")}
        assert len(hung) == HUNG
        assert life.phase == "ready"
        assert life.gateway.counters().subscriptions == GUARDED + 1
        assert in_one_second_most(life) <= MESSAGES_MOST
        assert life.stop().messages_in_a_second_most <= MESSAGES_MOST
        assert life.gateway.counters().subscriptions == 0


def test_fifty_streams_that_are_lost_one_by_one_come_back_and_no_second_has_more_than_fifty_messages(
    tmp_path: Path,
) -> None:
    with Life.of(tmp_path) as life:
        life.run_until(STRIKES)
        for number, contract in enumerate(contracts(life, GUARDED)):
            life.tell("broker", WatchQuote(contract=contract, watcher=f"test:{number}"))
        life.run_for(10)

        life.strike(struck("reject", "reqMktData", code=10182, lasts=8), struck("drop"))
        life.run_for(20)

        assert life.phase == "ready"
        assert life.gateway.counters().subscriptions == GUARDED + 1
        assert in_one_second_most(life) <= MESSAGES_MOST
        counters = life.stop()
        assert (counters.messages_in_a_second_most <= MESSAGES_MOST, counters.subscriptions) == (True, 0)


@pytest.mark.parametrize("seconds", [30, 90, 300])
def test_a_history_request_is_given_up_when_the_settings_say_and_the_gateway_is_told(
    seconds: int, tmp_path: Path
) -> None:
    with Life.of(tmp_path, sets=(f"historical.timeout={seconds}",)) as life:
        life.run_until(BEGINS + timedelta(seconds=10))
        life.strike(struck("mute", "reqHistoricalData"))
        life.run_for(seconds + 25)

        asked, cancelled = life.sent("reqHistoricalData")[0], life.sent("cancelHistoricalData")[0]
        ((given_up, _), *_) = life.seen.named("historical_data_timeout")
        assert cancelled.fields[2] == asked.fields[1]
        assert (cancelled.at - asked.at).total_seconds() == pytest.approx(seconds, abs=0.5)
        assert (given_up - asked.at).total_seconds() == pytest.approx(seconds, abs=0.5)


def test_a_clean_stop_cancels_every_stream_before_it_hangs_up(tmp_path: Path) -> None:
    with Life.of(tmp_path) as life:
        life.run_until(STRIKES)
        assert life.gateway.counters().subscriptions == 1

        counters = life.stop()

        streams = {frame.fields[2] for frame in life.sent("reqMktData")}
        assert streams == {frame.fields[2] for frame in life.sent("cancelMktData")}
        assert (counters.subscriptions, counters.connections) == (0, 0)
