"""The pieces of code in the gateway's README, by what they are: a client's name, pytest, toml."""

import re

from tests.house import CHECKOUT

README = CHECKOUT / "simgateway" / "README.md"
_BLOCK = re.compile(r"(?:<!-- client: (\w+) -->\n)?```(\w+)\n(.*?)```", re.DOTALL)


def blocks() -> dict[str, str]:
    """Return each piece: `<!-- client: NAME -->` stands before a client's, the other Python piece is a test."""
    found: dict[str, str] = {}
    for client, language, code in _BLOCK.findall(README.read_text(encoding="utf-8")):
        found[client or {"python": "pytest"}.get(language, language)] = code
    return found
