from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import pytest

from domain.connection import (
    Connection,
    ConnectionStep,
    ResetWindow,
    alarm,
    backoff_seconds,
    in_reset,
    knocked,
    step,
)
from domain.connection_table import (
    BookFailed,
    BookReceived,
    Connected,
    ConnectFailed,
    ConnectionEvent,
    ConnectRequested,
    Effect,
    GatewayLost,
    GatewayRestored,
    HealthFailed,
    Phase,
    RetryDue,
    SocketClosed,
    StopRequested,
)
from tests.builders import NOW
from tests.domain.ledger_builders import later

KEPT, GONE = GatewayRestored(kept=True), GatewayRestored(kept=False)
NIGHTLY = ResetWindow(start=time(23, 45), end=time(0, 45))


def after(*events: ConnectionEvent) -> ConnectionStep:
    """Return the last step of these events, a second apart, without jitter."""
    last = ConnectionStep(connection=Connection())
    for number, event in enumerate(events):
        last = step(last.connection, event, later(number), jitter=0)
    return last


READY = (ConnectRequested(), Connected(), BookReceived())


@pytest.mark.parametrize(
    ("events", "phase", "effects"),
    [
        ((ConnectRequested(),), Phase.CONNECTING, [Effect.CONNECT]),
        ((ConnectRequested(), ConnectFailed(reason="x")), Phase.BACKING_OFF, [Effect.START_BACKOFF]),
        ((ConnectRequested(), SocketClosed(reason="x")), Phase.BACKING_OFF, [Effect.START_BACKOFF]),
        ((ConnectRequested(), GatewayLost()), Phase.CONNECTING, []),
        ((ConnectRequested(), StopRequested()), Phase.DISCONNECTED, [Effect.DISCONNECT]),
        ((ConnectRequested(), Connected()), Phase.RESYNCHRONISING, [Effect.RESYNCHRONISE]),
        (READY, Phase.READY, [Effect.RESUBSCRIBE, Effect.ANNOUNCE_READY]),
        ((*READY[:2], BookFailed(reason="x")), Phase.BACKING_OFF, [Effect.DISCONNECT, Effect.START_BACKOFF]),
        ((*READY[:2], SocketClosed(reason="x")), Phase.BACKING_OFF, [Effect.START_BACKOFF]),
        ((*READY[:2], HealthFailed()), Phase.BACKING_OFF, [Effect.DISCONNECT, Effect.START_BACKOFF]),
        ((*READY[:2], GatewayLost()), Phase.DEGRADED, []),
        ((*READY[:2], KEPT), Phase.RESYNCHRONISING, [Effect.RESYNCHRONISE]),
        ((*READY[:2], StopRequested()), Phase.DISCONNECTED, [Effect.DISCONNECT]),
        ((*READY, GatewayLost()), Phase.DEGRADED, [Effect.ANNOUNCE_LOST]),
        ((*READY, KEPT), Phase.RESYNCHRONISING, [Effect.ANNOUNCE_LOST, Effect.RESYNCHRONISE]),
        ((*READY, SocketClosed(reason="x")), Phase.BACKING_OFF, [Effect.ANNOUNCE_LOST, Effect.START_BACKOFF]),
        (
            (*READY, HealthFailed()),
            Phase.BACKING_OFF,
            [Effect.ANNOUNCE_LOST, Effect.DISCONNECT, Effect.START_BACKOFF],
        ),
        ((*READY, StopRequested()), Phase.DISCONNECTED, [Effect.ANNOUNCE_LOST, Effect.DISCONNECT]),
        ((*READY, GatewayLost(), KEPT), Phase.RESYNCHRONISING, [Effect.RESYNCHRONISE]),
        ((*READY, GatewayLost(), SocketClosed(reason="x")), Phase.BACKING_OFF, [Effect.START_BACKOFF]),
        ((*READY, GatewayLost(), HealthFailed()), Phase.BACKING_OFF, [Effect.DISCONNECT, Effect.START_BACKOFF]),
        ((*READY, GatewayLost(), StopRequested()), Phase.DISCONNECTED, [Effect.DISCONNECT]),
        ((ConnectRequested(), ConnectFailed(reason="x"), RetryDue()), Phase.CONNECTING, [Effect.CONNECT]),
        ((ConnectRequested(), ConnectFailed(reason="x"), StopRequested()), Phase.DISCONNECTED, [Effect.DISCONNECT]),
    ],
)
def test_each_row_of_the_table(events: tuple[ConnectionEvent, ...], phase: Phase, effects: list[Effect]) -> None:
    last = after(*events)

    assert (last.connection.phase, list(last.effects), last.stale) == (phase, effects, False)


def test_streams_that_were_kept_are_not_asked_for_again() -> None:
    kept = after(*READY, GatewayLost(), KEPT, BookReceived())
    gone = after(*READY, GatewayLost(), GONE, BookReceived())

    assert (Effect.RESUBSCRIBE in kept.effects, Effect.RESUBSCRIBE in gone.effects) == (False, True)
    assert not gone.connection.resubscribe


def test_lost_streams_stay_lost_when_the_link_comes_back_twice() -> None:
    last = after(*READY, GONE, KEPT, BookReceived())

    assert Effect.RESUBSCRIBE in last.effects


@pytest.mark.parametrize("event", [BookReceived(), BookFailed(reason="x"), Connected(), RetryDue(), ConnectRequested()])
def test_an_answer_that_comes_too_late_changes_nothing_and_is_told(event: ConnectionEvent) -> None:
    lost = after(*READY, GatewayLost()).connection

    assert step(lost, event, NOW, jitter=0) == ConnectionStep(connection=lost, stale=True)


@pytest.mark.parametrize(("failures", "seconds"), [(0, 1), (1, 2), (5, 32), (6, 60), (7, 60), (5000, 60)])
def test_the_back_off_doubles_from_one_second_to_sixty(failures: int, seconds: float) -> None:
    assert backoff_seconds(failures, 0) == seconds


def test_jitter_takes_off_up_to_half() -> None:
    assert (backoff_seconds(3, 0.5), backoff_seconds(3, 1)) == (6, 4)


def test_a_socket_without_a_book_does_not_begin_the_back_off_anew() -> None:
    tries = (Connected(), BookFailed(reason="no positions"), RetryDue())

    third = after(ConnectRequested(), *tries, *tries, Connected(), BookFailed(reason="no positions"))

    assert (third.backoff_seconds, third.connection.failures) == (4, 3)


def test_being_ready_ends_the_row_of_failures() -> None:
    last = after(ConnectRequested(), ConnectFailed(reason="x"), RetryDue(), *READY[1:], SocketClosed(reason="x"))

    assert last.backoff_seconds == 1


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ((ConnectRequested(), ConnectFailed(reason="refused")), "refused"),
        ((*READY[:2], BookFailed(reason="no positions")), "no positions"),
        ((*READY, SocketClosed(reason="peer closed")), "peer closed"),
        ((*READY, GatewayLost()), "the gateway lost the broker (1100)"),
        ((*READY, KEPT), "the gateway found the broker again (1102)"),
        ((*READY, GONE), "found again, streams lost (1101)"),
        ((*READY, HealthFailed()), "no answer to the question for its time"),
        (READY, ""),
    ],
)
def test_each_step_says_why(events: tuple[ConnectionEvent, ...], reason: str) -> None:
    assert after(*events).reason == reason


@pytest.mark.parametrize(
    ("local", "inside"),
    [
        (time(23, 44, 59), False),
        (time(23, 45), True),
        (time(0, 0), True),
        (time(0, 44, 59), True),
        (time(0, 45), False),
        (time(12, 0), False),
    ],
)
def test_a_reset_window_may_span_midnight(local: time, inside: bool) -> None:  # noqa: FBT001 - a table's column
    assert NIGHTLY.holds(local) is inside


@pytest.mark.parametrize(("local", "inside"), [(time(0, 14), False), (time(0, 15), True), (time(1, 45), False)])
def test_a_reset_window_holds_its_start_and_not_its_end(local: time, inside: bool) -> None:  # noqa: FBT001 - a table's column
    assert ResetWindow(start=time(0, 15), end=time(1, 45)).holds(local) is inside


def test_reset_windows_are_read_by_new_yorks_clock_in_summer_and_winter() -> None:
    winter, summer = datetime(2026, 1, 6, 5, 0, tzinfo=UTC), datetime(2026, 7, 6, 4, 0, tzinfo=UTC)

    assert [in_reset(moment, [NIGHTLY]) for moment in (winter, summer)] == [True, True]
    assert not in_reset(winter, [])


def test_a_loss_is_told_once_after_a_minute() -> None:
    lost = step(after(*READY).connection, SocketClosed(reason="x"), NOW, jitter=0).connection

    early, first = alarm(lost, later(60), []), alarm(lost, later(60.1), [])
    second = alarm(first[0], later(3600), [])

    assert (early, first[1], second[1]) == ((lost, False), True, False)


def test_a_second_loss_is_told_again() -> None:
    told, _ = alarm(step(after(*READY).connection, GatewayLost(), NOW, jitter=0).connection, later(61), [])
    back = step(step(told, KEPT, later(62), jitter=0).connection, BookReceived(), later(63), jitter=0).connection

    again = step(back, GatewayLost(), later(64), jitter=0).connection

    assert not alarm(again, later(124), [])[1]
    assert alarm(again, later(124.1), [])[1]


def test_no_loss_is_told_inside_a_reset_window_but_right_after_it() -> None:
    lost = Connection(phase=Phase.DEGRADED, lost_at=datetime(2026, 1, 6, 4, 50, tzinfo=UTC))

    inside = alarm(lost, datetime(2026, 1, 6, 5, 44, tzinfo=UTC), [NIGHTLY])
    behind = alarm(lost, datetime(2026, 1, 6, 5, 45, tzinfo=UTC), [NIGHTLY])

    assert (inside[1], behind[1]) == (False, True)


@pytest.mark.parametrize("change", [{"phase": Phase.READY}, {"phase": Phase.DISCONNECTED}])
def test_neither_a_ready_connection_nor_an_unwanted_one_is_lost(change: dict[str, Any]) -> None:
    assert not alarm(replace(Connection(), **change), later(9999), [])[1]


def test_time_is_counted_from_the_first_sign_of_the_loss() -> None:
    last = after(*READY, GatewayLost(), SocketClosed(reason="x"), RetryDue(), ConnectFailed(reason="x"))

    assert last.connection.lost_at == later(3)


def test_a_stopped_connection_starts_afresh() -> None:
    assert after(ConnectRequested(), ConnectFailed(reason="x"), StopRequested()).connection == Connection()


def backing_off(*, silent: bool = False) -> Connection:
    return replace(after(ConnectRequested(), ConnectFailed(reason="x")).connection, silent=silent)


@pytest.mark.parametrize(
    ("was_silent", "answered", "minutes", "go"),
    [
        (False, True, 1, True),  # 326 after an unclean drop.
        (False, True, 11, False),  # Somebody else has our client id: as seldom as the back-off says.
        (True, True, 11, True),  # A gateway that was away and is back.
        (True, False, 1, False),
        (False, False, 1, False),
    ],
)
def test_a_knock_that_is_answered_ends_the_back_off(
    was_silent: bool,  # noqa: FBT001 - a parameter of the table above
    answered: bool,  # noqa: FBT001 - likewise
    minutes: int,
    go: bool,  # noqa: FBT001 - likewise
) -> None:
    connection, tries = knocked(backing_off(silent=was_silent), later(60 * minutes), answered=answered)

    assert (tries, connection.silent) == (go, not answered)


def test_being_ready_forgets_the_silence() -> None:
    silent = backing_off(silent=True)
    for event in (RetryDue(), Connected(), BookReceived()):
        silent = step(silent, event, NOW, jitter=0).connection

    assert not silent.silent
