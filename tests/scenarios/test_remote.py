"""The owner halts from afar: a bot and a gateway, each a process, and a server that stands for Telegram's."""

import signal
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import pytest

from domain.events import ControlMoved
from tests.ops.telegram_server import OWNER, TOKEN, Telegram, an_update, telegram
from tests.scenarios.pairs import PATIENCE_SECONDS, pair

LOOK_SECONDS: Final = 0.05
SECRET: Final = TOKEN.partition(":")[2]


def switch_on(server: Telegram, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every bot that starts from now on listen to the owner at this server."""
    sets = {"CONTROL": "true", "TOKEN": TOKEN, "CHAT_ID": str(OWNER), "API": server.base}
    for name, value in sets.items():
        monkeypatch.setenv(f"STOPWARD__MONITORING__TELEGRAM_{name}", value)


def wait_until(happened: Callable[[], object]) -> None:
    for _ in range(int(PATIENCE_SECONDS / LOOK_SECONDS)):
        if happened():
            return
        threading.Event().wait(LOOK_SECONDS)
    raise AssertionError("it never happened")


def test_a_halt_from_afar_is_journaled_and_acknowledged_and_the_process_ends_while_telegram_stalls(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with telegram(Telegram(waits=True)) as server:
        switch_on(server, monkeypatch)
        with pair(tmp_path_factory.mktemp("afar"), "one", 40) as one:
            start = datetime.fromisoformat(one.ready["start"])
            before, after = start - timedelta(hours=1), start + timedelta(hours=1)
            server.write(an_update(7, at=before), an_update(8, chat_id=666, at=after))
            wait_until(lambda: one.events("remote_skipped") and one.events("remote_ignored"))
            one.wait_for_guards()
            assert one.events("control") == []

            server.write(an_update(9, "/status", at=after))
            wait_until(lambda: len(server.sent) == 2)
            server.write(an_update(10, at=after))
            one.wait_for_state("halted")
            wait_until(lambda: len(server.sent) == 3)
            wait_until(lambda: server.polled()[-1].get("offset") == 11)
            code, out, errors = one.end(signal.SIGTERM)

            assert one.resting() == one.refs
            store = one.store()
            journaled = [
                (record.state, record.by) for record in store.read("control") if isinstance(record, ControlMoved)
            ]
            store.close()
            written = "".join(
                path.read_text(errors="replace") for path in one.folder.rglob("*") if path.suffix not in {".sock", ""}
            )

    late, status, halted = server.sent
    assert code == 0, errors
    assert "1 from before my start" in late
    assert "(paper) up for" in status
    assert "open brackets" in status
    assert "1 messages of other chats ignored" in status
    assert "halted; 1 open bracket guarded on" in halted
    assert journaled == [("halted", "Telegram")]
    assert SECRET not in written + out + errors
