"""Power is lost, and the state is what it was after any earlier commit: enumerated, each with a bot started on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from cli.day import own_books
from domain.commands import FlattenBracket
from domain.events import BracketPlanned, ClosedBy
from tests.scenarios.bad_days import STRIKES, Life
from tests.scenarios.power import Commits, lose_power

REOPENED: Final = STRIKES + timedelta(seconds=90)
CLOSES: Final = REOPENED + timedelta(seconds=5)
SETTLED_SECONDS: Final = 50.0  # Ends between two cycles, so that nothing is under way.


def flatten(life: Life) -> None:
    for bracket in life.brackets():
        life.tell(f"oco:{bracket.plan.intent}", FlattenBracket(why=ClosedBy.FLATTENED))


def one_closed_one_open(life: Life) -> None:
    life.run_until(STRIKES)
    flatten(life)
    life.run_until(REOPENED)


def just_planned(life: Life) -> None:
    while not life.sent("placeOrder"):
        life.run_for(0.05)


def partly_filled(life: Life) -> None:
    while not life.true().positions:
        life.run_for(0.05)


def in_the_middle_of_closing(life: Life) -> None:
    one_closed_one_open(life)
    flatten(life)
    life.run_for(0.3)


def all_closed(life: Life) -> None:
    one_closed_one_open(life)
    life.run_until(CLOSES)
    flatten(life)
    life.run_for(10)


DAYS: Final = (one_closed_one_open, just_planned, partly_filled, in_the_middle_of_closing, all_closed)


@contextmanager
def lived(folder: Path, day: Callable[[Life], None]) -> Iterator[tuple[Life, Commits]]:
    """Give a bot that has lived so, and every commit it made."""
    folder.mkdir()
    commits = Commits(folder / "state.sqlite")
    chance = 1.0 if day is partly_filled else 0.0
    with Life.of(folder, connection=commits.connection(), config={"partial_fill_probability": chance}) as life:
        day(life)
        yield life, commits


def cash(life: Life) -> tuple[Decimal, Decimal]:
    """Return what the day did to the cash, USD: by our journal, and by the gateway's books."""
    rows = life._store._connection.execute("SELECT stream FROM records WHERE kind = ?", (BracketPlanned.__name__,))
    own = own_books(life._store, [stream.removeprefix("bracket:") for (stream,) in rows])
    return own.flow - own.fees, life.gateway.books().cash - life.gateway.config.start_cash


def problems(life: Life, sent_before: int) -> Iterator[str]:
    """Give what is wrong with a bot that was started on an old state and ran for a while; it is stopped here."""
    entries = [frame.fields[26] for frame in life.sent("placeOrder")]
    ours, theirs = cash(life)
    if not life.known() == life.told() == life.true():
        yield f"known {life.known()}, true {life.true()}"
    if ours != theirs:
        yield f"cash {ours}, the gateway's {theirs}"
    if len({ref for ref in entries if ".E." in ref}) != len([ref for ref in entries if ".E." in ref]):
        yield f"an entry left twice, {sent_before} orders before: {entries}"
    life.stop()
    yield from (f"{found.invariant}: {found.text}" for found in life.audited().violations)
    yield from (f"{row['actor']} failed: {row['error']}" for row in life.events("actor_failed", "actor_gave_up"))


@pytest.mark.parametrize("day", DAYS, ids=lambda day: day.__name__)
def test_a_state_put_back_to_any_commit_costs_nothing(day: Callable[[Life], None], tmp_path: Path) -> None:
    with lived(tmp_path / "first", day) as (_, commits):
        count = len(commits.states)
    found: dict[int, list[str]] = {}

    for number in range(-1, count):
        with lived(tmp_path / str(number), day) as (life, commits):
            sent_before = len(life.sent("placeOrder"))
            assert len(commits.states) == count  # The same day, to the last commit.
            lose_power(life, commits.states[number] if number >= 0 else {})  # -1: there is no file at all.
            life.run_for(SETTLED_SECONDS)
            found[number] = list(problems(life, sent_before))

    assert {number: texts for number, texts in found.items() if texts} == {}
    assert len(found) >= 3
