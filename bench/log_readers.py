"""How long a report and an explanation take on a log of a million lines, and how much memory the report needs.

The lines are those of a demo day, repeated day by day, in one file that is still written. At most 10 s and 300 MiB are
asked of a report over all of it, and 2 s of an explanation.

    python bench/log_readers.py [--lines 1000000] [--json]
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

CHECKOUT: Final = Path(__file__).resolve().parent.parent
DEMO_DAY: Final = date(2026, 3, 11)
FIRST_DAY: Final = date(2020, 1, 1)
INTENT: Final = re.compile(rb'"intent":"(\d{6}[A-Z]+\d{6})"')
EXEC_ID: Final = re.compile(rb'"exec_id":"([^"]+)"')


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the log, ask, print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        intents = made(place / "bot.jsonl", given.lines)
        report = asked("report", "--from", str(FIRST_DAY), "--html", str(place / "r.html"), log=place)
        figures = {
            "lines": given.lines,
            "megabytes": round((place / "bot.jsonl").stat().st_size / 1e6, 1),
            "report_seconds": report[0],
            "report_processor_seconds": report[2],
            "report_mebibytes": report[1],
            "explain_symbol_seconds": asked("explain", "SPY", log=place)[0],
            "explain_first_intent_seconds": asked("explain", intents[0], log=place)[0],
            "explain_last_intent_seconds": asked("explain", intents[-1], log=place)[0],
        }
    shown(figures, as_json=given.json)
    return 0


def made(path: Path, lines: int) -> list[str]:
    """Write the log; return its intents, oldest first."""
    day = demo_lines()
    found: dict[str, None] = {}
    written = number = 0
    with path.open("wb") as file:
        while written < lines:
            when = FIRST_DAY + timedelta(days=number)
            short, long = f"{when:%y%m%d}".encode(), when.isoformat().encode()
            for line in day[: lines - written]:
                moved = line.replace(b"2026-03-11", long).replace(b'"260311', b'"' + short)
                file.write(EXEC_ID.sub(rb'"exec_id":"%d.\1"' % number, moved))
                if intent := INTENT.search(moved):
                    found[intent[1].decode()] = None
            written += len(day)
            number += 1
    return list(found)


def demo_lines() -> list[bytes]:
    """Return the lines of a demo day."""
    done = subprocess.run([sys.executable, "run.py", "demo", "--json"], cwd=CHECKOUT, capture_output=True, check=True)
    log = Path(json.loads(done.stdout.splitlines()[-1])["run_dir"]) / "logs" / "bot.jsonl"
    return log.read_bytes().splitlines(keepends=True)


def asked(*command: str, log: Path) -> tuple[float, float, float]:
    """Return how long a command takes, its start included, seconds; its most memory, MiB; its processor's time."""
    began = time.perf_counter()
    words = [sys.executable, "run.py", *command, "--log", str(log)]
    process = subprocess.Popen(words, cwd=CHECKOUT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
    busy = usage.ru_utime + usage.ru_stime
    return round(time.perf_counter() - began, 2), round(usage.ru_maxrss / 1024, 1), round(busy, 2)


def shown(figures: dict[str, Any], *, as_json: bool) -> None:
    """Print the figures."""
    if as_json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name.replace('_', ' '):<32} {value:,}")


if __name__ == "__main__":
    sys.exit(main())
