"""What the documents tell a reader to type exists: commands, options, settings, files."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import typer
import yaml

from cli.main import app, main
from config.load import load
from config.settings import Settings
from tests.house import CHECKOUT

DOCUMENTS: Final = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").glob("*.md"))]
OURS: Final = [CHECKOUT / "docs" / f"{name}.md" for name in ("runbook", "safety", "strategies", "live", "pi")]
PLACEHOLDERS: Final = {"X"}  # "./bot X is stopward X".


def command_tree() -> Any:
    """Return the commands as the command line has them."""
    return typer.main.get_command(app)


def named_commands(path: Path) -> Iterator[list[str]]:
    """Return the words of every ./bot or stopward command in a document, in its text and in its shell blocks."""
    text = path.read_text(encoding="utf-8")
    blocks = "".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    for line in (*blocks.splitlines(), *spans):
        for found in re.findall(r"(?:^|&& )(?:\./bot|stopward) ([^#&]+)", line.strip()):
            yield found.split()


def named_settings(path: Path) -> set[str]:
    """Return every `section.key` in a document whose section is one of the settings'."""
    sections = "|".join(
        name for name, field in Settings.model_fields.items() if hasattr(field.annotation, "model_fields")
    )
    return set(re.findall(rf"`((?:{sections})\.\w+)[`:]", path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_and_option_that_a_document_names_exists(path: Path) -> None:
    missing = []
    for words in named_commands(path):
        command = command_tree()
        for word in words:
            inner = getattr(command, "commands", {})
            if word in inner:
                command = inner[word]
            elif inner and word not in PLACEHOLDERS:
                missing.append(" ".join(words))
                break
        options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
        missing += [
            " ".join(words) for word in words if word.startswith("--") and word.partition("=")[0] not in options
        ]

    assert missing == []


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_no_word_of_code_is_cut_by_the_end_of_its_line(path: Path) -> None:
    prose = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)

    assert [line for line in prose.splitlines() if line.count("`") % 2] == []


def test_commands_are_found_in_text_and_in_blocks() -> None:
    found = [" ".join(words) for words in named_commands(CHECKOUT / "docs" / "runbook.md")]

    assert {"watch --once", "check --client-id 999", "status", "config check"} <= set(found)


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_every_setting_that_a_document_names_exists(path: Path) -> None:
    settings = load(environment={})

    missing = {
        name for name in named_settings(path) if not hasattr(getattr(settings, name.split(".")[0]), name.split(".")[1])
    }

    assert missing == set()


def snippets(path: Path) -> list[str]:
    """Return the YAML blocks of a document."""
    return re.findall(r"```yaml\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)


def settings_snippets() -> list[tuple[str, str]]:
    return [(path.name, text) for path in OURS for text in snippets(path)]


@pytest.mark.parametrize(("name", "text"), settings_snippets())
def test_a_snippet_of_settings_can_be_loaded_and_each_of_its_words_is_in_force(
    name: str, text: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")

    settings = load(environment={}, settings_file=file).model_dump(mode="json")

    written = {
        (section, key): str(value)
        for section, values in yaml.safe_load(text).items()
        if isinstance(values, dict) and section != "overrides"
        for key, value in values.items()
    }
    assert {(section, key): str(settings[section][key]) for section, key in written} == written


@pytest.mark.parametrize(
    "words",
    sorted({tuple(words) for path in OURS for words in named_commands(path) if words[:2] == ["config", "show"]}),
)
def test_what_a_document_says_of_the_settings_is_shown(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (own,) = [text for _, text in settings_snippets() if "overrides:" in text]
    (tmp_path / "own.yaml").write_text(own, encoding="utf-8")
    monkeypatch.setenv("SETTINGS_FILE", str(tmp_path / "own.yaml"))

    with pytest.raises(SystemExit) as ended:
        main(words)

    assert ended.value.code in {None, 0}
    assert f"{words[2]}." in capsys.readouterr().out


def test_there_are_settings_in_the_documents() -> None:
    assert {name for name, _ in settings_snippets()} == {"strategies.md", "live.md", "pi.md"}


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_every_file_of_the_project_that_a_document_names_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    files = re.findall(r"(?<![\w/.-])((?:tests|bench|deploy|domain|ops|cli|simgateway|config)/[\w./-]*\w)", text)
    modules = re.findall(r"python -m (bench\.\w+)", text)

    assert [name for name in files if not (CHECKOUT / name).exists() and name != "config/live.yaml"] == []
    assert [name for name in modules if not (CHECKOUT / f"{name.replace('.', '/')}.py").is_file()] == []


def test_every_anchor_within_the_documents_leads_to_a_heading() -> None:
    headings = {
        path.name: {
            re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-")
            for line in re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        }
        for path in OURS
    }

    broken = [
        (path.name, target, anchor)
        for path in OURS
        for target, anchor in re.findall(r"\]\(([\w.]*)#([\w-]+)\)", path.read_text(encoding="utf-8"))
        if anchor not in headings[target or path.name]
    ]

    assert broken == []
