"""Each run has a folder of its own under ``runs/``, so that it can never touch live state; and how paths are shown."""

from pathlib import Path

from domain.errors import ConfigError


def run_folder(runs_dir: Path, kind: str) -> Path:
    """Make and return a fresh folder, numbered. Raises ConfigError when the place cannot be written."""
    try:
        runs_dir.mkdir(parents=True, exist_ok=True)
        number = max((_number(path.name, kind) for path in runs_dir.iterdir()), default=0)
        while True:
            number += 1
            folder = runs_dir / f"{kind}-{number:04d}"
            try:
                folder.mkdir()
            except FileExistsError:
                continue
            return folder
    except OSError as error:
        raise ConfigError(
            f"paths.runs_dir={runs_dir}: {error.strerror}; choose a folder that can be written"
        ) from error


def shown(path: Path) -> str:
    """Return a path as it is shortest to type: from here when it lies below, whole when it does not."""
    whole, here = path.absolute(), Path.cwd()
    return str(whole.relative_to(here) if whole.is_relative_to(here) else whole)


def _number(name: str, kind: str) -> int:
    start, _, number = name.rpartition("-")
    return int(number) if start == kind and number.isdecimal() else 0
