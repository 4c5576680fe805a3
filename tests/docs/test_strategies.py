"""The strategies of docs/strategies.md are taken out of it, tested by the test that stands there, made by settings."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from cli.wiring import symbol_settings
from config.load import load
from domain.strategies.protocol import Action
from ops.frames import Framed
from tests.domain.market_builders import bars_of
from tests.house import CHECKOUT

DOCUMENT: Final = CHECKOUT / "docs" / "strategies.md"
LINES_MAX: Final = 20


def blocks() -> dict[str, str]:
    """Return the Python blocks of the document by the file that their first line names."""
    found = re.findall(r"```python\n# (\w+\.py)\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    return dict(found)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the files of the document, from which they can be imported."""
    for name, text in blocks().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        monkeypatch.delitem(sys.modules, name.removesuffix(".py"), raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_the_document_shows_a_strategy_its_test_and_one_with_frames() -> None:
    assert list(blocks()) == ["mine.py", "test_mine.py", "mine_frames.py"]


def test_a_strategy_of_ones_own_takes_twenty_lines() -> None:
    assert len(blocks()["mine.py"].splitlines()) <= LINES_MAX


def test_its_test_passes_as_it_stands_there(folder: Path) -> None:
    environment = {"PYTHONPATH": f"{folder}:{CHECKOUT}", "PYTHONDONTWRITEBYTECODE": "1", "PATH": ""}

    ran = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", folder, folder / "test_mine.py"],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert (ran.returncode, "2 passed" in ran.stdout) == (0, True), ran.stdout


def test_the_settings_of_the_document_make_it(folder: Path) -> None:
    (text,) = re.findall(r"```yaml\n(strategies:.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    (folder / "own.yaml").write_text(text, encoding="utf-8")

    own = symbol_settings(load(environment={}, settings_file=folder / "own.yaml"), "SPY").strategies[1]

    assert (own.name, own.bars_min) == ("breakout", 30)
    assert own.decide(bars_of([10.0] * 30 + [11.0])).action is Action.BUY_CALL


def test_the_one_with_frames_is_asked_with_frames(folder: Path) -> None:
    del folder
    settings = load(environment={}, overrides=["strategies.use=mine_frames.Averages"])

    own = symbol_settings(settings, "SPY").strategies[0]

    assert isinstance(own, Framed)
    assert own.decide(bars_of([100.0 + minute for minute in range(60)])).action is Action.BUY_CALL
    assert own.decide(bars_of([100.0 - minute for minute in range(60)])).action is Action.HOLD
