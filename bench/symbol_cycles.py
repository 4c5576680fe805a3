"""Symbol-cycles a second, ours against the threaded bot: `python bench/symbol_cycles.py [3 30 300 1000] [--json]`.

The same work for both, on a broker in memory that answers at once: 60 minute bars, both strategies, a signal, the
share's quote and 12 options', the choice, the size, a dry-run bracket, and the log's lines in two files. Ours is the
whole tree as it trades, in virtual time, so in one thread: actors, lanes, the journal (its file in memory where the
machine has such a folder, since the other has none), and an actor for each bracket. A cycle lasts from its start until
every symbol's order lies in the dry-run ledger. That each is cancelled a second later, so that the next cycle buys
again, is not counted; the other's tickets simply end.

Both are run in turns, three times each, and the medians are shown: real seconds, and CPU seconds for a busy machine.
`--profile` shows which rooms of ours the time went to; `--floor` what the work costs that no design can leave out: the
log's lines, the journal's records, the choice among the quotes.
"""

import argparse
import cProfile
import json
import os
import pstats
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from actors import entry_search
from actors.runtime.hosts import VirtualHost
from actors.runtime.observer import NullObserver
from actors.tree import Hosts
from bench.collecting import collecting
from bench.memory_broker import DAY, MemorySystem, settings_of
from cli.system import Outside, calendar_around
from domain.trading_day import NEW_YORK
from ops.alerts import NullAlerts
from ops.listings import MemoryListings
from ops.logs import FileLog
from ops.store import SqliteStore

CHECKOUT: Final = Path(__file__).resolve().parent.parent
BASELINE: Final = CHECKOUT.parent / "shared" / "baseline" / "threaded_bot.py"
IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
SIZES: Final = (3, 30, 300, 1000)
AIM: Final = 20.0
TURNS: Final = 3
SYMBOL_CYCLES: Final = 150  # At least so many in each turn.
INTERVAL_SECONDS: Final = 20
OPENS: Final = datetime(2026, 3, 11, 9, 30, tzinfo=NEW_YORK).astimezone(UTC)


class Watch:
    """The bot's log: writes each line to the files, and notes when a cycle begins and when its last order lies."""

    def __init__(self, log: FileLog) -> None:
        self._log = log
        self._began = self._ended = (0.0, 0.0)
        self.counted: Counter[str] = Counter()

    def emit(self, event: str, /, **fields: Any) -> None:
        """Write one line."""
        if event == "cycle_start":
            self._began = _now()
        self._log.emit(event, **fields)
        self.counted[event] += 1
        if event in ("order_placement", "cycle_complete"):
            self._ended = _now()

    def take(self) -> tuple[float, float]:
        """Return the real and the CPU seconds of the newest cycle."""
        return self._ended[0] - self._began[0], self._ended[1] - self._began[1]


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


class Ours:
    """The whole bot on the broker in memory, cycle by cycle."""

    def __init__(self, count: int, folder: Path) -> None:
        self._count = count
        self._at = OPENS - timedelta(minutes=1)
        self._host = VirtualHost(7, self._at)
        self._host.start()
        self.file_log = FileLog(folder / "logs", self._host.clock, inline=True)
        self.store = SqliteStore(folder / "state.sqlite", "DU1234567", "dry-run", self._at)
        self.watch = Watch(self.file_log)
        host = self._host
        outside = Outside(
            hosts=Hosts(system=host, broker=host, core=host, journal=host),
            log=self.watch,
            journal=self.store,
            listings=MemoryListings(),
            alerts=NullAlerts(),
            calendar=calendar_around(DAY, CHECKOUT / "runs" / "calendar"),
            observer=NullObserver(),
            seed=7,
        )
        self._system = MemorySystem(settings_of(count, INTERVAL_SECONDS), outside)
        host.run(self._start())
        self.cycle()  # The first learns what is listed, and is no cycle like others.

    async def _start(self) -> None:
        self._system.start()

    def cycle(self) -> tuple[float, float]:
        """Live through one cycle and what follows it; return its real and CPU seconds. Raises when one bought not."""
        self.watch.counted.clear()
        self._at += timedelta(seconds=INTERVAL_SECONDS) if self._at > OPENS else timedelta(seconds=75)
        self._host.run_until(self._at)
        placed = self.watch.counted["order_placement"]
        if placed != self._count:
            raise RuntimeError(f"{placed} orders of {self._count}: this run did not do the work: {self.watch.counted}")
        return self.watch.take()

    def close(self) -> None:
        """End it."""
        self._host.stop()
        self.store.close()
        self.file_log.close()


@contextmanager
def ours(count: int) -> Iterator[Ours]:
    """Give the bot with so many symbols."""
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        bot = Ours(count, Path(folder))
        try:
            with collecting():
                yield bot
        finally:
            bot.close()


def cycles_of(count: int) -> int:
    """Return how many cycles a turn has."""
    return max(1, -(-SYMBOL_CYCLES // count))


def turn_of_ours(bot: Ours, count: int) -> dict[str, float]:
    """Return the figures of one turn."""
    taken = [bot.cycle() for _ in range(cycles_of(count))]
    done = count * len(taken)
    return {"per_s": done / sum(real for real, _ in taken), "cpu_ms": 1e3 * sum(cpu for _, cpu in taken) / done}


def turn_of_threads(count: int) -> dict[str, float]:
    """Return the same of the threaded bot."""
    words = ("--symbols", count, "--cycles", cycles_of(count), "--warmup", int(count < SYMBOL_CYCLES))
    ran = subprocess.run([sys.executable, str(BASELINE), *map(str, words)], capture_output=True, text=True, check=True)
    found = json.loads(ran.stdout)
    return {"per_s": found["symbol_cycles_per_s"]["median"], "cpu_ms": found["cpu_ms_per_symbol_cycle"]}


def row_of(count: int) -> dict[str, Any]:
    """Measure one size, in turns."""
    mine, theirs = [], []
    with ours(count) as bot:
        for _ in range(TURNS):
            mine.append(turn_of_ours(bot, count))
            theirs.append(turn_of_threads(count))
    row: dict[str, Any] = {"symbols": count}
    for name, turns in (("ours", mine), ("threaded", theirs)):
        for figure in ("per_s", "cpu_ms"):
            row[f"{name}_{figure}"] = round(median(turn[figure] for turn in turns), 3)
    row["ratio"] = round(row["ours_per_s"] / row["threaded_per_s"], 2)
    row["cpu_ratio"] = round(row["threaded_cpu_ms"] / row["ours_cpu_ms"], 2)
    return row


def profiled(count: int) -> None:
    """Show the rooms of ours by the time that was spent in them."""
    profile, spent = cProfile.Profile(), Counter[str]()
    with ours(count) as bot:
        for _ in range(cycles_of(count)):
            profile.runcall(bot.cycle)
    for (file, _, _), (_, _, seconds, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        known = Path(file).is_relative_to(CHECKOUT)
        spent[str(Path(file).relative_to(CHECKOUT)) if known else f"Python: {Path(file).name}"] += seconds
    whole = sum(spent.values())
    for name, seconds in spent.most_common(25):
        print(f"{100 * seconds / whole:6.1f} %  {name}")


class Timed:
    """Counts the calls of a function and the CPU seconds in them."""

    def __init__(self, work: Callable[..., Any]) -> None:
        self._work = work
        self.calls = 0
        self.seconds = 0.0

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Do the work."""
        began = time.process_time()
        try:
            return self._work(*arguments, **named)
        finally:
            self.calls += 1
            self.seconds += time.process_time() - began


def floor(count: int) -> None:
    """Show what a cycle's lines, records and choice cost by themselves."""
    with ours(count) as bot:
        timed = {
            "lines of the log": (bot.file_log, "emit"),
            "records of the journal": (bot.store, "append"),
            "the choice of an option": (entry_search, "choose"),
        }
        found = {name: Timed(getattr(*where)) for name, where in timed.items()}
        with ExitStack() as stack:
            for name, where in timed.items():
                stack.enter_context(patch.object(*where, found[name]))
            spent = sum(bot.cycle()[1] for _ in range(cycles_of(count))) / (done := count * cycles_of(count))
    print(f"a symbol-cycle: {1e3 * spent:.2f} ms of CPU, of which")
    for name, each in found.items():
        print(f"{1e3 * each.seconds / done:8.2f} ms  {each.calls / done:4.1f}  {name}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("symbols", nargs="*", type=int, default=list(SIZES))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--floor", action="store_true")
    options = parser.parse_args()
    if options.floor:
        floor(options.symbols[0])
        return
    if options.profile:
        profiled(options.symbols[0])
        return
    heads = ("ours_per_s", "threaded_per_s", "ratio", "ours_cpu_ms", "threaded_cpu_ms", "cpu_ratio")
    print(f"{'symbols':>7}" + "".join(f"{name:>17}" for name in heads))
    rows = []
    for count in options.symbols:
        row = row_of(count)
        rows.append(row)
        print(f"{count:>7}" + "".join(f"{row[name]:>17.2f}" for name in heads), flush=True)
    print(f"asked for: a ratio of at least {AIM:g}; load of the machine {os.getloadavg()[0]:.1f}")
    if options.json:
        print(json.dumps({"rows": rows, "ratios": {f"{row['symbols']}": row["ratio"] for row in rows}, "aim": AIM}))


if __name__ == "__main__":
    main()
