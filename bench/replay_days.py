"""Recorded days: one of three symbols, and thirty of one symbol: `python bench/replay_days.py [--json]`.

The days are TWX's 5 June 2014 in ../shared/market (or STOPWARD_MARKET_DATA): under three names for a day of three
symbols, and on thirty Thursdays, expiries moved along, for thirty days of one. They are laid out in a folder that goes
with this process. The settings buy options of the month at spreads that TWX has. `./bot replay` runs as it is: one
process for the day, one a core for the span.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.compiled import CHECKOUT, compiled

SYMBOL, DAY = "twx", date(2014, 6, 5)
NAMES: Final = ("twx", "twy", "twz")
WEEK: Final = timedelta(days=7)
CLOSED: Final = {date(2014, 11, 27), date(2014, 12, 25), date(2015, 1, 1)}
SETS: Final = ("options.expiry=monthly", "options.max_spread_pct=8", "options.min_volume=0")
DAY_SECONDS_MAX, SPAN_SECONDS_MAX, SPAN_DAYS = 8.0, 60.0, 30
KINDS: Final = (("equity", "trade"), ("equity", "quote"), *(("option", k) for k in ("trade", "quote", "openinterest")))
STAMP: Final = re.compile(r"\d{8}")


def recorded() -> Path:
    """Return the folder of recorded days; ends the process where there is none."""
    folder = Path(os.environ.get("STOPWARD_MARKET_DATA", CHECKOUT.parent / "shared" / "market"))
    if not folder.is_dir():
        sys.exit(f"no recorded market days in {folder}; name a folder with STOPWARD_MARKET_DATA")
    return folder


def lay_out(data: Path, to: Path, name: str, day: date) -> None:
    """Copy the day to another name and date, with each expiry as far from it as it was."""
    for kind, what in KINDS:
        tail = "_american" if kind == "option" else ""
        source = data / kind / "usa" / "minute" / SYMBOL / f"{DAY:%Y%m%d}_{what}{tail}.zip"
        folder = to / kind / "usa" / "minute" / name
        folder.mkdir(parents=True, exist_ok=True)
        with (
            zipfile.ZipFile(source) as read,
            zipfile.ZipFile(folder / f"{day:%Y%m%d}_{what}{tail}.zip", "w", zipfile.ZIP_DEFLATED) as written,
        ):
            for member in read.namelist():
                written.writestr(moved(member, day - DAY).replace(f"_{SYMBOL}_", f"_{name}_"), read.read(member))


def moved(member: str, by: timedelta) -> str:
    """Return a member's name with every date in it moved."""
    return STAMP.sub(lambda found: f"{date.fromisoformat(found[0]) + by:%Y%m%d}", member)


def thursdays() -> list[date]:
    """Return thirty Thursdays on which New York traded."""
    weeks = (DAY + number * WEEK for number in range(SPAN_DAYS + len(CLOSED)))
    return [day for day in weeks if day not in CLOSED][:SPAN_DAYS]


def replay(data: Path, runs: Path, span: str, symbols: Sequence[str], environment: dict[str, str]) -> tuple[float, Any]:
    """Return the seconds of a replay, its process's start included, and what it printed."""
    sets = [word for each in (f"paths.runs_dir={runs}", *SETS) for word in ("--set", each)]
    words = ("replay", "--data", str(data), "--date", span, "--symbols", ",".join(symbols), *sets, "--json")
    began = time.perf_counter()
    ran = subprocess.run(
        [sys.executable, "run.py", *words], cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        sys.exit(f"{span}: {ran.stderr}")
    return time.perf_counter() - began, json.loads(ran.stdout.splitlines()[-1])


def row_of(what: str, found: tuple[float, Any], most: float) -> dict[str, Any]:
    """Return what is printed of one."""
    seconds, said = found
    return {
        "what": what,
        "seconds": round(seconds, 2),
        "seconds_max": most,
        "cycles": said.get("cycles") or sum(day["cycles"] for day in said["days"]),
        "entries": said["entries"],
        "violated": said["invariants"]["violated"],
    }


def main() -> int:
    """Measure both and print them; 1 when one took longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    data, days = recorded(), thursdays()
    with tempfile.TemporaryDirectory() as folder:
        one, many, runs = (Path(folder) / name for name in ("one", "many", "runs"))
        for name in NAMES:
            lay_out(data, one, name, DAY)
        for day in days:
            lay_out(data, many, SYMBOL, day)
        environment = compiled()
        for year in {days[0], days[-1]}:  # The calendar is kept: a year is computed once for all runs.
            replay(many, runs, year.isoformat(), [SYMBOL], environment)
        day = replay(one, runs, DAY.isoformat(), NAMES, environment)
        span = replay(many, runs, f"{days[0]}..{days[-1]}", [SYMBOL], environment)
    rows = [
        row_of("a day of three symbols", day, DAY_SECONDS_MAX),
        row_of("thirty days of one symbol", span, SPAN_SECONDS_MAX),
    ]
    for row in rows:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    if options.json:
        print(json.dumps(rows))
    return 0 if all(row["seconds"] <= row["seconds_max"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
