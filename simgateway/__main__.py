"""The gateway alone: `python -m simgateway --seed 7` serves a simulated market on a local port until it is stopped.

When it listens it prints one line of JSON: port, the market's start time, the loop's and the wall's time at that
moment, and the speed. SIGTERM and SIGINT end it cleanly, with a second line that says what the account came to; what
it did is in the frame log, if one was asked for.
"""

import argparse
import asyncio
import json
import math
import signal
import socket
import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

from simgateway.config import GatewayConfig
from simgateway.frames import FrameLog
from simgateway.market.base import Market, MarketDataError
from simgateway.market.clock import LoopClock
from simgateway.market.recorded import RecordedMarket
from simgateway.market.synthetic import SyntheticMarket
from simgateway.protocol.text import NEW_YORK
from simgateway.server import Gateway

_EXIT_BAD_INPUT = 2
_PORT_MAX = 65535
_HISTORY_DRAWN = timedelta(days=45)
_DEFAULT_DAY = date(2025, 11, 12)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until a signal; return the exit code.

    2 after one line on stderr when the arguments, the market's data or the port cannot be used.
    """
    options = _parser().parse_args(arguments)
    try:
        market = _market(options)
        with _listening(options) as listening:
            asyncio.run(_serve(options, market, listening, _frame_log(options)))
    except (MarketDataError, _UnusableError) as error:
        sys.stderr.write(f"simgateway: {error}\n")
        return _EXIT_BAD_INPUT
    return 0


class _UnusableError(Exception):
    """A place given on the command line cannot be used."""


class _Parser(argparse.ArgumentParser):
    """Complains in one line instead of a page."""

    def error(self, message: str) -> NoReturn:
        """End the process."""
        self.exit(_EXIT_BAD_INPUT, f"simgateway: {message}; see --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="simgateway", description=(__doc__ or "").split("\n\n", 1)[0])
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=_port, default=4002, help="port to listen on, 0 for any free one")
    parser.add_argument("--seed", type=int, default=7, help="what market, delays and fills are drawn from")
    parser.add_argument("--symbols", default="SPY,QQQ,AAPL", help="underlyings, comma-separated")
    parser.add_argument("--market", choices=("synthetic", "recorded"), default="synthetic")
    parser.add_argument("--data", type=Path, help="folder of recorded days")
    parser.add_argument("--date", type=date.fromisoformat, default=_DEFAULT_DAY, help="market day")
    parser.add_argument(
        "--start", type=_time_of_day, default=time_of_day(9, 30), help="New York time to start at, HH:MM"
    )
    parser.add_argument("--speed", type=_speed, default=1.0, help="market seconds per real second")
    parser.add_argument("--log", type=Path, help="frame log to write, one JSON object a line")
    parser.add_argument("--account", default="DU1234567", help="account id")
    parser.add_argument("--cash", action="store_true", help="a cash account instead of a margin one")
    return parser


async def _serve(options: argparse.Namespace, market: Market, listening: socket.socket, frames: FrameLog) -> None:
    loop = asyncio.get_running_loop()
    start = datetime.combine(market.day(), options.start, NEW_YORK).astimezone(UTC)
    _draw_history(market, start)
    clock = LoopClock(loop, start, options.speed)
    anchor = {"anchor_monotonic": loop.time(), "anchor_wall": time.time()}
    config = GatewayConfig(seed=options.seed, account=options.account, cash_account=options.cash)
    gateway = Gateway(config, market, clock, frames)
    gateway.start()
    server = await loop.create_server(gateway.protocol, sock=listening)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    ready = {"port": server.sockets[0].getsockname()[1], "start": start.isoformat(), "speed": options.speed, **anchor}
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    await stopped.wait()
    server.close()
    sys.stdout.write(json.dumps(_last_words(gateway)) + "\n")
    sys.stdout.flush()
    gateway.close()
    await server.wait_closed()
    frames.close()


def _last_words(gateway: Gateway) -> dict[str, object]:
    """Return what the account came to and what was counted; money in USD as text."""
    books, counters = gateway.books(), gateway.counters()
    return {
        "net_liquidation": str(books.net_liquidation),
        "positions_value": str(sum((row.value for row in books.positions), Decimal(0))),
        "realized": str(books.realized),
        "fees": str(books.fees),
        "positions": {row.local_symbol: row.quantity for row in books.positions},
        "messages_in_a_second_most": counters.messages_in_a_second_most,
        "subscriptions": counters.subscriptions,
    }


def _draw_history(market: Market, start: datetime) -> None:
    """Ask for a month of every underlying once, so that the first client does not wait while it is drawn."""
    for symbol in market.symbols():
        stock = market.stock(symbol)
        if stock is not None:
            market.bars(stock, start, 3600, start - _HISTORY_DRAWN, regular_only=True)


def _time_of_day(text: str) -> time_of_day:
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day is combined with a zone later
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a New York time HH:MM, such as 09:30") from None


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > _PORT_MAX:
        raise argparse.ArgumentTypeError(f"{text} is not a port, 0 to {_PORT_MAX}")
    return int(text)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return speed


def _listening(options: argparse.Namespace) -> socket.socket:
    """Return a socket bound before anything is written."""
    try:
        return socket.create_server((options.host, options.port))
    except OSError as error:
        where = f"--host {options.host} --port {options.port}"
        why = str(error.strerror).partition(" (")[0]
        raise _UnusableError(f"{where}: {why}; choose another, or end what listens there") from error


def _frame_log(options: argparse.Namespace) -> FrameLog:
    try:
        return FrameLog(options.log)
    except OSError as error:
        raise _UnusableError(f"--log {options.log}: {error.strerror}; choose a file that can be written") from error


def _market(options: argparse.Namespace) -> Market:
    symbols = tuple(symbol.strip().upper() for symbol in options.symbols.split(",") if symbol.strip())
    if options.market == "recorded":
        if options.data is None:
            raise MarketDataError("--market recorded needs --data, the folder of recorded days")
        return RecordedMarket(options.data, options.date, symbols)
    market = SyntheticMarket(options.seed, options.date, symbols)
    if not symbols or market.session(options.date) is None:
        raise MarketDataError(f"--symbols {options.symbols} --date {options.date}: give symbols and a trading day")
    return market


if __name__ == "__main__":
    raise SystemExit(main())
