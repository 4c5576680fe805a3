"""Fixtures of the conformance cases; `stage.py` says how to add one.

Without the environments of the clients, which `./bot test --conformance` makes, nothing here is collected.
"""

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.conformance.child import Child
from tests.conformance.clients import CLIENTS, ENVIRONMENTS, Client
from tests.conformance.stage import Stage
from tests.conformance.strictness import Strictness

HAS_FAILED = pytest.StashKey[bool]()
collect_ignore_glob = [] if ENVIRONMENTS in os.environ else ["test_*.py"]


def pytest_configure(config: pytest.Config) -> None:
    """Have skipped cases fail the run; with xdist only the process that collects the reports decides."""
    if ENVIRONMENTS not in os.environ and any("conformance" in str(each) for each in config.args):
        raise pytest.UsageError("the clients' environments are missing: run ./bot test --conformance FILE instead")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Strictness())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Leave word for the stage whether its case has failed."""
    report = yield
    if report.when == "call":
        item.stash[HAS_FAILED] = report.failed
    return report


class Children:
    """One driver process for each client, started when first needed and replaced when it has died."""

    def __init__(self) -> None:
        self._running: dict[str, Child] = {}

    def of(self, client: Client) -> Child:
        """Return a client's driver, ready for a new case."""
        child = self._running.get(client.name)
        if child is None or not child.is_alive:
            module = f"tests.conformance.drivers.{client.driver}"
            child = self._running[client.name] = Child([str(client.python), "-m", module, client.module])
        child.forget()
        return child

    def replace(self, client: Client) -> None:
        """End a client's driver: what a failed case left behind must not meet the next."""
        child = self._running.pop(client.name, None)
        if child is not None:
            child.end()

    def end(self) -> None:
        """End all of them."""
        for child in self._running.values():
            child.end()


@pytest.fixture(scope="session")
def children() -> Iterator[Children]:
    running = Children()
    yield running
    running.end()


@pytest.fixture(params=[pytest.param(row, id=row.name, marks=pytest.mark.xdist_group(row.name)) for row in CLIENTS])
def client(request: pytest.FixtureRequest) -> Client:
    chosen: Client = request.param
    return chosen


@pytest.fixture
def stage(request: pytest.FixtureRequest, client: Client, children: Children, tmp_path: Path) -> Iterator[Stage]:
    """Give a stage for the client; after a case that went well, check that the client understood every frame."""
    made = Stage(client, children.of(client), tmp_path)
    is_well = False
    try:
        yield made
        if not request.node.stash.get(HAS_FAILED, True):
            made.settle()
            is_well = True
    finally:
        made.close()
        if not is_well:
            children.replace(client)
