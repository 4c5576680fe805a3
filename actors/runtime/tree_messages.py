"""What a supervisor can be told and asked."""

from dataclasses import dataclass

from actors.runtime.children import ChildSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class StartChild:
    """Add a child. Answer: True when it is up; False when the name is taken or its start failed (no second try)."""

    spec: ChildSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class StopChild:
    """Stop a child in order and forget it. Answer: whether there was one."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KillChild:
    """Crash a child as a bug would. Answer: whether there was a live one."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskTree:
    """How do the children fare? Answer: a tuple of ChildState."""
