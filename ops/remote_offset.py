"""The number of the last message carried out, kept beside the state: no process does again what an earlier one did."""

import hashlib
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Final

SUFFIX: Final = ".telegram.json"


class KeptOffset:
    """One small file, written at each message of the owner. It belongs to one bot: another's numbers are others."""

    def __init__(self, path: Path, token: str) -> None:
        self._path = path
        self._bot = hashlib.sha256(token.encode()).hexdigest()[:16]

    def read(self) -> tuple[int | None, datetime | None]:
        """Return the first number not seen and when it was kept; nothing where there is none that can be used.

        What is lost here costs nothing: a message from before the start is not carried out anyway.
        """
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            if found["bot"] != self._bot or type(found["next_id"]) is not int:
                return None, None
            at = datetime.fromisoformat(found["at"])
        except (OSError, ValueError, KeyError, TypeError):
            return None, None
        return (found["next_id"], at) if at.tzinfo is not None else (None, None)

    def keep(self, next_id: int, at: datetime) -> None:
        """Return when it is on the disk. Raises OSError."""
        aside = self._path.with_name(f"{self._path.name}.new")
        with aside.open("w", encoding="utf-8") as file:
            json.dump({"bot": self._bot, "next_id": next_id, "at": at.isoformat()}, file)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self._path)
