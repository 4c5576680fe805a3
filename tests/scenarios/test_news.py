"""What a real process tells a channel on the network, and that a channel that stalls holds it up at nothing."""

import json
import signal
import threading

import pytest

from tests.ops.web import Web, serving
from tests.scenarios.pairs import LOOK_SECONDS, PATIENCE_SECONDS, pair


def kinds(web: Web) -> list[str]:
    """Return which alerts came, oldest first."""
    return [json.loads(body)["title"].removeprefix("Stopward: ") for method, _, body in web.asked if method == "POST"]


def wait_for(web: Web, kind: str) -> None:
    for _ in range(int(PATIENCE_SECONDS / LOOK_SECONDS)):
        if kind in kinds(web):
            return
        threading.Event().wait(LOOK_SECONDS)
    raise AssertionError(f"no {kind} among {kinds(web)}")


def test_start_entry_and_end_are_told_the_heart_beats_and_a_channel_that_stalls_holds_up_no_end(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Web()) as web:
        monkeypatch.setenv("STOPWARD__MONITORING__ALERTS_ENABLED", "true")
        monkeypatch.setenv("STOPWARD__MONITORING__ALERT_URLS", f"json://127.0.0.1:{web.port}/channel")
        monkeypatch.setenv("STOPWARD__MONITORING__HEARTBEAT_URL", f"http://127.0.0.1:{web.port}/ping")
        monkeypatch.setenv("STOPWARD__MONITORING__HEARTBEAT_INTERVAL_SECONDS", "10")
        with pair(tmp_path_factory.mktemp("news"), "news", 0) as one:
            one.wait_for_guards()
            wait_for(web, "entry")
            while ("GET", "/ping", "") not in web.asked:
                threading.Event().wait(LOOK_SECONDS)
            web.stall = threading.Event()
            code, _, errors = one.end(signal.SIGTERM)

        log = (one.folder / "log" / "bot.jsonl").read_text() + (one.folder / "log" / "bot.log").read_text()

    assert (code, errors.count("\n")) == (0, 1), errors  # The one line that it trades.
    assert kinds(web)[0] == "started"
    assert kinds(web)[-1] == "stopping"
    assert one.account not in str(web.asked)
    assert ("/channel" in log, "/ping" in log) == (False, False)
