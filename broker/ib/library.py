"""The one import of the broker's library, and how its messages reach us.

The library gives the codec and the socket. Its picture of orders, positions and quotes is never used: the server
messages about them go to handlers of ours instead. It asks for the main thread's event loop when it is imported,
therefore it is imported here, at the top, and nowhere late.

Which library it is was chosen when the environment was made: ib_insync, or ib_async, which continues it with the same
interface. Never both: their event packages overwrite each other.
"""

import logging
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from broker.ib.unhurried import unhurried

NAME: Final = "ib_async" if find_spec("ib_async") is not None else "ib_insync"
with unhurried("numpy"):  # Their event package wants it for arrays of events, which nobody asks for.
    _library: Any = import_module(NAME)  # Neither carries annotations throughout.
IB: Any = _library.IB
Contract: Any = _library.Contract
ExecutionFilter: Any = _library.ExecutionFilter
Order: Any = _library.Order
RequestError: type[Any] = _library.RequestError

Handler = Callable[..., object]
PNL: Final = 94  # The message's number.
Library = Callable[[Mapping[str, Handler], str], Any]
"""Makes what stands behind the adapter, as `new_gateway` does: a simulation may put its exchange there."""

# The library's own handling comes after ours for these; for all others ours stands alone.
SHARED: Final = frozenset({"error", "connectAck"})


def new_gateway(handlers: Mapping[str, Handler], timezone: str) -> Any:
    """Return a fresh, unconnected IB; one per generation, since it never forgets.

    ``handlers`` are keyed by the library's names of server messages. ``timezone`` is of execution times without one.
    The return type is open because the library's client carries no annotations.
    """
    # What it says of errors our handlers have heard first, and judged by our table: to it a 202 may be an error.
    logging.getLogger(f"{NAME}.wrapper").setLevel(logging.CRITICAL)
    gateway = IB()
    gateway.client.MaxRequests = 0  # Pacing is ours: its queue would let orders wait behind data.
    gateway.RaiseRequestErrors = True
    gateway.TimezoneTWS = timezone
    decoder = gateway.client.decoder
    decoder.handlers[PNL] = decoder.wrap("pnl", [int, str, str, str], skip=1)  # Else an empty field would be 0.0.
    gateway.errorEvent.clear()  # On 1102 it would ask for an account summary that nobody paced.
    for name, handler in handlers.items():
        own = getattr(gateway.wrapper, name)  # AttributeError: this library has no such message.
        setattr(gateway.wrapper, name, _both(handler, own) if name in SHARED else handler)
    return gateway


def _both(first: Handler, then: Handler) -> Handler:
    def handle(*fields: object) -> None:
        first(*fields)
        then(*fields)

    return handle
