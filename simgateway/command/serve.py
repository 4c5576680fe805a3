"""Serves one gateway until it is told to stop: a ready line, the clients, last words."""

import argparse
import asyncio
import json
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from simgateway.command.markets import is_ever_open, is_wall, start_of
from simgateway.command.parser import UnusableError
from simgateway.config import GatewayConfig
from simgateway.control.server import ControlServer
from simgateway.faults.model import Fault
from simgateway.faults.scenario import Scenario, load_scenario
from simgateway.frames import FrameLog
from simgateway.market.base import Market
from simgateway.market.characters import Character
from simgateway.market.clock import LoopClock
from simgateway.server import Gateway

_HISTORY_DRAWN: Final = timedelta(days=45)
_SYMBOLS_DRAWN: Final = 5
_INPUT_BYTES: Final = 65536
_SCENARIOS: Final = Path(__file__).resolve().parent.parent / "scenarios"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """What a gateway is served with: everything that can fail has been tried. `control` is None without such a port."""

    config: GatewayConfig
    market: Market
    faults: tuple[Fault, ...]
    clients: socket.socket
    control: socket.socket | None
    frames: FrameLog


@contextmanager
def stand(options: argparse.Namespace, market: Market) -> Iterator[Stand]:
    """Give what to serve with; the sockets are closed behind it. Raises UnusableError or ScenarioError."""
    if options.stdin_stop:
        _check_input()
    scenario = load_scenario(_scenario_file(options.scenario)) if options.scenario else Scenario(name="")
    with ExitStack() as sockets:
        clients = sockets.enter_context(_bound(options.host, options.port, "--port"))
        control = None
        if options.control_port is not None:
            control = sockets.enter_context(_bound("127.0.0.1", options.control_port, "--control-port"))
        yield Stand(
            config=scenario.config(_config(options)),
            market=market,
            faults=scenario.faults,
            clients=clients,
            control=control,
            frames=_frame_log(options),
        )


def _scenario_file(given: Path) -> Path:
    """Return the file itself, or the ready-made one of that name. Raises UnusableError when there is neither."""
    if given.exists() or given.suffix or len(given.parts) > 1:
        return given
    ready = {path.stem: path for path in sorted(_SCENARIOS.glob("*.toml"))}
    if given.name not in ready:
        raise UnusableError(f"--scenario {given}: there is no such file, and ready-made are {', '.join(ready)}")
    return ready[given.name]


def _config(options: argparse.Namespace) -> GatewayConfig:
    """Return what was chosen, as the gateway takes it."""
    return GatewayConfig(
        seed=options.seed,
        account=options.account,
        start_cash=options.deposit,
        cash_account=options.cash,
        pacing=not options.no_pacing,
        market_lines=options.market_lines,
        delay_ms=options.delay_ms,
        children_on_partial=options.children,
        read_only=options.read_only,
    )


def _bound(host: str, port: int, name: str) -> socket.socket:
    """Return a socket bound before anything is written. Raises UnusableError."""
    try:
        return socket.create_server((host, port))
    except OSError as error:
        why = str(error.strerror or error).partition(" (")[0]
        raise UnusableError(f"--host {host} {name} {port}: {why}; choose another, or end what listens there") from error


def _frame_log(options: argparse.Namespace) -> FrameLog:
    """Return the frame log: a file when one was asked for, else one that costs nothing. Raises UnusableError."""
    try:
        return FrameLog(options.log, hashed=False)
    except OSError as error:
        raise UnusableError(f"--log {options.log}: {error.strerror}; choose a file that can be written") from error


async def serve(options: argparse.Namespace, place: Stand) -> None:
    """Serve until a signal, a quit on the control port, or the end of the input when that was asked for."""
    loop = asyncio.get_running_loop()
    start = datetime.now(UTC) if is_wall(options) else start_of(options, place.market)
    if not is_wall(options):
        _draw(place.market, start, quotes=True)
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
    if is_wall(options):
        loop.call_soon(lambda: _draw(place.market, start, quotes=False))
    await stopped.wait()
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


def _check_input() -> None:
    """Raise UnusableError when the end of the input cannot be waited for."""
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(sys.stdin, selectors.EVENT_READ)
    except (OSError, ValueError) as error:
        raise UnusableError("--stdin-stop: the input is a file or closed; give a pipe or a terminal") from error


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
        "character": options.character.strip() or Character.MIXED,
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


def _draw(market: Market, now: datetime, *, quotes: bool) -> None:
    """Ask for a month of the first underlyings once, so that the first client does not wait while it is drawn.

    With `quotes` each one's day is drawn too: on a clock that is sped up a thousand first requests would make it late.
    """
    for number, symbol in enumerate(market.symbols()):
        stock = market.stock(symbol)
        if stock is not None and number < _SYMBOLS_DRAWN:
            market.bars(stock, now, 3600, now - _HISTORY_DRAWN, regular_only=True)
        if stock is not None and quotes:
            market.quote(stock, now)


def _say_behind(seconds: float) -> None:
    sys.stderr.write(f"simgateway: behind its clock by {seconds:.1f} s; fewer symbols or a lower --speed would do\n")


def _say(row: dict[str, object]) -> None:
    with suppress(BrokenPipeError):  # Whoever started it may be gone; it ends cleanly all the same.
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()
