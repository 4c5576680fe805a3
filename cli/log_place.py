"""Where the log is that is asked about."""

import os
from pathlib import Path

from config.load import load


def log_place(given: Path | None) -> Path:
    """Return the place that was named, or paths.log_dir of the settings. Raises ConfigError."""
    return given or load(environment=os.environ).paths.log_dir
