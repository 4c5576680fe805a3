"""Events in the shape that the adapter expects of its library: handlers are added with `+=` and taken off with `-=`."""

from collections.abc import Callable
from typing import Self

Handler = Callable[..., object]


class Signal:
    """Calls its handlers in the order they were added."""

    def __init__(self) -> None:
        self._handlers: list[Handler] = []

    def __iadd__(self, handler: Handler) -> Self:
        self._handlers.append(handler)
        return self

    def __isub__(self, handler: Handler) -> Self:
        if handler in self._handlers:
            self._handlers.remove(handler)
        return self

    def emit(self, *values: object) -> None:
        """Call them."""
        for handler in tuple(self._handlers):
            handler(*values)
