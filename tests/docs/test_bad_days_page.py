"""docs/bad-days.md: its file is one, and its table is the table."""

import re
from pathlib import Path
from typing import Final

from actors.runtime.faults.kinds import KINDS
from cli.scenario import load_bad_day
from tests.house import CHECKOUT

PAGE: Final = (CHECKOUT / "docs" / "bad-days.md").read_text(encoding="utf-8")


def test_the_file_on_the_page_is_a_bad_day(tmp_path: Path) -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "day.toml"
    path.write_text(text, encoding="utf-8")

    day = load_bad_day(path, ("SPY",))

    assert [fault.kind for fault in day.gateway.faults] == ["restart"]
    assert [(fault.kind, fault.actor) for fault in day.actor_faults] == [("disk_full", "journal"), ("crash", "oco:*")]


def test_every_kind_is_on_the_page_with_what_it_does_and_its_settings() -> None:
    rows = {row.split("`")[1]: row for row in PAGE.splitlines() if row.startswith("| `")}

    assert set(rows) == set(KINDS)
    for kind in KINDS.values():
        assert f"| {kind.doc} | {kind.place.value} |" in rows[kind.name]
        assert all(f"`{one.name}`: {one.doc}" in rows[kind.name] for one in kind.parameters)
