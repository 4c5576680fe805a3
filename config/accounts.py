"""Which accounts are play money. The broker tells them apart by the first letters of the id."""

import re
from typing import Final

_PAPER: Final = re.compile(r"D[UF]\d+", re.ASCII)  # DU: one person's; DF: an adviser's.
_LIVE: Final = re.compile(r"[A-CE-Z]\d+", re.ASCII)  # U: one person's; F, I and others: advisers' and their clients'.
_ANY: Final = re.compile(r"\b([A-Z]{1,2})\d{2,}(\d{3})\b", re.ASCII)


def is_paper_account(account: str) -> bool:
    """Return whether this id says that it is a paper account; any doubt is a no."""
    return _PAPER.fullmatch(account) is not None


def is_live_account(account: str) -> bool:
    """Return whether this id says that it is an account of real money; any doubt is a no."""
    return _LIVE.fullmatch(account) is not None


def masked(text: str) -> str:
    """Return a text in which every account id shows its letters and its last three digits alone: DU***567."""
    return _ANY.sub(r"\1***\2", text)
