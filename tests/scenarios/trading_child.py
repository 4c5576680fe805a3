"""``./bot trade`` in a process of its own, at the market time of its gateway.

python -m tests.scenarios.trading_child START ANCHOR SET...: START is the gateway's first moment (ISO 8601, aware),
ANCHOR the machine's monotonic time of that moment, SET a setting such as `dry_run=false`.
"""

import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from actors.runtime.clock import ScaledClock
from cli.main import guarded
from cli.trade import run_trade
from domain.bars import Bar
from domain.strategies.protocol import Signal, hold
from tests.simulation.eager import Eager

BUG: Final = "CLUMSY_BUG"


class Hanging:
    """A strategy that never comes back from its second look, and takes the core's loop with it."""

    name = "hanging"
    bar_seconds = 60
    bars_min = 1

    def decide(self, bars: Sequence[object]) -> Signal:
        """Hang."""
        while bars:
            pass
        return hold(self.name)


class Clumsy(Eager):
    """A strategy with a bug that shows once the file is there that the environment names; it takes the file away."""

    def decide(self, bars: Sequence[Bar]) -> Signal:
        """Fail, or want to buy."""
        bug = Path(os.environ[BUG])
        if bug.exists():
            bug.unlink()
            raise ZeroDivisionError("a bug of a strategy")
        return super().decide(bars)


def main(start: str, anchor: str, *sets: str) -> None:
    """Trade until a signal; raise SystemExit with the exit code."""
    clock = ScaledClock(datetime.fromisoformat(start), 1.0, float(anchor))
    guarded(lambda: run_trade(None, sets, as_json=True, clock=clock))


if __name__ == "__main__":
    main(*sys.argv[1:])
