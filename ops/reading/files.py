"""Which files a log is made of: what was set aside, oldest first, and the one that is still written."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from domain.errors import ConfigError
from ops.rotation import PACKED, moment_of, set_aside

NAME: Final = "bot.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFile:
    """One file. ``since`` is the moment of its first line where its name tells, aware UTC."""

    path: Path
    since: datetime | None

    @property
    def packed(self) -> bool:
        """Return whether it must be unpacked to be read."""
        return self.path.suffix == PACKED


def log_files(place: Path) -> list[LogFile]:
    """Return the files of a log, oldest first. ``place`` is its folder, a run's folder, or one file.

    Raises ConfigError when there is no log.
    """
    if place.is_file():
        return [LogFile(path=place, since=moment_of(place.name))]
    for folder in (place, place / "logs"):
        current = folder / NAME
        found = [LogFile(path=path, since=moment_of(path.name)) for path in set_aside(current)]
        if current.is_file():
            found.append(LogFile(path=current, since=None))
        if found:
            return found
    raise ConfigError(f"{place}: there is no {NAME} in it; name the folder of a log, or one of its files")


def within(files: Iterable[LogFile], since: datetime | None, until: datetime | None) -> Iterator[LogFile]:
    """Yield the files that may have lines from ``since`` on and before ``until``; None is no bound."""
    known = list(files)
    for number, file in enumerate(known):
        after = known[number + 1].since if number + 1 < len(known) else None
        if since is not None and after is not None and after <= since:
            continue
        if until is not None and file.since is not None and file.since >= until:
            continue
        yield file
