"""``./bot trade`` in a process that kills itself, as kill -9 does, before or after one of its deeds.

python -m tests.scenarios.mortal_child SIDE DEED NUMBER START ANCHOR SET...: SIDE is `before` or `after`, DEED the kind
of a journal record or the name of an order message of the library, NUMBER which of them; the rest is for trading_child.
"""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import count
from typing import Any, Final

from broker.ib.library import NAME
from domain.events import Journaled
from ops.store import SqliteStore
from tests.scenarios.trading_child import main

ORDER_MESSAGES: Final = ("placeOrder", "cancelOrder")


def killed() -> None:
    """End this process without another word."""
    os.kill(os.getpid(), signal.SIGKILL)


def mortal(act: Callable[..., Any], is_deed: Callable[..., bool], side: str, number: int) -> Callable[..., Any]:
    """Return what acts as this does, and dies before or after the deed of this number."""
    deeds = count(1)

    def acting(*given: Any, **named: Any) -> Any:
        is_last = is_deed(*given) and next(deeds) == number
        if is_last and side == "before":
            killed()
        done = act(*given, **named)
        if is_last:
            killed()
        return done

    return acting


def doom(side: str, deed: str, number: int) -> None:
    """See to it that this process dies there."""
    client: Any = import_module(NAME).Client
    if deed in ORDER_MESSAGES:
        setattr(client, deed, mortal(getattr(client, deed), lambda *_: True, side, number))
        return

    def writes(_: SqliteStore, __: str, records: Sequence[Journaled]) -> bool:
        return any(type(record).__name__ == deed for record in records)

    setattr(SqliteStore, "append", mortal(SqliteStore.append, writes, side, number))  # noqa: B010 - mypy wants no method assigned


if __name__ == "__main__":
    doom(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    main(*sys.argv[4:])
