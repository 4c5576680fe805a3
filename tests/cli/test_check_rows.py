"""What one answer makes of one row, where a gateway cannot be brought to give that answer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from cli.check_data import bars_row, quote_row, servers_row
from cli.check_rows import Verdict, failed, remedy_of
from domain.bars import Bar
from domain.connection_reports import ConnectivityReport
from domain.contracts import Underlying
from domain.ids import ConId, Generation, Symbol
from domain.quotes import Quote
from domain.reports import (
    BarsReport,
    Failure,
    RequestFailed,
    SnapshotReport,
)

AT = datetime(2025, 11, 12, 15, 0, tzinfo=UTC)
SPY = Underlying(con_id=ConId(1), symbol=Symbol("SPY"), primary_exchange="ARCA")
WHOLE = Quote(
    con_id=SPY.con_id,
    bid=Decimal("558.40"),
    ask=Decimal("558.42"),
    bid_size=3,
    ask_size=2,
    last=None,
    close=None,
    volume=None,
    open_interest=None,
    at=AT,
)
NO_BID = replace(WHOLE, bid=None, bid_size=None)
CROSSED = replace(WHOLE, bid=Decimal(559))
DELAYED = replace(NO_BID, market_data_type=3)
SILENCE = RequestFailed(failure=Failure.TIMED_OUT, text="quote of 1: no answer within 5 s")
NOTHING = RequestFailed(failure=Failure.NO_DATA, text="quote of 1: ended without a price")
REFUSAL = RequestFailed(failure=Failure.NOT_SUBSCRIBED, code=354, text="not subscribed")


def bars(count: int) -> BarsReport:
    starts = [AT + timedelta(minutes=minute) for minute in range(count)]
    return BarsReport(
        bars=tuple(Bar(start=at, seconds=60, open=100, high=101, low=99, close=100, volume=1) for at in starts)
    )


@pytest.mark.parametrize(
    ("count", "seconds", "verdict", "pieces"),
    [
        (30, 15.0, Verdict.OK, ()),
        (29, 1.0, Verdict.FAILED, ("at least 30 are needed",)),
        (30, 15.1, Verdict.FAILED, ("15 s at most are wanted",)),
        (29, 15.1, Verdict.FAILED, ("at least 30 are needed", "15 s at most are wanted")),
    ],
)
def test_thirty_bars_within_fifteen_seconds_are_enough(
    count: int, seconds: float, verdict: Verdict, pieces: tuple[str, ...]
) -> None:
    row = bars_row("minute bars", bars(count), seconds)

    assert (row.verdict, row.as_dict()["bars"]) == (verdict, count)
    assert [piece for piece in pieces if piece not in row.remedy] == []


@pytest.mark.parametrize(
    ("answer", "when_open", "when_closed"),
    [
        (WHOLE, Verdict.OK, Verdict.OK),
        (NO_BID, Verdict.FAILED, Verdict.UNKNOWN),
        (CROSSED, Verdict.FAILED, Verdict.UNKNOWN),
        (DELAYED, Verdict.FAILED, Verdict.FAILED),
        (SILENCE, Verdict.FAILED, Verdict.UNKNOWN),
        (NOTHING, Verdict.FAILED, Verdict.UNKNOWN),
        (REFUSAL, Verdict.FAILED, Verdict.FAILED),
    ],
)
def test_a_closed_market_excuses_silence_but_no_refusal(
    answer: Quote | RequestFailed, when_open: Verdict, when_closed: Verdict
) -> None:
    given = SnapshotReport(contract=SPY, quote=answer) if isinstance(answer, Quote) else answer

    rows = [quote_row("quote", "stock_snapshot", given, 1.0, is_open=is_open, what="SPY") for is_open in (True, False)]

    assert [row.verdict for row in rows] == [when_open, when_closed]
    assert [bool(row.remedy) for row in rows] == [row.verdict is not Verdict.OK for row in rows]


@pytest.mark.parametrize(("bid", "shown"), [("558.4", "558.40 bid"), ("558", "558.00 bid"), ("0.1255", "0.1255 bid")])
def test_a_price_is_shown_with_its_cents(bid: str, shown: str) -> None:
    given = SnapshotReport(contract=SPY, quote=replace(WHOLE, bid=Decimal(bid)))

    row = quote_row("quote", "stock_snapshot", given, 1.0, is_open=True, what="SPY")

    assert shown in row.seen


@pytest.mark.parametrize("failure", Failure)
def test_every_failure_has_something_to_do_about_it(failure: Failure) -> None:
    assert remedy_of(RequestFailed(failure=failure), "chain")


def test_what_the_adapter_advises_goes_first() -> None:
    failure = RequestFailed(failure=Failure.REFUSED, code=321, advice="do this")

    assert remedy_of(failure, "connection") == "do this"


def test_an_account_in_the_words_of_the_broker_is_masked() -> None:
    failure = RequestFailed(failure=Failure.REFUSED, code=321, text="The account DU1234567 is not allowed")

    row = failed("account", "account", failure, 1.0)

    assert row.seen == "refused (code 321): The account DU***567 is not allowed"


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ([], []),
        ([(2104, "Market data farm connection is OK:usopt")], []),
        ([(2103, "Market data farm connection is broken:usopt")], [2103]),
        ([(2103, "... is broken:usopt"), (2104, "... is OK:usopt")], []),
        ([(2103, "... is broken:usopt"), (2104, "... is OK:usfarm")], [2103]),
        ([(2105, "... is broken:ushmds"), (2107, "... upon demand.ushmds")], []),
        ([(1100, "... has been lost."), (2110, "... is broken.")], [2110]),
        ([(1100, "... has been lost."), (1102, "... data maintained.")], []),
        ([(354, "Requested market data is not subscribed.")], []),
    ],
)
def test_what_the_gateway_said_last_of_each_server_counts(said: list[tuple[int, str]], codes: list[int]) -> None:
    reports = [ConnectivityReport(generation=Generation(0), at=AT, code=code, text=text) for code, text in said]

    row = servers_row(reports)

    assert row.as_dict()["codes"] == codes
    assert row.verdict is (Verdict.FAILED if codes else Verdict.OK)
