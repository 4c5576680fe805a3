from decimal import Decimal

import pytest

from domain.day_opening import first_sight
from domain.ids import ConId, Symbol
from domain.ledger import (
    apply,
    check_limit,
    folded,
    limit,
    loss,
    marked,
    with_broker_pnl,
    with_foreign,
)
from tests.builders import INTENT, NOW
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
    sold,
)

FIFTEEN = Decimal("0.15")
CONTRACT = ConId(101)


def test_the_day_starts_with_the_higher_of_first_sight_and_the_previous_day() -> None:
    lower = first_sight(DAY, Decimal(10000), Decimal(9000), NOW)
    higher = first_sight(DAY, Decimal(10000), Decimal(11000), NOW)

    assert lower is not None
    assert higher is not None
    assert (lower.start_equity, higher.start_equity) == (Decimal(10000), Decimal(11000))


@pytest.mark.parametrize("previous", [None, Decimal("NaN"), Decimal("1.797e308")])
def test_an_unknown_previous_day_leaves_first_sight(previous: Decimal | None) -> None:
    event = first_sight(DAY, Decimal(10000), previous, NOW)

    assert event is not None
    assert event.start_equity == 10000


@pytest.mark.parametrize("seen", [None, Decimal("NaN"), Decimal("1.797e308"), Decimal(0), Decimal(-5)])
def test_no_day_is_opened_on_an_unknown_or_empty_account(seen: Decimal | None) -> None:
    assert first_sight(DAY, seen, Decimal(10000), NOW) is None


def test_a_new_day_forgets_the_old_one() -> None:
    old, _ = check_limit(
        with_broker_pnl(a_ledger(a_reservation(), a_closing(pnl="-1")), Decimal(-2000), NOW), FIFTEEN, NOW
    )

    new = apply(old, an_opening("8000", day=NEXT_DAY))

    assert (new.day, new.latched, new.entries_today, new.losses_in_row) == (NEXT_DAY, None, 0, 0)
    assert limit(new, FIFTEEN) == 1200
    assert (loss(new, NOW).worst, new.fees_total, new.broker_daily) == (Decimal(0), Decimal(0), None)


def test_a_new_day_keeps_what_is_open_and_counts_from_its_last_bid() -> None:
    old = marked(
        with_foreign(a_ledger(a_reservation(), bought(2, "2.00")), {Symbol("IBM"): "theirs"}), CONTRACT, Decimal("1.50")
    )

    new = apply(old, an_opening(day=NEXT_DAY))

    assert (new.at_risk, loss(new, NOW).ours, new.entries_today, new.foreign) == (
        Decimal(402),
        Decimal(0),
        0,
        {Symbol("IBM"): "theirs"},
    )
    assert loss(marked(new, CONTRACT, Decimal("1.40")), NOW).ours == 20


def test_a_new_day_drops_what_is_neither_held_nor_reserved() -> None:
    new = apply(a_ledger(sold(1, "2.00"), bought(1, "2.00"), a_release()), an_opening(day=NEXT_DAY))

    assert new.exposures == {}


def test_executions_and_fees_of_the_day_before_are_not_counted_again() -> None:
    fill = bought(2, "2.00")
    events = (a_reservation(), fill, fees(fill, "1.40"), sold(2, "1.60"), a_closing())
    new = apply(a_ledger(*events), an_opening(day=NEXT_DAY))

    again = folded(events[1:], new)

    assert (loss(again, NOW).ours, again.at_risk, again.losses_in_row) == (Decimal(0), Decimal(0), 0)


@pytest.mark.parametrize("day", [DAY, DAY.replace(day=2)])
def test_a_day_that_is_not_later_opens_nothing_so_a_clock_gone_back_frees_no_latch(day: object) -> None:
    ledger, _ = check_limit(with_broker_pnl(a_ledger(), Decimal(-2000), NOW), FIFTEEN, NOW)

    assert apply(ledger, an_opening("99999", day=day)) is ledger


def test_an_old_reservation_released_today_gives_back_no_entry_of_today() -> None:
    new = apply(a_ledger(a_reservation()), an_opening(day=NEXT_DAY))

    assert folded((a_release(),), new).entries_today == 0


def test_a_reservation_belongs_to_its_intent() -> None:
    assert a_ledger(a_reservation()).exposures[INTENT].reserved_on == DAY
