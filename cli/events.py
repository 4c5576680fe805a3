"""``./bot events``: the catalogue of events as a page, shown, or written to docs/events.md."""

from pathlib import Path
from typing import Final

from ops.catalogue_page import page

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "events.md"


def run_events(*, write: bool) -> int:
    """Show the page, or write it; return the exit code."""
    if write:
        PAGE.write_text(page(), encoding="utf-8")
        print(f"bot: wrote {PAGE.relative_to(PAGE.parents[1])}")
    else:
        print(page(), end="")
    return 0
