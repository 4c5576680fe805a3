"""The entry: hands over to the command line. Run by ./bot with the Python of .venv, from any directory."""

import sys


def main() -> int:
    """Return the exit code of the command on the command line."""
    from cli.main import main as command_line  # noqa: PLC0415 - late, so that a wrong Python is told apart first

    return command_line(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
