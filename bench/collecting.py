"""The collector of whoever trades, for benches."""

import gc
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from cli.trade import LOOK_SECONDS
from ops.collector import Collector


@contextmanager
def collecting() -> Iterator[None]:
    """Settle, then look every second from a thread of its own, whatever is being measured at that moment."""
    collector, over = Collector(lambda: True, time.monotonic), threading.Event()
    collector.settle()

    def look() -> None:
        while not over.wait(LOOK_SECONDS):
            collector.look()

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()
        gc.enable()
