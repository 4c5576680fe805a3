from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from actors.runtime.lifecycle import Phase
from domain.commands import (
    CancelEntries,
    CancelOrder,
    FlattenBracket,
    RequestBook,
    SendAlert,
    UnwatchQuote,
    WatchQuote,
)
from domain.events import (
    BracketClosed,
    BracketPlanned,
    ClosedBy,
    ConnectionLost,
    FeesCharged,
    LegFilled,
    OrdersRefused,
    Resynchronised,
)
from domain.ids import Generation
from domain.reports import BrokerStatus, OrderEffect, QuoteReport
from tests.actors.oco_scene import OCO, STREAM, Scene
from tests.actors.stage import EARLY_TUESDAY, MONDAY, Stage
from tests.builders import (
    GENERATION,
    INTENT,
    NOW,
    a_book,
    a_contract,
    a_fee,
    a_fill,
    a_plan,
    a_quote,
    a_status,
    an_error,
    an_open_order,
    ref,
)


def test_fills_are_journaled_and_counted_once(stage: Stage) -> None:
    scene = Scene(stage)
    scene.guard(a_plan())

    scene.tell(a_fill("E", 2, "2.02"), a_fill("E", 2, "2.02"), a_fee("E.0.2.2.02"), a_fee("E.0.2.2.02"))

    written = [type(record) for record in stage.store.streams[STREAM]]
    assert written == [BracketPlanned, LegFilled, FeesCharged]


def test_a_position_without_its_stop_is_said_loudly_and_a_human_is_called(stage: Stage) -> None:
    scene = Scene(stage)
    scene.guard(a_plan())

    scene.tell(a_fill("E", 2, "2.02"), a_status("E", BrokerStatus.FILLED, filled=2))
    scene.tell(an_error("S", OrderEffect.REJECTED))
    stage.run_for(6)

    assert len(stage.log.named("position_unguarded")) == 1
    assert [alert.kind for alert in scene.alerts.of(SendAlert) if alert.level == "CRITICAL"] == ["unguarded"]


def test_everything_is_sold_before_the_close(stage: Stage) -> None:
    scene = Scene(stage)
    scene.guard(a_plan())
    scene.bought()
    scene.tell(QuoteReport(generation=GENERATION, quote=a_quote()))

    stage.run_until(MONDAY.closes_at - timedelta(minutes=16, seconds=1))
    before = scene.changed
    stage.run_for(2)

    assert before == []
    assert scene.changed == [ref("T")]


def test_everything_is_sold_before_an_early_close(stage: Stage) -> None:
    stage.run_until(EARLY_TUESDAY.opens_at + timedelta(minutes=10))
    scene = Scene(stage)
    scene.guard(a_plan(decided_at=stage.now))
    scene.bought()
    scene.tell(QuoteReport(generation=GENERATION, quote=a_quote(at=stage.now)))

    stage.run_until(EARLY_TUESDAY.closes_at - timedelta(minutes=15, seconds=59))

    assert scene.changed == [ref("T")]


def test_a_clock_that_is_set_on_does_not_make_the_sale_before_the_close_late(stage: Stage) -> None:
    scene = Scene(stage)
    scene.guard(a_plan())
    scene.bought()
    scene.tell(QuoteReport(generation=GENERATION, quote=a_quote()))

    stage.clock.set_on = timedelta(hours=2)
    stage.run_until(MONDAY.closes_at - timedelta(minutes=14))

    assert scene.changed[:1] == [ref("T")]


def test_what_is_held_overnight_is_reviewed_and_sold_on_its_last_day(stage: Stage) -> None:
    scene = Scene(stage)
    expiry = EARLY_TUESDAY.day
    scene.guard(a_plan(contract=a_contract(expiry=expiry)), hold_overnight=True)
    scene.bought()
    scene.tell(QuoteReport(generation=GENERATION, quote=a_quote()))

    stage.run_until(MONDAY.closes_at + timedelta(hours=1))
    overnight = scene.changed
    stage.run_until(EARLY_TUESDAY.closes_at - timedelta(minutes=15, seconds=59))

    assert overnight == []
    assert scene.changed == [ref("T")]


def test_a_loss_limit_cancels_an_entry_that_still_works(stage: Stage) -> None:
    scene = Scene(stage)
    scene.guard(a_plan())
    scene.tell(a_status("E", BrokerStatus.SUBMITTED))

    scene.tell(CancelEntries(reason="daily loss limit"))

    assert [cancel.ref for cancel in scene.broker.of(CancelOrder)] == [ref("E")]


def test_orders_refused_on_our_side_end_an_entry_of_which_nothing_was_sent(stage: Stage) -> None:
    scene = Scene(stage)
    actor = scene.guard(a_plan())

    scene.tell(OrdersRefused(at=NOW, refs=(ref("E"), ref("T"), ref("S")), reason="the broker is not ready"))
    stage.run_for(1)

    (closed,) = scene.risk.of(BracketClosed)
    assert (closed.closed_by, closed.quantity) == (ClosedBy.ENTRY_REJECTED, 0)
    assert actor.phase is Phase.ENDED


def test_the_end_is_written_told_to_those_who_count_and_streams_nothing_on(stage: Stage) -> None:
    scene = Scene(stage)
    actor = scene.guard(a_plan())
    scene.bought()

    scene.tell(a_fill("T", 2, "3.03"), a_fee("T.0.2.3.03"), a_status("T", BrokerStatus.FILLED, filled=2))
    scene.tell(a_status("S", BrokerStatus.CANCELLED))
    stage.run_for(1)

    closed = stage.store.streams[STREAM][-1]
    assert isinstance(closed, BracketClosed)
    assert scene.risk.of(BracketClosed) == scene.symbol.of(BracketClosed) == [closed]
    assert (closed.closed_by, closed.pnl) == (ClosedBy.TARGET, Decimal(200))
    assert scene.broker.of(UnwatchQuote) == [UnwatchQuote(con_id=a_contract().con_id, watcher=OCO)]
    assert actor.phase is Phase.ENDED


def test_a_successor_of_one_that_died_after_the_end_only_tells_it_again(stage: Stage) -> None:
    scene = Scene(stage)
    closed = BracketClosed(
        at=NOW,
        intent=INTENT,
        symbol=a_contract().symbol,
        con_id=a_contract().con_id,
        closed_by=ClosedBy.STOP,
        quantity=2,
        pnl=a_plan().entry_limit,
        fees=a_plan().spread,
    )
    stage.store.append(STREAM, [BracketPlanned(at=NOW, plan=a_plan()), closed])

    actor = scene.guard(None)
    stage.run_for(1)

    assert actor.phase is Phase.ENDED
    assert scene.risk.of(BracketClosed) == [closed]
    assert not scene.broker.of(RequestBook)
    assert len(stage.store.streams[STREAM]) == 2


def test_after_a_lost_connection_only_the_book_that_follows_is_believed(stage: Stage) -> None:
    scene = Scene(stage)
    scene.guard(a_plan())
    scene.bought()
    scene.tell(ConnectionLost(at=stage.now, generation=GENERATION, reason="closed"))
    scene.tell(FlattenBracket(why=ClosedBy.FLATTENED))
    while_lost = scene.changed

    working = (
        an_open_order("T", BrokerStatus.SUBMITTED, limit=a_plan().target_limit),
        an_open_order("S", BrokerStatus.PRE_SUBMITTED, limit=a_plan().stop_limit, trigger=a_plan().stop_trigger),
    )
    book = a_book(open_orders=working, asked_at=stage.now)
    scene.tell(Resynchronised(at=stage.now, generation=GENERATION, book=book))

    assert while_lost == []
    assert scene.changed == [ref("T")]


def test_the_loss_of_an_older_connection_that_is_heard_late_is_not_believed(stage: Stage) -> None:
    scene = Scene(stage)
    guard = scene.guard(a_plan())
    scene.bought()
    book = a_book(asked_at=stage.now, open_orders=(an_open_order("T", BrokerStatus.SUBMITTED),))
    scene.tell(Resynchronised(at=stage.now, generation=Generation(GENERATION + 1), book=book))

    scene.tell(ConnectionLost(at=stage.now, generation=GENERATION, reason="closed"))

    assert guard._bracket is not None
    assert guard._bracket.connected


def test_a_new_connection_is_asked_to_stream_again(stage: Stage) -> None:
    scene = Scene(stage)
    scene.guard(a_plan())

    scene.tell(Resynchronised(at=stage.now, generation=GENERATION, book=a_book()))

    assert scene.broker.of(WatchQuote) == [WatchQuote(contract=a_contract(), watcher=OCO)] * 2


def test_an_emulated_stop_sells_by_the_quotes_it_watches(stage: Stage) -> None:
    scene = Scene(stage)
    scene.guard(a_plan(native=False))
    scene.tell(a_fill("E", 2, "2.02"), a_status("E", BrokerStatus.FILLED, filled=2))

    for seconds in (1, 2):
        quote = a_quote("1.50", "1.55", at=NOW + timedelta(seconds=seconds))
        scene.tell(QuoteReport(generation=GENERATION, quote=quote))

    entry, sale = scene.submitted
    assert (len(entry.orders), entry.opens, sale.opens) == (1, True, False)
    assert [(order.quantity, order.side.value) for order in sale.orders] == [(2, "SELL")]


def test_a_stop_is_told_to_the_broker_before_the_log(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(stage)
    actor = scene.guard(a_plan(native=False))
    scene.tell(a_fill("E", 2, "2.02"), a_status("E", BrokerStatus.FILLED, filled=2))
    tell, emit, told = actor.tell, stage.log.emit, list[str]()

    def telling(name: str, message: Any, **how: Any) -> None:
        told.append(type(message).__name__)
        tell(name, message, **how)

    def emitting(event: str, /, **fields: object) -> None:
        told.append(event)
        emit(event, **fields)

    monkeypatch.setattr(actor, "tell", telling)
    monkeypatch.setattr(stage.log, "emit", emitting)

    for seconds in (1, 20):  # The second also brings the tape's next line.
        quote = a_quote("1.50", "1.55", at=NOW + timedelta(seconds=seconds))
        scene.tell(QuoteReport(generation=GENERATION, quote=quote))

    sent = told.index("SubmitOrders")
    assert "oco_triggered" in told[sent:]
    assert told[:sent] == ["guard_quote"]  # The first quote's.


def test_a_fill_that_comes_after_the_end_is_handed_to_who_looks_after_brackets(stage: Stage) -> None:
    scene, late = Scene(stage), a_fill("E", 2, "2.02")
    brackets = stage.cast("brackets")
    scene.guard(a_plan())
    stage.store.broken = "disk full"
    scene.tell(OrdersRefused(at=NOW, refs=(ref("E"), ref("T"), ref("S")), reason="the broker is not ready"))

    scene.tell(late)
    while_it_waits = list(brackets.heard)
    stage.store.broken = ""
    stage.run_for(20)

    assert while_it_waits == []
    assert brackets.heard == [late]


def test_a_bracket_that_is_flat_waits_for_its_fees_without_quotes(stage: Stage) -> None:
    scene = Scene(stage)
    actor = scene.guard(a_plan())
    scene.bought()
    held = scene.broker.of(UnwatchQuote)

    scene.tell(
        a_fill("T", 2, "2.40"), a_status("T", BrokerStatus.FILLED, filled=2), a_status("S", BrokerStatus.CANCELLED)
    )

    assert held == []
    assert scene.broker.of(UnwatchQuote) == [UnwatchQuote(con_id=a_contract().con_id, watcher=OCO)]
    assert actor.phase is not Phase.ENDED


def test_a_bracket_that_holds_something_after_all_has_its_quotes_again(stage: Stage) -> None:
    scene = Scene(stage)
    scene.guard(a_plan())
    scene.bought()
    scene.tell(a_fill("T", 2, "2.40"), a_status("T", BrokerStatus.FILLED, filled=2))

    scene.tell(replace(a_fill("T", 1, "2.40", exec_id="T.0.2.2.40"), revision=2))

    assert len(scene.broker.of(WatchQuote)) == 2


def test_a_new_connection_streams_nothing_for_a_bracket_that_is_flat(stage: Stage) -> None:
    scene = Scene(stage)
    scene.guard(a_plan())
    scene.bought()
    scene.tell(a_fill("T", 2, "2.40"), a_status("T", BrokerStatus.FILLED, filled=2))

    scene.tell(Resynchronised(at=NOW, generation=GENERATION, book=a_book()))

    assert len(scene.broker.of(WatchQuote)) == 1
