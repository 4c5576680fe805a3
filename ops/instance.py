"""One bot for one account on one machine: a lock that ends with the process, however it ends."""

import fcntl
import hashlib
import tempfile
from pathlib import Path
from typing import IO

from domain.errors import StoreError


def lock_account(account: str, folder: Path | None = None) -> IO[str]:
    """Return the held lock; keep it open as long as the account is traded. Raises StoreError when another holds it.

    The file lies in the machine's folder for such things, not in the state folder: a second bot with a state of its own
    would count the day's loss for itself.
    """
    name = hashlib.sha256(account.encode()).hexdigest()[:16]  # Account numbers are nobody else's business.
    path = (folder or Path(tempfile.gettempdir())) / f"stopward-{name}.lock"
    held = path.open("a", encoding="utf-8")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        held.close()
        raise StoreError(
            f"this account is traded by another bot on this machine already ({path}); stop it first"
        ) from error
    return held
