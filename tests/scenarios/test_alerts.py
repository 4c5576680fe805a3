"""Every alert of the runbook is raised by what raises it, and a channel on the network receives it once.

In virtual time as far as it goes (`alerts_raised.py`), else by a process of its own; the channel is a real server.
"""

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from cli.main import main
from tests.docs.alert_kinds import alert_kinds
from tests.ops.web import Web, serving
from tests.scenarios.alerts_raised import SCENES, Scene
from tests.scenarios.pairs import LOOK_SECONDS, PATIENCE_SECONDS, Pair, pair
from tests.scenarios.trading_child import BUG

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # Apprise asks for it.

CHANNEL: Final = "/channel"
CLUMSY: Final = 'strategies.use=["tests.scenarios.trading_child.Clumsy"]'
BY_A_PROCESS: Final = {
    "started": "paper: SPY",
    "actor_restarted": "symbol:SPY died and lives again: ZeroDivisionError: a bug of a strategy",
    "entry": "bought ",
    "control": "halted by ./bot halt",
    "stopping": "paper: asked to; what rests at the broker stays there",
}


def received(web: Web) -> list[tuple[str, str]]:
    """Return kind and text of each alert that came over the network, oldest first."""
    found = [json.loads(body) for method, path, body in web.asked if (method, path) == ("POST", CHANNEL)]
    return [(str(each["title"]).removeprefix("Stopward: "), str(each["message"])) for each in found]


def channel(web: Web) -> str:
    """Return the server's address as an operator writes it."""
    return f"json://127.0.0.1:{web.port}{CHANNEL}"


def once(alerts: list[tuple[str, str]], kind: str, words: str) -> None:
    """See that one alert of this kind came with these words, and that none at all came twice."""
    assert [each for each, text in alerts if (each, words in text) == (kind, True)] == [kind], alerts
    assert len(alerts) == len(set(alerts)), alerts


def test_each_alert_that_there_is_has_a_scene_that_raises_it() -> None:
    raised = set(BY_A_PROCESS).union(*SCENES.values())

    assert raised == alert_kinds()


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_what_happens_is_told_to_the_channel_once(scene: Scene, tmp_path: Path) -> None:
    with serving(Web()) as web:
        monitoring = {"alerts_enabled": True, "alert_urls": [channel(web)]}
        raised = list(scene(tmp_path, {"values": {"monitoring": monitoring}}))
        told = received(web)

    for kind, words in raised:
        once(told, kind, words)
    assert {kind for kind, _ in raised} == SCENES[scene]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """What is left of a process and its channel."""

    exit_code: int
    errors: str
    account: str
    log: str
    web: Web


@contextmanager
def told_of(folder: Path, web: Web) -> Iterator[Pair]:
    """Give a bot with its gateway; the bot's alerts and heartbeat go to this server."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(BUG, str(folder / "bug"))
        environment.setenv("STOPWARD__MONITORING__ALERTS_ENABLED", "true")
        environment.setenv("STOPWARD__MONITORING__ALERT_URLS", channel(web))
        environment.setenv("STOPWARD__MONITORING__HEARTBEAT_URL", f"http://127.0.0.1:{web.port}/ping")
        environment.setenv("STOPWARD__MONITORING__HEARTBEAT_INTERVAL_SECONDS", "10")
        with pair(folder, "news", 0, CLUMSY) as one:
            yield one


def wait_for(web: Web, kind: str) -> None:
    for _ in range(int(PATIENCE_SECONDS / LOOK_SECONDS)):
        if kind in dict(received(web)):
            return
        threading.Event().wait(LOOK_SECONDS)
    raise AssertionError(f"no {kind} among {received(web)}")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """Live as a process whose strategy fails once and which is halted by command; its channel stalls at the end."""
    folder = tmp_path_factory.mktemp("news")
    with serving(Web()) as web, told_of(folder, web) as one:
        one.wait_for_guards()
        (folder / "bug").touch()
        wait_for(web, "actor_restarted")
        with pytest.raises(SystemExit):
            main(["halt", "--state", str(one.folder / "state")])
        wait_for(web, "control")
        while ("GET", "/ping", "") not in web.asked:
            threading.Event().wait(LOOK_SECONDS)
        web.stall = threading.Event()
        code, _, errors = one.end(signal.SIGTERM)
        log = "".join((one.folder / "log" / f"bot.{kind}").read_text() for kind in ("jsonl", "log"))
        return Lived(exit_code=code, errors=errors, account=one.account, log=log, web=web)


@pytest.mark.parametrize("kind", BY_A_PROCESS)
def test_what_happens_to_a_process_is_told_to_the_channel_once(kind: str, lived: Lived) -> None:
    once(received(lived.web), kind, BY_A_PROCESS[kind])


def test_a_channel_that_stalls_holds_up_no_end_and_no_secret_is_told_or_logged(lived: Lived) -> None:
    assert (lived.exit_code, lived.errors.count("\n")) == (0, 1), lived.errors  # The one line that it trades.
    assert lived.account not in str(lived.web.asked)
    assert (CHANNEL in lived.log, "/ping" in lived.log) == (False, False)
