"""What can be said on the control port, line by line."""

import json
from typing import Any

import pytest

from simgateway.control.verbs import Verbs
from simgateway.faults.kinds import KINDS
from tests.simgateway.faults.stands import a_rig, ask_time, codes, numbers
from tests.simgateway.rig import HandClock, Rig


class _SteppedClock(HandClock):
    """The hand clock, with the handles of the loop's clock."""

    speed = 1.0
    is_paused = False

    def pause(self) -> None:
        self.is_paused = True

    def resume(self) -> None:
        self.is_paused = False

    def step(self, seconds: float) -> None:
        if not self.is_paused:
            raise RuntimeError("only a paused clock can be stepped")
        self.advance(seconds)


def _say(rig: Rig, **row: object) -> dict[str, Any]:
    return Verbs(rig.gateway, None).answer(json.dumps(row).encode())


def test_a_fault_is_given_listed_and_cleared() -> None:
    rig = a_rig()

    given = _say(rig, do="fault", kind="mute", message="currentTime", times=2)
    silence = ask_time(rig)
    listed = _say(rig, do="list")
    cleared = _say(rig, do="clear", number=1)

    assert (given, silence) == ({"ok": True, "number": 1}, [])
    assert listed["faults"][0] == {
        "number": 1,
        "fired": 1,
        "seen": 0,
        "spent": False,
        "kind": "mute",
        "message": "currentTime",
        "times": 2,
    }
    assert listed["fired"] == {"mute": 1}
    assert cleared == {"ok": True, "cleared": 1}
    assert numbers(ask_time(rig)) == ["49"]


def test_the_kinds_are_listed_with_their_settings() -> None:
    kinds = {row["kind"]: row for row in _say(a_rig(), do="kinds")["kinds"]}

    assert set(kinds) == set(KINDS)
    assert [row["name"] for row in kinds["delay"]["settings"]] == ["seconds", "overtaken"]
    assert ["high" in row for row in kinds["delay"]["settings"]] == [True, False]


def test_counters_are_given_by_client() -> None:
    rig = a_rig()
    rig.connect(2)

    counters = _say(rig, do="counters")["counters"]

    assert counters["connections"] == 2
    assert [row["client_id"] for row in counters["clients"]] == [1, 2]


def test_books_and_orders_are_exact_text() -> None:
    rig = a_rig()
    rig.buy()
    rig.client.order(2, "SELL", 1, "LMT", lmt="9.00")
    rig.wait()

    books = _say(rig, do="books")["books"]
    orders = _say(rig, do="orders")

    assert books["positions"][0]["quantity"] == 1
    assert books["cash"] == str(rig.gateway.books().cash)
    assert [row["limit"] for row in orders["orders"]] == ["9.00"]
    assert [row["price"] for row in orders["executions"]] == ["1.10"]


def test_a_position_can_be_moved_to_another_account_of_which_no_execution_tells() -> None:
    rig = a_rig()
    rig.buy(3)
    before = rig.gateway.books()
    con_id = before.positions[0].con_id
    rig.client.send(61, 1)
    rig.wait()

    moved = _say(rig, do="transfer", con_id=con_id, quantity=2)

    told = [fields for fields in rig.wait() if fields[0] == "61"]
    after = rig.gateway.books()
    assert moved == {"ok": True}
    assert ([row.quantity for row in after.positions], after.cash) == ([1], before.cash)
    assert after.realized == before.realized
    assert after.net_liquidation - after.start_net_liquidation == before.net_liquidation - before.start_net_liquidation
    assert len(_say(rig, do="orders")["executions"]) == 1
    assert [fields[-2] for fields in told] == ["1"]


@pytest.mark.parametrize("quantity", [0, -1, 4, None])
def test_what_is_not_held_cannot_be_moved(quantity: int | None) -> None:
    rig = a_rig()
    rig.buy(3)
    (held,) = rig.gateway.books().positions

    refused = _say(rig, do="transfer", con_id=held.con_id, quantity=quantity)

    assert (refused["ok"], "quantity" in refused["error"]) == (False, True)
    assert rig.gateway.books().positions[0].quantity == 3


def test_a_notice_a_disconnect_and_a_refusal_can_be_ordered() -> None:
    rig = a_rig()
    rig.connect(2)

    _say(rig, do="notify", code=1100)
    told = codes(rig.wait())
    gone = _say(rig, do="disconnect", client=2)
    _say(rig, do="refuse")
    refused = rig.connect(3)
    _say(rig, do="accept")

    assert (told, gone["disconnected"]) == (["1100"], 1)
    assert refused.transport.is_closed
    assert not rig.connect(3).transport.is_closed
    assert not rig.client.transport.is_closed


def test_a_hosted_clock_can_only_be_read() -> None:
    rig = a_rig()

    assert _say(rig, do="clock") == {"ok": True, "now": rig.clock.now().isoformat()}
    assert "can only be read" in _say(rig, do="clock", pause=True)["error"]


def test_a_clock_of_its_own_can_be_stopped_moved_and_sped_up() -> None:
    rig = a_rig()
    clock = _SteppedClock(rig.clock.now())
    rig.gateway.clock = clock

    unpaused = _say(rig, do="clock", step=10)
    answer = _say(rig, do="clock", pause=True, step=10, speed=5)
    resumed = _say(rig, do="clock", resume=True)

    assert unpaused["error"] == "only a paused clock can be stepped"
    assert answer == {"ok": True, "now": clock.now().isoformat(), "paused": True, "speed": 5.0}
    assert (clock.now() - rig.clock.now()).total_seconds() == 10
    assert resumed["paused"] is False


def test_who_hosts_a_gateway_ends_it_and_a_process_can_be_told() -> None:
    rig = a_rig()
    told: list[str] = []

    hosted = _say(rig, do="quit")
    answer = Verbs(rig.gateway, lambda: told.append("quit")).answer(b'{"do":"quit"}')

    assert "hosted" in hosted["error"]
    assert (answer, told) == ({"ok": True}, ["quit"])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"\xff\xfe\x00", "the line is no JSON"),
        (b"{", "the line is no JSON"),
        (b"[" * 50_000, "the line is no JSON"),
        (b"7" * 5_000, "the line is no JSON"),
        (b"[]", "the line must be an object"),
        (b"{}", "do = None is none of fault, clear"),
        (b'{"do":["fault"]}', "is none of fault, clear"),
        (b'{"do":"explode"}', "do = 'explode' is none of fault, clear"),
        (b'{"do":"fault"}', "kind: it is missing"),
        (b'{"do":"fault","kind":{}}', "it must be a text"),
        (b'{"do":"fault","kind":"mute","client":1.5}', "client = 1.5: it must be a whole number"),
        (b'{"do":"fault","kind":"mute","lasts":NaN}', "lasts = nan: it must be above 0"),
        (b'{"do":"fault","kind":"delay","seconds":null}', "seconds = None: it must be a number"),
        (b'{"do":"fault","kind":"drop","after":1e99}', "after"),
        (b'{"do":"fault","kind":"mute","lasts":1e99}', "lasts"),
        (b'{"do":"clear","number":9}', "number = 9: there is no such fault"),
        (b'{"do":"clear","number":"all"}', "number = 'all': it must be a whole number"),
        (b'{"do":"list","x":1}', "x: list takes nothing"),
        (b'{"do":"notify"}', "notify needs a code"),
        (b'{"do":"disconnect","client":true}', "client = True: it must be a whole number"),
    ],
)
def test_a_line_that_cannot_be_is_answered_with_one_line(line: bytes, said: str) -> None:
    rig = a_rig()

    answer = Verbs(rig.gateway, None).answer(line)

    assert answer["ok"] is False
    assert said in str(answer["error"])
    assert "\n" not in str(answer["error"])
    assert numbers(ask_time(rig)) == ["49"]


@pytest.mark.parametrize("change", [{"speed": 0}, {"speed": "fast"}, {"pause": True, "step": -1}])
def test_a_clock_is_not_set_to_nonsense(change: dict[str, object]) -> None:
    rig = a_rig()
    rig.gateway.clock = _SteppedClock(rig.clock.now())

    assert _say(rig, do="clock", **change)["ok"] is False
