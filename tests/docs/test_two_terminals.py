"""What docs/live.md has a reader type into two terminals brings up a gateway and a bot that trades with it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.house import CHECKOUT

LIVE: Final = CHECKOUT / "docs" / "live.md"
RUN: Final = (sys.executable, str(CHECKOUT / "run.py"))
SECONDS_MAX: Final = 60
ACCOUNT: Final = f"DU{os.getpid():07d}"  # One bot for an account, on the whole machine.


def recipe() -> list[list[str]]:
    """Return the words of each line after `./bot`."""
    section = LIVE.read_text(encoding="utf-8").partition("\n## In two terminals\n")[2].partition("\n## ")[0]
    (block,) = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    return [line.partition("#")[0].removeprefix("./bot ").split() for line in block.splitlines()]


def test_the_gateway_comes_up_and_the_bot_trades_with_it_on_paper(tmp_path: Path) -> None:
    gateway, trade, *_ = recipe()
    own = [word.replace("=runs/", f"={tmp_path}/") for word in trade]

    serving = [*RUN, *gateway, "--port", "0", "--account", ACCOUNT]
    with subprocess.Popen(serving, stdout=subprocess.PIPE, text=True) as market:  # noqa: S603 - our own program
        assert market.stdout is not None
        try:
            port = json.loads(market.stdout.readline())["port"]
            with subprocess.Popen(  # noqa: S603 - as above
                [*RUN, *own, "--set", f"broker.port={port}"], stderr=subprocess.PIPE, text=True
            ) as bot:
                assert bot.stderr is not None
                line = bot.stderr.readline()
                bot.terminate()
                code = bot.wait(SECONDS_MAX)
        finally:
            market.terminate()

    assert line.startswith("bot: trading (paper: real orders on a paper account); session of ")
    assert code == 0
    assert sorted(path.name for path in (tmp_path / "try").iterdir())


def test_at_a_weekend_there_is_a_session_all_the_same() -> None:
    *_, weekend = recipe()

    assert weekend[:2] == ["demo", "--threads"]
