"""What a gateway is served with, got ready so that every mistake is found before anything is written."""

import argparse
import errno
import selectors
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from simgateway.command.parser import UnusableError
from simgateway.config import GatewayConfig
from simgateway.faults.model import Fault
from simgateway.faults.scenario import Scenario, load_scenario
from simgateway.frames import FrameLog
from simgateway.market.base import Market

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


def _bound(host: str, port: int, name: str) -> socket.socket:
    """Return a socket bound before anything is written. Raises UnusableError."""
    try:
        return socket.create_server((host, port))
    except OSError as error:
        why = str(error.strerror or error).partition(" (")[0]
        what = "choose another, or end what listens there" if error.errno == errno.EADDRINUSE else "choose another"
        raise UnusableError(f"--host {host} {name} {port}: {why}; {what}") from error


def _frame_log(options: argparse.Namespace) -> FrameLog:
    """Return the frame log: a file when one was asked for, else one that costs nothing. Raises UnusableError."""
    try:
        return FrameLog(options.log, hashed=False)
    except OSError as error:
        raise UnusableError(f"--log {options.log}: {error.strerror}; choose a file that can be written") from error


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


def _check_input() -> None:
    """Raise UnusableError when the end of the input cannot be waited for."""
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(sys.stdin, selectors.EVENT_READ)
    except (OSError, ValueError) as error:
        raise UnusableError("--stdin-stop: the input is a file or closed; give a pipe or a terminal") from error
