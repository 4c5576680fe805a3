from collections.abc import Iterator

import pytest

from tests.actors.runtime.worlds import ThreadWorld, VirtualWorld, World


@pytest.fixture(params=[ThreadWorld, VirtualWorld], ids=["threads", "virtual"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    made: World = request.param()
    yield made
    made.host.stop()
    assert made.complaints == []


@pytest.fixture
def virtual() -> Iterator[VirtualWorld]:
    made = VirtualWorld()
    yield made
    made.host.stop()
    assert made.complaints == []


@pytest.fixture
def threads() -> Iterator[ThreadWorld]:
    made = ThreadWorld()
    yield made
    made.host.stop()
    assert made.complaints == []
