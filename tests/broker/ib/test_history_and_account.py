import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from domain.commands import RequestBars
from domain.connection_reports import ConnectivityReport, UnknownCodeReport
from domain.contracts import Underlying
from domain.ids import ConId, Symbol
from domain.reports import (
    AccountReport,
    BarsReport,
    Failure,
    PnlReport,
    RequestFailed,
)
from tests.broker.ib.order_desk import run
from tests.broker.orders_on_the_wire import MAX
from tests.broker.scripted_gateway import ACCOUNT, Answer, Desk, Fields, Frame, ScriptedGateway

STOCK = Underlying(con_id=ConId(7), symbol=Symbol("GOOG"), primary_exchange="NASDAQ")
NINE = int(datetime(2026, 1, 5, 14, 30, tzinfo=UTC).timestamp())


def a_request(seconds: float = 5, bar_size: str = "1 min") -> RequestBars:
    return RequestBars(underlying=STOCK, bar_size=bar_size, duration="3600 S", timeout_seconds=seconds)


def bars(*starts: int) -> Answer:
    def answer(asked: Fields) -> Iterable[Frame]:
        rows = [field for start in starts for field in (start, "1.0", "2.0", "0.5", "1.5", "100", "1.4", 7)]
        return [(17, int(asked[1]), "a", "b", len(starts), *rows)]

    return answer


def test_bars_come_by_rising_start_in_utc() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[20] = bars(NINE + 60, NINE)

        answer = await desk.broker.bars(a_request())
        asked = await gateway.heard(20)

        assert isinstance(answer, BarsReport)
        first, second = answer.bars
        assert (first.start, second.start) == (
            datetime(2026, 1, 5, 14, 30, tzinfo=UTC),
            datetime(2026, 1, 5, 14, 31, tzinfo=UTC),
        )
        assert (first.seconds, first.open, first.high, first.low, first.close, first.volume) == (
            60,
            1,
            2,
            0.5,
            1.5,
            100,
        )
        assert asked[15:21] == ["", "1 min", "3600 S", "1", "TRADES", "2"]

    run(scenario)


def test_an_empty_answer_is_no_data_and_no_bars() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[20] = bars()

        answer = await desk.broker.bars(a_request())

        assert isinstance(answer, RequestFailed)
        assert answer.failure is Failure.NO_DATA

    run(scenario)


def test_silence_is_a_time_out_and_the_server_is_told_to_stop() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        answer = await desk.broker.bars(a_request(0.05))
        asked, cancelled = await gateway.heard(20), await gateway.heard(25)

        assert isinstance(answer, RequestFailed)
        assert answer.failure is Failure.TIMED_OUT
        assert asked[1] == cancelled[2]

    run(scenario)


@pytest.mark.parametrize(
    ("text", "failure"),
    [("HMDS query returned no data", Failure.NO_DATA), ("request pacing violation", Failure.PACING)],
)
def test_the_history_services_complaint_is_read(text: str, failure: Failure) -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[20] = lambda asked: [(4, 2, int(asked[1]), 162, text, "")]

        answer = await desk.broker.bars(a_request())

        assert answer == RequestFailed(failure=failure, code=162, text=text)

    run(scenario)


def test_an_unknown_bar_size_is_refused_and_not_sent() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        answer = await desk.broker.bars(a_request(bar_size="60 minutes"))

        assert isinstance(answer, RequestFailed)
        assert answer.failure is Failure.REFUSED
        assert gateway.all(20) == []

    run(scenario)


def test_bars_end_with_the_connection() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        asked = asyncio.ensure_future(desk.broker.bars(a_request()))
        await gateway.heard(20)
        gateway.hang_up()

        answer = await asked

        assert isinstance(answer, RequestFailed)
        assert answer.failure is Failure.DISCONNECTED

    run(scenario)


def summary(*rows: tuple[str, str, str, str]) -> Answer:
    def answer(asked: Fields) -> Iterable[Frame]:
        request = int(asked[2])
        return [*((63, 1, request, *row) for row in rows), (64, 1, request)]

    return answer


def test_the_account_is_our_dollars_by_tag() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[62] = summary(
            (ACCOUNT, "AccountType", "INDIVIDUAL", ""),
            (ACCOUNT, "NetLiquidation", "100000.50", "USD"),
            (ACCOUNT, "AvailableFunds", "90000", "EUR"),
            (ACCOUNT, "SettledCash", MAX, "USD"),
            (ACCOUNT, "DayTradesRemaining", "-1", ""),
            ("DU2", "AvailableFunds", "5", "USD"),
        )

        answer = await desk.broker.account()
        cancelled = await gateway.heard(63)

        assert isinstance(answer, AccountReport)
        assert (answer.account, answer.account_type) == (ACCOUNT, "INDIVIDUAL")
        assert answer.values == {"NetLiquidation": Decimal("100000.50"), "DayTradesRemaining": Decimal(-1)}
        assert cancelled[2] == gateway.all(62)[0][2]

    run(scenario)


def test_an_account_without_dollars_is_no_data() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[62] = summary((ACCOUNT, "NetLiquidation", "100000", "EUR"))

        answer = await desk.broker.account()

        assert isinstance(answer, RequestFailed)
        assert answer.failure is Failure.NO_DATA

    run(scenario)


def test_profit_and_loss_without_a_value_is_none() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        desk.broker.watch_pnl()
        desk.broker.watch_pnl()
        asked = await gateway.heard(92)
        gateway.say((94, int(asked[1]), "-120.5", MAX, "nan"), (94, int(asked[1]), "", "", "0"))
        reports = [report for report in await desk.reported(PnlReport, 2) if isinstance(report, PnlReport)]

        assert [(report.daily, report.unrealized, report.realized) for report in reports] == [
            (Decimal("-120.5"), None, None),
            (None, None, Decimal(0)),
        ]
        assert asked[2] == ACCOUNT
        assert len(gateway.all(92)) == 1

    run(scenario)


def test_cancels_of_what_hung_wait_for_room_in_the_budget() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        desk.held = []
        await asyncio.gather(*(desk.broker.bars(a_request(0.05)) for _ in range(50)))
        await desk.broker.current_time(0.05)
        before = len(gateway.all(25))

        for send in desk.held:
            send()
        await gateway.heard(25, 50)

        assert before == 0
        assert {row[2] for row in gateway.all(25)} == {row[1] for row in gateway.all(20)}

    run(scenario)


def test_bars_that_nobody_waits_for_any_more_are_cancelled_at_the_server() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        asking = asyncio.ensure_future(desk.broker.bars(a_request()))
        asked = await gateway.heard(20)

        asking.cancel()
        cancelled = await gateway.heard(25)

        assert cancelled[2] == asked[1]
        assert desk.broker.in_flight == 0

    run(scenario)


def test_bars_that_come_after_their_time_are_nobodys() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        await desk.broker.bars(a_request(0.05))
        asked = await gateway.heard(20)

        gateway.say(*bars(NINE)(asked))
        gateway.answers[20] = bars(NINE + 60)
        answer = await desk.broker.bars(a_request())

        assert isinstance(answer, BarsReport)
        assert [bar.start.minute for bar in answer.bars] == [31]

    run(scenario)


def test_daily_bars_begin_at_midnight_utc_of_their_date() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[20] = lambda asked: [
            (17, int(asked[1]), "a", "b", 1, "20260105", "1.0", "2.0", "0.5", "1.5", "100", "1.4", 7)
        ]

        answer = await desk.broker.bars(a_request(bar_size="1 day"))

        assert isinstance(answer, BarsReport)
        assert answer.bars[0].start == datetime(2026, 1, 5, tzinfo=UTC)

    run(scenario)


def test_two_questions_for_the_time_are_one_message() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        both = [asyncio.ensure_future(desk.broker.current_time(5)) for _ in range(2)]
        await gateway.heard(49)
        gateway.say((49, 1, NINE))

        answers = [await one for one in both]

        assert answers == [datetime(2026, 1, 5, 14, 30, tzinfo=UTC)] * 2
        assert len(gateway.all(49)) == 1

    run(scenario)


def test_the_time_is_asked_again_after_a_time_out() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        silent = await desk.broker.current_time(0.02)
        gateway.answers[49] = lambda _: [(49, 1, NINE)]

        answer = await desk.broker.current_time(5)

        assert isinstance(silent, RequestFailed)
        assert silent.failure is Failure.TIMED_OUT
        assert isinstance(answer, datetime)

    run(scenario)


@pytest.mark.parametrize("code", [100, 1100, 1101, 1102, 1300, 2103, 2104, 2105, 2110, 2157, 2158, 10197])
def test_a_code_about_the_way_to_the_exchange_is_reported(code: int) -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        await gateway.heard(71)
        gateway.say((4, 2, -1, code, "why", ""))
        (report,) = await desk.reported(ConnectivityReport)

        assert isinstance(report, ConnectivityReport)
        assert (report.code, report.text) == (code, "why")

    run(scenario)


def test_a_restored_gateway_is_not_asked_for_an_account_summary_by_the_library() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        await gateway.heard(71)
        gateway.say((4, 2, -1, 1102, "restored", ""))
        await desk.reported(ConnectivityReport)
        gateway.answers[49] = lambda _: [(49, 1, NINE)]
        await desk.broker.current_time(5)

        assert gateway.all(62) == []

    run(scenario)


def test_a_code_that_the_table_lacks_is_reported_as_such() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.say((4, 2, -1, 2999, "something new", ""))

        (report,) = await desk.reported(UnknownCodeReport)

        assert isinstance(report, UnknownCodeReport)
        assert (report.code, report.text) == (2999, "something new")

    run(scenario)
