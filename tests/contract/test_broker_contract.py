"""What every order port does, be it the broker or the paper ledger."""

from decimal import Decimal

import pytest

from domain.ids import OrderRef
from domain.order_specs import OrderKind, TimeInForce
from domain.reports import BrokerStatus, HoldingsReport, OrderEffect, Side
from tests.contract.broker_stands import ENTRY, EXIT, OPTION, STANDS, STOP, TARGET, Stand, a_spec, play

EVERY_BROKER = pytest.mark.parametrize("kind", list(STANDS))
S = BrokerStatus


async def a_position(stand: Stand, quantity: int = 2) -> None:
    await stand.show("1.00", "1.10")
    stand.port.place(a_spec(quantity=quantity))
    await stand.wait()
    assert stand.heard.filled(ENTRY) == quantity


def place_bracket(stand: Stand) -> None:
    gtc = TimeInForce.GTC
    stop = {"kind": OrderKind.STOP_LIMIT, "trigger": Decimal("0.80"), "limit": Decimal("0.70")}
    stand.port.place(a_spec(transmit=False))
    stand.port.place(a_spec(TARGET, parent=ENTRY, limit=Decimal("1.50"), tif=gtc, transmit=False))
    stand.port.place(a_spec(STOP, parent=ENTRY, tif=gtc, **stop))


@EVERY_BROKER
def test_a_limit_at_the_ask_fills_and_is_in_the_book(kind: str) -> None:
    async def story(stand: Stand) -> None:
        await stand.show("1.00", "1.10")
        stand.port.place(a_spec())
        inside = list(stand.heard.executions(ENTRY))
        await stand.wait()
        book = await stand.book()

        assert inside == []
        assert stand.heard.statuses(ENTRY)[-1] is S.FILLED
        assert [(fill.quantity, fill.price) for fill in stand.heard.executions(ENTRY)] == [(2, Decimal("1.10"))]
        assert stand.heard.fees(ENTRY) >= Decimal("1.00")
        assert [(held.con_id, held.quantity, held.sec_type) for held in book.positions] == [(OPTION.con_id, 2, "OPT")]
        assert book.open_orders == ()
        assert [fill.exec_id for fill in book.executions] == [fill.exec_id for fill in stand.heard.executions(ENTRY)]

    play(kind, story)


@EVERY_BROKER
def test_a_look_shows_what_the_book_shows(kind: str) -> None:
    async def story(stand: Stand) -> None:
        await a_position(stand)
        stand.port.place(a_spec(EXIT, side=Side.SELL, limit=Decimal("1.50")))
        await stand.wait()
        look, book = await stand.port.holdings(10), await stand.book()

        assert isinstance(look, HoldingsReport), look
        assert [(held.con_id, held.quantity) for held in look.positions] == [(OPTION.con_id, 2)]
        assert [order.ref for order in look.open_orders] == [EXIT]
        assert [held.quantity for held in book.positions] == [held.quantity for held in look.positions]
        assert [order.ref for order in book.open_orders] == [EXIT]

    play(kind, story)


@EVERY_BROKER
def test_a_limit_below_the_ask_rests_until_it_is_cancelled(kind: str) -> None:
    async def story(stand: Stand) -> None:
        await stand.show("1.00", "1.10")
        stand.port.place(a_spec(limit=Decimal("1.05")))
        await stand.wait()
        resting = (await stand.book()).open_orders
        stand.port.cancel(ENTRY)
        await stand.wait()
        after = (await stand.book()).open_orders

        (order,) = resting
        assert (order.ref, order.status, order.limit, order.quantity) == (ENTRY, S.SUBMITTED, Decimal("1.05"), 2)
        assert stand.heard.statuses(ENTRY)[-1] is S.CANCELLED
        assert after == ()
        assert stand.heard.filled(ENTRY) == 0

    play(kind, story)


@EVERY_BROKER
def test_a_change_moves_the_limit_of_the_same_order(kind: str) -> None:
    async def story(stand: Stand) -> None:
        await stand.show("1.00", "1.10")
        stand.port.place(a_spec(limit=Decimal("1.05")))
        await stand.wait()
        before = stand.heard.filled(ENTRY)
        stand.port.modify(a_spec(limit=Decimal("1.10")))
        await stand.wait()

        assert before == 0
        assert stand.heard.filled(ENTRY) == 2
        assert len({fill.order_id for fill in stand.heard.executions(ENTRY)}) == 1

    play(kind, story)


@EVERY_BROKER
def test_the_same_ref_is_one_order_however_often_it_is_placed(kind: str) -> None:
    async def story(stand: Stand) -> None:
        await stand.show("1.00", "1.10")
        stand.port.place(a_spec())
        stand.port.place(a_spec())
        await stand.wait()

        assert stand.heard.filled(ENTRY) == 2
        assert [report.effect for report in stand.heard.errors(ENTRY)] == [OrderEffect.UNCERTAIN]

    play(kind, story)


@EVERY_BROKER
def test_a_price_off_the_grid_is_rejected_by_an_error_alone(kind: str) -> None:
    async def story(stand: Stand) -> None:
        await stand.show("1.00", "1.10")
        stand.port.place(a_spec(limit=Decimal("3.03")))
        await stand.wait()

        (report,) = stand.heard.errors(ENTRY)
        assert (report.code, report.effect) == (110, OrderEffect.REJECTED)
        assert stand.heard.filled(ENTRY) == 0

    play(kind, story)


@EVERY_BROKER
def test_a_cancel_that_comes_too_late_or_finds_nothing_says_so(kind: str) -> None:
    async def story(stand: Stand) -> None:
        await a_position(stand)
        stand.port.cancel(ENTRY)
        stand.port.cancel(EXIT)
        await stand.wait()

        assert [report.effect for report in stand.heard.errors(ENTRY)] == [OrderEffect.NOT_CANCELLABLE]
        assert [report.effect for report in stand.heard.errors(EXIT)] == [OrderEffect.NOT_FOUND]

    play(kind, story)


@EVERY_BROKER
def test_a_market_order_sells_at_the_bid(kind: str) -> None:
    async def story(stand: Stand) -> None:
        await a_position(stand)
        stand.port.place(a_spec(EXIT, kind=OrderKind.MARKET, limit=None))
        await stand.wait()

        assert [(fill.quantity, fill.price) for fill in stand.heard.executions(EXIT)] == [(2, Decimal("1.00"))]
        assert (await stand.book()).positions == ()

    play(kind, story)


@EVERY_BROKER
def test_nothing_of_a_family_works_before_its_last_member_is_sent(kind: str) -> None:
    async def story(stand: Stand) -> None:
        await stand.show("1.00", "1.10")
        stand.port.place(a_spec(transmit=False))
        stand.port.place(a_spec(TARGET, parent=ENTRY, transmit=False))
        await stand.wait()

        assert stand.heard.filled(ENTRY) == 0

    play(kind, story)


@EVERY_BROKER
def test_children_wait_for_their_parent(kind: str) -> None:
    async def story(stand: Stand) -> None:
        await stand.show("1.00", "1.20")
        place_bracket(stand)
        await stand.wait()
        waiting = [stand.heard.statuses(ref)[-1] for ref in (ENTRY, TARGET, STOP)]
        await stand.show("1.00", "1.10")

        assert waiting == [S.SUBMITTED, S.PRE_SUBMITTED, S.PRE_SUBMITTED]
        assert [stand.heard.statuses(ref)[-1] for ref in (ENTRY, TARGET, STOP)] == [
            S.FILLED,
            S.SUBMITTED,
            S.PRE_SUBMITTED,
        ]

    play(kind, story)


@EVERY_BROKER
def test_the_target_ends_the_stop(kind: str) -> None:
    async def story(stand: Stand) -> None:
        await stand.show("1.00", "1.10")
        place_bracket(stand)
        await stand.wait()
        await stand.show("1.60", "1.70")
        book = await stand.book()

        assert stand.heard.filled(TARGET) == 2
        assert all(fill.price >= Decimal("1.50") for fill in stand.heard.executions(TARGET))
        assert stand.heard.statuses(STOP)[-1] is S.CANCELLED
        assert (book.positions, book.open_orders) == ((), ())

    play(kind, story)


@EVERY_BROKER
def test_the_stop_ends_the_target(kind: str) -> None:
    async def story(stand: Stand) -> None:
        await stand.show("1.00", "1.10")
        place_bracket(stand)
        await stand.wait()
        await stand.show("0.78", "0.80")
        await stand.wait(30)
        book = await stand.book()

        assert stand.heard.filled(STOP) == 2
        assert stand.heard.statuses(TARGET)[-1] is S.CANCELLED
        assert (book.positions, book.open_orders) == ((), ())

    play(kind, story)


@EVERY_BROKER
def test_cancelling_an_unfilled_parent_takes_its_children_along(kind: str) -> None:
    async def story(stand: Stand) -> None:
        await stand.show("1.00", "1.20")
        place_bracket(stand)
        await stand.wait()
        stand.port.cancel(ENTRY)
        await stand.wait()

        assert {stand.heard.statuses(ref)[-1] for ref in (ENTRY, TARGET, STOP)} == {S.CANCELLED}

    play(kind, story)


@EVERY_BROKER
@pytest.mark.parametrize("limit", ["1.05", "1.10"])
def test_a_late_child_of_a_filled_parent_works_and_of_a_cancelled_one_never(kind: str, limit: str) -> None:
    async def story(stand: Stand) -> None:
        await stand.show("1.00", "1.10")
        stand.port.place(a_spec(limit=Decimal(limit)))
        await stand.wait()
        stand.port.cancel(ENTRY)
        await stand.wait()
        stand.port.place(a_spec(EXIT, parent=ENTRY, limit=Decimal("1.00")))
        await stand.wait()

        assert stand.heard.filled(EXIT) == stand.heard.filled(ENTRY) == (2 if limit == "1.10" else 0)
        assert (await stand.book()).positions == ()

    play(kind, story)


@EVERY_BROKER
def test_of_an_oca_group_one_order_fills(kind: str) -> None:
    async def story(stand: Stand) -> None:
        await a_position(stand)
        other = OrderRef("A.T.1")
        stand.port.place(a_spec(EXIT, limit=Decimal("1.50"), oca_group="A.oca"))
        stand.port.place(a_spec(other, limit=Decimal("1.60"), oca_group="A.oca"))
        await stand.wait()
        await stand.show("1.55", "1.65")
        await stand.show("1.80", "1.90")

        assert (stand.heard.filled(EXIT), stand.heard.filled(other)) == (2, 0)
        assert stand.heard.statuses(other)[-1] is S.CANCELLED

    play(kind, story)


@EVERY_BROKER
def test_what_rests_outlives_the_connection_and_is_found_by_its_ref(kind: str) -> None:
    async def story(stand: Stand) -> None:
        await a_position(stand)
        stand.port.place(a_spec(TARGET, limit=Decimal("1.50"), tif=TimeInForce.GTC))
        await stand.wait()
        await stand.reconnect()
        book = await stand.book()
        stand.port.modify(a_spec(TARGET, limit=Decimal("1.40"), tif=TimeInForce.GTC))
        await stand.wait()
        stand.port.cancel(TARGET)
        await stand.wait()

        assert book.generation == 2
        assert [order.ref for order in book.open_orders] == [TARGET]
        assert [held.quantity for held in book.positions] == [2]
        assert [fill.ref for fill in book.executions] == [ENTRY]
        assert stand.heard.statuses(TARGET)[-1] is S.CANCELLED
        assert stand.heard.errors(TARGET) == [] or {r.effect for r in stand.heard.errors(TARGET)} == {
            OrderEffect.CANCELLED
        }

    play(kind, story)
