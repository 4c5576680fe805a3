"""``./bot check`` against simulated gateways: each failure has its row, its cause, and what to do."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from actors.runtime.clock import ScaledClock
from cli import check
from cli.check import Asked, run_check
from cli.check_rows import FIELDS
from simgateway.config import DataRight, GatewayConfig
from simgateway.running import RunningGateway, running

OPEN = datetime(2025, 11, 12, 15, 0, tzinfo=UTC)
"""A Wednesday, 10:00 in New York."""
QUICK: dict[str, Any] = {"delay_ms": (0, 2), "history_ms": (1, 5), "snapshot_end_ms": (300, 400)}
NEVER_SENT = ("placeOrder", "cancelOrder", "reqGlobalCancel", "exerciseOptions")


@dataclass(frozen=True, slots=True)
class Hurried:
    """A clock by which everything takes so many times longer than it does; its time of day is right."""

    clock: ScaledClock
    factor: float

    def now(self) -> datetime:
        return self.clock.now()

    def monotonic(self) -> float:
        return self.clock.monotonic() * self.factor


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check said: exit code, the object, its events by name."""

    code: int
    said: dict[str, Any]

    def event(self, name: str) -> dict[str, Any]:
        return next(event for event in self.said["events"] if event["event"] == name)

    @property
    def verdicts(self) -> dict[str, str]:
        return {event["event"]: event["verdict"] for event in self.said["events"] if event["verdict"] != "ok"}


Check = Callable[..., Checked]


@pytest.fixture(scope="module")
def shared() -> Iterator[RunningGateway]:
    """Give one gateway for all tests that need nothing but faults."""
    with running(GatewayConfig(**QUICK), symbols=("SPY",), start=OPEN) as gateway:
        yield gateway


@pytest.fixture
def gateway(shared: RunningGateway) -> Iterator[RunningGateway]:
    """Give the shared gateway without faults; see that no check ever sent an order or left something open."""
    shared.clear_faults()
    yield shared
    shared.clear_faults()
    assert [name for name in NEVER_SENT if shared.frames(name)] == []


@pytest.fixture
def checked(capsys: pytest.CaptureFixture[str]) -> Check:
    """Return what runs a check at the gateway's time of day and reads what it says."""

    def run(gateway: RunningGateway, *sets: str, clock: Any = None, **asked: Any) -> Checked:
        now = gateway.call(lambda each: each.clock.now())
        options = {"timeout_seconds": 5.0, "client_id": 40, **asked}
        command = Asked(host="127.0.0.1", port=gateway.port, sets=sets, as_json=True, **options)
        code = run_check(command, clock or ScaledClock(now, 1.0))
        captured = capsys.readouterr()
        assert captured.err == ""
        assert not {"DU1234567", "U1234567"} & {word.strip("',.:;") for word in captured.out.split()}
        return Checked(code, json.loads(captured.out.splitlines()[-1]))

    return run


def test_a_good_gateway_is_tradable_and_every_field_is_known(gateway: RunningGateway, checked: Check) -> None:
    result = checked(gateway)

    assert (result.code, result.said["tradable"], result.verdicts) == (0, True, {})
    assert [event["event"] for event in result.said["events"]] == list(FIELDS)
    unknown = {(event["event"], name) for event in result.said["events"] for name in event if event[name] is None}
    assert {name for _, name in unknown} <= {"failure", "code", "last"}
    assert result.event("stock_snapshot")["bid"] < result.event("stock_snapshot")["ask"]
    assert result.event("option_snapshot")["contract"].startswith("SPY 2025-11-13")
    assert result.event("historical_1m")["bars"] >= 30
    assert result.event("account")["account"] == "DU***567"
    assert result.event("account")["kind"] == "paper"


def test_every_field_is_documented() -> None:
    names = {name for fields in FIELDS.values() for name in fields}

    assert [name for name in sorted(names | set(FIELDS)) if name not in (check.__doc__ or "")] == []


def test_a_check_leaves_nothing_open_behind(gateway: RunningGateway, checked: Check) -> None:
    checked(gateway)

    asked = {frame.fields[2] for frame in gateway.frames("reqMktData", direction="in")}
    ended = {frame.fields[2] for frame in gateway.frames("cancelMktData", direction="in")}
    done = {frame.fields[2] for frame in gateway.frames("tickSnapshotEnd", direction="out")}
    assert asked - ended - done == set()


REFUSED: dict[str, tuple[dict[str, Any], str, int, str]] = {
    "option 354": ({"refused_data": (("OPT", 354),)}, "option_snapshot", 354, "OPRA"),
    "option 10090": ({"refused_data": (("OPT", 10090),)}, "option_snapshot", 10090, "OPRA"),
    "option 10168": ({"refused_data": (("OPT", 10168),)}, "option_snapshot", 10168, "OPRA"),
    "share 354": ({"refused_data": (("STK", 354),)}, "stock_snapshot", 354, "Network A, B or C"),
    "share 10168": ({"refused_data": (("STK", 10168),)}, "stock_snapshot", 10168, "Network A, B or C"),
    "not for the API": (
        {"data_rights": (("OPT", DataRight.NOT_FOR_API),)},
        "option_snapshot",
        10089,
        "accept its API agreement",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_data_that_is_not_subscribed_is_named_with_its_subscription(checked: Check, name: str) -> None:
    changes, event, code, wanted = REFUSED[name]

    with running(GatewayConfig(**QUICK, **changes), symbols=("SPY",), start=OPEN) as gateway:
        result = checked(gateway)

    row = result.event(event)
    assert (result.code, result.verdicts) == (1, {event: "failed"})
    assert (row["failure"], row["code"]) == ("not subscribed", code)
    assert wanted in row["remedy"]
    assert "share it with the paper account" in row["remedy"]


@pytest.mark.parametrize(
    "fault", [{"kind": "delayed_data"}, {"kind": "not_subscribed", "code": 10167}], ids=["silently", "10167"]
)
def test_delayed_quotes_are_not_enough(gateway: RunningGateway, checked: Check, fault: dict[str, Any]) -> None:
    gateway.fault(**fault)

    result = checked(gateway)

    assert result.verdicts == {"stock_snapshot": "failed", "option_snapshot": "failed"}
    assert result.event("stock_snapshot")["market_data_type"] == 3
    assert "delayed" in result.event("stock_snapshot")["seen"]
    assert "subscribe to live data" in result.event("option_snapshot")["remedy"]


def test_a_competing_session_is_named(gateway: RunningGateway, checked: Check) -> None:
    gateway.fault("competing_session", seconds=600)

    result = checked(gateway)

    assert result.verdicts == {"stock_snapshot": "failed", "option_snapshot": "failed"}
    assert result.event("stock_snapshot")["code"] == 10197
    assert "end the other session" in result.event("stock_snapshot")["remedy"]


def test_a_read_only_api_is_found_without_an_order(checked: Check) -> None:
    with running(GatewayConfig(**QUICK, read_only=True), symbols=("SPY",), start=OPEN) as gateway:
        result = checked(gateway)
        sent = [name for name in NEVER_SENT if gateway.frames(name)]

    assert (result.verdicts, sent) == ({"book": "failed"}, [])
    assert result.event("book")["code"] == 321
    assert "untick Read-Only API" in result.event("book")["remedy"]


@pytest.mark.parametrize("seconds", [60.0, -60.0])
def test_a_clock_that_is_off_is_named_with_its_error(gateway: RunningGateway, checked: Check, seconds: float) -> None:
    gateway.fault("clock_skew", seconds=seconds)

    result = checked(gateway)

    assert result.verdicts == {"clock": "failed"}
    assert result.event("clock")["skew_seconds"] == pytest.approx(seconds, abs=2)
    assert ("ahead" if seconds > 0 else "behind") in result.event("clock")["seen"]
    assert "NTP" in result.event("clock")["remedy"]


SILENCES = {
    "reqAccountSummary": ({"account"}, set()),
    "reqCurrentTime": ({"clock"}, set()),
    "reqPositions": ({"book"}, set()),
    "reqOpenOrders": ({"book"}, set()),
    "reqExecutions": ({"book"}, set()),
    "reqContractDetails": (
        {"contract"},
        {"stock_snapshot", "chain", "contracts", "option_snapshot", "historical_1m"},
    ),
    "reqMktData": ({"stock_snapshot", "option_snapshot"}, set()),
    "reqSecDefOptParams": ({"chain"}, {"contracts", "option_snapshot"}),
    "reqMarketRule": ({"contracts"}, {"option_snapshot"}),
    "reqHistoricalData": ({"historical_1m"}, set()),
}
"""What fails when a request is lost, and what then cannot be asked."""


@pytest.mark.parametrize("message", SILENCES)
def test_silence_fails_its_own_question_alone(gateway: RunningGateway, checked: Check, message: str) -> None:
    fails, skips = SILENCES[message]
    gateway.fault("mute", message=message, direction="in")

    result = checked(gateway, timeout_seconds=1.2)

    assert result.verdicts == {**dict.fromkeys(fails, "failed"), **dict.fromkeys(skips, "skipped")}
    assert {result.event(name)["failure"] for name in fails} == {"timed out"}
    assert all("--timeout" in result.event(name)["remedy"] for name in fails)


def test_completed_orders_that_never_come_do_not_matter(gateway: RunningGateway, checked: Check) -> None:
    gateway.fault("mute", message="reqCompletedOrders", direction="in")

    assert checked(gateway, timeout_seconds=1.2).code == 0


def test_no_bars_are_named(gateway: RunningGateway, checked: Check) -> None:
    text = "Historical Market Data Service error message:HMDS query returned no data: SPY@SMART Trades"
    gateway.fault("reject", message="reqHistoricalData", code=162, text=text)

    result = checked(gateway)

    assert result.verdicts == {"historical_1m": "failed"}
    assert (result.event("historical_1m")["failure"], result.event("historical_1m")["code"]) == ("no data", 162)
    assert "the history service refused" in result.event("historical_1m")["remedy"]


def test_a_pacing_violation_is_named(gateway: RunningGateway, checked: Check) -> None:
    gateway.fault("pacing_violation")

    result = checked(gateway)

    assert result.event("historical_1m")["failure"] == "pacing"
    assert "another program asks too fast" in result.event("historical_1m")["remedy"]


def test_bars_that_are_slow_are_said_to_be(gateway: RunningGateway, checked: Check) -> None:
    gateway.fault("delay", message="reqHistoricalData", seconds=0.4, overtaken=False)
    clock = Hurried(ScaledClock(gateway.call(lambda each: each.clock.now()), 1.0), 50.0)

    result = checked(gateway, clock=clock)

    row = result.event("historical_1m")
    assert (row["verdict"], row["bars"]) == ("failed", 60)
    assert "15 s at most are wanted" in row["remedy"]


def test_a_client_id_in_use_is_named_with_the_way_out(gateway: RunningGateway, checked: Check) -> None:
    gateway.fault("id_in_use", client=41, seconds=60)

    result = checked(gateway, client_id=41)

    row = result.event("connection")
    assert (result.code, row["code"]) == (1, 326)
    assert "client id 41 is in use" in row["seen"]
    assert "stop that program, or give it another id" in row["remedy"]


def test_another_account_is_refused_and_neither_is_printed(gateway: RunningGateway, checked: Check) -> None:
    result = checked(gateway, "broker.account=DU7654321")

    row = result.event("connection")
    assert (result.code, row["failure"]) == (1, "refused")
    assert "another account than broker.account names" in row["seen"]
    assert "correct broker.account" in row["remedy"]
    assert "DU" not in json.dumps(result.said)


@pytest.mark.parametrize(("dry_run", "code"), [("true", 0), ("false", 1)])
def test_a_live_account_is_for_dry_runs_alone(checked: Check, dry_run: str, code: int) -> None:
    with running(GatewayConfig(**QUICK, account="U1234567"), symbols=("SPY",), start=OPEN) as gateway:
        result = checked(gateway, f"dry_run={dry_run}")

    assert result.code == code
    assert result.event("account")["kind"] == "live"
    assert ("paper accounts alone" in result.event("account")["remedy"]) == bool(code)


def test_a_symbol_that_nobody_knows_is_named(gateway: RunningGateway, checked: Check) -> None:
    result = checked(gateway, symbol="nope")

    assert result.said["symbol"] == "NOPE"
    assert result.event("contract")["failure"] == "no such contract"
    assert "spelling" in result.event("contract")["remedy"]
    assert set(result.verdicts.values()) == {"failed", "skipped"}


def test_servers_that_the_gateway_lost_are_named_until_they_are_back(gateway: RunningGateway, checked: Check) -> None:
    gateway.fault("notice", nth=1, on="reqCurrentTime", code=1100)
    gateway.fault("notice", nth=1, on="reqPositions", code=2103)
    gateway.fault("notice", nth=1, on="reqSecDefOptParams", code=1102)

    result = checked(gateway)

    assert result.verdicts == {"servers": "failed"}
    assert result.event("servers")["codes"] == [2103]
    assert "market data farm broken" in result.event("servers")["seen"]


def test_a_gateway_that_hangs_up_in_between_fails_what_is_left(gateway: RunningGateway, checked: Check) -> None:
    gateway.fault("drop", nth=1, on="reqSecDefOptParams")

    result = checked(gateway)

    failed = {name for name, verdict in result.verdicts.items() if verdict == "failed"}
    assert failed == {"chain", "historical_1m"}
    assert result.event("chain")["failure"] == "disconnected"
    assert "hung up" in result.event("chain")["remedy"]


def test_what_to_do_stands_under_what_was_seen(
    gateway: RunningGateway, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    gateway.fault("not_subscribed", code=354)
    now = gateway.call(lambda each: each.clock.now())
    asked = Asked(host="127.0.0.1", port=gateway.port, client_id=42, timeout_seconds=5.0)

    code = run_check(asked, ScaledClock(now, 1.0))

    lines = capsys.readouterr().out.splitlines()
    assert code == 1
    assert max(map(len, lines)) <= 80
    assert [line[:6] for line in lines].count("FAILED") == 2
    assert sum("-> subscribe to it" in line for line in lines) == 2
    assert "is not tradable: 2 of 11 failed" in lines[-1]
    assert "DU***567" in "".join(lines)
    assert "DU1234567" not in "".join(lines)


def test_what_is_listed_and_open_goes_by_the_clock_of_the_gateway(gateway: RunningGateway, checked: Check) -> None:
    clock = ScaledClock(OPEN - timedelta(days=3650), 1.0)

    result = checked(gateway, clock=clock)

    assert result.verdicts == {"clock": "failed"}
