"""The Telegram bot that alerts go by, found in their addresses: its token and the chat of whoever gets them."""

import re
from collections.abc import Iterable
from typing import Final

TOKEN: Final = re.compile(r"\d{6,}:[A-Za-z0-9_-]{20,}", re.ASCII)
_ADDRESS: Final = re.compile(
    rf"tgrams?://(?:bot)?(?P<token>{TOKEN.pattern})/(?P<chat>[1-9]\d*)/?(?:\?.*)?", re.ASCII | re.IGNORECASE
)


def telegram_of(addresses: Iterable[str]) -> tuple[str, int] | None:
    """Return token and chat of the one address that sends to one private chat; None for none, or more than one.

    The spelling is apprise's, tgram://TOKEN/CHAT; a private chat has a positive number, a group a negative one.
    """
    found = {(match["token"], int(match["chat"])) for each in addresses if (match := _ADDRESS.fullmatch(each.strip()))}
    return found.pop() if len(found) == 1 else None
