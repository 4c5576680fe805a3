"""What a client has no call for: the one table of it. A case of such a request checks that this is still so."""

from collections.abc import Mapping
from typing import Final

import pytest

from tests.conformance.child import ClientFailedError
from tests.conformance.stage import Line, Stage

LACKS: Final[Mapping[tuple[str, str], str]] = {
    ("ibapi_stable", "fundamentals"): "IB took reqFundamentalData out of its client in 10.3x",
    ("ibapi", "event_calendar"): "9.81 is older than Wall Street Horizon's calendar (server version 161)",
    ("ibapi", "user"): "9.81 is older than reqUserInfo (server version 164)",
}
"""By client and the driver's command, why."""


def lacks(stage: Stage, line: Line, command: str) -> bool:
    """Return whether the table says that a client has no such call; if it does, the client must not have it."""
    if (stage.client.name, command) not in LACKS:
        return False
    with pytest.raises(ClientFailedError, match="has no attribute"):
        line.ask(command, contract={})
    return True
