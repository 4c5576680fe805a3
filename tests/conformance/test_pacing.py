"""IB's limit of 50 messages a second, met by each client's real traffic."""

from tests.conformance.stage import HIGH_LEVEL, Stage

GONE = ("Peer closed", "Connection reset by peer", "Broken pipe", "Bad file descriptor", "socket.send() raised")


def paced(stage: Stage) -> None:
    """Start a gateway that enforces the limit."""
    stage.gateway(speed=4.0, pacing=True, delay_ms=(0, 1))


def test_too_many_messages_are_error_100_and_some_are_lost(stage: Stage) -> None:
    paced(stage)
    line = stage.line()

    line.do("burst", count=120, hurry=True)

    row = line.until("error", code=100)
    assert row["id"] == -1
    assert "Max rate of messages per second has been exceeded" in row["text"]
    stage.pass_time(2)
    stage.until_received("reqCurrentTime", 120)
    assert len(stage.frames("currentTime")) < 120


def test_who_goes_on_is_cut_off_and_others_live_on(stage: Stage) -> None:
    stage.allow(*GONE)
    stage.gateway(speed=1.0, pacing=True, delay_ms=(0, 1))
    line, other = stage.line(1), stage.line(2)

    for second in (1, 2):
        line.do("burst", count=120, hurry=True)
        line.until("error", code=100, count=second)
        stage.pass_time(1.1)
    line.tries("burst", count=120, hurry=True)  # Its own error 100 may be lost with the connection.

    assert line.until("closed")
    assert len([row for row in stage.frames("error") if row.client_id == 1 and row.fields[3] == "100"]) == 3
    other.do("time")
    assert other.until("time")


def test_the_gateway_s_own_pacing_slows_a_client_down_instead(stage: Stage) -> None:
    paced(stage)
    line = stage.line(options="+PACEAPI")

    line.do("burst", count=120, hurry=True)
    for _ in range(12):
        stage.pass_time(1)

    assert line.until("time", count=120)
    assert 100 not in line.errors()


def test_the_libraries_own_brake_keeps_them_below_the_limit(stage: Stage) -> None:
    """The official client has none: there the burst is error 100.

    Ten seconds of the gateway pass in one of the client's: what a busy machine delays by less than 0.9 s is no burst.
    """
    stage.gateway(speed=10.0, pacing=True, delay_ms=(0, 1))
    line = stage.line()

    if stage.client.name in HIGH_LEVEL:
        line.do("burst", count=60, hurry=False)
        line.until("time", count=60)
        assert 100 not in line.errors()
    else:
        line.do("burst", count=1000, hurry=False)
        assert line.until("error", code=100)
