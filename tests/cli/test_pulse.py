from actors.runtime.children import Standing
from cli.pulse import FRESH_SECONDS, Pulse
from tests.actors.runtime.test_answering import child
from tests.ops.clock import StillClock


def test_before_anything_was_seen_nobody_is_told_that_all_is_well() -> None:
    pulse = Pulse(StillClock())

    assert (pulse.answers(), pulse.is_well()) == (False, False)


def test_what_was_seen_holds_for_a_while_and_no_longer() -> None:
    clock = StillClock()
    pulse = Pulse(clock)
    pulse.saw(child("root"))

    clock.pass_seconds(FRESH_SECONDS)
    held = (pulse.answers(), pulse.is_well())
    clock.pass_seconds(0.1)

    assert (held, pulse.answers(), pulse.is_well()) == ((True, True), False, False)


def test_trading_that_gave_up_stops_the_heartbeat_and_not_the_process() -> None:
    pulse = Pulse(StillClock())

    pulse.saw(child("root", children=(child("trading", Standing.GAVE_UP),)))

    assert (pulse.answers(), pulse.is_well()) == (True, False)
