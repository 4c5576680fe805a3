"""``./bot explain SYMBOL [--at TIME] | INTENT``: what was seen, decided, sent and answered, from the log alone."""

from pathlib import Path

from cli.log_place import log_place
from ops.explaining.question import explain
from ops.reading.files import log_files
from ops.reading.rows import Reader


def run_explain(what: str, at: str | None, log: Path | None) -> int:
    """Print the answer; return the exit code. Raises ConfigError."""
    answer = explain(Reader(log_files(log_place(log))), what, at)
    print(answer.title)
    for line in answer.lines:
        print(line)
    return 0
