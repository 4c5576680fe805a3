"""Serves one gateway until it is told to stop: a ready line, the clients, last words."""

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from simgateway.command.drawing import draw, draw_slowly
from simgateway.command.markets import is_ever_open, is_wall, start_of
from simgateway.command.stand import Stand
from simgateway.control.server import ControlServer
from simgateway.market.characters import Character
from simgateway.market.clock import LoopClock
from simgateway.server import Gateway

_INPUT_BYTES: Final = 65536


async def serve(options: argparse.Namespace, place: Stand) -> None:
    """Serve until a signal, a quit on the control port, or the end of the input when that was asked for."""
    loop = asyncio.get_running_loop()
    start = datetime.now(UTC) if is_wall(options) else start_of(options, place.market)
    if not is_wall(options):
        draw(place.market, start)
    clock = LoopClock.wall(loop, _say_behind) if is_wall(options) else _clock(options, start)
    gateway = Gateway(place.config, place.market, clock, place.frames)
    gateway.faults.add_all(place.faults)
    gateway.start()
    server = await loop.create_server(gateway.protocol, sock=place.clients)
    stopped = asyncio.Event()
    control = ControlServer(gateway, 0, on_quit=stopped.set)
    control_port = await control.start(place.control) if place.control else None
    _heed(loop, stopped.set, stdin=options.stdin_stop)
    _say(_ready(options, start, place.clients.getsockname()[1], control_port))
    drawing = asyncio.create_task(draw_slowly(place.market, start)) if is_wall(options) else None
    await stopped.wait()
    if drawing:
        drawing.cancel()
    server.close()
    _say(_last_words(gateway, clock))
    await control.close()
    gateway.close()
    await server.wait_closed()
    place.frames.close()


def _clock(options: argparse.Namespace, start: datetime) -> LoopClock:
    return LoopClock(asyncio.get_running_loop(), start, options.speed or 1.0, _say_behind)


def _heed(loop: asyncio.AbstractEventLoop, stop: Callable[[], None], *, stdin: bool) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    if stdin:
        loop.add_reader(sys.stdin.fileno(), _read_input, loop, stop)


def _read_input(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    """Throw away what is said; stop at the end of it."""
    if not os.read(sys.stdin.fileno(), _INPUT_BYTES):
        loop.remove_reader(sys.stdin.fileno())
        stop()


def _ready(options: argparse.Namespace, start: datetime, port: int, control_port: int | None) -> dict[str, object]:
    """Return what a starter needs: ports, the market's time and the loop's and the wall's at that moment, the speed."""
    return {
        "port": port,
        "control_port": control_port,
        "start": start.isoformat(),
        "speed": options.speed or 1.0,
        "anchor_monotonic": asyncio.get_running_loop().time(),
        "anchor_wall": time.time(),
        "market": options.market,
        "character": (options.character.strip() or Character.MIXED) if options.market == "synthetic" else None,
        "always_open": is_ever_open(options),
        "seed": options.seed,
        "account": options.account,
    }


def _last_words(gateway: Gateway, clock: LoopClock) -> dict[str, object]:
    """Return what the account came to and what was counted; money in USD as text."""
    books = gateway.books()
    return {
        "net_liquidation": str(books.net_liquidation),
        "positions_value": str(sum((row.value for row in books.positions), Decimal(0))),
        "realized": str(books.realized),
        "fees": str(books.fees),
        "positions": {row.local_symbol: row.quantity for row in books.positions},
        **gateway.counters().as_row(),
        "behind_seconds_most": round(clock.lag_most, 3),
    }


def _say_behind(seconds: float) -> None:
    sys.stderr.write(f"simgateway: behind its clock by {seconds:.1f} s; fewer symbols or a lower --speed would do\n")


def _say(row: dict[str, object]) -> None:
    with suppress(BrokenPipeError):  # Whoever started it may be gone; it ends cleanly all the same.
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()
