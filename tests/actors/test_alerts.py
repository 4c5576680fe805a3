from actors.alerts import AlertActor
from domain.commands import SendAlert, Wake
from tests.actors.stage import Stage

ALERT = SendAlert(kind="breaker", text="nothing new is opened")


class FakeChannel:
    """Implements AlertPort; takes everything unless it is down."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.down = False

    async def send(self, title: str, body: str) -> bool:
        self.sent.append((title, body))
        return not self.down


def opened(stage: Stage) -> FakeChannel:
    channel = FakeChannel()
    stage.launch(lambda context: AlertActor(context, port=channel, log=stage.log), "alerts")
    return channel


def test_an_alert_reaches_the_operator_and_the_log(stage: Stage) -> None:
    channel = opened(stage)

    stage.tell("alerts", ALERT)

    assert channel.sent == [("Stopward: breaker", "nothing new is opened")]
    assert [line["delivered"] for line in stage.log.named("alert")] == [True]


def test_the_same_alert_is_not_sent_twice_in_ten_minutes(stage: Stage) -> None:
    channel = opened(stage)

    stage.tell("alerts", ALERT, ALERT)
    stage.run_for(601)
    stage.tell("alerts", ALERT)

    assert len(channel.sent) == 2
    assert len(stage.log.named("alert_suppressed")) == 1


def test_an_alert_that_no_channel_took_is_said_to_be_so(stage: Stage) -> None:
    channel = opened(stage)
    channel.down = True

    stage.tell("alerts", ALERT, Wake(what="anything"))

    assert [line["delivered"] for line in stage.log.named("alert")] == [False]


def test_a_flood_is_held_back_but_for_what_is_critical(stage: Stage) -> None:
    channel = opened(stage)

    stage.tell("alerts", *(SendAlert(kind="entry", text=str(number)) for number in range(100)))
    stage.tell("alerts", SendAlert(kind="unguarded", text="now", level="CRITICAL"))

    assert len(channel.sent) == 61
    assert channel.sent[-1] == ("Stopward: unguarded", "now")
