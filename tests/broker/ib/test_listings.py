from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import pytest

from broker.ib.chain import standard_class
from domain.commands import RequestListed
from domain.contracts import PriceStep, Right, Underlying
from domain.ids import ConId, Symbol
from domain.reports import ChainReport, Failure, ListedReport, RequestFailed, UnderlyingReport
from tests.broker.ib.order_desk import run
from tests.broker.scripted_gateway import Answer, Desk, Fields, Frame, ScriptedGateway

STOCK = Underlying(con_id=ConId(7), symbol=Symbol("GOOG"), primary_exchange="NASDAQ")
LISTED = RequestListed(underlying=STOCK, trading_class="GOOG", expiry=date(2026, 1, 9), right=Right.CALL)


def details(*rows: Frame) -> Answer:
    def answer(asked: Fields) -> Iterable[Frame]:
        request = int(asked[2])
        return [*((10, request, *row) for row in rows), (52, 1, request)]

    return answer


def a_row(
    con_id: int,
    *,
    sec_type: str = "OPT",
    strike: str = "750",
    trading_class: str = "GOOG",
    exchanges: str = "AMEX,SMART,CBOE",
    rules: str = "1,239,2",
    expiry: str = "20260109 16:00:00 US/Eastern",
    multiplier: str = "100",
) -> Frame:
    head = ("GOOG", sec_type, expiry, strike, "C", "SMART", "USD", "GOOG  260109C00750000", "GOOG", trading_class)
    middle = (con_id, "0.01", multiplier, "LMT,MKT", exchanges, 1, 7, "ALPHABET INC", "NASDAQ", "202601", "", "", "")
    return (*head, *middle, "US/Eastern", "", "", "", 0, 0, 1, "GOOG", "STK", rules, "20260109", "", 1, 1, 1)


def rule(*steps: tuple[str, str]) -> Answer:
    def answer(asked: Fields) -> Iterable[Frame]:
        return [(93, int(asked[1]), len(steps), *(field for step in steps for field in step))]

    return answer


NICKEL_DIME = rule(("0", "0.05"), ("3", "0.1"))


def test_a_symbol_is_its_one_dollar_stock() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[9] = details(a_row(7, sec_type="STK", strike="0"))

        answer = await desk.broker.underlying(Symbol("GOOG"))
        asked = await gateway.heard(9)

        assert answer == UnderlyingReport(underlying=STOCK)
        assert (asked[4], asked[5], asked[10], asked[12]) == ("GOOG", "STK", "SMART", "USD")

    run(scenario)


def test_a_symbol_of_two_stocks_is_none() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[9] = details(a_row(7, sec_type="STK"), a_row(8, sec_type="STK"))

        answer = await desk.broker.underlying(Symbol("GOOG"))

        assert isinstance(answer, RequestFailed)
        assert answer.failure is Failure.NO_SUCH_CONTRACT

    run(scenario)


def test_an_unknown_symbol_is_no_such_contract() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[9] = lambda asked: [(4, 2, int(asked[2]), 200, "No security definition has been found", "")]

        answer = await desk.broker.underlying(Symbol("NOPE"))

        assert isinstance(answer, RequestFailed)
        assert (answer.failure, answer.code) == (Failure.NO_SUCH_CONTRACT, 200)

    run(scenario)


def chains(*rows: tuple[str, str, str]) -> Answer:
    def answer(asked: Fields) -> Iterable[Frame]:
        request = int(asked[1])
        found = [
            (
                75,
                request,
                exchange,
                7,
                trading_class,
                multiplier,
                2,
                "20260116",
                "20260109",
                3,
                "760.0",
                "750.0",
                "752.5",
            )
            for exchange, trading_class, multiplier in rows
        ]
        return [*found, (76, request)]

    return answer


def test_a_chain_is_the_standard_classs_at_smart_in_order() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[78] = chains(
            ("CBOE", "GOOG", "100"), ("SMART", "2GOOG", "100"), ("SMART", "GOOG", "10"), ("SMART", "GOOG", "100")
        )

        answer = await desk.broker.chain(STOCK)

        assert isinstance(answer, ChainReport)
        assert (answer.chain.trading_class, answer.chain.multiplier) == ("GOOG", 100)
        assert answer.chain.expiries == (date(2026, 1, 9), date(2026, 1, 16))
        assert [str(strike) for strike in answer.chain.strikes] == ["750", "752.5", "760"]

    run(scenario)


def test_a_chain_without_the_standard_class_is_no_data() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[78] = chains(("SMART", "2GOOG", "100"))

        answer = await desk.broker.chain(STOCK)

        assert isinstance(answer, RequestFailed)
        assert answer.failure is Failure.NO_DATA

    run(scenario)


@pytest.mark.parametrize(("symbol", "trading_class"), [("SPY", "SPY"), ("BRK B", "BRKB"), ("BF.B", "BFB")])
def test_the_standard_class_is_the_symbol_without_its_gaps(symbol: str, trading_class: str) -> None:
    assert standard_class(Symbol(symbol)) == trading_class


def test_listed_contracts_come_by_strike_each_with_smarts_grid() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[9] = details(a_row(102, strike="752.5"), a_row(101), a_row(103, trading_class="2GOOG"))
        gateway.answers[91] = NICKEL_DIME

        answer = await desk.broker.listed(LISTED)
        asked = await gateway.heard(9)

        assert isinstance(answer, ListedReport)
        assert [(option.con_id, str(option.strike)) for option in answer.contracts] == [(101, "750"), (102, "752.5")]
        assert answer.contracts[0].grid.steps == (
            PriceStep(low_edge=Decimal(0), increment=Decimal("0.05")),
            PriceStep(low_edge=Decimal(3), increment=Decimal("0.1")),
        )
        assert (asked[6], asked[7], asked[8], asked[14]) == ("20260109", "0.0", "C", "GOOG")
        assert [fields[1] for fields in gateway.all(91)] == ["239"]

    run(scenario)


def test_a_market_rule_is_asked_for_once() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[9] = details(a_row(101))
        gateway.answers[91] = NICKEL_DIME

        await desk.broker.listed(LISTED)
        await desk.broker.listed(LISTED)

        assert len(gateway.all(91)) == 1

    run(scenario)


@pytest.mark.parametrize(
    ("row", "answer_to_rule", "failure"),
    [
        (a_row(101), lambda _: [], Failure.TIMED_OUT),
        (a_row(101), rule(), Failure.BAD_ANSWER),
        (a_row(101), rule(("1", "0.05")), Failure.BAD_ANSWER),
        (a_row(101, exchanges="CBOE", rules="1"), NICKEL_DIME, Failure.BAD_ANSWER),
        (a_row(101, trading_class="2GOOG"), NICKEL_DIME, Failure.NO_SUCH_CONTRACT),
        (a_row(101, expiry="20260116"), NICKEL_DIME, Failure.NO_SUCH_CONTRACT),
        (a_row(101, multiplier="10"), NICKEL_DIME, Failure.NO_SUCH_CONTRACT),
        (a_row(0), NICKEL_DIME, Failure.NO_SUCH_CONTRACT),
    ],
)
def test_nothing_is_listed_on_a_guess(row: Frame, answer_to_rule: Answer, failure: Failure) -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[9] = details(row)
        gateway.answers[91] = answer_to_rule

        answer = await desk.broker.listed(LISTED)

        assert isinstance(answer, RequestFailed)
        assert answer.failure is failure

    run(scenario, request_timeout_seconds=0.1)


def test_an_empty_answer_is_a_failure() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers[9] = details()

        answer = await desk.broker.listed(LISTED)

        assert isinstance(answer, RequestFailed)
        assert answer.failure is Failure.NO_SUCH_CONTRACT

    run(scenario)
