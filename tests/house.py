"""The checkout as the tests of the house see it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parent.parent
LEFT_BY_RUNNING: Final = {"runs", "logs", "state", "__pycache__"}


def folders() -> list[str]:
    """Return the names of the top-level folders that belong to the project."""
    return sorted(
        path.name
        for path in CHECKOUT.iterdir()
        if path.is_dir() and not path.name.startswith(".") and path.name not in LEFT_BY_RUNNING
    )


def packages() -> list[str]:
    """Return the names of the top-level packages."""
    return [name for name in folders() if (CHECKOUT / name / "__init__.py").is_file()]


def source_files() -> Iterator[Path]:
    """Return every Python file of the project, relative to the checkout."""
    yield Path("run.py")
    for name in folders():
        for path in sorted((CHECKOUT / name).rglob("*.py")):
            if not LEFT_BY_RUNNING & set(path.parts):
                yield path.relative_to(CHECKOUT)
