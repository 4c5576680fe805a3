"""How much one gateway carries on one core: `python bench/gateway_throughput.py [ticks clients scale memory] [--json]`.

The gateway is a process of its own, held to one core; this process reads the sockets on another.

    ticks    quotes of 1,000 symbols as fast as the gateway makes them, to one client      at least 20,000 a second
    clients  connections that all ask the time and follow a symbol                         at least 100
    scale    1,000 symbols followed at 100 times the real time                             never behind its clock
    memory   24 simulated hours of quotes, orders and reconnections, resident MB by hour   flat
"""

import argparse
import json
import os
import socket
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from simgateway.protocol.wire import encode, greeting
from tests.simgateway.protocol.order_rows import place_order

CHECKOUT = Path(__file__).resolve().parent.parent
TICKS = (b"1", b"2", b"21", b"45", b"46")
FIRST_STOCK = 700_000
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Served:
    """A running gateway: its ready line, and its last words once it has ended."""

    process: "subprocess.Popen[str]"
    ready: dict[str, Any]
    last_words: dict[str, Any] = field(default_factory=dict)

    @property
    def cpu_seconds(self) -> float:
        """Return the processor time it has used."""
        parts = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(parts[11]) + int(parts[12])) / CLOCK_TICKS

    @property
    def resident_mb(self) -> float:
        """Return the memory it holds."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def served(*words: str) -> Iterator[Served]:
    """Run a gateway on one core until the block ends."""
    command = [sys.executable, "-m", "simgateway", "--port", "0", "--seed", "7", "--no-pacing", *words]
    process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
    os.sched_setaffinity(process.pid, {0})
    assert process.stdout is not None
    try:
        gateway = Served(process, json.loads(process.stdout.readline()))
        yield gateway
        process.terminate()
        gateway.last_words = json.loads(process.communicate(timeout=60)[0])
    finally:
        process.kill()
        process.wait()


class Reader:
    """A client that counts what it is sent without taking it apart."""

    def __init__(self, port: int, client_id: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""
        self.seen: Counter[bytes] = Counter()
        self.socket.sendall(greeting(157, 176))
        self.socket.recv(100)
        self.send("71", 2, client_id, "")

    def send(self, *fields: object) -> None:
        """Send one message."""
        self.socket.sendall(encode(tuple(str(each) for each in fields)))

    def follow(self, number: int) -> None:
        """Ask for the quotes of the n-th symbol."""
        self.send("1", 11, number, FIRST_STOCK + number, *[""] * 6, "SMART", *[""] * 4, 0, "", 0, 0, "")

    def read(self, seconds: float) -> None:
        """Count what comes for so long."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                data = self.socket.recv(1 << 18)
            except TimeoutError:
                return
            if not data:
                raise ConnectionError("the gateway closed the connection")
            self._count(self._rest + data)

    def _count(self, data: bytes) -> None:
        at, end = 0, len(data)
        while end - at >= 4:
            (length,) = struct.unpack_from(">I", data, at)
            if end - at < 4 + length:
                break
            self.seen[data[at + 4 : data.index(0, at + 4)]] += 1
            at += 4 + length
        self._rest = data[at:]

    @property
    def ticks(self) -> int:
        """Return how many ticks came so far."""
        return sum(self.seen[kind] for kind in TICKS)


def ticks(seconds: float) -> dict[str, Any]:
    """Measure ticks a second at a speed that leaves the gateway no pause."""
    with served("--symbols", "1000", "--market-lines", "1000", "--speed", "200", "--delay-ms", "0-0") as gateway:
        reader = Reader(gateway.ready["port"], 1)
        for number in range(1000):
            reader.follow(number)
        reader.read(seconds / 4 + 2)
        before, cpu, began = reader.ticks, gateway.cpu_seconds, time.monotonic()
        reader.read(seconds)
        took, used, came = time.monotonic() - began, gateway.cpu_seconds - cpu, reader.ticks - before
    return {
        "ticks_a_second": round(came / took),
        "ticks_a_cpu_second": round(came / used),
        "cpu_share": round(used / took, 2),
    }


def clients(count: int) -> dict[str, Any]:
    """Connect so many clients; each follows a symbol and asks the time."""
    with served("--symbols", "10", "--market-lines", "1000", "--delay-ms", "0-5") as gateway:
        began = time.monotonic()
        readers = [Reader(gateway.ready["port"], number) for number in range(1, count + 1)]
        for reader in readers:
            reader.follow(0)
            reader.send("49", 1)
        answered = 0
        for reader in readers:
            until = time.monotonic() + 20
            while not (reader.seen[b"49"] and reader.ticks) and time.monotonic() < until:
                reader.read(0.005)
            answered += bool(reader.seen[b"49"] and reader.ticks)
        took = time.monotonic() - began
    return {"connected": len(readers), "answered": answered, "seconds": round(took, 2)}


def scale(seconds: float, speed: int) -> dict[str, Any]:
    """Follow 1,000 symbols at a multiple of real time."""
    words = ("--symbols", "1000", "--market-lines", "1000", "--speed", str(speed), "--delay-ms", "0-100")
    with served(*words, "--start", "09:31") as gateway:
        reader = Reader(gateway.ready["port"], 1)
        for number in range(1000):
            reader.follow(number)
        reader.read(4.0)
        before, cpu, began = reader.ticks, gateway.cpu_seconds, time.monotonic()
        reader.read(seconds)
        took, used, came = time.monotonic() - began, gateway.cpu_seconds - cpu, reader.ticks - before
    return {
        "symbols": 1000,
        "speed": speed,
        "ticks_a_second": round(came / took),
        "cpu_share": round(used / took, 2),
        "behind_seconds_most": gateway.last_words["behind_seconds_most"],
        "fell_behind": gateway.last_words["behind_seconds_most"] > 1.0,
    }


def memory(hours: int, speed: int) -> dict[str, Any]:
    """Live through so many simulated hours with orders, history and reconnections; note the memory each hour."""
    words = ("--symbols", "20", "--market-lines", "1000", "--speed", str(speed), "--delay-ms", "0-50")
    rows: list[float] = []
    with served(*words, "--always-open", "--start", "09:31") as gateway:
        port, order = gateway.ready["port"], 1
        reader = Reader(port, 1)
        for number in range(20):
            reader.follow(number)
        for hour in range(hours + 1):
            passing = Reader(port, 2)
            for side in ("BUY", "SELL", "BUY", "SELL"):
                share = {
                    "conId": FIRST_STOCK,
                    "symbol": "SPY",
                    "secType": "STK",
                    "strike": "0",
                    "type": "MKT",
                    "lmt": "",
                }
                passing.send(*place_order(176, orderId=100_000 + order, action=side, **share))
                order += 1
            passing.send(
                "20", 9, FIRST_STOCK, *[""] * 6, "SMART", *[""] * 4, 0, "", "1 min", "1 D", 1, "TRADES", 1, 0, ""
            )
            reader.read(3600 / speed)
            passing.read(0.05)
            passing.socket.close()
            rows.append(round(gateway.resident_mb, 1))
            sys.stderr.write(f"\rhour {hour}: {rows[-1]} MB ")
    sys.stderr.write("\n")
    later = rows[max(1, len(rows) // 4) :]
    return {"hours": hours, "resident_mb_by_hour": rows, "growth_mb_after_a_quarter": round(later[-1] - later[0], 1)}


def main() -> int:
    """Measure what was asked for; return 1 when a figure falls short."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=[], metavar="ticks|clients|scale|memory", help="(all)")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long ticks and scale are measured")
    parser.add_argument("--speed", type=int, default=100, help="of scale")
    parser.add_argument("--hours", type=int, default=24, help="of memory")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args()
    wanted = options.what or ["ticks", "clients", "scale", "memory"]
    found: dict[str, dict[str, Any]] = {}
    if "ticks" in wanted:
        found["ticks"] = ticks(options.seconds)
    if "clients" in wanted:
        found["clients"] = clients(120)
    if "scale" in wanted:
        found["scale"] = scale(options.seconds, options.speed)
    if "memory" in wanted:
        found["memory"] = memory(options.hours, 1200)
    if options.json:
        print(json.dumps(found))
    else:
        for part, row in found.items():
            print(part)
            for name, value in row.items():
                print(f"  {name:28} {value}")
    return 0 if _holds(found) else 1


def _holds(found: dict[str, dict[str, Any]]) -> bool:
    """Return whether every figure is what it has to be."""
    return (
        found.get("ticks", {}).get("ticks_a_second", 20_000) >= 20_000
        and found.get("clients", {}).get("answered", 100) >= 100
        and not found.get("scale", {}).get("fell_behind", False)
        and found.get("memory", {}).get("growth_mb_after_a_quarter", 0.0) < 10.0
    )


if __name__ == "__main__":
    raise SystemExit(main())
