import dataclasses
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.denials import EntryDenied
from domain.errors import StoreError
from domain.events import BreakerMoved, DayOpened, Journaled, SignalSpent
from domain.ids import Symbol
from ops.codec import KINDS, decoded, encoded, kind_of

AT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
PLAIN: Mapping[Any, st.SearchStrategy[Any]] = {
    str: st.text(),
    int: st.integers(),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    date: st.dates(),
    datetime: st.datetimes(timezones=st.just(UTC)),
}


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Return any value of this type, the ends of its range included."""
    kind = getattr(kind, "__supertype__", kind)
    if kind in PLAIN:
        return PLAIN[kind]
    if isinstance(kind, UnionType):
        return st.none() | values_of(get_args(kind)[0])
    if get_origin(kind) is tuple:
        return st.lists(values_of(get_args(kind)[0]), max_size=3).map(tuple)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: values_of(hints[field.name]) for field in dataclasses.fields(kind)})


@given(st.one_of([values_of(member) for member in get_args(Journaled)]))
def test_a_record_reads_back_exactly(record: Journaled) -> None:
    body = encoded(record)

    assert decoded(kind_of(record), body) == record


def test_every_kind_of_record_has_its_name() -> None:
    assert set(KINDS) == {member.__name__ for member in get_args(Journaled)}


def test_money_is_text_and_keeps_its_zeros() -> None:
    record = DayOpened(at=AT, day=date(2026, 1, 2), start_equity=Decimal("100000.10"))

    body = encoded(record)

    assert '"start_equity":"100000.10"' in body
    assert str(getattr(decoded("DayOpened", body), "start_equity", None)) == "100000.10"


def test_a_time_of_another_zone_reads_back_as_the_same_moment() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=-5)))
    record = SignalSpent(at=elsewhere, symbol=Symbol("SPY"), strategy="whale", until=AT)

    assert decoded("SignalSpent", encoded(record)) == record


@pytest.mark.parametrize("equity", ["NaN", "Infinity"])
def test_a_number_that_is_none_is_refused_before_it_is_written(equity: str) -> None:
    record = DayOpened(at=AT, day=date(2026, 1, 2), start_equity=Decimal(equity))

    with pytest.raises(StoreError, match="DayOpened"):
        encoded(record)


def test_what_is_not_for_the_journal_is_refused() -> None:
    assert EntryDenied.__name__ not in KINDS

    with pytest.raises(StoreError, match="int is not for the journal"):
        encoded(5)  # type: ignore[arg-type] # that it is refused is the point


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        ("Novelty", "{}", "unknown kind Novelty"),
        ("BreakerMoved", "{", "BreakerMoved cannot be read"),
        ("BreakerMoved", "{}", "BreakerMoved cannot be read: at: Field required"),
    ],
)
def test_what_cannot_be_read_is_said_by_its_place(kind: str, body: str, reason: str) -> None:
    with pytest.raises(StoreError, match=reason):
        decoded(kind, body)


def test_a_record_of_the_breaker_is_kept_whole() -> None:
    record = BreakerMoved(at=AT, state="open", reason="three time-outs", failures=3)

    assert decoded("BreakerMoved", encoded(record)) == record
