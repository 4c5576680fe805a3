import asyncio
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

import pytest

from domain.connection_reports import ConnectivityReport
from domain.contracts import Underlying
from domain.ids import ConId, Symbol
from domain.reports import (
    Failure,
    QuoteReport,
    RequestFailed,
    SnapshotReport,
)
from tests.broker.ib.order_desk import run
from tests.broker.scripted_gateway import START, Answer, Desk, Fields, Frame, ScriptedGateway
from tests.builders import a_contract

STOCK = Underlying(con_id=ConId(7), symbol=Symbol("GOOG"), primary_exchange="NASDAQ")
BID, ASK, LAST, CLOSE, VOLUME, CALL_OPEN_INTEREST = 1, 2, 4, 9, 8, 27


def ticks(*frames: Frame) -> Answer:
    """Return an answer whose frames get the request's number in their third field."""

    def answer(asked: Fields) -> Iterable[Frame]:
        return [(frame[0], frame[1], int(asked[2]), *frame[2:]) for frame in frames]

    return answer


def price(kind: int, value: str, size: int | str = 0) -> Frame:
    return (1, 6, kind, value, size, 0)


def size(kind: int, value: int) -> Frame:
    return (2, 6, kind, value)


END: Frame = (57, 1)


async def a_quote(desk: Desk, seconds: float = 5) -> SnapshotReport:
    answer = await desk.broker.quote(STOCK, seconds)
    assert isinstance(answer, SnapshotReport), answer
    return answer


def test_a_quote_is_done_when_bid_ask_and_sizes_are_there_and_is_then_cancelled() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[1] = ticks(price(LAST, "750.05", 1), price(BID, "750.0", 3), price(ASK, "750.1", 4))

        quote = (await a_quote(desk)).quote
        asked, cancelled = await gateway.heard(1), await gateway.heard(2)

        assert (quote.bid, quote.ask, quote.last) == (Decimal("750.0"), Decimal("750.1"), Decimal("750.05"))
        assert (quote.bid_size, quote.ask_size) == (3, 4)
        assert quote.at == START
        assert asked[2] == cancelled[2]
        assert asked[17] == "1"

    run(scenario)


def test_the_stamp_is_when_bid_or_ask_arrived_by_our_clock() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        asked = asyncio.ensure_future(a_quote(desk))
        request = int((await gateway.heard(1))[2])
        desk.clock.advance(3)
        gateway.say((1, 6, request, BID, "750", 3, 0), (1, 6, request, ASK, "751", 3, 0))

        quote = (await asked).quote

        assert quote.at == START + timedelta(seconds=3)

    run(scenario)


@pytest.mark.parametrize("none", ["-1", "0", "NaN", "1.7976931348623157E308"])
def test_a_price_that_is_none_leaves_the_field_empty(none: str) -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[1] = ticks(price(BID, none, 0), price(ASK, "0.05", 4), END)

        quote = (await a_quote(desk)).quote

        assert (quote.bid, quote.ask) == (None, Decimal("0.05"))
        assert gateway.all(2) == []

    run(scenario)


def test_a_snapshot_that_ends_without_a_price_is_no_data() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[1] = ticks(size(VOLUME, 0), END)

        answer = await desk.broker.quote(STOCK, 5)

        assert isinstance(answer, RequestFailed)
        assert answer.failure is Failure.NO_DATA

    run(scenario)


def test_the_time_limit_returns_what_there_is() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[1] = ticks(price(CLOSE, "740"))

        quote = (await a_quote(desk, 0.05)).quote
        await gateway.heard(2)

        assert (quote.bid, quote.close) == (None, Decimal(740))

    run(scenario)


def test_silence_is_a_time_out_and_cancels() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        answer = await desk.broker.quote(STOCK, 0.05)
        await gateway.heard(2)

        assert isinstance(answer, RequestFailed)
        assert answer.failure is Failure.TIMED_OUT

    run(scenario)


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        (200, Failure.NO_SUCH_CONTRACT),
        (354, Failure.NOT_SUBSCRIBED),
        (10089, Failure.NOT_SUBSCRIBED),
        (10197, Failure.NOT_SUBSCRIBED),
        (101, Failure.PACING),
        (4711, Failure.NO_DATA),
    ],
)
def test_an_error_ends_a_quote_with_its_reason(code: int, failure: Failure) -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[1] = lambda asked: [(4, 2, int(asked[2]), code, "why", "")]

        answer = await desk.broker.quote(STOCK, 5)

        assert isinstance(answer, RequestFailed)
        assert (answer.failure, answer.code, answer.text) == (failure, code, "why")

    run(scenario)


@pytest.mark.parametrize(
    "marks",
    [
        [(58, 1, 3)],
        [(4, 2, 10167, "delayed market data is shown", "")],
        [(1, 6, 66, "749", 1, 0)],
    ],
)
def test_delayed_data_is_marked(marks: list[Frame]) -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[1] = ticks(*marks, price(BID, "750", 3), price(ASK, "751", 4))

        quote = (await a_quote(desk)).quote

        assert quote.market_data_type == 3

    run(scenario)


def test_delayed_data_that_never_comes_is_the_refusal_that_announced_it() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[1] = lambda asked: [(4, 2, int(asked[2]), 10167, "delayed market data is shown", "")]

        answer = await desk.broker.quote(STOCK, 0.05)

        assert isinstance(answer, RequestFailed)
        assert (answer.failure, answer.code) == (Failure.NOT_SUBSCRIBED, 10167)

    run(scenario)


def test_an_options_quote_waits_a_little_for_its_volume() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[1] = ticks(price(BID, "2.00", 3), price(ASK, "2.02", 4), size(VOLUME, 500))

        answer = await desk.broker.quote(a_contract(), 5)

        assert isinstance(answer, SnapshotReport)
        assert answer.quote.volume == 500

    run(scenario, quote_linger_seconds=60)


def test_an_options_quote_without_volume_is_done_when_it_waited() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[1] = ticks(price(BID, "2.00", 3), price(ASK, "2.02", 4))

        answer = await desk.broker.quote(a_contract(), 60)

        assert isinstance(answer, SnapshotReport)
        assert answer.quote.volume is None

    run(scenario, quote_linger_seconds=0.02)


def test_a_watch_streams_and_is_one_subscription_however_often_asked() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        desk.broker.watch(a_contract())
        desk.broker.watch(a_contract())
        asked = await gateway.heard(1)
        request = int(asked[2])
        gateway.say(
            (1, 6, request, BID, "2.00", 3, 0),
            (1, 6, request, ASK, "2.02", 4, 0),
            (2, 6, request, CALL_OPEN_INTEREST, 900),
        )
        # What came in one packet is one quote: half of a change would touch a stop.
        (last,) = await desk.reported(QuoteReport, 1)

        assert isinstance(last, QuoteReport)
        assert (last.quote.bid, last.quote.ask, last.quote.open_interest) == (Decimal("2.00"), Decimal("2.02"), 900)
        assert (asked[16], asked[17]) == ("101", "0")
        assert desk.broker.watched() == (101,)
        assert len(gateway.all(1)) == 1

    run(scenario)


def test_unwatching_cancels_once_and_twice_does_nothing() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        desk.broker.watch(a_contract())
        desk.broker.unwatch(ConId(101))
        desk.broker.unwatch(ConId(101))
        desk.broker.watch(a_contract())
        await gateway.heard(1, 2)

        assert len(gateway.all(2)) == 1
        assert gateway.all(2)[0][2] == gateway.all(1)[0][2]

    run(scenario)


def test_a_watch_that_is_refused_leaves_the_book_and_says_so() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[1] = lambda asked: [(4, 2, int(asked[2]), 200, "no security definition", "")]
        desk.broker.watch(a_contract())
        (report,) = await desk.reported(ConnectivityReport)

        assert isinstance(report, ConnectivityReport)
        assert report.code == 200
        assert desk.broker.watched() == ()

    run(scenario)


def test_lost_subscriptions_are_forgotten_so_that_they_can_be_asked_for_again() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        desk.broker.watch(a_contract())
        desk.broker.watch_pnl()
        await gateway.heard(92)
        gateway.say((4, 2, -1, 1101, "restored, data lost", ""))
        await desk.reported(ConnectivityReport)
        forgotten = desk.broker.watched()
        desk.broker.watch(a_contract())
        desk.broker.watch_pnl()
        await gateway.heard(92, 2)

        assert forgotten == ()
        assert len(gateway.all(1)) == 2
        assert gateway.all(2) == []

    run(scenario)


def test_a_tick_of_a_request_that_is_over_is_nothing() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[1] = ticks(price(BID, "750.0", 3), price(ASK, "750.1", 4))
        await a_quote(desk)
        request = int((await gateway.heard(1))[2])
        gateway.say((1, 6, request, BID, "1", 1, 0), (57, 1, request), (4, 2, -1, 2104, "farm", ""))
        await desk.reported(ConnectivityReport)

        assert [report for report in desk.reports if isinstance(report, QuoteReport)] == []

    run(scenario)


def test_a_watch_that_another_session_took_is_reported_once() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[1] = lambda asked: [(4, 2, int(asked[2]), 10197, "competing session", "")]
        gateway.answers[49] = lambda _: [(49, 1, 1767625200)]
        desk.broker.watch(a_contract())
        await desk.broker.current_time(5)

        assert [report.code for report in desk.reports if isinstance(report, ConnectivityReport)] == [10197]

    run(scenario)


def test_a_size_that_is_none_leaves_the_field_empty() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[1] = ticks(price(BID, "750", "nan"), price(ASK, "751", "1.7976931348623157E308"), END)

        quote = (await a_quote(desk)).quote

        assert (quote.bid, quote.bid_size, quote.ask_size) == (Decimal(750), None, None)

    run(scenario)
