"""``./bot trade`` and a gateway, each a process, over a real socket; what the one costs is read from /proc."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bench.compiled import CHECKOUT, compiled

ACCOUNT: Final = f"DU{os.getpid() % 10_000_000:07}"  # A machine trades one only once.
DAY: Final = "2026-03-11"
LOOK_SECONDS: Final = 0.05
CLOCK_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(kw_only=True)
class Gateway:
    """A gateway in a process of its own, and where bots that trade there keep their things."""

    ready: dict[str, Any]
    folder: Path
    symbols: tuple[str, ...]
    environment: dict[str, str]

    @property
    def now(self) -> datetime:
        """Return the market's time."""
        return self.at(time.monotonic())

    def at(self, monotonic: float) -> datetime:
        """Return the market's time at a moment of the machine's."""
        return datetime.fromisoformat(self.ready["start"]) + timedelta(
            seconds=monotonic - self.ready["anchor_monotonic"]
        )


@dataclass(kw_only=True)
class Bot:
    """A bot that trades, in a process of its own; ``began`` is the market's time when that was made."""

    process: "subprocess.Popen[str]"
    began: datetime
    log: Path

    @property
    def resident_mib(self) -> float:
        """Return VmRSS, MiB."""
        return self._status("VmRSS") / 1024

    @property
    def threads(self) -> int:
        """Return how many there are."""
        return self._status("Threads")

    @property
    def cpu_seconds(self) -> float:
        """Return what all its threads have used, user and system."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS

    def events(self, *names: str) -> list[dict[str, Any]]:
        """Return what its log tells since it began, of these names; the last line may be half written."""
        if not self.log.exists():
            return []
        rows = (json.loads(line) for line in self.log.read_text().split("\n")[:-1])
        return [row for row in rows if row["event"] in names and moment(row) >= self.began]

    def wait_for(self, *names: str, count: int = 1, seconds: float = 60.0) -> dict[str, Any]:
        """Return the line of this number. Raises RuntimeError when it does not come."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            found = self.events(*names)
            if len(found) >= count:
                return found[count - 1]
            time.sleep(LOOK_SECONDS)
        raise RuntimeError(f"{count} of {names} did not come within {seconds:g} s, {self.process.poll()}")

    def _status(self, name: str) -> int:
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def moment(row: dict[str, Any]) -> datetime:
    """Return when a line was written, the market's time."""
    return datetime.fromisoformat(row["ts"]).astimezone(UTC)


def names(count: int) -> tuple[str, ...]:
    """Return so many underlyings."""
    return ("SPY", "QQQ", "AAPL")[:count] if count <= 3 else tuple(f"S{number:04d}" for number in range(count))


@contextmanager
def gateway(count: int, *words: str) -> Iterator[Gateway]:
    """Serve a market of so many symbols that opened half an hour ago."""
    symbols = names(count)
    with tempfile.TemporaryDirectory() as folder:
        environment = compiled()
        served = subprocess.Popen(
            [sys.executable, "-m", "simgateway", "--port", "0", "--seed", "7", "--symbols", ",".join(symbols),
             "--account", ACCOUNT, "--date", DAY, "--start", "10:00", "--speed", "1", *words],
            stdout=subprocess.PIPE, text=True, cwd=CHECKOUT, env=environment,
        )  # fmt: skip
        assert served.stdout is not None
        try:
            ready = json.loads(served.stdout.readline())
            yield Gateway(ready=ready, folder=Path(folder), symbols=symbols, environment=environment)
        finally:
            served.terminate()
            served.communicate(timeout=10)


@contextmanager
def trading(where: Gateway, sets: Sequence[str] = ()) -> Iterator[Bot]:
    """Have a bot trade there, on paper; it is told to stop at the end. It finds what an earlier one left."""
    paths = [f"paths.{name}_dir={where.folder / name}" for name in ("state", "log")]
    words = (f"broker.port={where.ready['port']}", f"broker.account={ACCOUNT}", f"symbols={json.dumps(where.symbols)}")
    options = [word for each in (*words, *paths, "dry_run=false", *sets) for word in ("--set", each)]
    at = (where.ready["start"], str(where.ready["anchor_monotonic"]))
    began = where.now
    process = subprocess.Popen(
        [sys.executable, str(CHECKOUT / "bench" / "market_time.py"), *at, "trade", *options],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=CHECKOUT,
        env=where.environment,
    )  # fmt: skip
    try:
        yield Bot(process=process, began=began, log=where.folder / "log" / "bot.jsonl")
    finally:
        process.terminate()
        _, said = process.communicate(timeout=20)
        if process.returncode != 0:
            sys.stderr.write(said)
