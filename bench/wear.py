"""What a whole day writes: `python bench/wear.py [--symbols SPY,QQQ,AAPL] [--seed 7] [--folder DIR] [--json]`.

The whole bot lives 24 hours from 09:25, New York, in virtual time, against the simulated gateway, which restarts at
night. Its state and its log are the real ones, in `--folder`, on a disk. Virtual time waits for no disk, so what the
log's thread does in real life is done here at the same moments: `bot.jsonl` is synced when its thread would. For
`bot.log` nobody waits; the kernel writes it some 30 seconds later, and so it is synced here every 30.

    asked      bytes that the bot wrote
    writes     calls that wrote them
    syncs      how often the disk was waited for; of `bot.log`, how often the kernel wrote
    pages      what that comes to in pages of 4 KiB: a line of 200 bytes that is synced rewrites the page it is on. Of
               the logs counted from their sizes, of the state as /proc/self/io says (0 on a file system in memory)
    all        by /proc/self/io, the whole process
    disk       by the disk's own count, file system's metadata and everybody else's writes included, where it has one

At most 20 MB in pages are asked for. Not in it: the status file, which the service keeps in memory, and what is listed,
which is written a few times a day. What a card makes of a page inside is its own affair: `disk` is where a program's
knowledge ends.
"""

import argparse
import asyncio
import json
import os
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as day_time
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from actors.runtime.hosts import VirtualHost
from actors.runtime.observer import NullObserver
from cli.day import ACCOUNT
from cli.system import calendar_around
from cli.virtual_life import VirtualLife, World
from config.load import load_fixed
from domain.trading_day import NEW_YORK
from ops.keepsakes import kept_in
from ops.logs import NEVER_DROPPED, SYNC_SECONDS, FileLog
from ops.rotation import Rotation
from simgateway.config import GatewayConfig
from simgateway.faults.model import At, Fault
from simgateway.frames import FrameLog
from simgateway.market.synthetic import SyntheticMarket

CHECKOUT: Final = Path(__file__).resolve().parent.parent
DAY: Final = date(2026, 3, 11)
STARTS: Final = datetime.combine(DAY, day_time(9, 25), NEW_YORK).astimezone(UTC)
NIGHT: Final = day_time(23, 50)
AWAY_SECONDS: Final = 300.0
KERNEL_SECONDS: Final = 30.0
"""When Linux writes what nobody waits for: vm.dirty_expire_centisecs."""
PAGE: Final = 4096
MB: Final = 1_000_000
PAGES_MB_MAX: Final = 20.0
SECTOR: Final = 512


@dataclass(slots=True, kw_only=True)
class Written:
    """One row: bytes, calls and counts of a day."""

    what: str
    asked: int = 0
    writes: int = 0
    syncs: int = 0
    pages: int = 0


def process_io() -> Counter[str]:
    """Return what this process wrote so far: bytes asked, calls, and bytes in pages that the disk is to have."""
    told = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return Counter(asked=int(told["wchar"]), writes=int(told["syscw"]), pages=int(told["write_bytes"]))


def disk_bytes(folder: Path) -> int | None:
    """Return what the disk under a folder was given to write; None where the machine does not count it."""
    device = folder.stat().st_dev
    stat = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/stat")
    return int(stat.read_text().split()[6]) * SECTOR if stat.exists() else None


class Connection(sqlite3.Connection):
    """The state's, which counts what goes through it. A commit waits for the disk once, by `synchronous = FULL`."""

    row = Written(what="state")  # SQLite makes the object itself: there is nobody to hand it one.

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Run a statement and count what it wrote."""
        before = process_io()
        try:
            return super().execute(sql, parameters)
        finally:
            more = process_io() - before
            self.row.asked += more["asked"]
            self.row.writes += more["writes"]
            self.row.pages += more["pages"]
            self.row.syncs += sql == "COMMIT"


class LogFile:
    """One file of the log, as the disk sees it."""

    def __init__(self, path: Path) -> None:
        self.row = Written(what=path.name)
        self._path = path
        self._safe = self._inode = 0  # How much of which file is on the disk.

    def sync(self) -> None:
        """Have all of it on the disk, and count the pages that this took."""
        with self._path.open("rb") as file:
            status = os.fstat(file.fileno())
            if status.st_ino != self._inode or status.st_size < self._safe:  # A new one may have the old one's number.
                self._safe, self._inode = 0, status.st_ino
            os.fsync(file.fileno())
        self.row.syncs += 1
        self.row.pages += (-(-status.st_size // PAGE) - self._safe // PAGE) * PAGE
        self._safe = status.st_size


class SyncedLog:
    """The bot's log in virtual time, synced when its thread would."""

    def __init__(self, folder: Path, host: VirtualHost) -> None:
        self.inner = FileLog(folder, host.clock, rotation=Rotation(), inline=True)
        self.json, self.text = LogFile(folder / "bot.jsonl"), LogFile(folder / "bot.log")
        self._loop = host.loop
        self._due: asyncio.Handle | None = None
        self._kernel: asyncio.Handle | None = None

    def emit(self, event: str, /, **fields: object) -> None:
        """Write one line."""
        self.inner.emit(event, **fields)
        self.json.row.writes += 1
        self.text.row.writes += 1
        if event in NEVER_DROPPED and self._due is not None:
            self._due.cancel()
            self._due = None
        if self._due is None:
            seconds = 0.0 if event in NEVER_DROPPED else SYNC_SECONDS
            self._due = self._loop.call_later(seconds, self._sync)
        if self._kernel is None:
            self._kernel = self._loop.call_later(KERNEL_SECONDS, self._write_back)

    def _sync(self) -> None:
        self._due = None
        self.json.sync()

    def _write_back(self) -> None:
        self._kernel = None
        self.text.sync()


def lived(folder: Path, symbols: Sequence[str], seed: int, hours: float) -> list[Written]:
    """Live the day; return its rows."""
    settings = load_fixed({"symbols": list(symbols), "dry_run": False, "broker": {"account": ACCOUNT}})
    host = VirtualHost(seed, STARTS)
    host.start()
    log = SyncedLog(folder / "log", host)
    Connection.row = Written(what="state")
    world = World(
        settings=settings,
        market=SyntheticMarket(seed, DAY, settings.symbols),
        gateway=GatewayConfig(seed=seed, account=ACCOUNT),
        seed=seed,
        frames=FrameLog(hashed=False),
        log=log,
        observer=NullObserver(),
        calendar=calendar_around(DAY, CHECKOUT / "runs" / "calendar"),
        state_path=folder / "state.sqlite",
        connection=Connection,
    )
    life = VirtualLife(host, STARTS, world)
    before = process_io()
    host.run(_begin(life))
    host.run_until(STARTS + timedelta(hours=hours))
    host.run(life.end())
    life.gateway.close()
    life.close()
    life.store.close()
    log.inner.close()
    whole = process_io() - before
    for file, path in ((log.json, "bot*.jsonl*"), (log.text, "bot*.log*")):
        file.row.asked = sum(_unpacked(one) for one in (folder / "log").glob(path))
    kept = _kept(folder / "state.sqlite.kept")
    parts = [log.json.row, log.text.row, Connection.row, kept]
    packed = sum(one.stat().st_size for one in (folder / "log").glob("*.gz"))
    parts.append(Written(what="packed logs", asked=packed, pages=packed))
    return [*parts, Written(what="all", syncs=sum(part.syncs for part in parts), **whole)]


async def _begin(life: VirtualLife) -> None:
    life.begin()
    life.gateway.faults.add_all([Fault(kind="restart", when=At(NIGHT), settings={"seconds": AWAY_SECONDS})])


def _unpacked(path: Path) -> int:
    """Return how many bytes of lines a file of the log holds; a packed one says so at its end."""
    if path.suffix == ".gz":
        return int.from_bytes(path.read_bytes()[-4:], "little")
    return path.stat().st_size


def _kept(path: Path) -> Written:
    """Return what the file beside the state came to: each line of it is synced."""
    row, place = Written(what="state, kept twice"), 0
    for line in kept_in(path):
        size = len(json.dumps(line)) + 1
        row.pages += (-(-(place + size) // PAGE) - place // PAGE) * PAGE
        place += size
        row.writes += 1
        row.syncs += 1
    row.asked = place
    return row


def show(row: Written) -> str:
    """Return a line of the table."""
    pages = f"{row.pages / MB:8.2f} MB" if row.pages else f"{'-':>11}"
    return f"{row.what:<18}{row.asked / MB:8.2f} MB{row.writes:>9,}{row.syncs:>9,}{pages}"


def main() -> int:
    """Live, print, and return 1 when more was written than is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--symbols", default="SPY,QQQ,AAPL")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--folder", type=Path, default=None, help="on the disk to be measured; default: temporary")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        os.sync()
        began, before = time.perf_counter(), disk_bytes(Path(folder))
        rows = lived(Path(folder), given.symbols.split(","), given.seed, given.hours)
        os.sync()
        after = disk_bytes(Path(folder))
    disk_mb = None if before is None or after is None else round((after - before) / MB, 2)
    pages_mb = round(sum(row.pages for row in rows[:-1]) / MB, 2)
    if given.json:
        print(json.dumps({"rows": list(map(asdict, rows)), "pages_mb": pages_mb, "disk_mb": disk_mb}))
    else:
        print(f"{'':<18}{'asked':>11}{'writes':>9}{'syncs':>9}{'pages':>11}")
        print("\n".join(map(show, rows)))
        print(f"disk {'-' if disk_mb is None else disk_mb} MB; lived in {time.perf_counter() - began:.0f} s")
        print(f"{pages_mb} MB in pages, at most {PAGES_MB_MAX:g} are asked for")
    return int(pages_mb > PAGES_MB_MAX)


if __name__ == "__main__":
    sys.exit(main())
