"""Each limit of each phase: what holds, and that the thing which breaks it turns its row, and no other."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cli.acceptance.evidence import Probe, Seen
from cli.acceptance.phases import PHASES
from cli.acceptance.rows import rows_of
from tests.builders import NOW
from tests.cli.acceptance.builders import a_look, evidence, what_was_seen


def failing(name: str, **changed: Any) -> list[str]:
    phase = replace(PHASES[name], symbols=("SPY",))
    return [row.what for row in rows_of(phase, evidence(**changed)) if not row.ok]


@pytest.mark.parametrize("name", list(PHASES))
def test_where_everything_held_every_row_holds(name: str) -> None:
    assert failing(name) == []


@pytest.mark.parametrize(
    ("name", "row", "changed"),
    [
        ("1", "price", {"probe": Probe(price=None, strike=None, nearest=None, strikes=0, quoted=0)}),
        ("1", "strike at the money", {"probe": Probe(price=556.1, strike=560.0, nearest=556.0, strikes=7, quoted=7)}),
        ("1", "strikes chosen", {"probe": Probe(price=556.1, strike=556.0, nearest=556.0, strikes=7, quoted=0)}),
        ("1", "orders sent", {"orders_sent": 1}),
        ("2", "cycles in full", {"expected_cycles": 26}),
        ("2", "orders sent in the dry run", {"orders_sent": 1}),
        ("2", "subscriptions left", {"subscriptions_left": 1}),
        ("2", "subscriptions left", {"watched_left": 2, "guards_left": 1}),
        ("3", "cycles in full", {"expected_cycles": 27}),
        ("3", "most subscriptions", {"looks": (a_look(), a_look(watched=10))}),
        ("3", "most subscriptions", {"looks": (a_look(), a_look(subscriptions=10))}),
        ("3", "growth of the gateway's buffers", {"looks": (a_look(), a_look(buffered_bytes=50_000))}),
        (
            "3",
            "growth of subscriptions and requests in flight",
            {"looks": (a_look(buffered_bytes=None), a_look(buffered_bytes=None, in_flight=11))},
        ),
        ("3", "growth of memory once settled", {"looks": (a_look(), a_look(resident_mib=98.1))}),
        ("3", "growth of memory once settled", {"looks": ()}),
        ("3", "stop", {"stop_clean": False}),
        ("4", "invariants violated", {"violations": ("2: bare",)}),
        ("4", "invariants violated", {"checks": 0}),
        ("4", "uptime", {"ended": NOW - timedelta(hours=1), "began": NOW - timedelta(hours=2)}),
        ("stress", "most messages in a second", {"most_in_a_second": 51}),
    ],
)
def test_what_breaks_a_limit_turns_its_row(name: str, row: str, changed: dict[str, Any]) -> None:
    assert row in failing(name, **changed)


def _silence(seen: Seen) -> None:
    seen.response_seconds.clear()


def _slow(seen: Seen) -> None:
    seen.response_seconds.append(60.0)


def _long_cycles(seen: Seen) -> None:
    seen.cycles[0]["duration_seconds"] = 1000.0


def _ends_lost(seen: Seen) -> None:
    seen.moves.append((NOW + timedelta(hours=3, minutes=59), False))


def _down(seen: Seen) -> None:
    seen.moves += [(NOW + timedelta(hours=1), False), (NOW + timedelta(hours=1, minutes=3), True)]


def _no_reset(seen: Seen) -> None:
    seen.codes.clear()


def _no_restart(seen: Seen) -> None:
    seen.generations.discard(2)


@pytest.mark.parametrize(
    ("name", "row", "upset"),
    [
        ("3", "requests timed out", lambda seen: seen.emit("historical_data_timeout")),
        ("3", "requests timed out", lambda seen: seen.emit("entry_denied", found="timed out")),
        ("3", "mean response to history", _silence),
        ("3", "mean response to history", _slow),
        ("3", "breaker opened", lambda seen: seen.emit("circuit_breaker_open")),
        ("3", "fewest minute bars", lambda seen: seen.emit("historical_success", bar_size="1 min", bars=29, seconds=0)),
        ("3", "mean cycle", _long_cycles),
        ("3", "mean cycle", lambda seen: seen.cycles.clear()),
        ("stress", "mean cycle", lambda seen: seen.cycles[0].update(duration_seconds=20_000.0)),
        ("3", "actors that failed", lambda seen: seen.emit("actor_failed")),
        ("4", "broker at the end", _ends_lost),
        ("4", "uptime", _down),
        ("4", "went through", _no_reset),
        ("4", "went through", _no_restart),
        ("5", "positions opened", lambda seen: seen.entered.clear()),
        ("5", "longest without protection", lambda seen: seen.emit("position_unguarded", intent="one")),
        (
            "5",
            "longest without protection",
            lambda seen: seen.emit("position_guarded", intent="one", unguarded_seconds=30.1),
        ),
    ],
)
def test_what_the_log_tells_turns_its_row(name: str, row: str, upset: Callable[[Seen], object]) -> None:
    seen = what_was_seen()

    upset(seen)

    assert row in failing(name, seen=seen)


def test_what_a_strangers_gateway_does_not_tell_is_said_and_not_held_against_it() -> None:
    unknown = {"orders_sent": None, "subscriptions_left": None, "violations": None, "most_in_a_second": None}

    measured = {row.what: row.measured for row in rows_of(PHASES["4"], evidence(ours=False, **unknown))}

    assert measured["invariants violated"] == "unseen: the gateway's frames are not ours"
    assert measured["subscriptions left"] == "0, by the bot's own book"
    assert failing("stress", ours=False, **unknown) == []


def test_a_market_in_the_same_process_may_grow_by_its_symbols() -> None:
    grown = {"looks": (a_look(), a_look(resident_mib=98.05)), "one_process": True}

    assert failing("3", **grown) == []
    assert failing("3", **{**grown, "one_process": False}) == ["growth of memory once settled"]
