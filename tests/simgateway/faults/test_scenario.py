"""Scenario files: what they say is what happens, and every mistake is one clear line."""

from datetime import datetime, time
from decimal import Decimal
from pathlib import Path

import pytest

from simgateway.config import ChildrenOnPartial, GatewayConfig
from simgateway.faults.kinds import KINDS
from simgateway.faults.model import After, At, Chance, Fault, FaultError, Nth
from simgateway.faults.reading import read_fault, row_of
from simgateway.faults.scenario import ScenarioError, load_scenario, read_scenario
from simgateway.protocol.text import NEW_YORK
from tests.simgateway.faults.stands import a_rig, ask_time, fault

_DAY = """
name = "a bad day"

[gateway]
messages_per_second = 20
start_cash = 2500.50
delay_ms = [5, 6]
tick_seconds = 2
children_on_partial = "armed_when_complete"
refused_data = [["OPT", 354]]

[[fault]]
kind = "restart"
at = 23:45:00
seconds = 300

[[fault]]
kind = "mute"
message = "orderStatus"
nth = 3
on = "placeOrder"
client = 0
times = 2
lasts = 5

[[fault]]
kind = "notice"
at = 2025-11-12T10:00:00
code = 1100
"""


def test_every_setting_can_be_said_whatever_words_all_faults_have() -> None:
    for kind in KINDS.values():
        codes = {each.name: each.choices[0] if each.choices else 100 for each in kind.parameters if each.name == "code"}
        row = {each.name: each.default for each in kind.parameters} | codes

        assert read_fault({"kind": kind.name, **row}).settings == row


def test_a_scenario_is_its_faults_and_what_it_changes_of_the_gateway() -> None:
    scenario = read_scenario(_DAY, "day.toml")

    config = scenario.config(GatewayConfig(seed=3))
    assert scenario.name == "a bad day"
    assert scenario.faults == (
        fault("restart", At(time(23, 45)), seconds=300),
        fault("mute", Nth(3, "placeOrder"), message="orderStatus", client=0, times=2, lasts=5.0),
        fault("notice", At(datetime(2025, 11, 12, 10, tzinfo=NEW_YORK)), code=1100),
    )
    assert (config.seed, config.messages_per_second, config.start_cash) == (3, 20, Decimal("2500.50"))
    assert (config.delay_ms, config.tick_seconds) == ((5, 6), 2.0)
    assert config.children_on_partial is ChildrenOnPartial.ARMED_WHEN_COMPLETE
    assert config.refused_data == (("OPT", 354),)


def test_a_scenario_is_named_for_its_file_and_may_be_empty(tmp_path: Path) -> None:
    path = tmp_path / "quiet.toml"
    path.write_text("")

    scenario = load_scenario(path)

    assert (scenario.name, scenario.faults) == ("quiet", ())
    assert scenario.config(GatewayConfig()) == GatewayConfig()


def test_the_faults_of_a_scenario_happen() -> None:
    rig = a_rig()

    rig.gateway.faults.add_all(read_scenario('[[fault]]\nkind = "mute"\nmessage = "currentTime"', "x").faults)

    assert ask_time(rig) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind = ", "day.toml: Invalid value"),
        ("faults = 1", 'day.toml: unknown key "faults"; a scenario has name, gateway, fault'),
        ("name = 7", "day.toml: name = 7: it must be a text"),
        ("[fault]\nkind = 'mute'", "day.toml: write each fault as [[fault]], with two brackets"),
        ("fault = [1]", "day.toml: fault 1: it must be a table"),
        ("gateway = 1", "day.toml: gateway must be a table"),
        ("[gateway]\nsped = 1", 'day.toml: gateway: unknown key "sped"; there are seed, account'),
        ("[gateway]\npacing = 1", "day.toml: gateway: pacing = 1: it must be true or false"),
        ("[gateway]\nseed = 1.5", "gateway: seed = 1.5: it must be a whole number"),
        ("[gateway]\ndelay_ms = [1]", "gateway: delay_ms = [1]: it must be a list of a whole number, a whole number"),
        ("[gateway]\ndelay_ms = 1", "gateway: delay_ms = 1: it must be a list"),
        ("[gateway]\ndelay_ms = [5, 1]", "gateway: delay_ms = 5, 1: it must be a lowest of 0 or more, and a highest"),
        ("[gateway]\nrefill_seconds = [1, inf]", "gateway: refill_seconds = 1.0, inf: it must be a lowest"),
        ("[gateway]\nmessages_per_second = -5", "gateway: messages_per_second = -5: it must be 1 or more"),
        ("[gateway]\ntick_seconds = nan", "gateway: tick_seconds = nan: it must be 0 or more"),
        ("[gateway]\npartial_fill_probability = 7", "partial_fill_probability = 7.0: it must be from 0 to 1"),
        ("[gateway]\nstart_cash = 'NaN'", "gateway: start_cash = NaN: it must be 0 or more"),
        ("[gateway]\naccount = 'x y'", "gateway: account = 'x y': it must be letters and digits"),
        ("[gateway]\nstart_cash = 'x'", "gateway: start_cash = 'x': it must be an amount"),
        ("[gateway]\nchildren_on_partial = 'never'", "it must be one of armed_at_first_fill, armed_when_complete"),
        ("[gateway]\nrefused_data = ['OPT']", "it must be a list, each a list of a text, a whole number"),
        ("[[fault]]\nmessage = 'pnl'", "day.toml: fault 1: kind: it is missing"),
        ("[[fault]]\nkind = 'mute'\n[[fault]]\nkind = 'boom'", "day.toml: fault 2: kind 'boom' is none of mute"),
        ("[[fault]]\nkind = 'mute'\nsize = 3", "fault 1: size: kind mute has no such setting"),
        ("[[fault]]\nkind = 'mute'\nat = 10:00:00\nnth = 2", "fault 1: at and nth: give one of at, after, nth, chance"),
        ("[[fault]]\nkind = 'mute'\non = 'pnl'", "fault 1: on: it says which message nth or chance counts"),
        ("[[fault]]\nkind = 'mute'\nat = 'noon'", "fault 1: at = noon: it must be a New York time such as 10:15:00"),
        ("[[fault]]\nkind = 'mute'\nat = 10", "fault 1: at = 10: it must be a New York time"),
        ("[[fault]]\nkind = 'mute'\nafter = true", "fault 1: after = True: it must be a number"),
        ("[[fault]]\nkind = 'mute'\nnth = 1.0", "fault 1: nth = 1.0: it must be a whole number"),
        ("[[fault]]\nkind = 'mute'\nchance = 2", "fault 1: chance = 2.0: it must be from 0 to 1"),
        ("[[fault]]\nkind = 'mute'\ndirection = ['in']", "fault 1: direction = ['in']: it must be \"in\""),
        ("[[fault]]\nkind = 'mute'\nmessage = 1.5", "fault 1: message = 1.5: it must be a message's name"),
        ("[[fault]]\nkind = 'delay'\nseconds = [1]", "fault 1: seconds = [1]: it must be a number, a text"),
    ],
)
def test_a_mistake_is_one_line_that_says_where_and_what_is_allowed(text: str, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(text, "day.toml")

    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_a_mistake_too(tmp_path: Path) -> None:
    path = tmp_path / "binary.toml"
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(ScenarioError, match="no UTF-8"):
        load_scenario(path)
    with pytest.raises(ScenarioError, match="No such file"):
        load_scenario(tmp_path / "none.toml")


@pytest.mark.parametrize(
    "made",
    [
        fault("mute", message="orderStatus", direction="out", client=0, times=3, lasts=2.5),
        fault("delay", At(time(10, 15)), message="pnl", until=time(10, 30), seconds=2.0),
        fault("drop", After(3.0), hold_seconds=5.0),
        fault("mute", Nth(3, "placeOrder"), message="orderStatus"),
        fault("bad_quote", Chance(0.25), value="nan"),
    ],
)
def test_a_fault_written_as_a_row_is_read_as_the_same_fault(made: Fault) -> None:
    assert read_fault(row_of(made)) == made


def test_a_message_may_be_its_number() -> None:
    assert read_fault({"kind": "mute", "message": 3, "direction": "in"}) == fault("mute", message="3", direction="in")


def test_a_time_with_a_zone_is_refused_where_new_yorks_is_meant() -> None:
    with pytest.raises(FaultError, match="New York time"):
        read_fault({"kind": "mute", "at": "10:15:00+01:00"})


_SHIPPED = sorted((Path(__file__).parents[3] / "simgateway" / "scenarios").glob("*.toml"))


@pytest.mark.parametrize("path", _SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_scenario_can_be_used(path: Path) -> None:
    scenario = load_scenario(path)

    numbers = a_rig().gateway.faults.add_all(scenario.faults)

    assert len(numbers) == len(scenario.faults) > 0


def test_the_bad_days_everybody_needs_are_shipped() -> None:
    names = {path.stem for path in _SHIPPED}

    assert {"nightly_restart", "lost_line", "silent_orders", "bad_numbers", "bad_link", "no_data"} <= names
