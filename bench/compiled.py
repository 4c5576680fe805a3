"""Processes whose code is compiled before they start, as an installation leaves it and a second run finds it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parent.parent
ROOMS: Final = ("actors", "broker", "cli", "config", "domain", "ops", "simgateway")  # As deploy/common.sh has them.


def compiled() -> dict[str, str]:
    """Compile the code where it lies; return the environment of a process that would have done so itself."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    words = (sys.executable, "-W", "ignore", "-m", "compileall", "-q", *ROOMS)
    subprocess.run(words, cwd=CHECKOUT, env=environment, check=True)
    return environment
