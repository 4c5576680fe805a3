"""The status file: what a running bot leaves beside its state every few seconds, for ``./bot status`` to show.

What is in it was gathered on the supervisors' own loop: while that does not turn, the file grows old, and says so.
Forty thousand writes a day would wear out a card: where there is a folder in memory the file is there, and beside the
state is a link to it until the last word takes its place.
"""

import asyncio
import json
import os
from collections.abc import Callable
from concurrent.futures import TimeoutError as LateError
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from actors.breaker import AskBreaker, BreakerReport
from actors.runtime.children import ChildState
from actors.runtime.directory import Directory
from actors.runtime.hosts import Host
from cli.control_server import plain
from domain.control import AskControl, ControlAnswer
from domain.others import AskForeign, ForeignAnswer
from domain.ports import Clock

SUFFIX: Final = ".status.json"
EVERY_SECONDS: Final = 2.0
ANSWER_SECONDS: Final = 1.0
ASKED_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gathered:
    """What is told; None of those who did not answer, or have ended."""

    tree: ChildState
    breaker: BreakerReport | None = None
    control: ControlAnswer | None = None
    foreign: ForeignAnswer | None = None

    def plain(self) -> dict[str, Any]:
        """Return it as the file has it."""
        return {
            "breaker": asdict(self.breaker) if self.breaker else None,
            "control": asdict(self.control) if self.control else None,
            "foreign": plain(self.foreign) if self.foreign else None,
            "tree": _plain(self.tree),
        }


class StatusFile:
    """Written from one thread that is none of the loops'; ``about`` is what is known of the process from its start.

    ``tree`` is called on the host's loop, where the breaker is asked, too. ``in_memory`` is a folder that goes with the
    machine's memory, None for none.
    """

    def __init__(
        self,
        path: Path,
        *,
        tree: Callable[[], ChildState],
        directory: Directory,
        host: Host,
        clock: Clock,
        about: dict[str, Any],
        in_memory: Path | None = None,
    ) -> None:
        self.path = path
        self._in_memory = in_memory / path.name if in_memory else None
        self._tree = tree
        self._directory = directory
        self._host = host
        self._clock = clock
        self._about = {**about, "pid": os.getpid(), "started_at": clock.now().isoformat()}
        self._written_at: float | None = None
        self.tree_seen: ChildState | None = None

    def keep(self) -> bool:
        """Write if it is time, or nothing when the loop is silent; return whether the file is as new as can be."""
        now = self._clock.monotonic()
        if self._written_at is not None and now - self._written_at < EVERY_SECONDS:
            return True
        asked = asyncio.run_coroutine_threadsafe(self._gather(), self._host.loop)
        try:
            found = asked.result(ANSWER_SECONDS)
        except LateError:
            asked.cancel()
            return False
        self.tree_seen = found.tree
        self._write_alive(found)
        self._written_at = now
        return True

    def end(self, tree: ChildState, exit_code: int, reason: str) -> None:
        """Write the last word, with how everyone fared before the end."""
        self._write(self.path, _Gathered(tree=tree), ended={"exit_code": exit_code, "reason": reason})

    async def _gather(self) -> _Gathered:
        breaker, control, foreign = await asyncio.gather(
            self._asked("breaker", AskBreaker()),
            self._asked("control", AskControl()),
            self._asked("risk", AskForeign()),
        )
        return _Gathered(tree=self._tree(), breaker=breaker, control=control, foreign=foreign)

    async def _asked(self, name: str, question: Any) -> Any:
        try:
            return await self._directory.address(name).ask(question, ASKED_SECONDS)
        except Exception:  # noqa: BLE001 - silent, down, or dying of something that is in the log
            return None

    def _write_alive(self, found: _Gathered) -> None:
        if self._in_memory is not None:
            with suppress(OSError):
                self._write(self._in_memory, found, ended=None)
                _link(self.path, self._in_memory)
                return
            self._in_memory = None  # Full, or gone.
        self._write(self.path, found, ended=None)

    def _write(self, path: Path, found: _Gathered, ended: dict[str, Any] | None) -> None:
        written = {"written_at": self._clock.now().isoformat(), "every_seconds": EVERY_SECONDS, "ended": ended}
        text = json.dumps({**self._about, **written, **found.plain()}, default=_text)
        new = path.with_suffix(".new")
        new.write_text(text + "\n", encoding="utf-8")
        new.replace(path)


def memory_folder() -> Path | None:
    """Return the folder in memory that the service manager gives; None without one."""
    given = os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0]  # systemd.exec(5): several come with colons.
    return Path(given) if given else None


def _link(path: Path, to: Path) -> None:
    """Have a link there, and never a moment without anything. Raises OSError."""
    if path.is_symlink() and path.readlink() == to:
        return
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    new.symlink_to(to)
    new.replace(path)


def _plain(state: ChildState) -> dict[str, Any]:
    failure = state.last_failure
    return {
        "actor": state.name,
        "state": state.standing.value,
        "epoch": state.epoch,
        "restarts": state.restarts,
        "mailbox_depth": state.mailbox_depth,
        "oldest_mail_seconds": round(state.oldest_mail_seconds, 3),
        "last_failure": asdict(failure) if failure else None,
        "children": [_plain(child) for child in state.children],
    }


def _text(value: object) -> str:
    assert isinstance(value, datetime | date | Decimal), value
    return str(value) if isinstance(value, Decimal) else value.isoformat()
