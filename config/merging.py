"""Laying one set of values over another."""

from collections.abc import Mapping


def merged(under: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    """Return both, the upper one winning key by key at every depth; lists are replaced whole."""
    result = dict(under)
    for key, value in over.items():
        below = result.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            result[key] = merged(below, value)
        else:
            result[key] = value
    return result
