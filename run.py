"""The entry: hands over to the command line. Run by ./bot with the Python of .venv, from any directory."""

import sys

if __name__ == "__main__":
    try:
        from cli.main import main

        main()
    except ModuleNotFoundError as error:
        print(f"bot: {error.name} is missing from .venv; remove .venv, and ./bot makes it anew", file=sys.stderr)
        raise SystemExit(2) from None
