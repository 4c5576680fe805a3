import importlib
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.house import CHECKOUT, folders, packages

SHARED_ON_PURPOSE = {"tests"}  # eventkit installs its own; pytest's pythonpath puts ours first.


@pytest.mark.parametrize("name", packages())
def test_a_top_level_name_resolves_inside_the_checkout(name: str) -> None:
    module = importlib.import_module(name)

    assert Path(str(module.__file__)).resolve().is_relative_to(CHECKOUT)


def test_no_top_level_name_is_taken_by_python_or_a_dependency() -> None:
    taken = sys.stdlib_module_names | packages_distributions().keys()

    assert taken.intersection({*packages(), "run"}) <= SHARED_ON_PURPOSE


@pytest.mark.parametrize("name", folders())
def test_the_map_has_a_paragraph_for_each_folder(name: str) -> None:
    drawn = (CHECKOUT / "ARCHITECTURE.md").read_text(encoding="utf-8")

    assert f"\n**`{name}/`** " in drawn


def test_the_map_names_no_folder_that_is_gone() -> None:
    drawn = (CHECKOUT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = [line.split("`")[1].rstrip("/") for line in drawn.splitlines() if line.startswith("**`")]

    assert sorted(named) == folders()
