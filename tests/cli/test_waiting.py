import pytest

from cli.waiting import PAUSE_SECONDS_MAX, TELL_SECONDS, account_when_there
from domain.errors import ConfigError, GatewayAwayError

AWAY = GatewayAwayError("broker.host/broker.port: 127.0.0.1:4002: nothing listens there; start the gateway")


class Gateway:
    """Is away for so many questions, then tells its account; what was told and waited is kept."""

    def __init__(self, away: int, then: ConfigError | None = None) -> None:
        self.away = away
        self.then = then
        self.pauses: list[float] = []
        self.told: list[str] = []

    def ask(self) -> str:
        if len(self.pauses) < self.away:
            raise AWAY
        if self.then is not None:
            raise self.then
        return "DU1234567"

    def wait(self, *, wait: bool = True) -> str:
        return account_when_there(self.ask, self.pauses.append, self.told.append, wait=wait)


def test_a_gateway_that_is_there_is_not_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    gateway = Gateway(0)

    assert gateway.wait() == "DU1234567"
    assert (gateway.pauses, gateway.told, capsys.readouterr().err) == ([], [], "")


def test_one_that_comes_later_is_waited_for_and_that_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    gateway = Gateway(4)

    assert gateway.wait() == "DU1234567"
    assert gateway.pauses == [2.0, 4.0, 8.0, 16.0]
    assert capsys.readouterr().err == f"bot: {AWAY}; waiting for it\n"


def test_when_it_lasts_the_operator_is_told_once() -> None:
    gateway = Gateway(40)

    gateway.wait()

    assert len(gateway.told) == 1
    assert "nothing listens there" in gateway.told[0]
    assert max(gateway.pauses) == PAUSE_SECONDS_MAX
    assert sum(gateway.pauses) > TELL_SECONDS


def test_without_being_asked_to_it_waits_for_nothing() -> None:
    gateway = Gateway(1)

    with pytest.raises(GatewayAwayError):
        gateway.wait(wait=False)
    assert gateway.pauses == []


def test_what_no_waiting_mends_ends_the_wait() -> None:
    gateway = Gateway(2, then=ConfigError("logged in to U1…, which is live"))

    with pytest.raises(ConfigError, match="which is live"):
        gateway.wait()
