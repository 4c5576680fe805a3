"""`python -m simgateway inspect LOG`: what was sent when, how each order lived, what was left open."""

import argparse
import difflib
import json
import shutil
import sys
from collections.abc import Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Final, TextIO

from simgateway.command.parser import CALLED, OneLineParser, UnusableError
from simgateway.inspect.data import data_of
from simgateway.inspect.layout import WIDTH, Page
from simgateway.inspect.report import NEW_YORK, Wanted, report_on
from simgateway.inspect.source import LogSource, NotALogError
from simgateway.inspect.text import text_of
from simgateway.protocol.names import INCOMING, NOTES, OUTGOING

_NARROWEST: Final = 60
_DIGITS_MAX: Final = 19


def main(arguments: Sequence[str], called: str = CALLED) -> int:
    """Print the report; return 0, or 2 after one line on stderr when it cannot be made."""
    options = _parser(called).parse_args(arguments)
    try:
        wanted = Wanted(
            client=options.client, since=options.since or time.min, until=options.until, kinds=_kinds(options.kind)
        )
        source = LogSource(options.log)
        report = report_on(source.frames(), wanted)
    except (NotALogError, UnusableError) as error:
        sys.stderr.write(f"simgateway inspect: {error}\n")
        return 2
    if options.json:
        text = json.dumps(data_of(report, torn=source.torn), indent=1)
    else:
        page = Page(_width(sys.stdout))
        text = "\n".join(text_of(report, options.log.name, torn=source.torn, whole_lives=options.orders, page=page))
    sys.stdout.write(text + "\n")
    return 0


def _width(output: TextIO) -> int:
    """Return the columns of the terminal, or the usual number where there is none."""
    return max(_NARROWEST, shutil.get_terminal_size((WIDTH, 24)).columns) if output.isatty() else WIDTH


def _parser(called: str) -> argparse.ArgumentParser:
    parser = OneLineParser(
        prog="simgateway inspect",
        usage=f"{called} inspect [options] LOG",
        description="Says what a frame log (--log) holds.",
    )
    parser.add_argument("log", type=Path, metavar="LOG", help="the file that --log wrote")
    parser.add_argument("--orders", action="store_true", help="tell every order's whole life")
    parser.add_argument("--client", type=_client, metavar="N", help="of this client alone")
    parser.add_argument(
        "--kind", default="", metavar="NAMES", help="also list the messages of these kinds, as placeOrder"
    )
    parser.add_argument("--from", dest="since", type=_moment, metavar="TIME", help="New York: HH:MM[:SS] or ISO 8601")
    parser.add_argument("--to", dest="until", type=_moment, metavar="TIME", help="likewise")
    parser.add_argument("--json", action="store_true", help="everything as one JSON object")
    return parser


def _client(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < _DIGITS_MAX):
        raise argparse.ArgumentTypeError(f"{text} is not a client id, such as 1")
    return int(text)


def _moment(text: str) -> datetime | time:
    """Return a time of day, or an aware moment."""
    try:
        if "-" not in text:
            return time.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no New York time, such as 09:30 or 2025-11-12T09:30") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=NEW_YORK)


def _kinds(text: str) -> frozenset[str]:
    known = {*INCOMING.values(), *OUTGOING.values(), *NOTES}
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known and not name.isdecimal():
            near = difflib.get_close_matches(name, sorted(known), 1, 0.0)
            raise UnusableError(f"--kind {name}: there is no such message; did you mean {near[0]}?")
    return frozenset(names)
