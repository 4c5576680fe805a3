"""How long a cycle takes against the shortest possible: `python bench/cycle_time.py [1 3 10 100 1000] [--json]`.

Ours is the whole tree in virtual time, over the wire, against the simulated gateway, which answers every request after
200 ms; a cycle is as long as its own log says. The shortest possible is reckoned for the same messages (counted at the
gateway: questions for bars, quotes and contracts, with the cancels of quotes) and the same 200 ms by `lb` and `Sim` of
../shared/baseline/pacing_limit.py, at 45 messages a second. Beside it the earlier, threaded bot, which sleeps in real
time under its one lock: it is run up to 10 symbols, above that its time is its requests times 200 ms.

    first    the day's first cycle: two kinds of bars; contracts were learnt when the broker became ready
    hold     minute bars alone, which is what most cycles are
    hour     minute and hourly bars, once an hour
    opening  the day's first cycle when one symbol in 20 sees a signal in it, and asks what options are listed at all
    signals  a later one: one symbol in 20 asks for its own and its options' quotes

At most 1.25 times the shortest is asked of each. ``opening`` of a few symbols is the exception: the shortest knows two
steps, bars and quotes, and here four depend on each other: bars, chain, what is listed, quotes. It is once a day and
symbol; of a symbol alone the chain is known, since its data is probed before.
"""

import argparse
import ast
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from actors.runtime.hosts import VirtualHost
from actors.runtime.observer import NullObserver
from cli.day import ACCOUNT
from cli.system import calendar_around
from cli.virtual_life import VirtualLife, World
from config.load import load_fixed
from config.settings import Settings
from domain.trading_day import NEW_YORK
from simgateway.config import GatewayConfig
from simgateway.frames import Frame, FrameLog
from simgateway.market.synthetic import SyntheticMarket

CHECKOUT: Final = Path(__file__).resolve().parent.parent
BASELINE: Final = CHECKOUT.parent / "shared" / "baseline"
DAY: Final = date(2026, 3, 11)
STARTS: Final = datetime(2026, 3, 11, 9, 25, tzinfo=NEW_YORK).astimezone(UTC)
MINUTES: Final = 70
INTERVAL_SECONDS: Final = 600
ANSWER_SECONDS: Final = 0.2
RATE: Final = 45
ONE_IN: Final = 20
SIZES: Final = (1, 3, 10, 100, 1000)
THREADED_SYMBOLS_MAX: Final = 10
BARS, CONTRACTS, QUOTES = "reqHistoricalData", "reqContractDetails", ("reqMktData", "cancelMktData")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """One cycle of ours: simulated seconds, and the messages that reached the gateway in it by name."""

    number: int
    seconds: float
    failed: int
    sent: Mapping[str, int]

    @property
    def quotes(self) -> int:
        """Return the messages about quotes."""
        return sum(self.sent.get(name, 0) for name in QUOTES)


class Watch:
    """The bot's log and the gateway's frames, cut into cycles."""

    def __init__(self, host: VirtualHost) -> None:
        self._host = host
        self._began = host.clock.now()
        self._frames: list[tuple[datetime, str]] = []
        self.cycles: list[Cycle] = []

    def emit(self, event: str, /, **fields: Any) -> None:
        """Note when a cycle begins, and what it came to when it ends."""
        if event == "cycle_start":
            self._began = self._host.clock.now()
        elif event == "cycle_complete":
            ended = self._began + timedelta(seconds=fields["duration_seconds"])
            sent = Counter(name for at, name in self._frames if self._began <= at <= ended)
            self.cycles.append(
                Cycle(
                    number=fields["cycle"],
                    seconds=fields["duration_seconds"],
                    failed=fields["failed"] + fields["skipped"],
                    sent=sent,
                )
            )
            self._frames.clear()

    def frame(self, frame: Frame) -> None:
        """Note a message of ours."""
        if frame.direction == "in":
            self._frames.append((frame.at, frame.name))


def settings_of(count: int, signalling: int) -> Settings:
    """Return settings under which so many of the symbols ask for quotes in every cycle and none ever buys."""
    symbols = [f"S{number:04d}" for number in range(count)]
    buys = {"strategies": {"use": ["bench.moods.Buys"]}}
    values: dict[str, object] = {
        "symbols": symbols,
        "dry_run": False,
        "broker": {"account": ACCOUNT},
        "strategies": {"use": ["bench.moods.Holds", "bench.moods.HoldsHourly"]},
        "schedule": {"interval_seconds": INTERVAL_SECONDS, "max_concurrent_symbols": min(count, 64)},
        "limits": {"messages_per_second": RATE},
        "options": {"min_volume": 1_000_000},  # No option has it: nothing is bought, so every cycle asks again.
        "risk": {"no_entry_after_open_minutes": 0},
        "overrides": {symbols[(number + 1) * count // signalling - 1]: buys for number in range(signalling)},
    }
    return load_fixed(values)


def cycles_of(settings: Settings) -> tuple[Cycle, ...]:
    """Live through the first hour of a session and return its cycles."""
    host = VirtualHost(7, STARTS)
    host.start()
    watch, frames = Watch(host), FrameLog(hashed=False)
    frames.listeners.append(watch.frame)
    # A message waits 200 ms on its way out; nothing else takes time.
    answer_ms = round(ANSWER_SECONDS * 1000)
    config = GatewayConfig(account=ACCOUNT, delay_ms=(answer_ms, answer_ms), history_ms=(0, 0), snapshot_end_ms=(0, 0))
    with tempfile.TemporaryDirectory() as folder:
        world = World(
            settings=settings,
            market=SyntheticMarket(7, DAY, settings.symbols),
            gateway=config,
            seed=7,
            frames=frames,
            log=watch,
            observer=NullObserver(),
            calendar=calendar_around(DAY, CHECKOUT / "runs" / "calendar"),
            state_path=Path(folder) / "state.sqlite",
        )
        life = VirtualLife(host, STARTS, world)
        host.run(_begun(life))
        host.run_until(STARTS + timedelta(minutes=MINUTES))
        host.run(life.end())
        life.gateway.close()
        life.close()
        life.store.close()
    return tuple(watch.cycles)


async def _begun(life: VirtualLife) -> None:
    life.begin()


def reckoner() -> dict[str, Any]:
    """Return what pacing_limit.py defines, without the tables that it prints when it is run."""
    path = BASELINE / "pacing_limit.py"
    tree = ast.parse(path.read_text())
    wanted = {"lb", "Sim"}
    tree.body = [
        node
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        or (isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in wanted)
    ]
    defined: dict[str, Any] = {}
    exec(compile(tree, str(path), "exec"), defined)  # noqa: S102 - our own file, whose top level is a script
    return defined


def shortest(known: Mapping[str, Any], count: int, signalling: int, cycle: Cycle) -> tuple[float, float]:
    """Return the lower bound and the greedy simulation in seconds for a cycle's own messages.

    Bars are spread evenly over the symbols, contracts count as the model's share snapshots, and quotes as the options
    of those that signal; what little does not divide evenly is rounded.
    """
    signals = signalling if cycle.quotes else 0
    options = round(cycle.quotes / signals) if signals else 0
    shape = (count, round(cycle.sent.get(BARS, 0) / count), round(cycle.sent.get(CONTRACTS, 0) / count))
    model = {"R": RATE, "th": ANSWER_SECONDS, "ts": ANSWER_SECONDS}
    return known["lb"](*shape, options, signals, **model)[0], known["Sim"](*shape, options, signals, **model).run()


def threaded(count: int) -> tuple[float, bool]:
    """Return the earlier bot's seconds for a cycle in which nobody signals, and whether it was run."""
    if count > THREADED_SYMBOLS_MAX:
        return (2 * count + 1) * ANSWER_SECONDS, False
    words = ("--symbols", count, "--cycles", 1, "--warmup", 0, "--latency-ms", ANSWER_SECONDS * 1000)
    more = ("--signal-rate", 0, "--log", "off")
    script = str(BASELINE / "threaded_bot.py")
    ran = subprocess.run(
        [sys.executable, script, *map(str, (*words, *more))], capture_output=True, text=True, check=True
    )
    return float(json.loads(ran.stdout)["cycle_s"]["median"]), True


def rows_of(count: int, known: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give one row for each kind of cycle."""
    for signalling in (0, max(1, count // ONE_IN)):
        ran = cycles_of(settings_of(count, signalling))
        for name, cycle in named(ran, signals=bool(signalling)):
            bound, greedy = shortest(known, count, signalling, cycle)
            others = sum(cycle.sent.values()) - cycle.quotes - cycle.sent.get(BARS, 0) - cycle.sent.get(CONTRACTS, 0)
            yield {
                "symbols": count,
                "cycle": name,
                "bars": cycle.sent.get(BARS, 0),
                "contracts": cycle.sent.get(CONTRACTS, 0),
                "quotes": cycle.quotes,
                "others": others,
                "failed": cycle.failed,
                "shortest_s": round(bound, 3),
                "greedy_s": round(greedy, 3),
                "ours_s": cycle.seconds,
                "ratio": round(cycle.seconds / bound, 3),
            }


def named(ran: Sequence[Cycle], *, signals: bool) -> list[tuple[str, Cycle]]:
    """Return the cycles to show: 09:30, 09:50 and, when the first hourly bar has ended, 10:30."""
    if signals:
        return [("opening", next(cycle for cycle in ran if cycle.quotes)), ("signals", ran[2])]
    return [("first", ran[0]), ("hold", ran[2]), ("hour", ran[6])]


def show(row: Mapping[str, Any]) -> str:
    """Return a row of the table."""
    numbers = "".join(f"{row[name]:>10}" for name in ("bars", "contracts", "quotes", "others", "failed"))
    seconds = "".join(f"{row[name]:>12.3f}" for name in ("shortest_s", "greedy_s", "ours_s", "ratio"))
    return f"{row['symbols']:>7}  {row['cycle']:<9}{numbers}{seconds}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("symbols", nargs="*", type=int, default=list(SIZES))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    heads = "".join(f"{name:>10}" for name in ("bars", "contracts", "quotes", "others", "failed"))
    print(
        f"{'symbols':>7}  {'cycle':<9}{heads}"
        + "".join(f"{name:>12}" for name in ("shortest", "greedy", "ours", "ratio"))
    )
    rows, known = [], reckoner()
    for count in options.symbols:
        for row in rows_of(count, known):
            rows.append(row)
            print(show(row), flush=True)
    beside = []
    for count in options.symbols:
        seconds, ran = threaded(count)
        beside.append({"symbols": count, "threaded_s": round(seconds, 3), "run": ran})
        how = "" if ran else ", reckoned: it sleeps in real time"
        print(f"{count:>7}  threaded bot, nobody signals: {seconds:.1f} s{how}")
    if options.json:
        print(json.dumps({"rows": rows, "threaded": beside}))


if __name__ == "__main__":
    main()
