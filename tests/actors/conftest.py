from collections.abc import Iterator

import pytest

from tests.actors.stage import Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.curtain()
