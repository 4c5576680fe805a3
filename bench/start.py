"""From the start of the process to the first cycle: `python bench/start.py [--starts N] [--json]`.

``./bot trade`` is a process of its own, the gateway another one that is ready and answers within 20 ms. A cycle is due
a second and a half after each start; a process that is not ready by then would begin with the one after it. The very
first start is told apart: it makes the state, and asks for the trading sessions.

    ready    seconds until positions, orders and executions were asked for and answered     at most 1.5
    cycle    seconds until the first cycle began, of those that fell due at 1.5              all
"""

import argparse
import json
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.trading import Gateway, gateway, moment, trading

AIM_SECONDS: Final = 1.5
INTERVAL_SECONDS: Final = 10
BAR_OFFSET_SECONDS: Final = 2  # A cycle begins so long after each interval.
MARGIN_SECONDS: Final = 0.2


def started(where: Gateway) -> dict[str, float]:
    """Start a bot a second and a half before a cycle is due; return seconds until it was ready, and until a cycle."""
    now = where.now
    second = now.timestamp() - BAR_OFFSET_SECONDS + AIM_SECONDS
    time.sleep(INTERVAL_SECONDS - second % INTERVAL_SECONDS)
    with trading(where, (f"schedule.interval_seconds={INTERVAL_SECONDS}",)) as bot:
        cycle = bot.wait_for("cycle_start", seconds=90)
        (ready, *_) = [row for row in bot.events("connection_state") if row["state"] == "ready"]
        cpu = bot.cpu_seconds
        return {
            "ready": (moment(ready) - bot.began) / timedelta(seconds=1),
            "cycle": (moment(cycle) - bot.began) / timedelta(seconds=1),
            "cpu": cpu,
        }


def figures(starts: int) -> dict[str, Any]:
    """Start so often, once more for the first; return seconds."""
    with gateway(3, "--delay-ms", "1-20") as where:
        first, *found = [started(where) for _ in range(starts + 1)]
    ready = sorted(one["ready"] for one in found)
    return {
        "first_ready_seconds": round(first["ready"], 3),
        "ready_seconds_median": round(statistics.median(ready), 3),
        "ready_seconds_max": round(ready[-1], 3),
        "cpu_seconds_median": round(statistics.median(one["cpu"] for one in found), 2),
        "first_cycle_seconds_median": round(statistics.median(one["cycle"] for one in found), 3),
        "first_cycles_at_1.5_seconds": sum(one["cycle"] <= AIM_SECONDS + MARGIN_SECONDS for one in found),
        "starts": starts,
        "aim_seconds": AIM_SECONDS,
    }


def main() -> int:
    """Measure and print; 1 when the aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = figures(asked.starts)
    if asked.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:30} {value}")
    return int(found["ready_seconds_median"] > AIM_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
