"""The command line as ./bot enters it, at the market time of a gateway that replays a session. For `trading.py`.

    python bench/market_time.py START ANCHOR trade [OPTION...]

START is the gateway's first moment (ISO 8601, aware), ANCHOR the machine's monotonic time of that moment.
"""

import sys
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cli.trade
from actors.runtime.clock import ScaledClock
from cli.main import main

if __name__ == "__main__":
    start, anchor, *words = sys.argv[1:]
    clock = ScaledClock(datetime.fromisoformat(start), 1.0, float(anchor))
    cli.trade.WallClock = lambda: clock  # type: ignore[assignment,misc] # the one thing that differs from ./bot
    main(words)
