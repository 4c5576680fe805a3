"""YAML as settings need it: every key with its line, no key twice, and no guessing at what a word means.

Of the words that YAML 1.1 turns into something else only the plain ones are: true, false, null and numbers. ON, NO
and Y stay text, since they are symbols, and 10:40 stays a time of day instead of becoming 640.
"""

import re
from pathlib import Path
from typing import Final

import yaml

from domain.errors import ConfigError

Key = tuple[str, ...]

_PLAIN: Final = (
    ("tag:yaml.org,2002:null", r"~|null|Null|", "~nN"),
    ("tag:yaml.org,2002:bool", r"true|True|false|False", "tTfF"),
    ("tag:yaml.org,2002:int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("tag:yaml.org,2002:float", r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?", "-+.0123456789"),
)


class _Loader(yaml.SafeLoader):
    """The safe loader with fewer guesses."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - overrides the library's


for _tag, _pattern, _first in _PLAIN:
    _Loader.add_implicit_resolver(
        _tag, re.compile(f"(?:{_pattern})$"), [*_first, ""] if _tag.endswith("null") else [*_first]
    )


class _Reader:
    """Turns a tree of nodes into values, and notes on which line each key stands."""

    def __init__(self, loader: _Loader, source: str) -> None:
        self._loader = loader
        self._source = source
        self.origins: dict[Key, str] = {}

    def value(self, node: yaml.Node, key: Key = ()) -> object:
        """Return the node's value. Raises ConfigError for a key that comes twice."""
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, key)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*key, str(index))) for index, child in enumerate(node.value)]
        return self._loader.construct_object(node)

    def _mapping(self, node: yaml.MappingNode, key: Key) -> dict[str, object]:
        result: dict[str, object] = {}
        for name_node, value_node in node.value:
            name = str(name_node.value)
            path = (*key, name)
            if name in result:
                earlier = self.origins[path].rpartition(":")[2]
                where = f"{self._source}:{name_node.start_mark.line + 1}"
                raise ConfigError(f"{where}: {'.'.join(path)} is set twice; first on line {earlier}")
            self.origins[path] = f"{self._source}:{name_node.start_mark.line + 1}"
            result[name] = self.value(value_node, path)
        return result


def _parsed(text: str, source: str) -> tuple[object, dict[Key, str]]:
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        reader = _Reader(loader, source)
        return (None if node is None else reader.value(node)), reader.origins
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{source}:{mark.line + 1}" if mark else source
        raise ConfigError(f"{where}: not YAML: {error.problem or error.context}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"{source}: not YAML: {' '.join(str(error).split())}") from error


def read_file(path: Path, source: str) -> tuple[dict[str, object], dict[Key, str]]:
    """Return a file's values, and "source:line" of every key. Raises ConfigError, naming the file as ``source``."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{source}: no such file; name one with --settings or SETTINGS_FILE") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{source}: cannot be read: {error}") from error
    values, origins = _parsed(text, source)
    if values is None:
        return {}, {}
    if not isinstance(values, dict):
        raise ConfigError(f"{source}:1: settings are keys with values, not {type(values).__name__}")
    return values, origins


def read_value(text: str, source: str) -> object:
    """Return the value that a text outside a file means: ``5``, ``true``, ``[a, b]``. Raises ConfigError."""
    if not text.strip():
        return ""
    return _parsed(text, source)[0]
