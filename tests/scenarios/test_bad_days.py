"""Every bad day of the gateway's list that concerns a connection: the bot is ready again by itself, and knows all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from domain.commands import FlattenBracket
from domain.events import ClosedBy
from simgateway.faults.model import Fault
from tests.scenarios.bad_days import (
    BEGINS,
    MESSAGES_MOST,
    READY_SECONDS_MAX,
    STRIKES,
    Known,
    Life,
    later,
    nth,
    often,
    struck,
)

ANSWERS: Final = (
    "positionEnd", "openOrderEnd", "execDetailsEnd", "nextValidId", "managedAccounts", "completedOrdersEnd",
)  # fmt: skip
LONG_SECONDS: Final = 60.0
ORDER_REF: Final = 26  # Place of the ref in a placeOrder message.


@dataclass(frozen=True, slots=True, kw_only=True)
class BadDay:
    """What goes wrong, when the gateway is whole again, and what the operator finds in the log."""

    name: str
    faults: tuple[Fault, ...]
    back: float = 0.0  # Seconds after it struck.
    alert: str = ""  # Its kind.
    said: tuple[str, str] = ("", "")  # An event, and what its fields say somewhere.
    sets: tuple[str, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def bad(name: str, *faults: Fault, **parts: Any) -> BadDay:
    """Return a day."""
    return BadDay(name=name, faults=faults, **parts)


DROP: Final = struck("drop")
LINKS: Final = (
    bad("a drop", DROP),
    bad(
        "a drop whose client id stays in use",
        struck("drop", hold_seconds=40),
        back=40.0,
        said=("connection_state", "in use"),
    ),
    bad("a client id in use for minutes", struck("drop", hold_seconds=200), back=200.0, alert="disconnected"),
    bad("half open for a minute", struck("half_open", existing=True, seconds=60), back=60.0),
    bad(
        "half open for four minutes", struck("half_open", existing=True, seconds=240), back=240.0, alert="disconnected"
    ),
    bad("cut in the middle of a tick", nth(1, "cut", "tickPrice"), back=11.0),
    bad("cut in the middle of the book", nth(1, "cut", "position"), DROP, back=1.0),
    bad("cut in the middle of the greeting", nth(1, "cut", "handshake"), DROP, back=1.0),
    bad("garbage", nth(1, "garbage", "tickPrice"), back=5.0, said=("connection_state", "garbage")),
    bad("garbage in a frame", nth(1, "garbage", "tickPrice", framed=True), back=11.0),
    bad("short ticks", struck("short", "tickPrice", lasts=20), back=20.0),
    bad("short statuses in the book", struck("short", "orderStatus", lasts=20), DROP, back=20.0),
    bad("short positions in the book", struck("short", "position", lasts=20), DROP, back=20.0),
    bad("messages nobody knows", struck("unknown", "tickPrice", lasts=20), back=20.0),
    bad(
        "1100, then 1101", struck("connectivity", seconds=30, restored=1101), back=30.0, said=("broker_message", "1100")
    ),
    bad(
        "1100, then 1102", struck("connectivity", seconds=30, restored=1102), back=30.0, said=("broker_message", "1102")
    ),
    bad("1100 for minutes", struck("connectivity", seconds=150, restored=1101), back=150.0, alert="disconnected"),
    bad("1100, then a drop", struck("connectivity", seconds=30), later(10, "drop"), back=30.0),
    bad(
        "1100, then half open",
        struck("connectivity", seconds=60),
        later(5, "half_open", existing=True, seconds=90),
        back=95.0,
        alert="disconnected",
    ),
    bad("1101 without 1100", struck("notice", code=1101)),
    bad(
        "farm notices",
        *(
            later(n, "notice", code=code)
            for n, code in enumerate((2103, 2104, 2105, 2106, 2107, 2108, 2119, 2110, 1102))
        ),
        back=9.0,
    ),
    bad(
        "the nightly restart",
        struck("notice", code=1100),
        later(5, "restart", seconds=180),
        back=185.0,
        alert="disconnected",
    ),
    bad("a restart of ten minutes", struck("restart", seconds=600), back=600.0, alert="disconnected"),
    bad("refused connections", struck("refuse", seconds=90), DROP, back=90.0),
    bad("five drops in a minute", *(later(12.0 * n, "drop") for n in range(5)), back=48.0),
    bad("the next order id rolled back", nth(1, "rollback_ids", to=1), DROP),
    bad("a probe without an answer", nth(1, "mute", "currentTime"), back=20.0),
    bad("error 100 and a cut", struck("too_fast", close=True)),
    bad("error 100 alone", struck("too_fast", close=False)),
    *(bad(f"{answer} lost once", nth(1, "mute", answer), DROP) for answer in ANSWERS),
    *(
        bad(f"{answer} lost for a minute", struck("mute", answer, lasts=LONG_SECONDS), DROP, back=LONG_SECONDS)
        for answer in ANSWERS
    ),
)
ORDERS: Final = (
    bad("late statuses", struck("delay", "orderStatus", seconds=3, lasts=60)),
    bad("late statuses in their order", struck("delay", "orderStatus", seconds=3, overtaken=False, lasts=60)),
    bad("late executions", struck("delay", "execDetails", seconds=4, lasts=60)),
    bad("doubled statuses", struck("duplicate", "orderStatus", copies=3, seconds=1, lasts=60)),
    bad("doubled open orders", struck("duplicate", "openOrder", copies=2, lasts=60)),
    bad("reordered statuses", often(0.5, "reorder", "orderStatus", passed_by=2, lasts=60)),
    bad("reordered open orders", often(0.5, "reorder", "openOrder", passed_by=3, lasts=60)),
    *(bad(f"order {n} of three lost", nth(n, "lose_order")) for n in (1, 2, 3)),
    *(
        bad(f"order {n} of three refused with {code}", nth(n, "reject", "placeOrder", code=code))
        for n in (2, 3)
        for code in (110, 201)
    ),
    *(bad(f"order {n} of three works in silence", nth(n, "silent_order")) for n in (1, 2, 3)),
    bad("all orders work in silence", struck("silent_order", times=3)),
    bad("all orders work in silence but for their fills", struck("silent_order", times=3, fills=True)),
    bad("a fill before its acknowledgement", nth(1, "fill_first")),
    bad("executions twice", struck("duplicate_execution", seconds=2)),
    bad("an execution corrected", nth(1, "correct_execution")),
    bad("an execution corrected to another price", nth(1, "correct_execution", price_change=0.01)),
    bad("commission missing", struck("no_commission")),
    bad("commission missing for ever", struck("no_commission", answers=True)),
    bad("executions without a time zone", struck("no_time_zone")),
)
ODD: Final = ("nan", "-1", "0", "max", "inf", "")
DATA: Final = (
    *(bad(f"quotes of {value!r}", struck("bad_quote", value=value, lasts=40), back=40.0) for value in ODD),
    *(bad(f"profits of {value!r}", struck("bad_pnl", value=value, lasts=100), back=100.0) for value in ODD),
    bad("pacing violations", struck("pacing_violation", lasts=100), back=100.0),
    bad("pacing violations as error 100", struck("pacing_violation", code=100, lasts=100), back=100.0),
)
NO_DATA: Final = {354: "not subscribed", 10089: "not subscribed", 10168: "not subscribed", 10167: "no_quote"}
LATE: Final = {"symbols": ["QQQ"], "start": "2026-03-11 10:00", "end": "2026-03-11 10:03"}
DENIED: Final = (
    *(
        bad(
            f"profits of {value!r} and an entry",
            struck("bad_pnl", value=value, lasts=300),
            said=("entry_denied", "pnl_unknown"),
        )
        for value in ("nan", "max", "inf", "")
    ),
    *(
        bad(
            f"{code} for every quote",
            struck("not_subscribed", code=code, lasts=300),
            alert="entitlement",
            said=("entry_denied", words),
        )
        for code, words in NO_DATA.items()
    ),
    bad("delayed data", struck("delayed_data", lasts=300), alert="entitlement", said=("entry_denied", "no_quote")),
    bad(
        "a competing session",
        struck("competing_session", seconds=300),
        alert="entitlement",
        said=("entry_denied", "competing"),
    ),
    bad("a clock a minute ahead", struck("clock_skew", seconds=60, lasts=300), said=("entry_denied", "clock is +")),
    bad("a clock 3 s behind", struck("clock_skew", seconds=-3, lasts=300), said=("entry_denied", "clock is -")),
    *(
        bad(
            f"quotes of {value!r} and an entry",
            struck("bad_quote", value=value, lasts=300),
            said=("entry_denied", "no_"),
        )
        for value in ODD
    ),
)


def compared(life: Life, day: BadDay, seconds: float) -> None:
    """Wait until ``seconds`` after the gateway is back: ready since then, and of one mind with it."""
    struck_at = life.now
    back = struck_at + timedelta(seconds=day.back)
    life.strike(*day.faults)
    life.run_until(back + timedelta(seconds=seconds))
    assert life.phase == "ready"
    waited = life.seconds_to_ready(back)
    assert waited is not None
    assert waited <= READY_SECONDS_MAX
    assert {fault.kind for fault in day.faults} <= life.gateway.faults.fired.keys()
    assert life.known() == life.told() == life.true()
    assert life.true().positions
    assert len(life.true().orders) == 2


def ended(life: Life) -> None:
    """Live on for a while, stop: nothing was violated, nothing sent too fast, nothing is left."""
    life.run_for(65)
    assert life.known() == life.true()
    counters = life.stop()
    assert counters.messages_in_a_second_most <= MESSAGES_MOST
    assert counters.subscriptions == 0
    assert counters.broken_handlers == 0
    assert life.audited().violations == ()
    assert life.events("actor_failed", "actor_gave_up", "catalogue_violation", "mail_dropped") == []


def told(life: Life, day: BadDay) -> None:
    """See that the operator was told what the day promises."""
    if day.alert:
        assert day.alert in {kind for kind, _ in life.alerts.told}
    event, words = day.said
    if event:
        assert any(words in str(fields) for fields in life.events(event))


@pytest.mark.parametrize("day", LINKS, ids=str)
def test_after_a_bad_day_of_the_connection_the_bot_is_ready_and_knows_what_the_gateway_knows(
    day: BadDay, tmp_path: Path
) -> None:
    with Life.of(tmp_path, sets=day.sets, config=day.config) as life:
        life.run_until(STRIKES)
        compared(life, day, READY_SECONDS_MAX)
        told(life, day)
        ended(life)


@pytest.mark.parametrize("day", ORDERS, ids=str)
def test_after_a_bad_day_of_the_orders_a_position_is_held_and_guarded(day: BadDay, tmp_path: Path) -> None:
    with Life.of(tmp_path, sets=day.sets, config=day.config) as life:
        life.run_until(BEGINS + timedelta(seconds=10))
        compared(life, day, 150)
        told(life, day)
        ended(life)


@pytest.mark.parametrize("day", DATA, ids=str)
def test_after_a_bad_day_of_the_data_the_position_is_still_guarded(day: BadDay, tmp_path: Path) -> None:
    with Life.of(tmp_path, sets=day.sets, config=day.config) as life:
        life.run_until(STRIKES)
        compared(life, day, READY_SECONDS_MAX)
        told(life, day)
        ended(life)


@pytest.mark.parametrize("day", DENIED, ids=str)
def test_on_a_bad_day_nothing_is_opened_and_what_is_open_can_be_closed(day: BadDay, tmp_path: Path) -> None:
    with Life.of(tmp_path, symbols=("SPY", "QQQ"), values={"blackouts": [LATE]}) as life:
        life.run_until(STRIKES)
        compared(life, day, 125)
        told(life, day)
        (bracket,) = life.brackets()
        life.tell(f"oco:{bracket.plan.intent}", FlattenBracket(why=ClosedBy.FLATTENED))
        life.run_for(30)
        assert "flattened" in {row["reason"] for row in life.events("position_closed")}
        assert life.true() == life.known() == Known({}, frozenset())
        ended(life)


def test_when_the_other_session_has_ended_entries_are_made_again(tmp_path: Path) -> None:
    with Life.of(tmp_path, symbols=("SPY", "QQQ"), values={"blackouts": [LATE]}) as life:
        life.run_until(STRIKES)
        life.strike(struck("competing_session", seconds=100))
        life.run_for(180)
        assert any("competing" in str(row["found"]) for row in life.events("entry_denied"))
        life.run_for(60)
        assert {row["symbol"] for row in life.events("risk_reserved")} == {"SPY", "QQQ"}
        ended(life)


def test_after_the_next_order_id_was_rolled_back_no_id_is_used_twice(tmp_path: Path) -> None:
    with Life.of(tmp_path) as life:
        life.run_until(STRIKES)
        life.strike(nth(1, "rollback_ids", to=1), DROP)
        life.run_for(10)
        (bracket,) = life.brackets()
        life.tell(f"oco:{bracket.plan.intent}", FlattenBracket(why=ClosedBy.FLATTENED))
        life.run_for(120)

        firsts: dict[str, str] = {}
        for frame in life.sent("placeOrder"):
            firsts.setdefault(frame.fields[ORDER_REF], frame.fields[1])
        assert len(life.events("risk_reserved")) == 2
        assert len(set(firsts.values())) == len(firsts) >= 6
        ended(life)
