"""SIGTERM and SIGINT to a real process, on threads, with a position open at a gateway in a process of its own.

The gateway answers, hangs (it is stopped by a signal), or is gone; one bot's own loop hangs. All start at once, since
they wait most of the time.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from cli.main import main
from ops.store import SqliteStore
from tests.builders import NOW
from tests.house import CHECKOUT
from tests.simulation.short_days import DAY

PROMISED_SECONDS: Final = 10.0
PATIENCE_SECONDS: Final = 90.0
LOOK_SECONDS: Final = 0.25
SETTINGS: Final = (
    "dry_run=false",
    'symbols=["SPY"]',
    "schedule.interval_seconds=10",
    "options.max_spread_pct=50",
    "options.max_quote_age_seconds=60",
    "risk.no_entry_after_open_minutes=0",
    "risk.stop_loss_pct=0.5",
)
EAGER: Final = 'strategies.use=["tests.simulation.eager.Eager"]'
HANGING: Final = 'strategies.use=["tests.scenarios.trading_child.Hanging"]'


@dataclass(kw_only=True)
class Pair:
    """A bot and its gateway, each a process; ``account`` is theirs alone, for a machine trades one only once."""

    name: str
    folder: Path
    account: str
    gateway: subprocess.Popen[str]
    ready: dict[str, Any]
    bot: subprocess.Popen[str] = field(init=False)
    refs: frozenset[str] = frozenset()

    def start(self, strategy: str) -> None:
        """Start the bot."""
        paths = [f"paths.{name}_dir={self.folder / name}" for name in ("state", "log")]
        sets = (*SETTINGS, strategy, f"broker.port={self.ready['port']}", *paths)
        self.bot = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "tests.scenarios.trading_child",
             self.ready["start"], str(self.ready["anchor_monotonic"]), *sets],
            cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ask(self, verb: str) -> dict[str, Any]:
        """Ask the gateway on its control port."""
        with socket.create_connection(("127.0.0.1", self.ready["control_port"]), 10) as line:
            line.sendall(json.dumps({"do": verb}).encode() + b"\n")
            answer: dict[str, Any] = json.loads(line.makefile().readline())
        return answer

    def resting(self) -> frozenset[str]:
        """Return the refs of the orders that work at the gateway."""
        return frozenset(row["order_ref"] for row in self.ask("orders")["orders"])

    def held(self) -> int:
        """Return how many contracts are held there."""
        return sum(row["quantity"] for row in self.ask("books")["books"]["positions"])

    def wait_for_guards(self) -> None:
        """Wait until a position is held and both its exits rest."""
        for _ in range(int(PATIENCE_SECONDS / LOOK_SECONDS)):
            self.refs = self.resting()
            if len(self.refs) == 2 and self.held() > 0:
                return
            assert self.bot.poll() is None, self.bot.communicate()
            threading.Event().wait(LOOK_SECONDS)
        raise AssertionError(f"{self.name}: {self.refs} rest, {self.events('entry_denied')}")

    def wait_for(self, event: str) -> None:
        """Wait until the log has this event."""
        for _ in range(int(PATIENCE_SECONDS / LOOK_SECONDS)):
            if self.events(event):
                return
            threading.Event().wait(LOOK_SECONDS)
        raise AssertionError(f"{self.name}: no {event}")

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return the log's events of this name."""
        path = self.folder / "log" / "bot.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [row for line in lines if (row := json.loads(line))["event"] == name]

    def end(self, number: signal.Signals) -> tuple[int, str, str]:
        """Send the signal; return exit code, output and errors. Fails when it takes longer than promised."""
        self.bot.send_signal(number)
        out, errors = self.bot.communicate(timeout=PROMISED_SECONDS)
        return self.bot.returncode, out, errors

    def store(self) -> SqliteStore:
        """Return the state that was left behind."""
        (path,) = (self.folder / "state").glob("paper-*.sqlite")
        return SqliteStore(path, self.account, "paper", NOW)


@contextmanager
def pair(folder: Path, name: str, number: int, strategy: str = EAGER) -> Iterator[Pair]:
    """Give a bot and its gateway, both running."""
    account = f"DU{os.getpid() % 1_000_000}{number}"
    place = folder / name
    place.mkdir()
    gateway = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "simgateway", "--port", "0", "--control-port", "0", "--symbols", "SPY",
         "--date", DAY.isoformat(), "--start", "10:00", "--speed", "1", "--account", account],
        cwd=CHECKOUT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert gateway.stdout is not None
        found = Pair(
            name=name, folder=place, account=account, gateway=gateway, ready=json.loads(gateway.stdout.readline())
        )
        found.start(strategy)
        try:
            yield found
        finally:
            found.bot.kill()
            found.bot.communicate()
    finally:
        gateway.kill()
        gateway.communicate()


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Pair]]:
    """Give bots that each guard a position, and one whose core hangs."""
    folder = tmp_path_factory.mktemp("ends")
    with ExitStack() as stack:
        found = {
            name: stack.enter_context(pair(folder, name, number, HANGING if name == "itself" else EAGER))
            for number, name in enumerate(("answers", "hangs", "gone", "ordered", "itself"))
        }
        for name in ("answers", "hangs", "gone", "ordered"):
            found[name].wait_for_guards()
        yield found


def guards_on_disk(one: Pair) -> None:
    """See that the state knows the open bracket, and that the file is sound."""
    store = one.store()
    try:
        (intent,) = store.open_intents()
        assert {ref.split(".")[0] for ref in one.refs} == {intent}
    finally:
        store.close()


def test_a_sigterm_ends_the_process_in_order_and_protection_rests_at_the_broker(pairs: dict[str, Pair]) -> None:
    one = pairs["answers"]

    code, out, _ = one.end(signal.SIGTERM)

    assert code == 0
    assert json.loads(out.splitlines()[-1]) == {"stopped_clean": True, "mode": "paper"}
    assert one.resting() == one.refs
    assert one.held() > 0
    assert [row["exit_code"] for row in one.events("shutdown")] == [0]
    assert one.events("order_cancel_sent") == []
    assert list((one.folder / "state").glob("*.sock")) == []
    guards_on_disk(one)


def test_with_a_gateway_that_hangs_it_ends_as_well(pairs: dict[str, Pair]) -> None:
    one = pairs["hangs"]
    one.gateway.send_signal(signal.SIGSTOP)

    code, _, _ = one.end(signal.SIGINT)

    assert code == 0
    one.gateway.send_signal(signal.SIGCONT)
    assert one.resting() == one.refs
    guards_on_disk(one)


def test_with_a_gateway_that_is_gone_it_ends_as_well(pairs: dict[str, Pair]) -> None:
    one = pairs["gone"]
    one.gateway.kill()
    one.gateway.wait()

    code, _, _ = one.end(signal.SIGTERM)

    assert code == 0
    guards_on_disk(one)


def test_with_a_loop_of_its_own_that_hangs_it_ends_in_time_and_says_by_its_code_that_this_was_not_clean(
    pairs: dict[str, Pair],
) -> None:
    one = pairs["itself"]
    one.wait_for("historical_success")

    code, _, _ = one.end(signal.SIGTERM)

    assert code == 1


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[object, str]:
    """Return exit code and all that the command said."""
    with pytest.raises(SystemExit) as ended:
        main([*map(str, arguments)])
    said = capsys.readouterr()
    return ended.value.code, (said.out + said.err).strip()


def test_a_running_bot_is_halted_resumed_and_flattened_by_command(
    pairs: dict[str, Pair], capsys: pytest.CaptureFixture[str]
) -> None:
    one = pairs["ordered"]
    state = one.folder / "state"
    (path,) = state.glob("*.sock")
    assert path.stat().st_mode & 0o777 == 0o600

    assert run(capsys, "halt", "--state", state) == (
        0,
        f"bot: paper-DU***{one.account[-3:]}: halted; 1 open bracket guarded on",
    )
    assert run(capsys, "halt", "--state", state)[1].endswith("halted, as before; 1 open bracket guarded on")
    assert run(capsys, "resume", "--state", state)[0] == 0
    code, said = run(capsys, "flatten", "--state", state)

    assert (code, "flattening; 1 open bracket being closed" in said) == (0, True)
    one.wait_for("position_closed")
    assert one.held() == 0
    assert one.end(signal.SIGTERM)[0] == 0
    assert [row["state"] for row in one.events("control")][:3] == ["halted", "running", "flattening"]
