"""Keeping secrets and account numbers out of everything that is written or sent."""

import re
from collections.abc import Iterable
from typing import Final

HIDDEN: Final = "***"
_SECRET_CHARACTERS_MIN: Final = 4  # A shorter one would blot out ordinary words.
_ACCOUNT: Final = re.compile(r"\b(DU|DF|DI|U|F|I)\d{5,10}\b", re.ASCII)
_LOGIN_IN_ADDRESS: Final = re.compile(r"(?<=://)[^/\s@]+(?=@)")


class Masker:
    """Replaces secrets told to it, account numbers, and logins inside addresses."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        longest_first = sorted({each for each in secrets if len(each) >= _SECRET_CHARACTERS_MIN}, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __call__(self, text: str) -> str:
        """Return the text without them. Of an account number its letters stay: they tell paper from live."""
        if self._secrets is not None:
            text = self._secrets.sub(HIDDEN, text)
        return _LOGIN_IN_ADDRESS.sub(HIDDEN, _ACCOUNT.sub(rf"\g<1>{HIDDEN}", text))
