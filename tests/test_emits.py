"""Every line that the code can write is one of the catalogue, with its fields. Read from the code, not from a run."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.catalogue import CATALOGUE

ROOT = Path(__file__).parent.parent
ROOMS = ("actors", "broker", "cli", "domain", "ops")


def _emits(tree: ast.AST) -> Iterator[tuple[int, str, set[str], bool]]:
    """Give line, event, field names, and whether more fields are merged in."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name == "emit" and node.args and isinstance(node.args[0], ast.Constant):
            names = {keyword.arg for keyword in node.keywords if keyword.arg}
            yield node.lineno, str(node.args[0].value), names, any(k.arg is None for k in node.keywords)
        if name == "Say":
            yield from _said(node)


def _said(node: ast.Call) -> Iterator[tuple[int, str, set[str], bool]]:
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    event, fields = given["event"], given["fields"]
    events = [event.body, event.orelse] if isinstance(event, ast.IfExp) else [event]
    keys = fields.keys if isinstance(fields, ast.Dict) else [None]
    names = {str(key.value) for key in keys if isinstance(key, ast.Constant)}
    for each in events:
        assert isinstance(each, ast.Constant)
        yield node.lineno, str(each.value), names, any(key is None for key in keys)


def _all() -> list[tuple[str, str, set[str], bool]]:
    found = []
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for line, event, names, merged in _emits(ast.parse(path.read_text(encoding="utf-8"))):
                found.append((f"{path.relative_to(ROOT)}:{line}", event, names, merged))
    return found


@pytest.mark.parametrize(("place", "event", "names", "merged"), _all())
def test_every_event_written_is_in_the_catalogue_with_its_fields(
    place: str,
    event: str,
    names: set[str],
    merged: bool,  # noqa: FBT001 - a parameter of the table
) -> None:
    known = CATALOGUE.get(event)

    assert known is not None, f"{place}: {event} is not in the catalogue"
    assert names <= {*known.required, *known.optional}, place
    assert merged or set(known.required) <= names, f"{place}: {event} lacks {set(known.required) - names}"


def test_the_code_was_found() -> None:
    assert len(_all()) > 50
