"""Searches every order of events of one bracket: `python -m bench.order_search [--only TEXT] [--most N] [--json]`.

Breadth first over all states, on the domain's own code, against a pure model of a broker: native brackets under the
three behaviours of a partly filled parent, and emulated ones. In each setting misfortune is allowed so often as it
says. States that will act alike for ever are one, and of moves that change nothing of one another one order is taken
(`World.hearing`; a test compares it with all orders). Each state is checked:

    no order sent twice, no second entry      the exits never sell more than is held, nothing is short
    fills counted once, and only true ones    flat, nothing working, and the right profit at the end

and then, backwards from the good ones: from every state the messages and timers under way lead to a position that is
guarded, sold or gone, and a market that trades leads to the end. It prints states, moves, those in which a position
was not guarded for the moment, the longest way, and seconds; it returns 1 when something was found, with the way there.
A setting with more than N states (default 5,000,000, about 2 GiB) is said to be too large.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.domain.order_world.search import Search, TooLargeError
from tests.domain.order_world.settings import LARGE, SMALL


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="order_search", description="Searches every order of events of a bracket.")
    parser.add_argument("--only", default="", help="only the settings whose name holds this text")
    parser.add_argument("--most", type=int, default=5_000_000, help="states of a setting at the most")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the searches and print them."""
    asked = parsed(arguments)
    wanted = {name: setting for name, setting in {**SMALL, **LARGE}.items() if asked.only in name}
    if not wanted:
        print(f"order_search: no setting's name holds {asked.only!r}; without --only all are searched", file=sys.stderr)
        return 2
    failed = False
    for name, setting in wanted.items():
        try:
            found = Search(setting, states_max=asked.most).run()
        except TooLargeError as error:
            print(json.dumps({"setting": name, "too_large": str(error)}) if asked.json else f"{name:<58} {error}")
            continue
        failed = failed or bool(found.broken)
        if asked.json:
            print(json.dumps({"setting": name, **asdict(found)}), flush=True)
            continue
        numbers = f"{found.states:>9,} states {found.moves:>10,} moves {found.unsafe:>6,} bare  depth {found.depth:>3}"
        print(f"{name:<58} {numbers} {found.seconds:>7.1f} s", flush=True)
        for text, moves in found.broken:
            print(f"  BROKEN: {text}", *moves, sep="\n    ", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
