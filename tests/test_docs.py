import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from config.load import load
from tests.house import CHECKOUT

DOCUMENTS = sorted(path.relative_to(CHECKOUT) for path in (*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md")))


def fenced_commands(path: Path) -> list[list[str]]:
    """Return the words of each ./bot line in the document's shell blocks, ``./bot`` itself left out."""
    blocks = re.findall(r"```sh\n(.*?)```", (CHECKOUT / path).read_text(encoding="utf-8"), re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    words = [shlex.split(line, comments=True) for line in lines if "./bot " in line]
    return [each[each.index("./bot") + 1 :] for each in words]


def help_of(*command: str) -> str:
    """Return what the command says of itself."""
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, CHECKOUT / "run.py", *command, "--help"],
        env=environment, capture_output=True, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip


def test_the_readme_shows_its_two_commands_first() -> None:
    commands = [" ".join(words) for words in fenced_commands(Path("README.md"))]

    assert commands[:2] == ["demo", "test"]


def test_the_readme_fits_two_screens() -> None:
    lines = (CHECKOUT / "README.md").read_text(encoding="utf-8").splitlines()

    assert len(lines) <= 80


def test_the_readme_leads_from_paper_to_live_in_the_ten_steps_of_their_document() -> None:
    numbers = [
        [
            int(number)
            for number in re.findall(r"^(\d+)\. ", (CHECKOUT / name).read_text(encoding="utf-8"), re.MULTILINE)
        ]
        for name in ("README.md", "docs/live.md")
    ]

    assert numbers == [list(range(1, 11))] * 2


def test_the_readmes_picture_comes_first_and_is_small() -> None:
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    picture = (CHECKOUT / "docs" / "report.png").read_bytes()

    assert text.index("](docs/report.png)") < text.index("```")
    assert picture.startswith(b"\x89PNG")
    assert len(picture) <= 200_000


def test_every_command_of_the_readme_exists() -> None:
    named = {words[0] for words in fenced_commands(Path("README.md"))}

    listed = help_of()

    assert {name for name in named if not re.search(rf"\b{name}\b", listed)} == set()


def test_the_settings_that_the_readme_sets_can_be_set() -> None:
    words = [word for words in fenced_commands(Path("README.md")) for word in words]
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")

    overrides = [words[place + 1] for place, word in enumerate(words) if word == "--set"]
    variables = dict(re.findall(r"(STOPWARD__\w+)=(\S+)", text))
    settings = load(environment=variables, overrides=overrides)

    assert (len(overrides), len(variables)) == (1, 1)
    assert settings.options.max_spread_pct == 3


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_every_link_of_a_document_leads_somewhere(path: Path) -> None:
    text = (CHECKOUT / path).read_text(encoding="utf-8")

    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target]

    assert [target for target in targets if not (CHECKOUT / path.parent / target).exists()] == []


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = sorted(int(path.name[:4]) for path in (CHECKOUT / "docs" / "adr").glob("*.md"))

    assert numbers == list(range(1, len(numbers) + 1))


def test_each_decision_says_context_decision_and_consequence() -> None:
    for path in (CHECKOUT / "docs" / "adr").glob("*.md"):
        headings = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("## ")]
        assert headings == ["## Context", "## Decision", "## Consequence"], path.name
