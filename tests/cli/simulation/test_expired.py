"""Somebody sells more than is held on the option's last day: what expiry makes of it is theirs as well."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from cli.day import own_books
from cli.simulation.checks import Ended, complaints
from cli.simulation.drawing import BEFORE_CLOSE, drawn_script
from cli.simulation.expired import Expired
from cli.simulation.script import DAY, ByHand, Level, Mishap
from cli.simulation.session import Session, calendar_in
from domain.events import LegFilled
from domain.ids import ExecId, Leg
from domain.trading_day import NEW_YORK
from ops.memory_journal import MemoryJournal

ASSIGNED, LAPSED = 27, 11
"""Seeds whose option is in the money at the close, and is not."""


def sold_twice(seed: int, folder: Path) -> Ended:
    """Return a session up to the close in which somebody sells all of it again before the first sale is done."""
    drawn = drawn_script(seed, Level.NONE)
    script = replace(
        drawn,
        starts_at=datetime.combine(DAY, BEFORE_CLOSE, NEW_YORK),
        sets=(*drawn.sets, "options.expiry=0dte"),
        gateway=replace(drawn.gateway, cash_account=False, writes_options=True),
        mishaps=tuple(
            Mishap(number=number, after=10 + number / 20, what=ByHand(part=1.0), bracket=1) for number in (1, 2)
        ),
    )
    return Session(script, calendar_in(folder)).run()


@pytest.fixture(scope="module")
def assigned(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    return sold_twice(ASSIGNED, tmp_path_factory.mktemp("assigned"))


@pytest.fixture(scope="module")
def lapsed(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    return sold_twice(LAPSED, tmp_path_factory.mktemp("lapsed"))


def test_shares_that_a_written_option_turned_into_are_theirs_who_wrote_it(assigned: Ended) -> None:
    assert [(row.local_symbol, row.quantity) for row in assigned.books.positions] == [("SPY", 400)]
    assert list(complaints(assigned)) == []


def sold_too(quantity: int, ended: Ended) -> Ended:
    """Return the session as if an exit of ours had sold so much of what somebody else sold beyond what was held."""
    *rest, last = ended.by_hand
    journal, stream = MemoryJournal(), f"bracket:{ended.journal.intents()[0]}"
    journal.rows += ended.journal.rows
    outside = [one for one in journal.read(stream) if isinstance(one, LegFilled)][-1]
    ours = replace(outside, exec_id=ExecId("ours"), leg=Leg.TARGET, quantity=quantity, price=last.price)
    journal.append(stream, [ours])
    return replace(ended, journal=journal, by_hand=(*rest, replace(last, shares=last.shares - quantity)))


@pytest.mark.parametrize("became", ["assigned", "lapsed"])
@pytest.mark.parametrize("quantity", [1, 4])
def test_what_was_sold_by_both_is_known_to_both_whatever_becomes_of_it(
    quantity: int, became: str, request: pytest.FixtureRequest
) -> None:
    ended = sold_too(quantity, request.getfixturevalue(became))

    assert list(own_books(ended.journal, ended.journal.intents()).held.values()) == [-quantity]
    assert list(complaints(ended)) == []


def test_a_written_option_that_lapsed_is_theirs_who_wrote_it(lapsed: Ended) -> None:
    assert list(lapsed.expired.lapsed.values()) == [-4]
    assert list(complaints(lapsed)) == []


def test_what_more_options_turned_into_than_they_wrote_is_ours(assigned: Ended) -> None:
    *rest, last = assigned.by_hand

    found = list(complaints(replace(assigned, by_hand=(*rest, replace(last, shares=3)))))

    assert found[0] == f"the journal holds {{}}, the gateway {{700000: 400, {last.instrument.con_id}: 3}}"


def test_what_lapsed_and_was_more_than_they_wrote_is_ours(lapsed: Ended) -> None:
    ((con_id, _),) = lapsed.expired.lapsed.items()
    more = Expired(delivered=(), lapsed={con_id: -9})

    found = list(complaints(replace(lapsed, expired=more)))

    assert found == [f"the journal holds {{}}, the gateway {{{con_id}: 4}}"]


def test_what_of_ours_expired_is_never_theirs(lapsed: Ended) -> None:
    ((con_id, _),) = lapsed.expired.lapsed.items()

    found = list(complaints(replace(lapsed, expired=Expired(delivered=(), lapsed={con_id: 4}))))

    assert found == [f"the journal holds {{}}, the gateway {{{con_id}: 4}}"]


def test_what_we_sold_alone_is_never_theirs(lapsed: Ended) -> None:
    ((con_id, _),) = lapsed.expired.lapsed.items()

    found = list(complaints(replace(sold_too(4, lapsed), by_hand=())))

    assert found[0] == f"the journal holds {{{con_id}: -4}}, the gateway {{}}"
