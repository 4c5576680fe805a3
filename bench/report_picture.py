"""Remakes the picture in README: the top of a day's report, as a real browser shows it.

It needs Chromium, and pngquant to be small (apt-get install chromium pngquant). Without the folder of a run it has the
demo make one.

    python bench/report_picture.py [FOLDER] [--to docs/report.png] [--dark]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parent.parent
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
WIDTH, HEIGHT = 1000, 1190  # To the end of ten round trips: pixels of the page, each of two by two in the picture.
BYTES_MAX: Final = 200_000
SHOWN: Final = ("--headless=new", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=5000")


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the picture, print where it is and how large; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--to", type=Path, default=CHECKOUT / "docs" / "report.png")
    parser.add_argument("--dark", action="store_true")
    given = parser.parse_args(arguments)
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None or shutil.which("pngquant") is None:
        print("it needs Chromium and pngquant: apt-get install chromium pngquant", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as room:
        place = Path(room)
        folder = given.folder.resolve() if given.folder is not None else demonstrated(place)
        bot("report", "--log", str(folder), "--html", str(place / "report.html"))
        shot(browser, place, dark=given.dark)
        small = ["pngquant", "--quality", "70-95", "--strip", "--force", "--output", str(given.to)]
        subprocess.run([*small, str(place / "shot.png")], check=True)
    size = given.to.stat().st_size
    print(f"{given.to}: {size} bytes, at most {BYTES_MAX}")
    return 0 if size <= BYTES_MAX else 1


def demonstrated(room: Path) -> Path:
    """Let the demo trade its day; return the folder of the run."""
    said = bot("demo", "--json", "--set", f"paths.runs_dir={room}")
    return Path(json.loads(said.splitlines()[-1])["run_dir"])


def shot(browser: str, place: Path, *, dark: bool) -> None:
    """Let the browser show the report, and keep what it shows."""
    options = [*SHOWN, f"--user-data-dir={place / 'profile'}", "--force-device-scale-factor=2"]
    options += [f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={place / 'shot.png'}"]
    options += ["--blink-settings=preferredColorScheme=0"] if dark else []
    options += ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium has none for root.
    page = (place / "report.html").as_uri()
    subprocess.run([browser, *options, page], check=True, capture_output=True, timeout=120)


def bot(*words: str) -> str:
    """Return what a command of ours said. Raises CalledProcessError."""
    ran = subprocess.run([sys.executable, CHECKOUT / "run.py", *words], check=True, stdout=subprocess.PIPE, text=True)
    return ran.stdout


if __name__ == "__main__":
    sys.exit(main())
