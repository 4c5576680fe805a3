"""The command line: what can be chosen, each mistake in one line."""

import argparse
import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from datetime import time as time_of_day
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final, NoReturn

from simgateway.config import ChildrenOnPartial, GatewayConfig

EXIT_BAD_INPUT: Final = 2
CALLED: Final = "python -m simgateway"
_PORT_MAX: Final = 65535
_LINES_MAX: Final = 100_000
_SEED_DIGITS_MAX: Final = 18
_ACCOUNT: Final = re.compile(r"[A-Z]{1,2}[0-9]{4,12}")
_ABOUT: Final = """\
A simulated Interactive Brokers gateway: any TWS API client connects to it as to the real one. It prints one line of
JSON with its port when it listens, and another with what the account came to when SIGTERM, SIGINT or (on request) the
end of its input stops it.

Without --date, --start and --speed it runs on the wall clock and its market is open at any hour of any day. With one
of them it replays a New York session: --date 2025-11-12 --start 09:30 --speed 60.
"""
_MORE: Final = """\
inspect says what a frame log (--log) holds: what was sent when, how each order lived, what was left open.
"""


class UnusableError(Exception):
    """What was given on the command line cannot be used; the text is one line that says what would do."""


class OneLineParser(argparse.ArgumentParser):
    """Complains in one line instead of a page."""

    def error(self, message: str) -> NoReturn:
        """End the process."""
        self.exit(EXIT_BAD_INPUT, f"{self.prog}: {message}; see --help\n")


def options_of(arguments: Sequence[str] | None, called: str = CALLED) -> argparse.Namespace:
    """Return what was chosen; ends the process with a line and exit code 2 when a word cannot be read."""
    parser = OneLineParser(
        prog="simgateway",
        usage=f"{called} [options]\n       {called} inspect LOG [options]",
        description=_ABOUT,
        epilog=_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _place(parser.add_argument_group("where it listens"))
    _market(parser.add_argument_group("market"))
    _time(parser.add_argument_group("time"))
    _account(parser.add_argument_group("account"))
    _habits(parser.add_argument_group("habits"))
    _watching(parser.add_argument_group("bad days and watching"))
    return parser.parse_args(arguments)


def _place(group: "argparse._ArgumentGroup") -> None:
    group.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    group.add_argument("--port", type=_port, default=4002, help="port for clients, 0 for any free one (%(default)s)")
    group.add_argument("--control-port", type=_port, metavar="PORT", help="port for commands, 0 for any; without: none")
    group.add_argument("--stdin-stop", action="store_true", help="stop too when standard input ends")


def _market(group: "argparse._ArgumentGroup") -> None:
    group.add_argument(
        "--market",
        choices=("synthetic", "recorded", "csv"),
        default="synthetic",
        help="where prices come from (%(default)s)",
    )
    group.add_argument("--symbols", default="SPY,QQQ,AAPL", help="names, comma-separated, or how many (%(default)s)")
    group.add_argument(
        "--seed", type=_seed, default=7, help="what market, delays and fills are drawn from (%(default)s)"
    )
    group.add_argument(
        "--character",
        default="",
        metavar="WORDS",
        help="mixed, calm, trending, crash, gap, halt or illiquid; of some symbols SPY=crash,AAPL=halt (mixed)",
    )
    group.add_argument(
        "--happens",
        type=_time_of_day,
        metavar="HH:MM",
        help="New York time of crash or halt (10:30; on the wall clock five minutes after the start)",
    )
    group.add_argument("--always-open", action="store_true", help="open at any hour, as without date, start and speed")
    group.add_argument("--extended-hours", action="store_true", help="shares trade from 04:00 to 20:00")
    group.add_argument("--data", type=Path, metavar="FOLDER", help="recorded days in the Lean format, or CSV days")


def _time(group: "argparse._ArgumentGroup") -> None:
    group.add_argument(
        "--date",
        type=_day,
        metavar="YYYY-MM-DD",
        help="market day; without: now, or 2025-11-12 with --start, --speed, recorded or csv",
    )
    group.add_argument("--start", type=_time_of_day, metavar="HH:MM", help="New York time to start at (09:30)")
    group.add_argument("--speed", type=_speed, metavar="N", help="market seconds per real second (1)")


def _account(group: "argparse._ArgumentGroup") -> None:
    group.add_argument("--account", type=_account_id, default="DU1234567", help="account id (%(default)s)")
    group.add_argument(
        "--deposit", type=_money, default=Decimal(100_000), metavar="USD", help="cash at the start (%(default)s)"
    )
    group.add_argument("--cash", action="store_true", help="a cash account instead of a margin one")
    group.add_argument("--read-only", action="store_true", help="refuse orders with error 321, as Read-Only API does")


def _habits(group: "argparse._ArgumentGroup") -> None:
    most = GatewayConfig()
    group.add_argument("--no-pacing", action="store_true", help="let clients be as fast as they like")
    group.add_argument(
        "--market-lines", type=_lines, default=most.market_lines, metavar="N", help="quotes at once (%(default)s)"
    )
    group.add_argument(
        "--delay-ms", type=_delay, default=most.delay_ms, metavar="LOW-HIGH", help="of a message each way (1-300)"
    )
    group.add_argument(
        "--children",
        type=_children,
        default=most.children_on_partial,
        metavar="HOW",
        help="on a partly filled parent: " + ", ".join(ChildrenOnPartial),
    )


def _watching(group: "argparse._ArgumentGroup") -> None:
    group.add_argument(
        "--scenario", type=Path, metavar="FILE", help="faults to come: a TOML file, or a ready-made day by its name"
    )
    group.add_argument("--log", type=Path, metavar="FILE", help="frame log to write, one JSON object a line")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) > _PORT_MAX:
        raise argparse.ArgumentTypeError(f"{text} is not a port, 0 to {_PORT_MAX}")
    return int(text)


def _seed(text: str) -> int:
    if not (text.isascii() and text.removeprefix("-").isdecimal()) or len(text) > _SEED_DIGITS_MAX:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number, such as 7")
    return int(text)


def _children(text: str) -> ChildrenOnPartial:
    try:
        return ChildrenOnPartial(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is none of {', '.join(ChildrenOnPartial)}") from None


def _lines(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text) <= _LINES_MAX:
        raise argparse.ArgumentTypeError(f"{text} is not a number of lines, 1 to {_LINES_MAX}")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a day YYYY-MM-DD, such as 2025-11-12") from None


def _time_of_day(text: str) -> time_of_day:
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day is combined with a zone later
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a New York time HH:MM, such as 09:30") from None


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return speed


def _account_id(text: str) -> str:
    if not _ACCOUNT.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text} is not an account id, such as DU1234567")
    return text


def _money(text: str) -> Decimal:
    try:
        money = Decimal(text)
    except InvalidOperation:
        money = Decimal("NaN")
    if not (money.is_finite() and 0 <= money <= Decimal("1e12")) or money != round(money, 2):
        raise argparse.ArgumentTypeError(f"{text} is not an amount in USD, such as 25000")
    return money


def _delay(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    for part in (low, high):
        if not (part.isascii() and part.isdecimal()) or int(part) > 60_000:
            raise argparse.ArgumentTypeError(f"{text} is not a range of milliseconds, such as 1-300")
    if int(low) > int(high):
        raise argparse.ArgumentTypeError(f"{text} is not a range: {low} is above {high}")
    return int(low), int(high)
