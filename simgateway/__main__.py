"""The gateway alone: `python -m simgateway` serves a simulated market on a local port until it is stopped.

When it listens it prints one line of JSON: its ports, the market's time, the loop's and the wall's at that moment, and
the speed. SIGTERM and SIGINT end it cleanly, with a second line that says what the account came to; what it did is in
the frame log, if one was asked for. `python -m simgateway inspect LOG` reads that.
"""

import asyncio
import sys
from collections.abc import Sequence

from simgateway.command.markets import market_of
from simgateway.command.parser import CALLED, EXIT_BAD_INPUT, UnusableError, options_of
from simgateway.command.serve import serve
from simgateway.command.stand import stand
from simgateway.faults.scenario import ScenarioError
from simgateway.market.base import MarketDataError


def main(arguments: Sequence[str] | None = None, called: str = CALLED) -> int:
    """Serve until a signal, or inspect a log; return the exit code. ``called`` is what was typed to get here.

    2 after one line on stderr when the arguments, the market's data or the port cannot be used.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["inspect"]:
        from simgateway.inspect.command import main as inspect  # noqa: PLC0415 - a gateway's start does not wait for it

        return inspect(words[1:], called)
    options = options_of(words, called)
    try:
        market = market_of(options)
        with stand(options, market) as place:
            asyncio.run(serve(options, place))
    except (MarketDataError, ScenarioError, UnusableError) as error:
        sys.stderr.write(f"simgateway: {error}\n")
        return EXIT_BAD_INPUT
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
