"""Which kinds of alerts the code can send, read from its source."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.house import CHECKOUT

SENDERS: Final = ("SendAlert", "Alarm")
ROOMS: Final = ("actors", "broker", "cli", "domain", "ops")


@dataclass(frozen=True, slots=True)
class Call:
    """A place where an alert is made, and the expression that says its kind."""

    place: str
    kind: ast.expr | None
    within: ast.FunctionDef | ast.AsyncFunctionDef
    module: ast.Module


def alert_calls() -> Iterator[Call]:
    """Return every place in the code where an alert is made."""
    for path in (path for room in ROOMS for path in sorted((CHECKOUT / room).rglob("*.py"))):
        yield from calls_in(path.read_text(encoding="utf-8"), str(path.relative_to(CHECKOUT)))


def calls_in(source: str, place: str) -> Iterator[Call]:
    """Return every place of this source where an alert is made, within its innermost function."""
    module = ast.parse(source)
    made = {node: None for node in ast.walk(module) if isinstance(node, ast.Call) and _name(node.func) in SENDERS}
    functions = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for call in made:
        within = min((each for each in functions if call in ast.walk(each)), key=lambda each: len(list(ast.walk(each))))
        named = [keyword.value for keyword in call.keywords if keyword.arg == "kind"]
        yield Call(f"{place}:{call.lineno}", named[0] if named else None, within, module)


def kinds_of(call: Call) -> set[str] | None:
    """Return the kinds that a place can send; none where it passes on an Alarm's; None for one we cannot read.

    A kind is a text, or a parameter of a function whose callers in the same module give a text first.
    """
    match call.kind:
        case ast.Constant(value=str(kind)):
            return {kind}
        case ast.Attribute(value=ast.Name(id="effect"), attr="kind"):
            return set()
        case ast.Name(id=parameter) if parameter in {each.arg for each in call.within.args.args}:
            given = [
                node.args[0] if node.args else None
                for node in ast.walk(call.module)
                if isinstance(node, ast.Call) and _name(node.func) == call.within.name
            ]
            texts = {each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)}
            return texts if given and all(isinstance(each, ast.Constant) for each in given) else None
        case _:
            return None


def alert_kinds() -> set[str]:
    """Return every kind of alert that the code can send."""
    return {kind for call in alert_calls() for kind in kinds_of(call) or ()}


def sections(document: Path) -> dict[str, str]:
    """Return the text of each section whose heading is a word of the code."""
    parts = ("\n" + document.read_text(encoding="utf-8")).split("\n### `")[1:]
    return {part.partition("`")[0]: part.partition("\n")[2].partition("\n## ")[0] for part in parts}


def _name(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""
