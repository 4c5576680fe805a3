"""A real process is killed by SIGKILL, over real sockets, before or after one of its deeds, and another is started.

All points of a whole day are died at in virtual time, by `python -m bench.crash_everywhere`; here are four that matter.
"""

import json
import signal
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import pytest

from cli.day import own_books
from cli.main import main
from cli.simulation.promises import sent_twice
from simgateway.audit import AuditLimits, audit
from simgateway.frames import Frame
from tests.scenarios.pairs import EAGER, FRAMES, Pair, pair

DEPOSIT: Final = Decimal(100_000)
DEATHS: Final = (
    ("before", "placeOrder", "1"),
    ("after", "placeOrder", "1"),
    ("after", "placeOrder", "3"),
    ("before", "LegFilled", "1"),
)
BARE_SECONDS: Final = 5.0
LEFT_STATUS: Final = "left-status"


@pytest.fixture(scope="module")
def survivors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Pair]]:
    """Give bots whose first process was killed and whose second one guards a position, all at once."""
    folder = tmp_path_factory.mktemp("killed")
    with ExitStack() as stack:
        found = {
            " ".join(death): stack.enter_context(pair(folder, death[1] + str(number), 10 + number, dies=death))
            for number, death in enumerate(DEATHS)
        }
        for one in found.values():
            assert one.bot.wait() == -signal.SIGKILL
            one.bot.communicate()
            if list((one.folder / "state").glob("*.status.json")):  # It may have died before its first status.
                (one.folder / LEFT_STATUS).touch()
            one.start(EAGER)
        for one in found.values():
            one.wait_for_guards()
        yield found


def sell_all(one: Pair) -> None:
    """Flatten by command and wait for the closing records; stop bot and gateway."""
    with pytest.raises(SystemExit):
        main(["flatten", "--state", str(one.folder / "state")])
    one.wait_for("position_closed")
    one.wait_for_state("halted")
    assert one.end(signal.SIGTERM)[0] == 0


def down(one: Pair) -> timedelta:
    """Return how long nobody was ready, by the log: from the last line of the first process to the second's."""
    lines = [json.loads(line) for line in (one.folder / "log" / "bot.jsonl").read_text().splitlines()]
    times = [datetime.fromisoformat(row["ts"]) for row in lines]
    again = max(place for place, row in enumerate(lines) if row["event"] == "started")
    ready = next(place for place in range(again, len(lines)) if lines[place].get("state") == "ready")
    return times[ready] - times[again - 1]


def problems(one: Pair) -> Iterator[str]:
    """Give what is wrong at the end, by the gateway's frames and both sides' books."""
    books = one.ask("books")["books"]
    with closing(one.store()) as store:
        own = own_books(store, one.planned())
        if store.open_intents():
            yield f"still open: {store.open_intents()}"
    if own.held or one.held():
        yield f"held: {own.held}, at the gateway {one.held()}"
    theirs = (Decimal(str(books["cash"])) - DEPOSIT, Decimal(str(books["fees"])))
    if (own.flow - own.fees, own.fees) != theirs:
        yield f"cash and fees: {own.flow - own.fees} and {own.fees}, the gateway's {theirs}"
    one.gateway.send_signal(signal.SIGTERM)
    one.gateway.wait()
    frames = [Frame.from_json(line) for line in (one.folder / FRAMES).read_text().splitlines()]
    yield from sent_twice(frames)
    limits = AuditLimits(
        start_equity=DEPOSIT, max_quote_age_seconds=60, unguarded_seconds=down(one).total_seconds() + BARE_SECONDS
    )
    (state,) = (one.folder / "state").glob("paper-*.sqlite")
    yield from (f"{found.invariant}: {found.text}" for found in audit(frames, limits, state).violations)


def test_the_start_after_a_kill_says_that_the_last_run_was_cut_off_and_when_it_was_last_heard_of(
    survivors: dict[str, Pair],
) -> None:
    found = {name: one.events("unclean_end") for name, one in survivors.items()}

    left = {name: int((one.folder / LEFT_STATUS).exists()) for name, one in survivors.items()}
    assert {name: len(rows) for name, rows in found.items()} == left
    assert all(row["last_seen"] < row["ts"] for rows in found.values() for row in rows)


@pytest.mark.parametrize("death", DEATHS, ids=" ".join)
def test_a_process_that_is_killed_loses_nothing_and_sends_nothing_twice(
    death: tuple[str, str, str], survivors: dict[str, Pair]
) -> None:
    one = survivors[" ".join(death)]

    sell_all(one)

    assert list(problems(one)) == []
