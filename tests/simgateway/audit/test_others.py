"""What others hold in the account is theirs, until exits of ours are sent for it."""

import json
from decimal import Decimal

import pytest

from simgateway.audit import audit
from simgateway.audit.journal import facts_of
from tests.simgateway.audit.log_builder import EXPIRY, INTENT, LIMITS, OPTION, START, Log, broken

BY_HAND = 900
TAKEN = "251112SPY100000A"


class SharedLog(Log):
    """A log of an account in which somebody else trades the same contract, as client 0."""

    def hand(self, exec_id: str, quantity: int, *, side: str = "BOT", price: str = "1.00") -> "SharedLog":
        contract = (OPTION, "SPY", "OPT", EXPIRY, "560", "C", 100, "SMART", "USD", "", "SPY")
        tail = (BY_HAND, 0, 0, quantity, price, "", "", "", "", 1)
        self.add("out", 11, -1, 0, *contract, exec_id, "", "DU1", "CBOE", side, quantity, price, *tail)
        return self

    def position(self, quantity: int) -> "SharedLog":
        head = (61, 3, "DU1", OPTION, "SPY", "OPT", EXPIRY, "560", "C", 100, "", "USD", "", "SPY")
        self.add("out", *head, quantity, "100")
        return self

    def taken_over(self, quantity: int = 2) -> "SharedLog":
        self.order(5, f"{TAKEN}.T.0", side="SELL", limit="3.00", quantity=quantity, oca="g")
        self.order(6, f"{TAKEN}.S.0", side="SELL", limit="1.58", quantity=quantity, oca="g", kind="STP LMT")
        self.wait(0.1).status(5, "Submitted", 0, quantity).status(6, "PreSubmitted", 0, quantity)
        return self


def shared() -> SharedLog:
    log = SharedLog()
    log.connect()
    return log


def test_what_others_hold_is_neither_guarded_nor_counted_as_our_risk() -> None:
    log = shared().position(2).hand("h1", 2).hand("h2", 9_000)

    log.wait(60).entry().entry_filled().wait(20).status(3, "PreSubmitted")

    result = audit(log.frames, LIMITS, None)
    assert broken(result) == set()
    assert result.positions == {OPTION: 5}


def test_a_sale_by_hand_takes_what_is_theirs_first_and_then_what_is_ours() -> None:
    log = shared().hand("h1", 2)
    log.entry().entry_filled().wait(1)

    log.hand("h2", 3, side="SLD", price="2.52")

    result = audit(log.frames, LIMITS, None)
    assert result.positions == {OPTION: 4}
    assert result.realized == Decimal("50.00")


def test_exits_that_sell_more_than_is_ours_break_invariant_3_whatever_others_hold() -> None:
    log = shared().hand("h1", 9)
    log.entry().entry_filled().order(5, f"{INTENT}.X.0", side="SELL", quantity=1).status(5, "Submitted", 0, 1)

    result = audit(log.wait(30).day_profit("0").frames, LIMITS, None)

    assert 3 in broken(result)


def test_what_was_taken_over_is_ours_from_its_first_exit_on_at_the_price_of_the_journal() -> None:
    log = shared().position(2)
    log.taken_over().wait(60).fill(5, f"{TAKEN}.T.0", "e9", side="SLD", quantity=2, price="3.00")
    log.status(5, "Filled", 2, 0).wait(0.1).status(6, "Cancelled", 0, 2)
    plan = {"plan": {"native": True, "adopted": True, "entry_limit": "2.00"}}
    sale = {"exec_id": "e9", "intent": TAKEN, "leg": "T"}
    rows = [("BracketPlanned", plan), ("LegFilled", sale)]
    at = START.isoformat()

    facts = facts_of((at, f"bracket:{TAKEN}", kind, json.dumps(body)) for kind, body in rows)
    result = audit(log.frames, LIMITS, facts)

    assert broken(result) == set()
    assert (result.positions, result.realized) == ({}, Decimal("200.00"))


def test_what_was_taken_over_and_loses_its_exits_breaks_invariants_2_and_12() -> None:
    log = shared().position(2).taken_over()

    log.status(5, "Cancelled", 0, 2).status(6, "Cancelled", 0, 2).wait(60).day_profit("0")

    assert broken(audit(log.frames, LIMITS, None)) == {2, 12}


@pytest.mark.parametrize(("seconds", "expected"), [(14, set()), (17, {3})])
def test_exits_must_be_cut_to_what_others_left_within_a_bound(seconds: float, expected: set[int]) -> None:
    log = shared()
    log.entry().entry_filled().wait(1)

    log.hand("h2", 3, side="SLD", price="2.52").wait(seconds).day_profit("0")

    assert broken(audit(log.frames, LIMITS, None)) == expected


@pytest.mark.parametrize(("is_away", "expected"), [(True, set()), (False, {3})])
def test_what_others_sold_of_ours_is_not_to_be_learned_from_a_gateway_that_is_away(
    *, is_away: bool, expected: set[int]
) -> None:
    log = shared()
    log.entry().entry_filled().wait(1)
    log.hand("h2", 3, side="SLD", price="2.52").wait(1).add(
        "note", "fault", "restart" if is_away else "delay", "", "", 0
    )
    log.wait(150)
    log.connection = 2

    log.connect().wait(10).day_profit("0")

    assert broken(audit(log.frames, LIMITS, None)) == expected


def test_a_fill_of_an_exit_that_crosses_a_sale_by_hand_is_not_the_bots_fault() -> None:
    log = shared()
    log.entry().entry_filled().wait(1)

    log.hand("h2", 5, side="SLD", price="2.52").wait(1).fill(
        2, f"{INTENT}.T.0", "e2", side="SLD", quantity=5, price="3.00"
    )
    log.status(2, "Filled", 5, 0).wait(0.1).status(3, "Cancelled", 0, 5).wait(30).day_profit("0")

    assert broken(audit(log.frames, LIMITS, None)) == set()


@pytest.mark.parametrize(("others", "stop", "expected"), [(5, 0, set()), (3, 0, set()), (5, 1, {3}), (3, 1, {3})])
def test_beside_a_sale_by_hand_exits_may_sell_no_more_than_it_did(others: int, stop: int, expected: set[int]) -> None:
    log = shared()
    log.entry().entry_filled().wait(1)
    log.hand("h2", others, side="SLD", price="2.52").wait(1)
    log.fill(2, f"{INTENT}.T.0", "e2", side="SLD", quantity=5, price="3.00").status(2, "Filled", 5, 0)
    if stop:
        log.fill(3, f"{INTENT}.S.0", "e3", side="SLD", quantity=stop, price="1.58")

    log.wait(0.1).status(3, "Cancelled", stop, 5 - stop).wait(30).day_profit("0")

    assert broken(audit(log.frames, LIMITS, None)) == expected


def test_sales_by_hand_in_pieces_are_added_up() -> None:
    log = shared()
    log.entry().entry_filled().wait(1)
    log.hand("h2", 2, side="SLD", price="2.52").wait(1)
    log.hand("h3", 3, side="SLD", price="2.52").wait(1)

    log.fill(2, f"{INTENT}.T.0", "e2", side="SLD", quantity=5, price="3.00").status(2, "Filled", 5, 0)

    log.wait(0.1).status(3, "Cancelled", 0, 5).wait(30).day_profit("0")
    assert broken(audit(log.frames, LIMITS, None)) == set()
