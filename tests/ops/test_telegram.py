"""The way to Telegram, against a server that fails, stalls, drips, limits and talks rubbish."""

import json
import threading
import traceback
from collections.abc import Callable
from datetime import timedelta

import pytest

from actors.runtime.clock import WallClock
from ops.telegram import BYTES_MAX, RemoteError, TelegramApi
from tests.builders import NOW
from tests.ops.telegram_server import OWNER, TOKEN, Bad, Telegram, an_error, an_update, telegram

Call = Callable[[TelegramApi], object]


def api(server: Telegram, token: str = TOKEN, seconds: float = 5.0) -> TelegramApi:
    return TelegramApi(server.base, token, WallClock(), answer_seconds=seconds)


def trouble(server: Telegram, call: Call = lambda api: api.send(OWNER, "text"), seconds: float = 5.0) -> RemoteError:
    """Return what went wrong; nothing of it, nor of what led to it, has the token."""
    with telegram(server), pytest.raises(RemoteError) as raised:
        call(api(server, seconds=seconds))
    assert TOKEN.partition(":")[2] not in "".join(traceback.format_exception(raised.value))
    return raised.value


def test_a_message_is_read_with_its_chat_its_time_and_its_text() -> None:
    with telegram(Telegram(updates=[an_update(7, "/status")])) as server:
        (message,) = api(server).updates(None)

    assert (message.update_id, message.chat_id, message.text) == (7, OWNER, "/status")
    assert message.sent_at == NOW.replace(microsecond=0)
    assert server.polled() == [{"timeout": 25, "limit": 20, "allowed_updates": ["message"]}]


def test_an_offset_is_passed_on() -> None:
    with telegram(Telegram(updates=[an_update(7), an_update(8)])) as server:
        found = api(server).updates(8)

    assert [each.update_id for each in found] == [8]
    assert server.polled()[0]["offset"] == 8


def test_a_text_is_sent_to_a_chat() -> None:
    with telegram(Telegram()) as server:
        api(server).send(OWNER, "halted")

    assert server.sent == ["halted"]
    assert server.asked[0][1]["chat_id"] == OWNER


def test_a_good_token_has_a_name() -> None:
    with telegram(Telegram()) as server:
        assert api(server).name() == "stopward_bot"


def test_a_wrong_token_is_said_in_telegrams_words() -> None:
    with telegram(Telegram()) as server, pytest.raises(RemoteError, match="status 401: Unauthorized"):
        api(server, "123456789:" + 30 * "x").name()


def test_how_long_to_wait_is_taken_from_the_answer() -> None:
    limited = an_error(429, "Too Many Requests: retry after 7", retry_after=7)

    found = trouble(Telegram(bad={"sendMessage": [limited]}))

    assert (found.reason, found.retry_after_seconds) == ("status 429: Too Many Requests: retry after 7", 7.0)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Bad(500), "status 500"),
        (Bad(502, b"<html>bad gateway</html>"), "status 502"),
        (Bad(404, b"[]"), "status 404"),
        (Bad(429, b'{"ok": false, "parameters": {"retry_after": "soon"}}'), "status 429"),
        (Bad(200, b"<html>log in to this hotel</html>"), "an answer that is no JSON"),
        (Bad(200, b""), "an answer that is no JSON"),
        (Bad(200, b"[" * 100_000), "an answer that is no JSON"),
        (Bad(200, b"\xff\xfe\x00"), "an answer that is no JSON"),
        (Bad(200, b"[1]"), "an answer that is no object"),
        (Bad(200, b"{}"), "refused"),
        (Bad(200, b'{"ok": 1, "description": 3}'), "refused"),
        (Bad(200, b'{"ok": false, "description": "two\\nlines"}'), "refused: two lines"),
        (Bad(200, b'{"ok": true, "result": {}}'), "an answer that is no list"),
        (Bad(302, extra=(("Location", "http://127.0.0.1:1/elsewhere"),)), "status 302"),
        (Bad(200, b" " * (BYTES_MAX + 1)), "an answer without an end"),
    ],
)
def test_what_is_no_answer_is_an_error_in_words(answer: Bad, reason: str) -> None:
    found = trouble(Telegram(bad={"getUpdates": [answer]}), lambda api: api.updates(None))

    assert (found.reason, found.retry_after_seconds) == (reason, None)


@pytest.mark.parametrize(
    "update",
    [
        3,
        {},
        {"update_id": "7"},
        {"update_id": True},
    ],
)
def test_what_has_no_number_is_nothing(update: object) -> None:
    rubbish = Bad(body=json.dumps({"ok": True, "result": [update]}).encode())

    with telegram(Telegram(bad={"getUpdates": [rubbish]})) as server:
        assert api(server).updates(None) == ()


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        {"chat": 3},
        {"chat": {"id": "4711"}, "date": "noon", "text": ["/halt"]},
        {"chat": {"id": True}, "date": 10**30},
        {"chat": {}, "date": -(10**18)},
        {"date": True},
    ],
)
def test_of_what_is_no_message_the_number_is_seen_and_it_is_of_nobody(message: object) -> None:
    rubbish = Bad(body=json.dumps({"ok": True, "result": [{"update_id": 9, "message": message}]}).encode())

    with telegram(Telegram(bad={"getUpdates": [rubbish]})) as server:
        (found,) = api(server).updates(None)

    assert (found.update_id, found.chat_id, found.sent_at, found.text) == (9, None, None, "")


def test_a_server_that_stalls_is_waited_for_no_longer_than_told() -> None:
    assert "timed out" in trouble(Telegram(stall=threading.Event()), seconds=0.2).reason


def test_an_answer_that_comes_drop_by_drop_is_none() -> None:
    assert trouble(Telegram(drips=True), seconds=0.2).reason == "an answer without an end"


def test_a_server_that_is_not_there_is_told_without_its_address() -> None:
    with telegram(Telegram()) as server:
        gone = api(server)

    with pytest.raises(RemoteError, match="refused") as raised:
        gone.updates(None)
    assert TOKEN not in str(raised.value)


def test_the_date_is_of_utc() -> None:
    later = NOW + timedelta(hours=5)
    with telegram(Telegram(updates=[an_update(7, at=later)])) as server:
        (message,) = api(server).updates(None)

    assert message.sent_at == later.replace(microsecond=0)
