"""When faults happen, how often, to whom, and what they leave behind."""

from datetime import UTC, datetime, time

from simgateway.faults.model import After, At, Chance, Nth
from tests.simgateway.faults.stands import a_rig, ask_time, codes, fault, faults_in_log, numbers
from tests.simgateway.rig import Rig


def _traded(rig: Rig) -> str:
    rig.buy()
    rig.quote("2.00", "2.10")
    return rig.log.digest


def test_a_fault_that_never_happens_leaves_every_frame_as_it_is() -> None:
    plain, faulty = Rig(), Rig()
    faulty.gateway.faults.add(fault("mute", message="currentTime"))
    faulty.gateway.faults.add(fault("delay", Nth(100), message="orderStatus"))
    faulty.gateway.faults.add(fault("mute", Chance(0.0)))

    assert _traded(faulty) == _traded(plain)


def test_a_fault_counts_what_another_one_makes_away_with() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("mute", Nth(1), message="reqCurrentTime"))
    rig.gateway.faults.add(fault("duplicate", Nth(2), message="reqCurrentTime"))
    rig.gateway.faults.add(fault("notice", Nth(3, "reqCurrentTime"), code=1100))
    rig.gateway.faults.add(fault("mute", Nth(3), message="reqCurrentTime"))

    for _ in range(3):
        rig.client.send(49, 1)

    assert numbers(rig.wait(0.5)) == ["49", "49", "4"]


def test_another_fault_does_not_change_the_draws_of_a_chance() -> None:
    alone, together = a_rig(), a_rig()
    together.gateway.faults.add(fault("mute", Nth(1), message="reqCurrentTime", times=4))
    for rig in (alone, together):
        rig.gateway.faults.add(fault("reject", Chance(0.5), message="reqCurrentTime", code=504))
        for _ in range(20):
            rig.client.send(49, 1)

    whole, part = numbers(alone.wait(0.5)), numbers(together.wait(0.5))
    assert {"4", "49"} == set(whole)
    assert part == whole[4:]


def test_a_gateway_without_faults_does_not_ask_for_them() -> None:
    rig = a_rig()

    assert not rig.gateway.faults.is_set


def test_a_fault_begins_at_once_and_goes_on() -> None:
    rig = a_rig()

    rig.gateway.faults.add(fault("mute", message="currentTime"))

    assert ask_time(rig, 3) == []
    assert rig.gateway.faults.fired == {"mute": 3}


def test_a_fault_happens_so_many_times_and_is_forgotten() -> None:
    rig = a_rig()

    rig.gateway.faults.add(fault("mute", message="currentTime", times=2))

    assert numbers(ask_time(rig, 3)) == ["49"]
    assert not rig.gateway.faults.is_set


def test_a_fault_lasts_from_its_beginning() -> None:
    rig = a_rig()

    rig.gateway.faults.add(fault("mute", After(10), message="currentTime", lasts=5))

    before = ask_time(rig)
    rig.wait(10)
    during = ask_time(rig)
    rig.wait(5)
    assert [numbers(frames) for frames in (before, during, ask_time(rig))] == [["49"], [], ["49"]]


def test_a_fault_begins_and_ends_at_new_yorks_time_of_day() -> None:
    rig = a_rig(start=datetime(2025, 11, 12, 16, 59, 50, tzinfo=UTC))

    rig.gateway.faults.add(fault("mute", At(time(12, 0)), message="currentTime", until=time(12, 1)))

    before = ask_time(rig)
    rig.wait(10)
    during = ask_time(rig)
    rig.wait(60)
    assert [numbers(frames) for frames in (before, during, ask_time(rig))] == [["49"], [], ["49"]]


def test_the_nth_message_of_a_kind_is_counted_from_when_the_fault_is_given() -> None:
    rig = a_rig()
    ask_time(rig, 2)

    rig.gateway.faults.add(fault("short", Nth(2), message="currentTime"))

    assert [len(row) for row in ask_time(rig, 3)] == [3, 2, 3]


def test_the_nth_message_of_one_kind_can_begin_a_fault_of_another() -> None:
    rig = a_rig()

    rig.gateway.faults.add(fault("mute", Nth(2, "reqCurrentTime"), message="managedAccounts", lasts=60))

    rig.client.send(17, 1)
    ask_time(rig, 2)
    rig.client.send(17, 1)
    assert rig.wait() == []


def test_an_event_at_every_nth_message_happens_as_often_as_it_may() -> None:
    rig = a_rig()

    rig.gateway.faults.add(fault("notice", Nth(2, "reqCurrentTime"), code=2103, times=2))

    assert codes(ask_time(rig, 7)) == ["2103", "2103"]


def test_chance_draws_the_same_each_time_and_a_second_fault_does_not_change_it() -> None:
    alone, together = a_rig(), a_rig()
    for rig in (alone, together):
        rig.gateway.faults.add(fault("mute", Chance(0.5), message="currentTime"))
    together.gateway.faults.add(fault("duplicate", Chance(0.5), message="managedAccounts"))

    answers: list[list[bool]] = []
    for rig in (alone, together):
        answers.append([])
        for _ in range(40):
            rig.client.send(17, 1)
            answers[-1].append("49" in numbers(ask_time(rig)))

    assert answers[0] == answers[1]
    assert 5 < sum(answers[0]) < 35


def test_two_equal_faults_draw_from_generators_of_their_own() -> None:
    rig = a_rig()
    for _ in range(2):
        rig.gateway.faults.add(fault("short", Chance(0.5), message="currentTime"))

    lengths = {len(row) for _ in range(20) for row in ask_time(rig, 2)}

    assert lengths == {1, 2, 3}


def test_a_fault_can_be_one_clients_alone() -> None:
    rig = a_rig()
    other = rig.connect(2)
    other.take()

    rig.gateway.faults.add(fault("mute", message="currentTime", client=2))
    other.send(49, 1)

    assert numbers(ask_time(rig)) == ["49"]
    assert other.take() == []


def test_a_message_can_be_named_by_its_number_and_direction() -> None:
    rig = a_rig()

    rig.gateway.faults.add(fault("mute", message="49", direction="in"))

    assert ask_time(rig) == []
    assert faults_in_log(rig) == [("mute", "reqCurrentTime", "49", "1")]


def test_an_event_happens_at_its_time_every_day_it_may() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("notice", At(time(23, 45)), code=1100, times=2))

    days = [codes(rig.wait(86_400)) for _ in range(3)]

    assert days == [["1100"], ["1100"], []]


def test_each_happening_is_noted_in_the_log_with_whom_it_met() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("mute", message="currentTime", times=1))

    ask_time(rig, 2)

    (note,) = [frame for frame in rig.log.frames if frame.direction == "note"]
    assert (note.name, note.connection, note.client_id) == ("fault", 1, 1)
    assert note.fields[:4] == ("fault", "mute", "currentTime", "49")


def test_a_list_says_what_each_fault_has_done() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("mute", Nth(2), message="currentTime"))
    ask_time(rig, 3)

    (row,) = rig.gateway.faults.rows()

    assert (row.number, row.fired, row.seen, row.is_spent) == (1, 1, 2, True)


def test_a_cleared_fault_lets_go_what_it_kept_back() -> None:
    rig = a_rig()
    number = rig.gateway.faults.add(fault("delay", message="currentTime", seconds=60, overtaken=False))
    ask_time(rig)

    cleared = rig.gateway.faults.clear(number)

    assert (cleared, numbers(rig.wait())) == (1, ["49"])
    assert rig.wait(60) == []


def test_a_planned_event_that_is_cleared_does_not_happen() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("drop", After(10)))

    rig.gateway.faults.clear()
    rig.wait(20)

    assert not rig.client.transport.is_closed


def test_a_closed_gateway_leaves_no_timer_of_a_fault_behind() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("drop", After(1000)))
    rig.gateway.faults.add(fault("delay", message="currentTime", seconds=500))
    rig.gateway.faults.add(fault("restart", After(0), seconds=300))
    ask_time(rig)

    rig.gateway.close()

    assert rig.clock.pending() == 0


def test_a_fault_passes_on_what_another_one_has_left_too_short_to_read() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("short", message="orderStatus", fields=100))
    rig.gateway.faults.add(fault("silent_order"))

    rig.client.order(1, "BUY", 1, "MKT")

    assert ("3",) in rig.wait()
    assert [row.shares for row in rig.gateway.executions()] == [1]


def test_a_fault_of_orders_leaves_an_order_that_cannot_be_read_to_error_320() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("silent_order"))
    rig.gateway.faults.add(fault("competing_session"))

    rig.client.send(3)
    rig.client.send(1)
    rig.client.send(1, 11, "9" * 5000)

    assert codes(rig.wait(0.5)) == ["320", "320", "320"]
