"""Keeping secrets and account numbers out of everything that is written or sent."""

import re
from collections.abc import Iterable
from typing import Final

HIDDEN: Final = "***"
_SECRET_CHARACTERS_MIN: Final = 4  # A shorter one would blot out ordinary words.
_PART_CHARACTERS_MIN: Final = 8  # Of an address: its tokens are longer, its words are not.
_ACCOUNT: Final = re.compile(r"(?<![A-Za-z0-9])(DU|DF|DI|U|F|I)\d{5,10}(?![A-Za-z0-9])", re.ASCII)
_LOGIN_IN_ADDRESS: Final = re.compile(r"(?<=://)[^/\s@]+(?=@)")
_BETWEEN_PARTS: Final = re.compile(r"[/:@?&=#]+")


class Masker:
    """Replaces secrets told to it, account numbers, and logins inside addresses."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        parts = {part for each in secrets for part in _with_parts(each)}
        longest_first = sorted(parts, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __call__(self, text: str) -> str:
        """Return the text without them. Of an account number its letters stay: they tell paper from live."""
        if self._secrets is not None:
            text = self._secrets.sub(HIDDEN, text)
        text = _ACCOUNT.sub(_hidden, text)
        return _LOGIN_IN_ADDRESS.sub(HIDDEN, text) if "://" in text else text


def _hidden(account: re.Match[str]) -> str:
    return account[1] + HIDDEN


def _with_parts(secret: str) -> Iterable[str]:
    """Yield the secret, and of an address each part that may be a token: libraries tell of those one by one."""
    if len(secret) >= _SECRET_CHARACTERS_MIN:
        yield secret
    if "://" in secret:
        yield from (part for part in _BETWEEN_PARTS.split(secret) if len(part) >= _PART_CHARACTERS_MIN)
