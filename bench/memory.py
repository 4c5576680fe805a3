"""What ``./bot trade`` takes of the machine: `python bench/memory.py [--symbols 3,1000] [--start HH:MM] [--remote]`.

It is a process of its own, the gateway another one, a socket between them; both built-in strategies, real orders on a
paper account. Read from /proc after the second cycle:

    resident   VmRSS                                     at most 72 MiB with 3 symbols, 104 with 1,000
    threads                                              at most 10
    idle       a core's share between two cycles         at most 0.5 % with 3 symbols

With ``--remote`` it waits for words from afar (``monitoring.telegram_control``) meanwhile, at a server of this machine
over TLS. Its one certificate stands for the machine's list of authorities, which takes ``certificates_mib``.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.telegram import waiting
from bench.trading import gateway, trading

AIMS_MIB: Final = {3: 72.0, 1000: 104.0}
THREADS_MAX: Final = 10
IDLE_PCT_MAX: Final = 0.5
FEW: Final = 10
SETTLE_SECONDS: Final = 2.0
CYCLES: Final = 2
PATIENCE_SECONDS: Final = 1200.0
CERTIFICATES: Final = """
import ssl
def kib():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS"))
before = kib()
context = ssl.create_default_context()
print(round((kib() - before) / 1024, 1))
"""


def figures(count: int, idle_seconds: float, start: str) -> dict[str, Any]:
    """Trade so many symbols for two cycles, then watch."""
    interval = 60 if count <= FEW else 180
    sets = (f"schedule.interval_seconds={interval}", f"schedule.max_concurrent_symbols={min(count, 64)}")
    # Two cores are not always enough for both, and what a late gateway reads at once it would take for a burst.
    with gateway(count, "--no-pacing", "--start", start) as where, trading(where, sets) as bot:
        cycles = [bot.wait_for("cycle_complete", count=n + 1, seconds=PATIENCE_SECONDS) for n in range(CYCLES)]
        time.sleep(SETTLE_SECONDS)
        found = {
            "symbols": count,
            "completed": cycles[-1]["completed"],
            "resident_mib": round(bot.resident_mib, 1),
            "resident_mib_max": AIMS_MIB.get(count),
            "threads": bot.threads,
        }
    return found | (idle(count, idle_seconds) if count <= FEW else {})


def idle(count: int, seconds: float) -> dict[str, Any]:
    """Watch a bot between two cycles that are ten minutes apart."""
    with gateway(count) as where, trading(where, ("schedule.interval_seconds=600",)) as bot:
        bot.wait_for("connection_state", count=1)
        time.sleep(5 * SETTLE_SECONDS)
        before, began = bot.cpu_seconds, time.monotonic()
        time.sleep(seconds)
        share = (bot.cpu_seconds - before) / (time.monotonic() - began)
    return {"idle_pct_of_a_core": round(100 * share, 2), "idle_seconds": seconds}


@contextmanager
def remote() -> Iterator[dict[str, Any]]:
    """Have the bots wait for words from afar; give what the machine's own certificates would take beside."""
    with tempfile.TemporaryDirectory() as folder:
        took = subprocess.run([sys.executable, "-c", CERTIFICATES], check=True, capture_output=True, text=True)
        with waiting(Path(folder)) as (environment, asked):
            os.environ.update(environment)
            yield {"certificates_mib": float(took.stdout)}
            if not asked:
                raise RuntimeError("nobody asked for words from afar")


def complaints(found: dict[str, Any]) -> list[str]:
    """Return which aims are missed."""
    most = found["resident_mib_max"]
    checks = {
        "resident_mib": most is not None and found["resident_mib"] > most,
        "threads": found["threads"] > THREADS_MAX,
        "idle_pct_of_a_core": found.get("idle_pct_of_a_core", 0.0) > IDLE_PCT_MAX,
        "completed": found["completed"] < found["symbols"],
    }
    return [name for name, is_missed in checks.items() if is_missed]


def main() -> int:
    """Measure and print; 1 when an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--symbols", default="3,1000")
    parser.add_argument("--idle", type=float, default=60.0)
    parser.add_argument("--start", default="10:00", help="New York; a later one means more bars (10:00)")
    parser.add_argument("--remote", action="store_true", help="with monitoring.telegram_control")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with remote() if asked.remote else nullcontext({}) as more:
        rows = [figures(int(count), asked.idle, asked.start) | more for count in asked.symbols.split(",")]
    if asked.json:
        print(json.dumps(rows))
    else:
        for row in rows:
            print("\n".join(f"{name:20} {value}" for name, value in row.items()), end="\n\n")
    missed = [name for row in rows for name in complaints(row)]
    print(f"missed: {', '.join(missed)}" if missed else "all within their aims", file=sys.stderr)
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
