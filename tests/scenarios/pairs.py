"""A bot and a gateway, each a process, on threads and sockets; what happens to the one is seen at the other."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ops.store import SqliteStore
from tests.builders import NOW
from tests.house import CHECKOUT
from tests.simulation.short_days import DAY

PROMISED_SECONDS: Final = 10.0
FRAMES: Final = "frames.jsonl"
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


@dataclass(kw_only=True)
class Pair:
    """A bot and its gateway, each a process; ``account`` is theirs alone, for a machine trades one only once."""

    name: str
    folder: Path
    account: str
    gateway: subprocess.Popen[str]
    ready: dict[str, Any]
    child: str = "tests.scenarios.trading_child"
    bot: subprocess.Popen[str] = field(init=False)
    refs: frozenset[str] = frozenset()

    def start(self, strategy: str, *dies: str) -> None:
        """Start the bot; with `dies` one that kills itself there (`mortal_child.py`)."""
        child = ["tests.scenarios.mortal_child", *dies] if dies else [self.child]
        paths = [f"paths.{name}_dir={self.folder / name}" for name in ("state", "log")]
        sets = (*SETTINGS, strategy, f"broker.port={self.ready['port']}", *paths)
        self.bot = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", *child,
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
        """Return the refs of the orders that work at the gateway; one that was never transmitted fills nothing."""
        return frozenset(row["order_ref"] for row in self.ask("orders")["orders"] if row["stage"] != "held")

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

    def wait_for_state(self, state: str) -> None:
        """Wait until the operator's switch stands so."""
        for _ in range(int(PATIENCE_SECONDS / LOOK_SECONDS)):
            if [row["state"] for row in self.events("control")][-1:] == [state]:
                return
            threading.Event().wait(LOOK_SECONDS)
        raise AssertionError(f"{self.name}: never {state}")

    def planned(self) -> list[str]:
        """Return every intent that the log knows of."""
        return list(dict.fromkeys(row["intent"] for row in self.events("bracket_planned")))

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
def pair(
    folder: Path,
    name: str,
    number: int,
    strategy: str = EAGER,
    dies: Sequence[str] = (),
    *,
    child: str = "tests.scenarios.trading_child",
) -> Iterator[Pair]:
    """Give a bot and its gateway, both running; the gateway logs its frames.

    A folder named for a test is too long for a socket where tests run side by side: take one of ``mktemp``.
    """
    account = f"DU{os.getpid() % 1_000_000:06}{number}"  # Short ones are no account numbers: nobody masks them.
    place = folder / name
    place.mkdir()
    gateway = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "simgateway", "--port", "0", "--control-port", "0", "--symbols", "SPY",
         "--date", DAY.isoformat(), "--start", "10:00", "--speed", "1", "--account", account,
         "--log", f"{place / FRAMES}"],
        cwd=CHECKOUT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert gateway.stdout is not None
        found = Pair(
            name=name,
            folder=place,
            account=account,
            gateway=gateway,
            ready=json.loads(gateway.stdout.readline()),
            child=child,
        )
        found.start(strategy, *dies)
        try:
            yield found
        finally:
            found.bot.kill()
            found.bot.communicate()
    finally:
        gateway.kill()
        gateway.communicate()
