"""How long the journal takes to have a record on the disk, fresh and with a year in it, and how long a start takes.

A record goes the whole way: somebody on another thread asks the JournalActor, which writes, syncs (WAL, synchronous
FULL) and answers. Beside it the disk itself: as many bytes appended to a plain file and synced. An exit waits for
none of it: `tests/scenarios/test_bad_disks.py` sells while the journal hangs. At most 10 ms is asked of the p99.

    python bench/journal_write.py [--writes 2000] [--folder DIR] [--json]
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from statistics import quantiles
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from actors.journal import JournalActor
from actors.runtime.clock import WallClock
from actors.runtime.context import Context
from actors.runtime.directory import Directory
from actors.runtime.hosts import ThreadHost
from actors.runtime.observer import NullObserver
from domain.commands import AppendRecords, RecordsAppended
from domain.events import BracketClosed, BracketPlanned, ClosedBy, FeesCharged, Journaled, LegFilled
from domain.ids import ConId, ExecId, IntentId, Leg, OrderRef, Symbol
from domain.reports import Side
from ops.codec import encoded, kind_of
from ops.memory_log import MemoryLog
from ops.store import SqliteStore
from tests.builders import a_plan

ACCOUNT = "DU1234567"
BEGAN = datetime(2026, 1, 2, 15, tzinfo=UTC)
BRACKETS_A_YEAR = 252 * 20  # A busy one: twenty brackets every day.
P99_MS_MAX = 10.0
ANSWER_SECONDS = 30.0
ROW = "{what:<24}{writes:>6} writes   p50 {p50_ms:>7} ms   p99 {p99_ms:>7} ms   max {max_ms:>8} ms"


def bracket(number: int) -> tuple[str, list[Journaled]]:
    """Return a bracket's stream and its life: planned, bought in two parts, sold in two, closed."""
    at, intent, con_id = BEGAN + timedelta(minutes=number), IntentId(f"I{number:08d}"), ConId(101)
    records: list[Journaled] = [BracketPlanned(at=at, plan=a_plan(intent=intent))]
    for leg, side in ((Leg.ENTRY, Side.BUY), (Leg.TARGET, Side.SELL)):
        for part in (1, 2):
            name = ExecId(f"{intent}.{leg}.{part}")
            ref, price = OrderRef(f"{intent}.{leg.value}.0"), Decimal("2.01")
            records += [
                LegFilled(
                    at=at,
                    intent=intent,
                    leg=leg,
                    ref=ref,
                    exec_id=name,
                    con_id=con_id,
                    side=side,
                    quantity=1,
                    price=price,
                    multiplier=100,
                ),
                FeesCharged(at=at, intent=intent, exec_id=name, fees=Decimal("0.65")),
            ]
    end = BracketClosed(
        at=at,
        intent=intent,
        symbol=Symbol("GOOG"),
        con_id=con_id,
        closed_by=ClosedBy.TARGET,
        quantity=2,
        pnl=Decimal("40.00"),
        fees=Decimal("2.60"),
    )
    return f"bracket:{intent}", [*records, end]


def aged(path: Path) -> None:
    """Put a year into the state at once."""
    with closing(SqliteStore(path, ACCOUNT, "paper", BEGAN)) as store:
        for number in range(BRACKETS_A_YEAR):
            stream, records = bracket(number)
            store.append(stream, records)
            store.append("symbol:GOOG", records[-1:])


def timed_ms(does: Callable[[], Any]) -> float:
    """Return how long it took, milliseconds."""
    began = time.perf_counter()
    does()
    return (time.perf_counter() - began) * 1000


def through_the_actor(path: Path, writes: int) -> list[float]:
    """Return how long each of so many records took from asking to its answer, milliseconds."""
    clock, directory = WallClock(), Directory(NullObserver())
    host = ThreadHost("journal", clock)
    host.start()
    with closing(SqliteStore(path, ACCOUNT, "paper", BEGAN)) as store:
        context = Context(
            name="journal",
            epoch=directory.advance_epoch("journal"),
            host=host,
            directory=directory,
            observer=NullObserver(),
        )
        JournalActor(context, journal=store, log=MemoryLog()).launch()
        took = asyncio.run(_asked(directory, writes))
        host.stop()
    return took


async def _asked(directory: Directory, writes: int) -> list[float]:
    journal, took = directory.address("journal"), []
    singles = ((stream, one) for number in range(writes) for stream, life in [bracket(10**6 + number)] for one in life)
    for stream, record in islice(singles, writes):
        began = time.perf_counter()
        answer = await journal.ask(AppendRecords(stream=stream, records=(record,)), ANSWER_SECONDS)
        took.append((time.perf_counter() - began) * 1000)
        assert answer == RecordsAppended(), answer
    return took


def of_the_disk(path: Path, writes: int) -> list[float]:
    """Return how long a plain file took to have as many bytes on the disk, milliseconds each."""
    _, life = bracket(0)
    text = (encoded(life[1]) + kind_of(life[1])).encode()
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    try:
        return [timed_ms(lambda: (os.write(handle, text), os.fdatasync(handle))) for _ in range(writes)]
    finally:
        os.close(handle)


def row(name: str, took_ms: Sequence[float]) -> dict[str, Any]:
    """Return what is printed of one measurement."""
    cuts = quantiles(took_ms, n=1000)
    return {
        "what": name,
        "writes": len(took_ms),
        "p50_ms": round(cuts[499], 3),
        "p99_ms": round(cuts[989], 3),
        "p999_ms": round(cuts[998], 3),
        "max_ms": round(max(took_ms), 3),
    }


def measured(folder: Path, writes: int) -> dict[str, Any]:
    """Return every figure."""
    fresh, year = folder / "fresh.sqlite", folder / "year.sqlite"
    rows = [row("disk alone", of_the_disk(folder / "plain", writes))]
    rows.append(row("journal, fresh", through_the_actor(fresh, writes)))
    aged(year)
    rows.append(row("journal, after a year", through_the_actor(year, writes)))
    opened: list[SqliteStore] = []
    start = timed_ms(lambda: opened.append(SqliteStore(year, ACCOUNT, "paper", BEGAN)))
    with closing(opened[0]) as store:
        intents = timed_ms(store.open_intents)
        symbol = timed_ms(lambda: store.read("symbol:GOOG"))
    return {
        "rows": rows,
        "p99_ms_max": P99_MS_MAX,
        "kept": all(each["p99_ms"] <= P99_MS_MAX for each in rows[1:]),
        "year_megabytes": round(year.stat().st_size / 2**20, 1),
        "year_brackets": BRACKETS_A_YEAR,
        "start_with_check_ms": round(start, 1),
        "open_intents_ms": round(intents, 2),
        "read_a_symbols_year_ms": round(symbol, 1),
    }


def main() -> int:
    """Print the figures; return 0 when the bound is kept."""
    parser = argparse.ArgumentParser(description="How long the journal takes.")
    parser.add_argument("--writes", type=int, default=2000)
    parser.add_argument("--folder", type=Path, default=None, help="on the disk to be measured; default: temporary")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        found = measured(Path(folder), given.writes)
    if given.json:
        print(json.dumps(found))
    else:
        for each in found["rows"]:
            print(ROW.format(**each))
        print(
            f"a year: {found['year_brackets']} brackets, {found['year_megabytes']} MiB; a start, which checks it, "
            f"{found['start_with_check_ms']} ms; open intents {found['open_intents_ms']} ms"
        )
    return 0 if found["kept"] else 1


if __name__ == "__main__":
    sys.exit(main())
