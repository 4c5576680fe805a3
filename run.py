"""The entry: hands over to the command line. Run by ./bot with the Python of .venv, from any directory."""

from cli.main import main

if __name__ == "__main__":
    main()
