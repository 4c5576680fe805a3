from datetime import UTC, datetime, timedelta

import pytest

from domain.entitlements import (
    ASK_AGAIN_AFTER,
    Access,
    Data,
    Entitlements,
    access_of,
    access_of_type,
    doubted,
    learned,
    live,
    may_ask,
)
from domain.reports import Failure, RequestFailed

NOON = datetime(2026, 1, 5, 17, 0, tzinfo=UTC)


def refused(code: int = 354, access: Access = Access.NONE) -> Entitlements:
    return learned(Entitlements(), Data.OPTION, access, NOON, code)[0]


def test_nothing_is_known_at_first_and_everything_may_be_asked_for() -> None:
    fresh = Entitlements()

    assert fresh.of(Data.OPTION).access is Access.UNKNOWN
    assert may_ask(fresh, Data.OPTION, NOON)
    assert not live(fresh, Data.OPTION)


@pytest.mark.parametrize("code", [354, 10089, 10090, 10091, 10168, 10186])
def test_a_missing_subscription_is_no_access(code: int) -> None:
    failure = RequestFailed(failure=Failure.NOT_SUBSCRIBED, code=code)

    assert access_of(failure) is Access.NONE


def test_a_competing_session_has_taken_the_data() -> None:
    failure = RequestFailed(failure=Failure.NOT_SUBSCRIBED, code=10197)

    assert access_of(failure) is Access.TAKEN


@pytest.mark.parametrize("failure", [Failure.TIMED_OUT, Failure.NO_DATA, Failure.DISCONNECTED, Failure.PACING])
def test_silence_says_nothing_about_access(failure: Failure) -> None:
    assert access_of(RequestFailed(failure=failure)) is None


@pytest.mark.parametrize(
    ("kind", "access"), [(1, Access.LIVE), (2, Access.LIVE), (3, Access.DELAYED), (4, Access.DELAYED)]
)
def test_the_type_of_a_quote_says_whether_it_is_live(kind: int, access: Access) -> None:
    assert access_of_type(kind) is access


def test_a_refusal_is_not_asked_about_for_an_hour() -> None:
    known = refused()

    assert not may_ask(known, Data.OPTION, NOON + ASK_AGAIN_AFTER - timedelta(seconds=1))
    assert may_ask(known, Data.OPTION, NOON + ASK_AGAIN_AFTER)
    assert may_ask(known, Data.UNDERLYING, NOON)


def test_data_that_another_session_took_is_asked_for_again_soon() -> None:
    taken = refused(10197, Access.TAKEN)

    assert not may_ask(taken, Data.OPTION, NOON + timedelta(minutes=4))
    assert may_ask(taken, Data.OPTION, NOON + timedelta(minutes=5))


def test_a_refusal_again_counts_the_hour_anew() -> None:
    known, change = learned(refused(), Data.OPTION, Access.NONE, NOON + ASK_AGAIN_AFTER, 354)

    assert change is None
    assert not may_ask(known, Data.OPTION, NOON + ASK_AGAIN_AFTER + timedelta(minutes=59))
    assert known.of(Data.OPTION).since == NOON


def test_what_comes_back_makes_every_refusal_doubtful() -> None:
    known = doubted(refused())

    assert may_ask(known, Data.OPTION, NOON)
    assert known.of(Data.OPTION).access is Access.NONE


def test_only_a_change_is_told_and_says_what_to_do_about_a_loss() -> None:
    known, first = learned(Entitlements(), Data.OPTION, Access.LIVE, NOON)
    _, same = learned(known, Data.OPTION, Access.LIVE, NOON)
    _, lost = learned(known, Data.OPTION, Access.TAKEN, NOON, 10197)

    assert first is not None
    assert (first.is_loss, first.text) == (False, "option quotes are live")
    assert same is None
    assert lost is not None
    assert lost.is_loss
    assert lost.text.startswith("option quotes are taken by another session (code 10197): end the other session")


def test_live_data_may_be_asked_for_after_a_loss() -> None:
    known, change = learned(refused(), Data.OPTION, Access.LIVE, NOON)

    assert change is not None
    assert change.before is Access.NONE
    assert live(known, Data.OPTION)
    assert may_ask(known, Data.OPTION, NOON)


def test_what_another_session_gives_back_is_given_back_whole() -> None:
    known, _ = learned(refused(10197, Access.TAKEN), Data.UNDERLYING, Access.TAKEN, NOON, 10197)

    known, _ = learned(known, Data.OPTION, Access.LIVE, NOON)

    assert may_ask(known, Data.UNDERLYING, NOON)


def test_one_kind_that_is_subscribed_says_nothing_of_another() -> None:
    known, _ = learned(refused(), Data.UNDERLYING, Access.NONE, NOON, 354)

    known, _ = learned(known, Data.OPTION, Access.LIVE, NOON)

    assert not may_ask(known, Data.UNDERLYING, NOON)
