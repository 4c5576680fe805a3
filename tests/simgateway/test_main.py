"""The gateway as a process of its own: one ready line, a real client, a clean end."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from simgateway.frames import FrameLog
from tests.simgateway.client_library import IB, Stock

_ROOT = Path(__file__).parents[2]


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
    library = IB()
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


def test_an_input_whose_end_cannot_be_waited_for_is_one_line(tmp_path: Path) -> None:
    log = tmp_path / "frames.jsonl"
    command = [sys.executable, "-m", "simgateway", "--port", "0", "--stdin-stop", "--log", str(log)]

    ended = subprocess.run(  # noqa: S603 - our own module
        command, cwd=_ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=20
    )

    assert (ended.returncode, ended.stderr.count("\n"), log.exists()) == (2, 1, False)
    assert "--stdin-stop: the input is a file or closed; give a pipe or a terminal" in ended.stderr


async def _on_a_sunday() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any], int | None]:
    """Start without a date, ask the control port, end the input; return what was said and the exit code."""
    words = ("--port", "0", "--symbols", "SPY", "--control-port", "0", "--stdin-stop", "--scenario", "lost_line")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simgateway", *words),
        cwd=_ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert process.stdin is not None
        ready = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
        reader, writer = await asyncio.open_connection("127.0.0.1", ready["control_port"])
        writer.write(b'{"do": "counters"}\n{"do": "list"}\n')
        counted = json.loads(await asyncio.wait_for(reader.readline(), 20))
        faults = json.loads(await asyncio.wait_for(reader.readline(), 20))
        writer.close()
        process.stdin.close()
        last = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
        return ready, {**counted, **faults}, last, await asyncio.wait_for(process.wait(), 20)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def test_without_a_date_it_is_open_now_and_its_control_port_and_the_end_of_its_input_are_heeded() -> None:
    ready, controlled, last, code = asyncio.run(_on_a_sunday())

    assert (ready["always_open"], ready["market"], ready["character"], ready["speed"]) == (
        *(True, "synthetic", "mixed", 1.0),
    )
    assert controlled["counters"]["connections"] == 0
    assert controlled["faults"]
    assert (code, last["net_liquidation"], last["clients"]) == (0, "100000.00", [])
