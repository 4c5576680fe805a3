import re
import tomllib

import pytest

from tests.house import CHECKOUT

CLIENTS = {"ib_insync": "ib-insync", "ib_async": "ib-async", "ibapi_stable": "ibapi-stable", "ibapi": "ibapi"}
CLIENT_LOCKS = {f"tests/conformance/clients/{name}.lock": package for name, package in CLIENTS.items()}
OTHERS = ("requirements-ib_async.lock", "requirements-dev-ib_async.lock")
EXTRA = "requirements-parquet.lock"
LOCKS = ("requirements.lock", "requirements-dev.lock", *OTHERS, EXTRA, *CLIENT_LOCKS)


def pins(lock: str) -> dict[str, set[str]]:
    """Return for each name its pinned versions."""
    found: dict[str, set[str]] = {}
    for line in (CHECKOUT / lock).read_text(encoding="utf-8").splitlines():
        if "==" in line and not line.startswith(" "):
            name, version = line.split("==", 1)
            found.setdefault(name, set()).add(version.split(" ")[0])
    return found


def wanted(specifiers: list[str]) -> set[str]:
    return {re.split(r"[^\w.-]", each)[0].lower().replace("_", "-") for each in specifiers}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock: str) -> None:
    text = (CHECKOUT / lock).read_text(encoding="utf-8")

    assert "://" not in text
    assert "index" not in text


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_of_a_lock_has_a_hash(lock: str) -> None:
    text = (CHECKOUT / lock).read_text(encoding="utf-8")

    entries = [entry for entry in re.split(r"\n(?=\S)", text) if "==" in entry]

    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)


def test_the_locks_pin_what_the_project_asks_for() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    runs, tests = project["project"]["dependencies"], project["dependency-groups"]["dev"]

    assert wanted(runs) <= pins("requirements.lock").keys()
    assert wanted(runs + tests) <= pins("requirements-dev.lock").keys()


@pytest.mark.parametrize(("lock", "dev_lock"), [LOCKS[:2], OTHERS])
def test_what_is_tested_is_what_runs(lock: str, dev_lock: str) -> None:
    runs, tests = pins(lock), pins(dev_lock)

    differing = {name for name, versions in runs.items() if not versions <= tests[name]}

    assert not differing


def test_the_other_library_stands_in_for_the_first_and_nothing_else_changes() -> None:
    first, other = pins("requirements.lock"), pins("requirements-ib_async.lock")
    swapped = {"ib-insync", "eventkit", "ib-async", "aeventkit", "tzdata"}

    assert {"ib-async", "aeventkit"} <= other.keys()
    assert not {"ib-insync", "eventkit"} & other.keys()
    assert {n: v for n, v in first.items() if n not in swapped} == {n: v for n, v in other.items() if n not in swapped}


@pytest.mark.parametrize("lock", CLIENT_LOCKS)
def test_the_lock_of_a_client_pins_it_and_the_time_zones(lock: str) -> None:
    assert {CLIENT_LOCKS[lock], "tzdata"} <= pins(lock).keys()


def test_the_client_that_conforms_is_the_one_that_trades() -> None:
    ours, tried = pins("requirements.lock"), pins("tests/conformance/clients/ib_insync.lock")

    assert ours["ib-insync"] == tried["ib-insync"]
    assert ours["eventkit"] == tried["eventkit"]


def test_the_extra_is_locked_alone_and_is_in_no_other_lock() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    extra = wanted(project["project"]["optional-dependencies"]["parquet"])

    assert pins(EXTRA).keys() == extra
    assert not [lock for lock in LOCKS if lock != EXTRA and extra & pins(lock).keys()]
