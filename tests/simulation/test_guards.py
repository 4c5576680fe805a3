"""Taking out any one guard on purpose must make the audit of the gateway's frame log report a violation."""

from pathlib import Path

import pytest

from tests.simulation.guards import DAYS, GUARDS, Guard

INVARIANTS = 12


@pytest.mark.parametrize("name", DAYS)
def test_with_every_guard_in_its_place_no_invariant_is_broken(name: str, tmp_path: Path) -> None:
    day = DAYS[name]

    result = day.run(tmp_path)

    assert result.violations == ()
    assert result.entries >= day.entries


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: f"{guard.invariant}: {guard.without}")
def test_the_audit_sees_that_a_guard_is_missing(guard: Guard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guard.take_out(monkeypatch)

    result = DAYS[guard.day].run(tmp_path)

    assert guard.invariant in {violation.invariant for violation in result.violations}


def test_every_invariant_has_a_guard_that_is_taken_out() -> None:
    guarded = {guard.invariant for guard in GUARDS}

    assert guarded == set(range(1, INVARIANTS + 1))
