import asyncio
import threading

from domain.ports import AlertPort
from ops.alerts import ATTEMPTS, ChannelAlerts, NullAlerts, deliver_by_apprise
from ops.memory_log import MemoryLog


class Channels:
    """Stands for the channels of the addresses: says what each was sent, and refuses or breaks as told."""

    def __init__(self, *, refuse: int = 0, broken: frozenset[str] = frozenset()) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.threads: set[int] = set()
        self.pauses: list[float] = []
        self._refuse = refuse
        self._broken = broken

    def deliver(self, url: str, title: str, body: str) -> bool:
        self.sent.append((url, title, body))
        self.threads.add(threading.get_ident())
        if url in self._broken:
            raise OSError(f"no route to {url}")
        return len(self.sent) > self._refuse

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


def send(channels: Channels, urls: list[str], log: MemoryLog, body: str = "text") -> bool:
    alerts = ChannelAlerts(urls, log, deliver=channels.deliver, sleep=channels.pause)
    port: AlertPort = alerts
    try:
        return asyncio.run(port.send("title", body))
    finally:
        alerts.close()


def test_every_address_is_sent_the_alert_from_a_worker() -> None:
    channels, log = Channels(), MemoryLog()

    taken = send(channels, ["json://one", "json://two"], log)

    assert taken
    assert sorted(channels.sent) == [("json://one", "title", "text"), ("json://two", "title", "text")]
    assert threading.get_ident() not in channels.threads
    assert log.events == []


def test_a_channel_that_refuses_is_asked_again_after_growing_pauses() -> None:
    channels = Channels(refuse=2)

    taken = send(channels, ["json://one"], MemoryLog())

    assert taken
    assert len(channels.sent) == 3
    assert channels.pauses == sorted(channels.pauses)
    assert len(channels.pauses) == 2


def test_a_channel_that_always_refuses_is_given_up_and_logged() -> None:
    channels, log = Channels(refuse=99), MemoryLog()

    taken = send(channels, ["json://one"], log)

    assert not taken
    assert len(channels.sent) == ATTEMPTS
    assert log.named("alert_failed") == [{"reason": "all refused", "attempts": ATTEMPTS}]


def test_a_channel_that_breaks_neither_raises_nor_stops_the_other() -> None:
    channels, log = Channels(broken=frozenset({"json://one"})), MemoryLog()

    taken = send(channels, ["json://one", "json://two"], log)

    assert taken
    assert {str(fields["reason"]) for fields in log.named("alert_failed")} == {"OSError: no route to ***"}


def test_secrets_and_account_numbers_are_not_sent() -> None:
    channels = Channels()

    send(channels, ["tgram://token"], MemoryLog(), body="DU1234567 by tgram://token")

    assert channels.sent == [("tgram://token", "title", "DU*** by ***")]


def test_without_an_address_nothing_is_sent_and_that_is_said() -> None:
    log = MemoryLog()

    taken = send(Channels(), [], log)

    assert not taken
    assert log.named("alert_failed")[0]["reason"] == "no address"


def test_alerts_that_are_off_reach_nobody() -> None:
    port: AlertPort = NullAlerts()

    assert asyncio.run(port.send("title", "body")) is False


def test_an_address_that_no_channel_knows_takes_nothing() -> None:
    assert deliver_by_apprise("nonsense", "title", "body") is False
