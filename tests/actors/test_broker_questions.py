from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domain.commands import RequestBars, RequestChain, RequestListed, RequestQuote, RequestUnderlying, SendAlert
from domain.connection_reports import ConnectivityReport
from domain.contracts import Chain, Right, Underlying
from domain.ids import ConId, Generation, Symbol
from domain.reports import (
    ChainReport,
    Failure,
    ListedReport,
    RequestFailed,
    SnapshotReport,
    UnderlyingReport,
)
from ops.listings import ListingCache
from tests.actors.broker_scene import Scene, a_watch
from tests.actors.stage import Stage
from tests.builders import a_contract, a_quote

GOOG = Symbol("GOOG")
STOCK = Underlying(con_id=ConId(7), symbol=GOOG, primary_exchange="NASDAQ")
OPTION_QUOTE = RequestQuote(contract=a_contract(), timeout_seconds=11)
NOT_OURS = RequestFailed(failure=Failure.NOT_SUBSCRIBED, code=354, text="not subscribed")
HOUR = 3600


@pytest.fixture
def scene(stage: Stage) -> Scene:
    return Scene(stage)


def listings() -> tuple[RequestUnderlying, RequestChain, RequestListed]:
    listed = RequestListed(underlying=STOCK, trading_class="GOOG", expiry=date(2026, 1, 9), right=Right.CALL)
    return RequestUnderlying(symbol=GOOG), RequestChain(underlying=STOCK), listed


def test_what_is_listed_is_asked_for_once_a_day(stage: Stage, scene: Scene) -> None:
    scene.open()

    first = [stage.ask("broker", message) for message in listings()]
    again = [stage.ask("broker", message) for message in listings()]

    assert first == again
    assert [sent.what for sent in scene.gateway.port.sent if sent.what in {"underlying", "chain", "listed"}] == [
        "underlying",
        "chain",
        "listed",
    ]


def test_the_next_day_it_is_asked_for_again(stage: Stage, scene: Scene) -> None:
    scene.open()
    stage.ask("broker", RequestUnderlying(symbol=GOOG))
    stage.run_for(24 * HOUR)

    stage.ask("broker", RequestUnderlying(symbol=GOOG))

    assert len(scene.gateway.port.of("underlying")) == 2


def test_a_failure_is_not_remembered(stage: Stage, scene: Scene) -> None:
    scene.gateway.answers["underlying"] = RequestFailed(failure=Failure.TIMED_OUT)
    scene.open()
    failed = stage.ask("broker", RequestUnderlying(symbol=GOOG))
    del scene.gateway.answers["underlying"]

    answer = stage.ask("broker", RequestUnderlying(symbol=GOOG))

    assert isinstance(failed, RequestFailed)
    assert isinstance(answer, UnderlyingReport)


def test_a_known_answer_needs_no_connection(stage: Stage, scene: Scene) -> None:
    scene.open()
    known = stage.ask("broker", RequestUnderlying(symbol=GOOG))
    scene.lose()

    assert stage.ask("broker", RequestUnderlying(symbol=GOOG)) == known


def test_a_refused_kind_is_not_asked_for_again_within_the_hour_and_the_operator_is_told_once(
    stage: Stage, scene: Scene
) -> None:
    scene.gateway.answers["quote"] = NOT_OURS
    scene.open()

    answers = [stage.ask("broker", OPTION_QUOTE) for _ in range(3)]
    stage.run_for(HOUR)
    stage.ask("broker", OPTION_QUOTE)

    assert {answer.failure for answer in answers} == {Failure.NOT_SUBSCRIBED}
    assert len(scene.gateway.port.of("quote")) == 2
    assert [(alert.kind, "option quotes are none" in alert.text) for alert in scene.alerts.of(SendAlert)] == [
        ("entitlement", True)
    ]


def test_shares_are_asked_for_while_options_are_refused(stage: Stage, scene: Scene) -> None:
    scene.gateway.answers["quote"] = NOT_OURS
    scene.open()
    stage.ask("broker", OPTION_QUOTE)
    del scene.gateway.answers["quote"]

    answer = stage.ask("broker", RequestQuote(contract=STOCK, timeout_seconds=11))

    assert isinstance(answer, SnapshotReport)


def test_a_farm_that_comes_back_puts_refusals_in_doubt(stage: Stage, scene: Scene) -> None:
    scene.gateway.answers["quote"] = NOT_OURS
    scene.open()
    stage.ask("broker", OPTION_QUOTE)
    del scene.gateway.answers["quote"]

    scene.code(2104)
    answer = stage.ask("broker", OPTION_QUOTE)

    assert isinstance(answer, SnapshotReport)
    assert [line["access"] for line in stage.log.named("entitlement")] == ["none", "live"]


def test_a_stream_that_is_refused_tells_of_options_as_well(stage: Stage, scene: Scene) -> None:
    scene.open()
    scene.tell(a_watch(101))
    port = scene.gateway.port
    taken = ConnectivityReport(
        generation=Generation(1), at=stage.now, code=10197, text="competing session", denied=ConId(101)
    )

    port.sink(taken)
    answer = stage.ask("broker", OPTION_QUOTE)

    assert isinstance(answer, RequestFailed)
    assert (answer.failure, answer.code) == (Failure.NOT_SUBSCRIBED, 10197)
    assert port.of("quote") == []


def test_delayed_quotes_are_no_live_ones(stage: Stage, scene: Scene) -> None:
    delayed = SnapshotReport(contract=a_contract(), quote=a_quote(market_data_type=3))
    scene.gateway.answers["quote"] = delayed
    scene.open()

    first, second = (stage.ask("broker", OPTION_QUOTE) for _ in range(2))

    assert first == delayed
    assert isinstance(second, RequestFailed)
    assert stage.log.named("entitlement")[0]["access"] == "delayed"


def test_at_the_start_one_share_and_one_option_near_the_money_are_looked_at(stage: Stage, scene: Scene) -> None:
    near, far = a_contract(con_id=ConId(1), strike=Decimal(2)), a_contract(con_id=ConId(2), strike=Decimal(90))
    expiries = (date(2026, 1, 5), date(2026, 1, 9))
    chain = Chain(symbol=GOOG, trading_class="GOOG", multiplier=100, expiries=expiries, strikes=())
    scene.gateway.answers["chain"] = ChainReport(chain=chain)
    scene.gateway.answers["listed"] = ListedReport(expiry=expiries[1], right=Right.CALL, contracts=(near, far))
    scene.open(probe_symbol=GOOG)

    stage.run_for(2 * HOUR)

    assert scene.gateway.port.of("quote") == [STOCK, near]
    assert {line["data"] for line in stage.log.named("entitlement")} == {"underlying quotes", "option quotes"}


def test_what_is_refused_at_the_start_is_looked_at_every_hour(stage: Stage, scene: Scene) -> None:
    scene.gateway.answers["quote"] = NOT_OURS
    scene.open(probe_symbol=GOOG)

    stage.run_for(3 * HOUR + 60)

    assert len(scene.gateway.port.of("quote")) == 4


def test_bars_that_are_not_ours_are_a_kind_of_their_own(stage: Stage, scene: Scene) -> None:
    scene.gateway.answers["bars"] = NOT_OURS
    scene.open()
    request = RequestBars(underlying=STOCK, bar_size="1 min", duration="3600 S", timeout_seconds=90)

    answers: list[Any] = [stage.ask("broker", request) for _ in range(2)]

    assert [answer.failure for answer in answers] == [Failure.NOT_SUBSCRIBED] * 2
    assert len(scene.gateway.port.of("bars")) == 1


def test_listings_outlive_the_process_for_the_same_gateway_alone(tmp_path: Path) -> None:
    path, day = tmp_path / "listings.sqlite", date(2026, 1, 5)
    report = ListedReport(expiry=day, right=Right.CALL, contracts=(a_contract(),))
    first = ListingCache(path, "one:4002")
    first.put(day, "listed", report)
    first.close()

    same, other = ListingCache(path, "one:4002"), ListingCache(path, "two:4002")
    found = (same.get(day, "listed"), other.get(day, "listed"), same.get(date(2026, 1, 6), "listed"))
    same.close()
    other.close()

    assert found == (report, None, None)
