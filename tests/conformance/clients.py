"""The four clients: what each is called, how it is driven, what it speaks, and where its environment is."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.house import CHECKOUT

ENVIRONMENTS: Final = "STOPWARD_CLIENTS"
"""The variable that names the folder of the clients' environments; without it the cases are not collected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One client: `module` is what the driver imports, `version` the server version it ends up with."""

    name: str
    driver: str
    module: str
    version: int

    @property
    def is_official(self) -> bool:
        """Return whether it is IB's own client."""
        return self.driver == "official"

    @property
    def python(self) -> Path:
        """Return the interpreter of its environment."""
        return Path(os.environ[ENVIRONMENTS]) / self.name / "bin" / "python"


CLIENTS: Final = (
    Client(name="ib_insync", driver="high_level", module="ib_insync", version=176),
    Client(name="ib_async", driver="high_level", module="ib_async", version=178),
    Client(name="ibapi_stable", driver="official", module="ibapi", version=178),
    Client(name="ibapi", driver="official", module="ibapi", version=157),
)
"""Versions are min(178, the client's own highest)."""


def lock_of(client: Client) -> Path:
    """Return the lock that a client's environment is made from."""
    return CHECKOUT / "tests" / "conformance" / "clients" / f"{client.name}.lock"
