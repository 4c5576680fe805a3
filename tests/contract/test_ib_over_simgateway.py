"""The adapter, the unmodified library and the simulated gateway, end to end in virtual time."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from broker.ib.library import NAME
from domain.commands import RequestBars, RequestListed
from domain.contracts import Right, Underlying
from domain.ids import ConId, Symbol
from domain.reports import (
    AccountReport,
    BarsReport,
    ChainReport,
    Failure,
    ListedReport,
    PnlReport,
    QuoteReport,
    RequestFailed,
    SnapshotReport,
    UnderlyingReport,
)
from tests.contract.broker_stands import OPTION, IbStand, a_spec, play
from tests.scenarios.bad_days import struck
from tests.simgateway.fake_market import EXPIRIES, OPEN, STOCK_ID, STRIKES

STOCK = Underlying(con_id=ConId(STOCK_ID), symbol=Symbol("ABC"), primary_exchange="NASDAQ")
ASK_FOR_BARS = RequestBars(underlying=STOCK, bar_size="1 min", duration="3600 S", timeout_seconds=30)


@pytest.fixture(autouse=True)
def _every_message_is_understood(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail on what went wrong in a handler: the library and its events only log it."""
    yield
    bad = [row for row in caplog.get_records("call") if row.name in {f"{NAME}.Decoder", "eventkit.event"}]
    assert not bad


def on_ib(story: Callable[[IbStand], Awaitable[None]]) -> None:
    play("ib", story)


def sent(stand: IbStand, message: int) -> list[tuple[str, ...]]:
    return [frame.fields for frame in stand.log.frames if frame.direction == "in" and frame.fields[0] == str(message)]


def heard(stand: IbStand, kind: type) -> list[Any]:
    return [report for report in stand.heard.all if isinstance(report, kind)]


def test_a_symbol_leads_to_its_stock_its_chain_and_its_contracts() -> None:
    async def story(stand: IbStand) -> None:
        stock = await stand.broker.underlying(Symbol("ABC"))
        chain = await stand.broker.chain(STOCK)
        request = RequestListed(underlying=STOCK, trading_class="ABC", expiry=EXPIRIES[-1], right=Right.CALL)
        listed = await stand.broker.listed(request)

        assert stock == UnderlyingReport(underlying=STOCK)
        assert isinstance(chain, ChainReport)
        assert isinstance(listed, ListedReport)
        assert (chain.chain.expiries, chain.chain.strikes) == (EXPIRIES, STRIKES)
        assert [contract.strike for contract in listed.contracts] == list(STRIKES)
        assert OPTION in listed.contracts

    on_ib(story)


def test_bars_reach_from_the_hour_before_until_now() -> None:
    async def story(stand: IbStand) -> None:
        await stand.wait(3600)

        answer = await stand.broker.bars(ASK_FOR_BARS)

        assert isinstance(answer, BarsReport)
        assert len(answer.bars) >= 59
        assert all(bar.seconds == 60 for bar in answer.bars)
        assert OPEN <= answer.bars[0].start < answer.bars[-1].start <= stand.clock.now()

    on_ib(story)


def test_an_unknown_contract_has_no_bars() -> None:
    async def story(stand: IbStand) -> None:
        unknown = Underlying(con_id=ConId(999), symbol=Symbol("NOPE"), primary_exchange="")

        answer = await stand.broker.bars(
            RequestBars(underlying=unknown, bar_size="1 min", duration="3600 S", timeout_seconds=30)
        )

        assert isinstance(answer, RequestFailed)
        assert answer.failure is Failure.NO_SUCH_CONTRACT

    on_ib(story)


def test_a_quote_is_there_long_before_the_snapshot_ends() -> None:
    async def story(stand: IbStand) -> None:
        asked_at = stand.clock.now()
        answer = await stand.broker.quote(OPTION, 15)

        assert isinstance(answer, SnapshotReport)
        assert (answer.quote.bid, answer.quote.ask) == (Decimal("1.00"), Decimal("1.10"))
        assert (answer.quote.bid_size, answer.quote.ask_size) == (10, 10)
        assert asked_at < answer.quote.at <= stand.clock.now()
        assert answer.quote.at - asked_at < timedelta(seconds=4)
        await stand.wait()
        assert len(sent(stand, 2)) == 1

    on_ib(story)


def test_a_contract_without_a_bid_is_quoted_without_one() -> None:
    async def story(stand: IbStand) -> None:
        await stand.show(None, "0.05")

        answer = await stand.broker.quote(OPTION, 15)

        assert isinstance(answer, SnapshotReport)
        assert (answer.quote.bid, answer.quote.ask) == (None, Decimal("0.05"))

    on_ib(story)


def test_a_watch_streams_until_it_is_ended() -> None:
    async def story(stand: IbStand) -> None:
        stand.broker.watch(OPTION)
        await stand.show("2.00", "2.02")
        streamed = heard(stand, QuoteReport)
        stand.broker.unwatch(OPTION.con_id)
        await stand.wait()
        before = len(heard(stand, QuoteReport))
        await stand.show("3.00", "3.05")

        last = streamed[-1].quote
        assert (last.bid, last.ask, last.open_interest) == (Decimal("2.00"), Decimal("2.02"), 1234)
        assert len(heard(stand, QuoteReport)) == before
        assert stand.broker.watched() == ()

    on_ib(story)


def test_a_stream_that_was_lost_is_asked_for_again_unless_it_is_not_wanted_any_more() -> None:
    async def story(stand: IbStand) -> None:
        stand.gateway.faults.add_all((struck("reject", "reqMktData", code=10182, times=2),))
        stand.broker.watch(OPTION)
        await stand.wait(10)
        again, streams = len(sent(stand, 1)), stand.broker.watched()
        stand.broker.unwatch(OPTION.con_id)
        stand.gateway.faults.add_all((struck("reject", "reqMktData", code=10182, times=1),))
        stand.broker.watch(OPTION)
        await stand.wait(0.8)
        stand.broker.unwatch(OPTION.con_id)
        await stand.wait(10)

        assert (again, streams) == (3, (OPTION.con_id,))
        assert len(sent(stand, 1)) == 4
        assert stand.gateway.counters().subscriptions == 0

    on_ib(story)


def test_account_profit_and_time_are_told() -> None:
    async def story(stand: IbStand) -> None:
        stand.broker.watch_pnl()
        account = await stand.broker.account()
        time = await stand.broker.current_time(5)
        await stand.wait(10)

        assert isinstance(account, AccountReport)
        assert account.values["NetLiquidation"] == 100000
        assert {"AvailableFunds", "PreviousDayEquityWithLoanValue", "DayTradesRemaining"} <= account.values.keys()
        assert isinstance(time, datetime)
        assert abs(time - stand.clock.now()) < timedelta(seconds=12)
        assert heard(stand, PnlReport)

    on_ib(story)


def test_an_order_on_the_wire_says_what_was_meant() -> None:
    async def story(stand: IbStand) -> None:
        stand.broker.place(a_spec(limit=Decimal("1.05"), oca_group="A.oca"))
        await stand.wait()

        (fields,) = sent(stand, 3)
        assert (fields[2], fields[16:19], fields[19], fields[21]) == ("101", ("BUY", "2", "LMT"), "1.05", "DAY")
        oca_type = 47 if NAME == "ib_insync" else 46  # From version 177 on a field before it is gone.
        assert (fields[22], fields[26], fields[oca_type]) == ("A.oca", "A.E.0", "2")

    on_ib(story)
