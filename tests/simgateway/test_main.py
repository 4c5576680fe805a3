"""The gateway as a process of its own: one ready line, a real client, a clean end."""

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

import ib_insync
from ib_insync import Stock

from simgateway.frames import FrameLog

_ROOT = Path(__file__).parents[2]
_LIBRARY: Any = ib_insync.IB  # typed in part only


async def _visit(log: Path) -> tuple[dict[str, Any], int, int | None]:
    """Start the process, ask it for bars, end it; return ready line, number of bars, exit code."""
    place = ("--port", "0", "--symbols", "SPY", "--start", "11:00", "--speed", "60", "--log", str(log))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simgateway", *place, cwd=_ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        ready = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
        bars = await _count_bars(ready["port"])
        process.send_signal(signal.SIGTERM)
        return ready, bars, await asyncio.wait_for(process.wait(), 20)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _count_bars(port: int) -> int:
    library = _LIBRARY()
    await library.connectAsync("127.0.0.1", port, clientId=3)
    stock = Stock("SPY", "SMART", "USD")
    bars = await library.reqHistoricalDataAsync(stock, "", "3600 S", "1 min", "TRADES", useRTH=True, formatDate=2)
    library.disconnect()
    return len(bars)


def test_the_process_says_where_it_listens_serves_and_ends_on_sigterm(tmp_path: Path) -> None:
    log = tmp_path / "frames.jsonl"

    ready, bars, code = asyncio.run(_visit(log))

    assert (ready["start"], ready["speed"], code) == ("2025-11-12T16:00:00+00:00", 60.0, 0)
    assert 60 <= bars <= 61
    assert [frame.name for frame in FrameLog.read(log)][:2] == ["handshake", "handshake"]
