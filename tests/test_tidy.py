import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.house import CHECKOUT, source_files

FUNCTION_LINES_MAX: Final = 70
FILE_LINES_MAX: Final = 300
TEST_FILE_LINES_MAX: Final = 600
WORDS_OF_A_SENTENCE_MIN: Final = 3
EXCEPTIONS: Final[frozenset[str]] = frozenset()  # "path" or "path::function"; may only shrink.


def too_long(path: Path) -> Iterator[str]:
    """Return the file, and each function in it, that has more lines than it may."""
    text = (CHECKOUT / path).read_text(encoding="utf-8")
    most = TEST_FILE_LINES_MAX if path.parts[0] == "tests" else FILE_LINES_MAX
    if len(text.splitlines()) > most:
        yield str(path)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                yield f"{path}::{node.name}"


def test_functions_and_files_fit_the_eye() -> None:
    found = {each for path in source_files() for each in too_long(path)}

    assert found - EXCEPTIONS == set()


def test_no_exception_outlives_its_reason() -> None:
    found = {each for path in source_files() for each in too_long(path)}

    assert EXCEPTIONS - found == set()


@pytest.mark.parametrize("path", [each for each in source_files() if each.name.startswith("test_")], ids=str)
def test_a_test_has_a_sentence_for_a_name(path: Path) -> None:
    tree = ast.parse((CHECKOUT / path).read_text(encoding="utf-8"))
    tests = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]

    words = {name: name.split("_")[1:] for name in tests if name.startswith("test_")}
    poor = [name for name, said in words.items() if len(said) < WORDS_OF_A_SENTENCE_MIN]

    assert poor == []
