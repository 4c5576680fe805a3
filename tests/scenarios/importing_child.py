"""``./bot trade`` in a process of its own that says at its end what it imported; arguments as for trading_child."""

import json
import sys

from tests.scenarios.trading_child import main

if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    finally:
        sys.stdout.write("\n" + json.dumps(sorted(sys.modules)) + "\n")
