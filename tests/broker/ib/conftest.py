from collections.abc import Iterator

import pytest

from broker.ib.library import NAME


@pytest.fixture(autouse=True)
def _every_message_is_understood(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail on what went wrong in a handler: the library and its events only log it."""
    yield
    bad = [row for row in caplog.get_records("call") if row.name in {f"{NAME}.Decoder", "eventkit.event"}]
    assert not bad
