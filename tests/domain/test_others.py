from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.contracts import Right
from domain.events import BracketPlanned, ClosedBy, Journaled
from domain.foreign_events import ForeignChanged, ForeignIgnored
from domain.ids import ConId, OrderId, OrderRef, PermId, Symbol
from domain.ledger import Ledger
from domain.others import (
    Foreign,
    Others,
    advice,
    blocked,
    folded,
    foreign_things,
    ignored,
    is_known,
    is_surprising,
    looked,
    named_ours,
    nobody_settles,
    theirs,
    to_adopt,
    unknown,
)
from domain.reports import BrokerStatus, OpenOrderReport, Side
from tests.builders import NOW, a_book, a_glance, a_plan, a_position, an_open_order
from tests.domain.ledger_builders import a_closing, a_ledger, a_reservation, bought

BY = "./bot ignore"
LATER = NOW + timedelta(minutes=1)


def a_holding(quantity: int = 2, **changes: Any) -> Foreign:
    given = Foreign(
        symbol=Symbol("SPY"),
        con_id=ConId(7),
        quantity=quantity,
        sec_type="OPT",
        expiry=date(2026, 1, 9),
        strike=Decimal("500.00"),
        right=Right.PUT,
        trading_class="SPY",
    )
    return replace(given, **changes)


def shares(quantity: int = 100) -> Foreign:
    return Foreign(symbol=Symbol("SPY"), con_id=ConId(8), quantity=quantity, sec_type="STK")


def an_order(quantity: int = -2, con_id: int = 7) -> Foreign:
    return Foreign(symbol=Symbol("SPY"), con_id=ConId(con_id), quantity=quantity, perm_id=PermId(900), client_id=5)


def an_order_report(**changes: Any) -> OpenOrderReport:
    theirs = an_open_order("T", BrokerStatus.SUBMITTED, client_id=5, perm_id=PermId(900), **changes)
    return replace(theirs, ref=None, symbol=Symbol("SPY"), con_id=ConId(7))


def after(*things: Foreign, others: Others | None = None) -> Others:
    return looked(others or Others(), things, NOW).others


def leaving(others: Others, what: str) -> Others:
    return folded(ignored(others, what, BY, NOW), others)


def test_what_no_intent_of_ours_explains_is_foreign_holdings_first() -> None:
    book = a_book(
        positions=(a_position(2), a_position(-1, con_id=7, symbol="SPY"), a_position(0, con_id=8, symbol="QQQ")),
        open_orders=(an_open_order("T", BrokerStatus.SUBMITTED), an_order_report(quantity=3)),
    )

    found = foreign_things(book, a_ledger(a_reservation()))

    assert [(thing.symbol, thing.quantity, thing.is_order) for thing in found] == [
        ("SPY", -1, False),
        ("SPY", -3, True),
    ]


def test_an_option_is_named_by_its_terms_as_the_broker_tells_them() -> None:
    told = replace(
        a_position(2, con_id=7, symbol="SPY"),
        sec_type="OPT",
        expiry=date(2026, 1, 9),
        strike=Decimal("500.00"),
        right=Right.PUT,
        trading_class="SPY",
    )

    assert foreign_things(a_glance(positions=(told,)), Ledger()) == (a_holding(),)
    assert a_holding().text == "2 SPY 2026-01-09 500P (7) held"
    assert shares(-100).text == "-100 SPY STK (8) held"
    assert an_order().text == "SELL 2 SPY (7) ordered by client 5"
    assert an_order(3).text == "BUY 3 SPY (7) ordered by client 5"


def test_an_order_of_another_program_with_a_ref_of_its_own_is_foreign_too() -> None:
    named = replace(an_order_report(), ref=OrderRef("by hand"), side=Side.BUY)

    assert [thing.quantity for thing in foreign_things(a_glance(open_orders=(named,)), Ledger())] == [named.quantity]


def test_two_orders_without_the_brokers_number_are_two() -> None:
    first, second = (replace(an_order_report(), perm_id=PermId(0), order_id=OrderId(number)) for number in (0, 1))

    found = foreign_things(a_glance(open_orders=(first, second)), Ledger())

    assert len({thing.key for thing in found}) == 2
    assert all(thing.is_order for thing in found)


def test_more_or_less_in_a_contract_of_an_open_intent_is_its_brackets_business() -> None:
    assert foreign_things(a_book(positions=(a_position(3),)), a_ledger(a_reservation())) == ()


def test_fills_of_ours_whose_plan_was_lost_are_nobodys() -> None:
    book = a_book(positions=(a_position(2),))

    assert [thing.con_id for thing in foreign_things(book, a_ledger(bought(2, "2.00")))] == [101]
    known = a_ledger(BracketPlanned(at=NOW, plan=a_plan()), bought(2, "2.00"))
    assert foreign_things(book, known) == ()


def test_what_an_intent_of_ours_bought_after_its_end_is_its_own() -> None:
    book = a_book(positions=(a_position(2),))
    ended = a_closing(closed_by=ClosedBy.ENTRY_EXPIRED, quantity=0, pnl="0")

    assert foreign_things(book, a_ledger(a_reservation(), ended, bought(2, "2.00"))) == ()
    assert len(foreign_things(book, a_ledger(a_reservation(), ended))) == 1


@pytest.mark.parametrize(("seconds", "count"), [(-1, 1), (0, 0), (1, 0)])
def test_a_bracket_that_ended_after_the_question_explains_the_answer(seconds: float, count: int) -> None:
    book = a_book(positions=(a_position(2),))

    found = foreign_things(book, Ledger(), {ConId(101): book.asked_at + timedelta(seconds=seconds)})

    assert len(found) == count


def test_what_is_new_is_told_once_and_again_when_it_changes() -> None:
    first = looked(Others(), (a_holding(),), NOW)
    again = looked(first.others, (a_holding(),), NOW)
    more = looked(again.others, (a_holding(3),), NOW)

    assert [look.news for look in (first, again, more)] == [(a_holding(),), (), (a_holding(3),)]


def test_what_is_ignored_is_settled_and_stays_so_after_a_restart() -> None:
    others = after(a_holding(), an_order())
    records = ignored(others, "spy", BY, NOW)

    restarted = looked(folded(records), (a_holding(), an_order()), LATER)

    assert folded(records, others).unsettled == ()
    assert (restarted.news, restarted.ended, restarted.others.unsettled) == ((), (), ())
    assert ignored(restarted.others, "SPY", BY, LATER) == ()


@pytest.mark.parametrize("found", [(), (a_holding(3),)], ids=["gone", "more"])
def test_the_word_on_a_thing_ends_when_it_is_gone_or_changes_and_is_not_taken_up_again(
    found: tuple[Foreign, ...],
) -> None:
    before = ignored(after(a_holding()), "SPY", BY, NOW)

    look = looked(folded(before), found, LATER)

    assert look.ended == (ForeignChanged(at=LATER, con_id=ConId(7), perm_id=PermId(0)),)
    assert look.others.unsettled == found
    records: tuple[Journaled, ...] = (*before, *look.ended)
    assert looked(folded(records), (a_holding(),), LATER).news == (a_holding(),)


def test_one_contract_of_a_symbol_can_be_ignored_and_the_other_stays() -> None:
    others = leaving(after(a_holding(), shares()), "7")

    assert others.unsettled == (shares(),)
    assert dict(blocked(others)) == {"SPY": "100 SPY STK (8) held"}
    assert theirs(others) == {7, 8}


def test_of_several_in_a_symbol_the_first_is_what_a_denial_tells() -> None:
    assert blocked(after(a_holding(), shares())) == {"SPY": a_holding().text}


@pytest.mark.parametrize("what", ["SPY", "spy", "7", "SPY 2026-01-09 500P", " spy  2026-01-09 500p "])
def test_a_holding_is_named_by_symbol_number_or_label(what: str) -> None:
    assert to_adopt(after(a_holding()), what) == a_holding()


@pytest.mark.parametrize(
    ("found", "what", "why"),
    [
        ((an_order(),), "SPY", "SPY is an order, and only a holding can be adopted; ignore it"),
        ((a_holding(), shares()), "SPY", "SPY is more than one: name one by its number, 7, 8"),
        ((a_holding(-2),), "SPY", "-2 SPY 2026-01-09 500P (7) held: only bought options can be guarded"),
        ((shares(),), "SPY", "100 SPY STK (8) held: only bought options can be guarded"),
        ((a_holding(), an_order()), "7", "both could sell; cancel that one first"),
    ],
)
def test_what_cannot_be_guarded_is_not_adopted_and_says_why(found: tuple[Foreign, ...], what: str, why: str) -> None:
    refused = to_adopt(after(*found), what)

    assert isinstance(refused, str)
    assert why in refused


def test_an_order_in_another_contract_of_the_symbol_hinders_no_adoption() -> None:
    assert to_adopt(after(a_holding(), an_order(con_id=9)), "7") == a_holding()


def test_names_of_others_and_of_ours_are_told_apart() -> None:
    ledger = a_ledger(a_reservation())

    assert (is_known(after(a_holding()), "SPY"), is_known(after(a_holding()), "GOOG")) == (True, False)
    assert (named_ours(ledger, "goog"), named_ours(ledger, "101"), named_ours(ledger, "SPY")) == (True, True, False)
    assert "SPY" in unknown("SPY")


@pytest.mark.parametrize(("quantity", "con_id", "is_news"), [(2, 7, False), (3, 7, True), (0, 7, True), (1, 8, True)])
def test_a_position_surprises_when_it_is_another_than_was_found(quantity: int, con_id: int, is_news: bool) -> None:  # noqa: FBT001 - a column of the table
    report = a_position(quantity, con_id=con_id, symbol="SPY")

    assert is_surprising(after(a_holding()), report, Ledger()) is is_news


def test_a_position_in_a_contract_of_ours_surprises_nobody() -> None:
    assert not is_surprising(Others(), a_position(5), a_ledger(a_reservation()))


def test_advice_names_each_symbol_once() -> None:
    assert advice(["SPY", "QQQ", "SPY"]) == "./bot adopt SPY or ./bot ignore SPY; ./bot adopt QQQ or ./bot ignore QQQ"


def test_records_of_others_settle_nothing() -> None:
    assert folded((BracketPlanned(at=NOW, plan=a_plan()),)) == Others()
    gone = ForeignChanged(at=NOW, con_id=ConId(7), perm_id=PermId(0))
    assert folded((gone,)) == Others()
    said = ForeignIgnored(at=NOW, symbol=Symbol("SPY"), con_id=ConId(7), perm_id=PermId(0), quantity=2, by=BY)
    assert folded((said, gone)) == Others()


def test_while_the_ledger_is_down_the_operator_is_told_whether_to_wait_or_to_start_the_bot_again() -> None:
    assert "try again" in nobody_settles(trading_lives=True)
    assert "start it and say it again" in nobody_settles(trading_lives=False)
