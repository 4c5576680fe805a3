import asyncio
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from broker.ib.book import NEVER_AFTER, Collected
from domain.ids import OrderRef
from domain.reports import BookReport, BrokerStatus, Failure, HoldingsReport, PositionReport, RequestFailed
from tests.broker.ib.order_desk import run
from tests.broker.orders_on_the_wire import MAX, OPTION, a_completed_order, a_status, an_execution, an_open_order
from tests.broker.scripted_gateway import ACCOUNT, Answer, Desk, Fields, Frame, ScriptedGateway
from tests.builders import NOW

POSITIONS, OPEN, EXECUTIONS, ALL_OPEN, COMPLETED = 61, 5, 7, 16, 99


def a_position(quantity: int, *, con_id: int = 101, account: str = ACCOUNT) -> Frame:
    contract = (con_id, *OPTION[1:7], "", *OPTION[8:])
    return (61, 3, account, *contract, quantity, 202)


def executions(*frames: Frame) -> Answer:
    def answer(asked: Fields) -> Iterable[Frame]:
        request = int(asked[2])
        yield from (frame if frame[0] != 11 else (11, request, *frame[2:]) for frame in frames)
        yield (55, 1, request)

    return answer


def answers(**changes: Any) -> dict[int, Answer]:
    script: dict[str, Answer] = {
        "positions": lambda _: [(62, 1)],
        "open_orders": lambda _: [(53, 1)],
        "all_orders": lambda _: [(53, 1)],
        "executions": executions(),
        "completed": lambda _: [(102,)],
        **changes,
    }
    numbers = {"positions": 61, "open_orders": 5, "all_orders": 16, "executions": 7, "completed": 99}
    return {numbers[name]: answer for name, answer in script.items()}


async def a_book(desk: Desk, seconds: float = 5) -> BookReport:
    book = await desk.broker.book(seconds)
    assert isinstance(book, BookReport), book
    return book


def test_an_empty_account_is_an_empty_book_and_five_messages() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers.update(answers())

        book = await a_book(desk)

        assert (book.positions, book.open_orders, book.executions, book.completed) == ((), (), (), ())
        assert sorted(int(fields[0]) for fields in gateway.received) == [5, 7, 16, 61, 71, 99]

    run(scenario)


def test_a_look_asks_two_things_and_says_what_is_held_and_works() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers.update(
            answers(
                positions=lambda _: [a_position(2), a_position(0, con_id=102), (62, 1)],
                all_orders=lambda _: [an_open_order(order_id=12, ref="A.S.0", client=7), (53, 1)],
            )
        )

        look = await desk.broker.holdings(5)

        assert isinstance(look, HoldingsReport), look
        assert [(report.con_id, report.quantity) for report in look.positions] == [(101, 2)]
        assert [report.ref for report in look.open_orders] == ["A.S.0"]
        assert sorted(int(fields[0]) for fields in gateway.received) == [16, 61, 71]

    run(scenario)


def test_of_several_who_look_at_once_one_asks_and_each_hears_when() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers.update(answers(positions=lambda _: [a_position(2), (62, 1)]))

        first, *others = await asyncio.gather(*(desk.broker.holdings(5) for _ in range(3)))

        assert isinstance(first, HoldingsReport), first
        assert [report.quantity for report in first.positions] == [2]
        assert others == [first, first]
        assert sorted(int(fields[0]) for fields in gateway.received) == [16, 61, 71]

    run(scenario)


def test_who_looks_two_seconds_later_asks_again() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        held = iter((2, 1))
        gateway.answers.update(answers(positions=lambda _: [a_position(next(held)), (62, 1)]))

        looks = [await desk.broker.holdings(5)]
        desk.clock.advance(2)
        looks.append(await desk.broker.holdings(5))

        told = [[report.quantity for report in look.positions] for look in looks if isinstance(look, HoldingsReport)]
        assert told == [[2], [1]]

    run(scenario)


def test_who_looked_in_vain_does_not_answer_for_the_next() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers.update(answers(all_orders=lambda _: []))

        looks = await asyncio.gather(desk.broker.holdings(1), desk.broker.holdings(1))

        assert [type(look) for look in looks] == [RequestFailed, RequestFailed]
        assert sorted(int(fields[0]) for fields in gateway.received) == [16, 16, 61, 61, 71]

    run(scenario)


def test_a_look_that_is_not_answered_fails() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers.update(answers(all_orders=lambda _: []))

        look = await desk.broker.holdings(1)

        assert isinstance(look, RequestFailed)
        assert look.failure is Failure.TIMED_OUT

    run(scenario)


@pytest.mark.parametrize("first", [0, 1])
def test_a_book_has_an_execution_as_it_was_corrected_last_whatever_came_first(first: int) -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        told = [
            an_execution(f"a.b.c.0{revision}", request=0, ref="A.E.0", shares=2, price=price)
            for revision, price in ((1, "2.02"), (2, "2.05"))
        ]
        gateway.answers.update(
            answers(
                positions=lambda _: [(62, 1)],
                open_orders=lambda _: [(53, 1)],
                all_orders=lambda _: [(53, 1)],
                executions=executions(told[first], told[1 - first]),
            )
        )

        book = await desk.broker.book(5)

        assert isinstance(book, BookReport), book
        assert [(report.exec_id, report.revision, report.price) for report in book.executions] == [
            ("a.b.c.01", 2, Decimal("2.05"))
        ]

    run(scenario)


def test_a_book_holds_what_the_account_holds() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        fees = (59, 1, "x.1", "1.30", "USD", MAX, "", "")
        gateway.answers.update(
            answers(
                positions=lambda _: [a_position(2), a_position(0, con_id=102), a_position(5, account="DU2"), (62, 1)],
                open_orders=lambda _: [an_open_order(order_id=12, ref="A.S.0", client=7), (53, 1)],
                all_orders=lambda _: [
                    an_open_order(order_id=12, ref="A.S.0", client=7),
                    a_status(12, "PreSubmitted", client=7, filled=1, remaining=1, perm=1012),
                    an_open_order(order_id=3, ref="", client=0),
                    (53, 1),
                ],
                executions=executions(
                    an_execution("x.1", request=0, ref="A.E.0", shares=2, price="2.02"),
                    an_execution("x.1", request=0, ref="A.E.0", shares=2, price="2.02"),
                    fees,
                ),
            )
        )

        book = await a_book(desk)

        (position,), (execution,), (commission,) = book.positions, book.executions, book.commissions
        assert (position.con_id, position.quantity, position.sec_type) == (101, 2, "OPT")
        assert [(order.ref, order.filled) for order in book.open_orders] == [(OrderRef("A.S.0"), 1), (None, 0)]
        assert (execution.ref, commission.exec_id) == ("A.E.0", execution.exec_id)

    run(scenario)


def test_a_book_without_one_of_its_three_answers_is_none() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        for missing in ("positions", "open_orders", "all_orders", "executions"):
            gateway.answers.update(answers(**{missing: lambda _: []}))

            answer = await desk.broker.book(0.05)

            assert isinstance(answer, RequestFailed), missing
            assert answer.failure is Failure.TIMED_OUT

    run(scenario)


def test_completed_orders_are_optional() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers.update(answers(completed=lambda _: []))

        book = await a_book(desk)

        assert book.completed == ()

    run(scenario, completed_timeout_seconds=0.02)


def test_a_gateway_in_read_only_mode_says_so_instead_of_hanging() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        refusal = (4, 2, -1, 321, "The API interface is currently in Read-Only mode.", "")
        gateway.answers.update(answers(open_orders=lambda _: [refusal]))

        answer = await desk.broker.book(5)

        assert isinstance(answer, RequestFailed)
        assert (answer.failure, answer.code) == (Failure.REFUSED, 321)

    run(scenario)


def test_a_late_end_never_makes_half_an_answer_a_whole_one() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers.update(answers(positions=lambda _: [a_position(1, con_id=101)]))
        first = await desk.broker.book(0.05)
        gateway.answers.update(answers(positions=lambda _: [a_position(2, con_id=102), (62, 1)]))

        second = await a_book(desk)

        assert isinstance(first, RequestFailed)
        assert [position.con_id for position in second.positions] == [101, 102]

    run(scenario)


def test_a_book_answered_late_dates_from_the_first_question() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers.update(answers(positions=lambda _: []))
        began = desk.clock.now()
        await desk.broker.book(0.05)
        desk.clock.advance(60)
        gateway.answers.update(answers())

        book = await a_book(desk)

        assert book.asked_at == began
        assert book.at == desk.clock.now()

    run(scenario)


def test_a_second_book_forgets_what_the_first_one_held() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        order = an_open_order(order_id=12, ref="A.S.0", client=7)
        gateway.answers.update(
            answers(positions=lambda _: [a_position(1), (62, 1)], all_orders=lambda _: [order, (53, 1)])
        )
        first = await a_book(desk)
        gateway.answers.update(answers())

        second = await a_book(desk)

        assert (len(first.positions), len(first.open_orders)) == (1, 1)
        assert (second.positions, second.open_orders) == ((), ())

    run(scenario)


def test_an_order_that_ends_while_the_book_comes_in_is_not_in_it() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers.update(
            answers(
                open_orders=lambda _: [an_open_order(order_id=12, ref="A.S.0", client=7), (53, 1)],
                all_orders=lambda _: [a_status(12, "Cancelled", client=7, perm=1012), (53, 1)],
            )
        )

        book = await a_book(desk)

        assert book.open_orders == ()

    run(scenario)


@pytest.mark.parametrize(
    ("status", "heard"), [("Submitted", ("A.S.0",)), ("PendingCancel", ("A.S.0",)), ("Cancelled", ()), ("", ())]
)
def test_an_order_whose_row_is_lost_is_heard_of_by_a_status_that_says_it_lives(
    status: str, heard: tuple[str, ...]
) -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        row = an_open_order(order_id=12, ref="A.S.0", client=7)
        alive, now = (a_status(12, text, client=7, perm=1012) for text in ("Submitted", status))
        gateway.answers.update(answers(open_orders=lambda _: [row, alive, (53, 1)]))
        await a_book(desk)
        desk.clock.advance(1)
        gateway.answers.update(answers(open_orders=lambda _: [*((alive, now) if status else ()), (53, 1)]))

        book = await a_book(desk)

        assert book.open_orders == ()
        assert book.heard == heard

    run(scenario)


def test_two_books_at_once_take_turns() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers.update(answers(positions=lambda _: [a_position(1), (62, 1)]))

        both = await asyncio.gather(a_book(desk), a_book(desk))

        assert [len(book.positions) for book in both] == [1, 1]
        assert len(gateway.all(61)) == 2

    run(scenario)


def test_positions_are_also_streamed() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        await gateway.heard(71)
        gateway.say(a_position(2))
        (report,) = await desk.reported(PositionReport)

        assert isinstance(report, PositionReport)
        assert report.quantity == 2

    run(scenario)


def test_a_completed_order_is_evidence_without_an_order_id() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers.update(answers(completed=lambda _: [a_completed_order("A.E.0", "Filled", filled=2), (102,)]))

        book = await a_book(desk)

        (order,) = book.completed
        assert (order.ref, order.order_id, order.status, order.filled) == ("A.E.0", 0, BrokerStatus.FILLED, 2)

    run(scenario)


def test_after_an_end_that_was_lost_a_book_is_no_older_than_the_question_before_it() -> None:
    collected: Collected[str] = Collected()
    times = [NOW + timedelta(seconds=2 * turn) for turn in range(4)]
    collected.begin(times[0])  # Of this one no end ever comes.

    seen = []
    for at in times[1:]:
        collected.begin(at)
        collected.end()
        seen.append(collected.asked_at)

    assert seen == times[:3]


def test_an_end_that_is_owed_for_too_long_is_no_longer_waited_for() -> None:
    collected: Collected[str] = Collected()
    collected.begin(NOW)
    collected.put("old", "said before")

    collected.begin(NOW + NEVER_AFTER + timedelta(seconds=1))
    collected.end()

    assert collected.asked_at == NOW + NEVER_AFTER + timedelta(seconds=1)
    assert collected.items == {}


def test_after_an_end_that_was_lost_two_answers_that_miss_a_thing_let_go_of_it() -> None:
    collected: Collected[str] = Collected()
    collected.begin(NOW)  # Of this one no end ever comes.
    collected.put("gone", "told while it was there")
    collected.put("there", "told")

    seen = []
    for turn in range(1, 4):
        collected.begin(NOW + timedelta(seconds=turn))
        collected.put("there", "told again")
        collected.end()
        seen.append(set(collected.items))

    assert seen == [{"gone", "there"}, {"gone", "there"}, {"there"}]


def test_while_ends_are_owed_one_that_is_told_twice_takes_away_nothing() -> None:
    collected: Collected[str] = Collected()
    for _ in range(4):  # Of these no end ever comes.
        collected.begin(NOW)

    seen = []
    for turn in range(1, 4):
        collected.begin(NOW + timedelta(seconds=turn))
        collected.put("there", "told")
        collected.end()
        collected.end()
        seen.append(set(collected.items))

    assert seen == [{"there"}, {"there"}, {"there"}]


def test_a_position_that_went_while_an_end_was_owed_is_gone_from_the_third_book_on() -> None:
    async def scenario(desk: Desk, gateway: ScriptedGateway) -> None:
        gateway.answers.update(answers(positions=lambda _: [a_position(1)]))
        await desk.broker.book(0.05)
        gateway.answers.update(answers())

        held = []
        for _ in range(3):
            desk.clock.advance(2)
            held.append(len((await a_book(desk)).positions))

        assert held == [1, 1, 0]

    run(scenario)
