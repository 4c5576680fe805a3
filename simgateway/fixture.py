"""Pytest fixtures: say `pytest_plugins = ["simgateway.fixture"]` in conftest.py, and ask for `gateway` in a test.

The only module here that imports pytest. `@pytest.mark.simgateway(symbols=("SPY",), speed=60)` changes the gateway of
one test; its words are those of `simgateway.running.running`. `gateways` starts any number of them.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from simgateway.running import RunningGateway, running


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "simgateway(**words): how the test's gateway is started")


@pytest.fixture
def gateway(request: pytest.FixtureRequest) -> Iterator[RunningGateway]:
    """Give a simulated gateway on a free port of 127.0.0.1, for this test alone."""
    marker = request.node.get_closest_marker("simgateway")
    with running(**(marker.kwargs if marker else {})) as started:
        yield started


@pytest.fixture
def gateways() -> Iterator[Callable[..., RunningGateway]]:
    """Give a function that starts a gateway; all of them end with the test."""
    with ExitStack() as started:

        def start(**words: Any) -> RunningGateway:
            return started.enter_context(running(**words))

        yield start
