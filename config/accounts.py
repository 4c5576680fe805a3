"""Which accounts are play money. The broker tells them apart by the first letters of the id."""

import re
from typing import Final

_PAPER: Final = re.compile(r"D[UF]\d+", re.ASCII)  # DU: one person's; DF: an adviser's.


def is_paper_account(account: str) -> bool:
    """Return whether this id says that it is a paper account; any doubt is a no."""
    return _PAPER.fullmatch(account) is not None
