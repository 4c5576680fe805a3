"""A process of our own that listens for signals and then never stops in order.

python -m tests.cli.stopping_child SECONDS_MAX
"""

import sys
import threading

from cli.stopping import Stopping


def say(word: str) -> None:
    """Tell the parent."""
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


def main(seconds_max: float) -> None:
    """Say when it listens, and when it was asked to stop; then wait for ever."""
    with Stopping(seconds_max) as stopping:
        say("listens")
        stopping.asked.wait()
        say("asked")
        threading.Event().wait()


if __name__ == "__main__":
    main(float(sys.argv[1]))
