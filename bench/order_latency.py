"""From a durable intent to the bytes of its order on the wire, while everything else wants the wire as well.

The load, the same for both: 50 history requests that are never answered, 428 contract lookups in line, and 1,000
symbols that ask for quotes as fast as they are served. Ours is the BrokerActor on its thread, told by an actor on
another; beside it the plain library with its own throttle. The gateway is a process of its own, five steps less urgent
than the bot, as on a machine where deploy/stopward.service puts the bot ahead of it.

    python bench/order_latency.py [--orders 300] [--json]
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from actors.broker import BrokerActor, BrokerParts, BrokerSettings
from actors.broker_link import LinkSettings
from actors.runtime.clock import WallClock
from actors.runtime.context import Context
from actors.runtime.directory import Directory
from actors.runtime.hosts import ThreadHost
from actors.runtime.observer import NullObserver
from bench.crowd import CHECKOUT, HUNG, LOOKUPS, SILENT, Crowd, Guard, Silent
from broker.ib import library
from broker.ib.adapter import IbBroker
from broker.ib.config import IbConfig
from domain.commands import AskPhase
from domain.ids import Generation
from domain.pacing import PacingLimits
from domain.trading_day import Calendar
from ops.listings import MemoryListings
from ops.logs import FileLog

BETWEEN_ORDERS_SECONDS = 0.2  # Below the reserve of six a second: what is measured is the way, not a queue of orders.
SETTLING_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 60.0
PLAIN_ORDERS = 3
GIVING_WAY = ("nice", "-n", "5")
PATIENT_SECONDS = 60.0  # A gateway that draws its thousandth market is slow, which is not what is measured.


@contextmanager
def gateway() -> Iterator[int]:
    """Serve a gateway that never answers questions for bars and contracts; give its port."""
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as scenario:
        scenario.write(SILENT)
        scenario.flush()
        words = ("--port", "0", "--symbols", "1000", "--delay-ms", "0-1", "--no-pacing", "--market-lines", "2000")
        served = subprocess.Popen(
            [*GIVING_WAY, sys.executable, "-m", "simgateway", *words, "--scenario", scenario.name],
            stdout=subprocess.PIPE,
            text=True,
            cwd=CHECKOUT,
        )
        assert served.stdout is not None
        try:
            yield json.loads(served.stdout.readline())["port"]
        finally:
            served.terminate()
            try:
                served.wait(10)
            except subprocess.TimeoutExpired:  # It has far too much to do.
                served.kill()


class Wire:
    """Notes when bytes are handed to the socket: all of them, and each order's by its reference."""

    def __init__(self) -> None:
        self.orders: dict[str, float] = {}
        self.times: list[float] = []
        self.news = threading.Condition()

    def watch(self, connection: Any) -> None:
        """Look at everything a client's connection sends from now on."""
        send = connection.sendMsg

        def sent(frame: bytes) -> None:
            send(frame)
            self.times.append(time.perf_counter())
            if frame[4:6] == b"3\0":
                with self.news:
                    self.orders[frame[4:].decode().split("\0")[26]] = self.times[-1]
                    self.news.notify_all()

        connection.sendMsg = sent

    def wait_for(self, ref: str) -> None:
        """Return when this order has left. Raises TimeoutError."""
        with self.news:
            if not self.news.wait_for(lambda: ref in self.orders, LONGEST_WAIT_SECONDS):
                raise TimeoutError(f"{ref} never left")

    @property
    def most_in_a_second(self) -> int:
        """Return how many messages left within the busiest second."""
        return max(bisect_left(self.times, at + 1.0) - index for index, at in enumerate(self.times))


class Bot:
    """The broker's actor on its thread and everybody else on another."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._clock = WallClock()
        self._folder = tempfile.TemporaryDirectory()
        self.log = FileLog(Path(self._folder.name), self._clock)  # As it trades: one that remembers grows all the time.
        self._numbers = iter(range(1, 1000))
        self.wire = Wire()
        self.directory = Directory(NullObserver())
        self.hosts = {name: ThreadHost(name, self._clock) for name in ("broker", "core")}

    def start(self) -> None:
        """Launch everything and return when the broker is ready."""
        parts = BrokerParts(
            factory=self._connect,
            paper=None,
            generations=lambda: Generation(next(self._numbers)),
            jitter=lambda: 0.0,
            listings=MemoryListings(),
            calendar=Calendar.of(()),
        )
        settings = BrokerSettings(
            read_only=False, pacing=PacingLimits(), link=LinkSettings(probe_timeout_seconds=PATIENT_SECONDS)
        )
        for host in self.hosts.values():
            host.start()
        for name in ("alerts", "risk", "scheduler"):
            self._launch("core", name, Silent)
        self._launch("broker", "broker", lambda c: BrokerActor(c, parts=parts, settings=settings, log=self.log))
        self.launch_others()
        asyncio.run_coroutine_threadsafe(self._ready(), self.hosts["core"].loop).result(LONGEST_WAIT_SECONDS)

    def launch_others(self) -> None:
        """Launch who makes the load, and who is measured."""
        self._launch("core", "crowd", Crowd)
        self._launch("core", "guard", Guard)

    def stop(self) -> None:
        """End both threads."""
        for host in self.hosts.values():
            host.stop()
        self.log.close()
        self._folder.cleanup()

    def _launch(self, host: str, name: str, kind: Any) -> None:
        context = Context(
            name=name,
            epoch=self.directory.advance_epoch(name),
            host=self.hosts[host],
            directory=self.directory,
            observer=NullObserver(),
        )
        self.hosts[host].post(lambda: kind(context).launch())

    async def _ready(self) -> None:
        while True:
            address = self.directory.address("broker")
            if address.is_alive and await address.ask(AskPhase(), 5.0) == "ready":
                return
            await asyncio.sleep(0.1)

    def _connect(self, generation: Generation, sink: Any, later: Any) -> IbBroker:
        broker = IbBroker(
            IbConfig(host="127.0.0.1", port=self._port, client_id=11), self._clock, generation, sink, later
        )
        self.wire.watch(broker._line.client.conn)  # noqa: SLF001 - the last place before the socket
        return broker


def ours(port: int, orders: int) -> tuple[list[float], int]:
    """Return the seconds from the intent to the bytes, one for each order, and the busiest second's messages."""
    bot, asked = Bot(port), dict[str, float]()
    bot.start()
    bot.directory.address("crowd").tell("begin")
    time.sleep(SETTLING_SECONDS)
    for number in range(orders):
        ref = f"bench.X.{number}"
        bot.directory.address("guard").tell((ref, asked))
        bot.wire.wait_for(ref)
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{number + 1} of {orders} orders")
        time.sleep(BETWEEN_ORDERS_SECONDS)
    bot.stop()
    return [bot.wire.orders[ref] - asked[ref] for ref in asked], bot.wire.most_in_a_second


async def plain(port: int) -> list[float]:
    """Return the same for the library as it comes: one line for everything."""
    ib, wire = library.IB(), Wire()
    await ib.connectAsync("127.0.0.1", port, clientId=12, timeout=30)
    wire.watch(ib.client.conn)
    stock = library.Contract(conId=700_000, symbol="SPY", secType="STK", exchange="SMART", currency="USD")
    asks = [ib.reqHistoricalDataAsync(stock, "", "3600 S", "1 min", "TRADES", useRTH=True) for _ in range(HUNG)]
    asks += [ib.reqContractDetailsAsync(stock) for _ in range(LOOKUPS)]
    waiting = [asyncio.ensure_future(ask) for ask in asks]
    await asyncio.sleep(0)
    asked: dict[str, float] = {}
    for number in range(PLAIN_ORDERS):
        order = library.Order(action="SELL", totalQuantity=1, orderType="LMT", lmtPrice=999.0)
        order.orderRef = f"plain.{number}"
        asked[order.orderRef] = time.perf_counter()
        ib.placeOrder(stock, order)
    await asyncio.gather(*(asyncio.to_thread(wire.wait_for, ref) for ref in asked))
    for each in waiting:
        each.cancel()
    ib.disconnect()
    return [wire.orders[ref] - asked[ref] for ref in asked]


def figures(seconds: list[float]) -> dict[str, float]:
    """Return the median, the 99th percentile and the longest in milliseconds."""
    rising = sorted(seconds)
    at_99 = rising[min(len(rising) - 1, int(len(rising) * 0.99))]
    named = (("p50_ms", median(rising)), ("p99_ms", at_99), ("max_ms", rising[-1]))
    return {name: round(value * 1000, 3) for name, value in named}


def main() -> None:
    """Measure both and print them side by side."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with gateway() as port:
        seconds, most = ours(port, options.orders)
    with gateway() as port:
        beside = asyncio.run(plain(port))
    rows = {"ours": figures(seconds), "plain": figures(beside)}
    if options.json:
        print(json.dumps({**rows, "orders": len(seconds), "messages_in_a_second_most": most}))
        return
    print(f"\n{'intent to bytes, ms':<22}{'p50':>10}{'p99':>10}{'max':>10}")
    for name, row in rows.items():
        print(f"{name:<22}" + "".join(f"{value:>10.2f}" for value in row.values()))
    print(f"busiest second of ours: {most} messages, {len(seconds)} orders")


if __name__ == "__main__":
    main()
