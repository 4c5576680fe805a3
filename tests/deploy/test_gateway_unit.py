"""The example of a gateway in Docker: its settings suit the bot's, and docs/pi.md knows each of them."""

import re
import shlex
from datetime import datetime
from itertools import pairwise
from typing import Final

from config.load import load_fixed
from config.new_york import parse_window
from domain.trading_day import NEW_YORK
from tests.deploy.test_units import DEPLOY, unit
from tests.house import CHECKOUT

TEXT: Final = (DEPLOY / "gateway.service").read_text(encoding="utf-8")
BEFORE_IT_IS_TO_BE_READY: Final = parse_window("00:00-08:45")  # At nine somebody is called.
PAPER_INSIDE, LIVE_INSIDE = 4004, 4003  # Where the image forwards from: its README, "Ports".


def settings() -> dict[str, str]:
    """Return what the unit says to the container."""
    words = [word for line in re.findall(r"^Environment=(.*)$", TEXT, re.MULTILINE) for word in shlex.split(line)]
    return dict(word.split("=", 1) for word in words)


def options(name: str) -> list[str]:
    """Return every value of an option of the command that runs the container."""
    words = shlex.split(unit(DEPLOY / "gateway.service")["Service"]["ExecStart"].replace("\\", " "))
    return [value for option, value in pairwise(words) if option == name]


def test_each_setting_comes_to_the_container_and_none_that_has_no_value() -> None:
    assert sorted(options("--env")) == sorted(settings())


def test_the_ports_are_of_this_machine_alone_and_paper_is_where_the_settings_look_for_it() -> None:
    published = [value.rsplit(":", 2) for value in options("--publish")]

    assert {host for host, _, _ in published} == {"127.0.0.1"}
    assert {int(inside): int(port) for _, port, inside in published} == {
        PAPER_INSIDE: load_fixed({}).broker.port,
        LIVE_INSIDE: 4001,
    }
    assert settings()["TRADING_MODE"] == "paper"


def test_it_restarts_by_new_yorks_clock_after_the_brokers_own_reset_and_before_it_is_to_be_ready() -> None:
    found = settings()
    restart = datetime.strptime(found["AUTO_RESTART_TIME"], "%I:%M %p").time()  # noqa: DTZ007 - a time of day

    assert found["TIME_ZONE"] == found["TZ"] == str(NEW_YORK)
    assert all(restart not in window for window in load_fixed({}).broker.reset_windows)
    assert restart in BEFORE_IT_IS_TO_BE_READY


def test_a_log_in_that_was_missed_is_asked_for_again_and_orders_may_pass() -> None:
    found = settings()

    assert (found["TWOFA_TIMEOUT_ACTION"], found["RELOGIN_AFTER_TWOFA_TIMEOUT"]) == ("restart", "yes")
    assert (found["READ_ONLY_API"], found["BYPASS_WARNING"]) == ("no", "yes")


def test_the_log_in_is_in_a_file_alone() -> None:
    assert [name for name in settings() if name.startswith("TWS_")] == []
    assert len(options("--env-file")) == 1


def test_the_document_says_what_each_setting_is_for_and_holds_no_second_file() -> None:
    text = (CHECKOUT / "docs" / "pi.md").read_text(encoding="utf-8")

    assert [name for name in settings() if f"`{name}`" not in text] == []
    assert "deploy/gateway.service" in text
    assert options("--env-file")[0] in text
    assert "docker-compose" not in text
