"""./bot alert-test against channels that take, refuse and rate-limit; the addresses are secrets throughout."""

import json
from collections.abc import Callable

import pytest

from cli.main import main
from tests.ops.telegram_server import OWNER, TOKEN, Telegram, an_update, telegram
from tests.ops.web import Web, serving

# A part of apprise that we do not use asks for a module of the standard library that is on its way out.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """Return what runs ``./bot alert-test`` with these settings and gives exit code, output and complaint."""

    def run(*sets: str, as_json: bool = False) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["alert-test", *(part for each in sets for part in ("--set", each)), *(["--json"] * as_json)])
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


def test_every_address_is_sent_the_message_and_the_heartbeat_beats(said: Said) -> None:
    with serving(Web()) as web:
        code, out, err = said(
            f"monitoring.alert_urls=json://127.0.0.1:{web.port}/channel",
            f"monitoring.heartbeat_url=http://127.0.0.1:{web.port}/ping",
            "monitoring.alerts_enabled=true",
        )

    assert (code, err) == (0, "")
    assert [(method, path) for method, path, _ in web.asked] == [("POST", "/channel"), ("GET", "/ping")]
    assert json.loads(web.asked[0][2])["title"] == "Stopward: test"
    assert out.splitlines()[0].startswith("alert 1 (json): taken")


@pytest.mark.parametrize("status", [404, 429, 500])
def test_a_channel_that_does_not_take_it_is_named_by_its_place_alone(said: Said, status: int) -> None:
    with serving(Web(statuses=[status])) as web:
        code, out, err = said(f"monitoring.alert_urls=json://127.0.0.1:{web.port}/channel", as_json=True)

    (tried,) = json.loads(out)["tried"]
    assert (code, tried["address"], tried["taken"]) == (1, "alert 1 (json)", False)
    assert "channel" not in out + err


def test_one_that_is_no_address_does_not_stop_the_others(said: Said) -> None:
    with serving(Web()) as web:
        code, out, _ = said(f'monitoring.alert_urls=["nonsense", "json://127.0.0.1:{web.port}/"]', as_json=True)

    assert (code, [each["taken"] for each in json.loads(out)["tried"]]) == (1, [False, True])


def test_a_text_of_ones_own_is_sent_without_being_called_a_test(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Web()) as web, pytest.raises(SystemExit):
        main(["alert-test", "--set", f"monitoring.alert_urls=json://127.0.0.1:{web.port}/", "--text", "it stays down"])

    sent = json.loads(web.asked[0][2])
    assert (sent["title"], sent["message"]) == ("Stopward", "it stays down")
    assert "taken" in capsys.readouterr().out


def test_alerts_that_are_off_are_mentioned(said: Said) -> None:
    with serving(Web()) as web:
        _, _, err = said(f"monitoring.alert_urls=json://127.0.0.1:{web.port}/")

    assert "alerts are off: set monitoring.alerts_enabled to true" in err


def test_without_an_address_one_line_says_where_to_write_it(said: Said) -> None:
    code, out, err = said()

    assert (code, out) == (2, "")
    assert err.startswith("bot: monitoring.alert_urls is empty: write STOPWARD__MONITORING__ALERT_URLS=")
    assert err.count("\n") == 1


def test_a_heartbeat_that_is_no_address_is_refused_without_being_shown(said: Said) -> None:
    code, _, err = said("monitoring.heartbeat_url=ftp://token@host")

    assert (code, "token" in err) == (2, False)
    assert "monitoring.heartbeat_url must be an address such as https://example.org/ping" in err


def test_the_way_for_halt_and_status_is_tried_without_taking_a_word_from_a_running_bot(said: Said) -> None:
    with telegram(Telegram(updates=[an_update(7)])) as server:
        code, out, _ = said(*remote(server, TOKEN))

    assert (code, out.partition(":")[0]) == (0, "telegram_control")
    assert [method for method, _ in server.asked] == ["getMe"]


def test_a_wrong_token_is_said_in_telegrams_words_and_never_shown(said: Said) -> None:
    wrong = TOKEN[:-5] + "wrong"
    with telegram(Telegram()) as server:
        code, out, err = said(*remote(server, wrong))

    assert code == 1
    assert "telegram_control: status 401: Unauthorized" in out
    assert wrong.partition(":")[2] not in out + err


def remote(server: Telegram, token: str) -> tuple[str, ...]:
    sets = {"control": "true", "token": f'"{token}"', "chat_id": str(OWNER), "api": server.base}
    return tuple(f"monitoring.telegram_{name}={value}" for name, value in sets.items())
