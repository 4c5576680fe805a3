"""A pytest plugin: a case that is skipped, or expected to fail, fails the run; and each client's count is said."""

from collections import Counter
from typing import Any, Final

import pytest

_PHASES_OF_A_CASE: Final = frozenset({"setup", "call", "teardown"})


class Strictness:
    """Counts on the process that runs or, with xdist, collects the reports; says a client's progress by quarters."""

    def __init__(self) -> None:
        self.skipped: list[str] = []
        self.failed: set[str] = set()
        self.done: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the report of one phase of one case."""
        if report.skipped:
            self.skipped.append(report.nodeid)
        if report.failed:
            self.failed.add(report.nodeid)
        if report.when == "teardown":
            self.done[client_of(report.nodeid)] += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Take the report of a file that could not be collected, or did not want to be."""
        if report.skipped:
            self.skipped.append(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Turn success with skipped cases into failure."""
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say how many cases each client has lived through, and which were skipped."""
        for client, count in sorted(self.done.items()):
            bad = sum(client_of(case) == client for case in self.failed)
            terminalreporter.write_line(f"{'FAILED' if bad else 'ok    '} {client:<12} {count - bad} of {count} cases")
        for case in self.skipped:
            terminalreporter.write_line(f"FAILED {case} was skipped: here that is a failure")


def client_of(nodeid: str) -> str:
    """Return the client in a case's id: what the first of its parameters says."""
    inside = nodeid.rpartition("[")[2].partition("]")[0]
    return inside.partition("-")[0] if "[" in nodeid else "no client"
