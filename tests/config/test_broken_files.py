"""More than two hundred ways to spoil a good file, one at a time: each is refused with the place, the key and why."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from config.effective import entries
from config.load import load, load_traced
from domain.errors import ConfigError
from tests.house import CHECKOUT

GOOD: Final = (CHECKOUT / "config" / "settings.yaml").read_text(encoding="utf-8")
WRONG_KIND: Final = {"nested": {"deep": 1}}  # No setting is made of this.
FREE: Final = {"overrides", "strategies.own"}  # Mappings with keys of the operator's.


def keys() -> list[str]:
    return [entry.key for entry in entries(*load_traced(environment={}))]


def numbers() -> list[str]:
    kinds = (int, float)
    found = entries(*load_traced(environment={}))
    return [each.key for each in found if isinstance(each.value, kinds) and not isinstance(each.value, bool)]


def spoilt(key: str, value: Any = None, *, rename: str = "") -> str:
    """Return the good file with this key's value changed, or its name."""
    content = yaml.safe_load(GOOD)
    *path, name = key.split(".")
    section = content
    for part in path:
        section = section[part]
    before = section.pop(name, None)
    section[rename or name] = before if rename else value
    return yaml.safe_dump(content, sort_keys=False)


def refusal(folder: Path, text: str) -> str:
    file = folder / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(environment={}, settings_file=file)
    line = str(caught.value)
    assert "\n" not in line
    assert line.startswith(f"{file}:"), line  # The file, then the line.
    assert line.removeprefix(f"{file}:").split(":")[0].isdigit(), line
    return line.removeprefix(str(file))


def slips() -> Iterator[tuple[str, str]]:
    """Give each key with a name that a hurried hand makes of it."""
    for key in keys():
        name = key.rpartition(".")[2]
        yield key, name + name[-1]


@pytest.mark.parametrize(("key", "slip"), list(slips()))
def test_a_misspelt_key_is_named_and_the_right_one_with_it(key: str, slip: str, tmp_path: Path) -> None:
    line = refusal(tmp_path, spoilt(key, rename=slip))

    assert slip in line
    assert f"did you mean {key}?" in line


@pytest.mark.parametrize("key", [each for each in keys() if each not in FREE])
def test_a_value_of_the_wrong_kind_is_refused_with_its_key(key: str, tmp_path: Path) -> None:
    line = refusal(tmp_path, spoilt(key, WRONG_KIND))

    assert f" {key}" in line
    assert "must be" in line or "should" in line


@pytest.mark.parametrize("key", numbers())
@pytest.mark.parametrize("value", [-1, 10**9])
def test_a_number_out_of_its_range_is_refused_with_its_limit(key: str, value: int, tmp_path: Path) -> None:
    line = refusal(tmp_path, spoilt(key, value))

    assert f" {key}" in line
    assert any(character.isdigit() for character in line.rpartition("must be")[2])


def test_these_are_at_least_two_hundred() -> None:
    files = len(list(slips())) + len([each for each in keys() if each not in FREE]) + 2 * len(numbers())

    assert files >= 200
