from decimal import Decimal

import pytest

from domain.events import BracketPlanned, JournalRecovered, LossLimitReached
from domain.ids import ConId
from domain.ledger import (
    Ledger,
    apply,
    check_limit,
    folded,
    limit,
    loss,
    marked,
    with_broker_pnl,
)
from tests.builders import NOW, a_plan
from tests.domain.ledger_builders import (
    DAY,
    NEXT_DAY,
    a_closing,
    a_ledger,
    a_release,
    a_reservation,
    an_opening,
    bought,
    fees,
    later,
    sold,
)

FIFTEEN = Decimal("0.15")
CONTRACT = ConId(101)


def test_the_limit_is_a_fraction_of_the_start() -> None:
    assert limit(a_ledger(equity="10000"), FIFTEEN) == 1500


def test_a_reservation_counts_as_risk_and_as_an_entry_once() -> None:
    ledger = a_ledger(a_reservation(), a_reservation())

    assert (ledger.at_risk, ledger.entries_today) == (Decimal(402), 1)


def test_an_entry_that_was_never_sent_is_given_back() -> None:
    ledger = a_ledger(a_reservation(), a_release(), a_release())

    assert (ledger.at_risk, ledger.entries_today) == (Decimal(0), 0)


def test_an_entry_that_was_sent_and_expired_counts_as_one_of_the_day() -> None:
    ledger = a_ledger(a_reservation(), a_closing(quantity=0, pnl="0"))

    assert (ledger.at_risk, ledger.entries_today, ledger.losses_in_row) == (Decimal(0), 1, 0)


def test_a_release_never_frees_what_is_held() -> None:
    ledger = a_ledger(a_reservation(), bought(1, "2.00"), a_release())

    assert (ledger.at_risk, ledger.entries_today) == (Decimal(200), 1)


def test_each_execution_counts_once() -> None:
    once = a_ledger(a_reservation(), bought(2, "2.00"))
    twice = a_ledger(a_reservation(), bought(2, "2.00"), bought(2, "2.00"))

    assert twice == once


def test_fees_count_once_and_a_correction_replaces_them() -> None:
    fill = bought(2, "2.00")

    ledger = a_ledger(a_reservation(), fill, fees(fill, "1.40"), fees(fill, "1.40"), fees(fill, "1.30"))

    assert ledger.fees_total == Decimal("1.30")


def test_fees_may_be_heard_before_their_fill() -> None:
    fill = bought(2, "2.00")

    ledger = a_ledger(a_reservation(), fees(fill, "1.40"), fill)

    assert loss(ledger, NOW).ours == Decimal("1.40")


def test_our_loss_is_realised_unrealised_at_the_bid_and_fees() -> None:
    fills = (bought(2, "2.00"), sold(1, "1.50"))

    ledger = marked(a_ledger(a_reservation(), *fills, fees(fills[0], "1.40")), CONTRACT, Decimal("1.20"))

    assert loss(ledger, NOW).ours == Decimal("131.40")
    assert ledger.realised == -50


def test_a_quote_without_a_bid_counts_as_nothing() -> None:
    ledger = marked(a_ledger(a_reservation(), bought(2, "2.00")), CONTRACT, None)

    assert loss(ledger, NOW).ours == 400


def test_a_position_not_yet_quoted_is_valued_at_its_cost_and_unknown_after_a_minute() -> None:
    ledger = a_ledger(a_reservation(), bought(2, "2.00"))

    at_the_edge, beyond = loss(ledger, later(60)), loss(ledger, later(60.001))

    assert (at_the_edge.ours, at_the_edge.known, beyond.known) == (Decimal(0), True, False)


def test_a_quoted_position_stays_known() -> None:
    ledger = marked(a_ledger(a_reservation(), bought(2, "2.00")), CONTRACT, Decimal(2))

    assert loss(ledger, later(3600)).known


def test_a_bid_that_did_not_change_changes_nothing() -> None:
    ledger = marked(a_ledger(), CONTRACT, Decimal(2))

    assert marked(ledger, CONTRACT, Decimal(2)) is ledger


@pytest.mark.parametrize(("daily", "worst"), [("-700", 700), ("-100", 400), ("900", 400)])
def test_the_worse_of_both_losses_counts(daily: str, worst: int) -> None:
    ours = marked(a_ledger(a_reservation(), bought(2, "2.00")), CONTRACT, None)

    assert loss(with_broker_pnl(ours, Decimal(daily), NOW), NOW).worst == worst


@pytest.mark.parametrize("daily", [None, Decimal("NaN"), Decimal("1.797e308")])
def test_an_unknown_broker_pnl_is_unknown_after_a_minute_and_keeps_the_last_loss(daily: Decimal | None) -> None:
    ledger = with_broker_pnl(a_ledger(), Decimal(-700), NOW)

    unknown = with_broker_pnl(with_broker_pnl(ledger, daily, NOW), daily, later(50))

    assert loss(unknown, later(60)).known
    assert not loss(unknown, later(60.001)).known
    assert loss(unknown, later(61)).worst == 700


def test_a_broker_pnl_heard_again_is_known_again() -> None:
    ledger = with_broker_pnl(a_ledger(), None, NOW)

    assert loss(with_broker_pnl(ledger, Decimal(5), later(900)), later(9000)).known


def test_after_a_restart_nothing_is_known_until_the_broker_spoke() -> None:
    ledger = folded((an_opening(),))

    assert (loss(ledger, later(61)).known, loss(ledger, NOW).broker) == (False, None)


@pytest.mark.parametrize(("daily", "reached"), [("-1499.99", False), ("-1500", True), ("-1500.01", True)])
def test_the_limit_latches_exactly_when_reached(daily: str, reached: bool) -> None:  # noqa: FBT001 - a table's column
    ledger, event = check_limit(with_broker_pnl(a_ledger(), Decimal(daily), NOW), FIFTEEN, later(1))

    assert (event is not None, ledger.latched is not None) == (reached, reached)


def test_the_latch_is_announced_once_and_outlives_a_recovery_and_a_restart() -> None:
    ledger, event = check_limit(with_broker_pnl(a_ledger(), Decimal(-1600), NOW), FIFTEEN, NOW)
    recovered = with_broker_pnl(ledger, Decimal(500), NOW)

    again = check_limit(recovered, FIFTEEN, NOW)

    assert event == LossLimitReached(at=NOW, day=DAY, loss=Decimal(1600), limit=Decimal(1500))
    assert again == (recovered, None)
    assert folded((an_opening(), event)).latched == event


def test_no_limit_is_announced_before_a_day_was_opened() -> None:
    assert check_limit(Ledger(), FIFTEEN, NOW) == (Ledger(), None)


def test_another_days_latch_is_not_this_days() -> None:
    event = LossLimitReached(at=NOW, day=NEXT_DAY, loss=Decimal(1), limit=Decimal(1))

    assert apply(a_ledger(), event).latched is None


def test_a_closed_bracket_frees_its_risk_and_keeps_its_result() -> None:
    ledger = a_ledger(a_reservation(), bought(2, "2.00"), sold(2, "1.60"), a_closing())

    assert (ledger.at_risk, loss(ledger, NOW).ours, ledger.realised) == (Decimal(0), Decimal(80), Decimal(-80))


def test_a_position_closed_by_others_is_booked_at_its_last_bid() -> None:
    ledger = marked(a_ledger(a_reservation(), bought(2, "2.00")), CONTRACT, Decimal("1.50"))

    assert loss(apply(ledger, a_closing()), NOW).ours == 100


def test_losses_in_a_row_are_counted_once_each_and_ended_by_a_gain() -> None:
    events = [event for name in "abb" for event in (a_reservation(name), a_closing(name, pnl="-1"))]

    two = a_ledger(*events)
    ended = folded((a_closing("c", pnl="0"),), two)

    assert (two.losses_in_row, ended.losses_in_row) == (2, 0)


def test_a_fill_after_its_bracket_closed_is_still_at_risk_until_it_is_closed_again() -> None:
    late = a_ledger(a_reservation(), a_closing(quantity=0, pnl="0"), bought(1, "2.00"))

    closed = folded((sold(1, "1.00"), a_closing()), late)

    assert (late.at_risk, closed.at_risk, loss(closed, NOW).ours) == (Decimal(200), Decimal(0), Decimal(100))


def test_a_contract_bought_again_is_not_valued_at_an_old_bid() -> None:
    first = marked(a_ledger(a_reservation("a"), bought(1, "2.00", intent="a")), CONTRACT, Decimal("0.10"))
    closed = folded((sold(1, "2.00", intent="a"), a_closing("a")), first)

    again = folded((a_reservation("b"), bought(1, "2.00", intent="b")), closed)

    assert loss(again, NOW).ours == 0


def test_a_reservation_of_a_closed_intent_is_a_repetition() -> None:
    assert a_ledger(a_reservation(), a_closing(), a_reservation()).at_risk == 0


def test_events_of_others_change_nothing() -> None:
    ledger = a_ledger()

    assert apply(ledger, JournalRecovered(at=NOW, fault="disk_full", since=NOW)) is ledger


def test_a_plan_says_whose_the_fills_are_that_were_reserved_for_on_another_day() -> None:
    planned = BracketPlanned(at=NOW, plan=a_plan())

    for told in ((planned, bought(2, "2.00")), (bought(2, "2.00"), planned)):
        (exposure,) = a_ledger(*told).exposures.values()
        assert (exposure.symbol, exposure.held) == ("GOOG", 2)


def test_a_plan_of_a_reservation_of_this_day_is_no_news() -> None:
    ledger = a_ledger(a_reservation())

    assert apply(ledger, BracketPlanned(at=NOW, plan=a_plan())).exposures == ledger.exposures
