"""What an acceptance run leaves behind to be judged: its log, looks taken on the way, and how it ended."""

import os
import resource
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from domain.connection_table import Phase as ConnectionPhase
from domain.ports import Clock

MIB: Final = 1 << 20
LOST_CODE: Final = 1100
RESTORED_CODES: Final = (1101, 1102)
_STATM: Final = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What there was at one moment. The gateway's own counts are None where it is not ours to ask.

    Nor is ``subscriptions`` told within a cycle, since a gateway counts each quote asked for once among them.
    ``in_flight`` are requests of ours that wait, and ``watched`` contracts, by the bot's own count.
    """

    at: datetime
    resident_mib: float
    watched: int
    in_flight: int
    subscriptions: int | None = None
    buffered_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What phase 1 asks of the broker when its cycle is over. Prices in USD; None: no answer."""

    price: float | None
    strike: float | None
    nearest: float | None  # Of all strikes that are listed, the one nearest to the price.
    strikes: int
    quoted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything the verdict is made from. What the gateway alone knows is None where it is not ours.

    ``ours``: the gateway is, and did what the phase asked of it. ``one_process``: it shares its memory with the bot.
    """

    seen: "Seen"
    looks: tuple[Look, ...]
    expected_cycles: int
    began: datetime
    ended: datetime
    stop_clean: bool
    ours: bool
    one_process: bool
    watched_left: int
    guards_left: int
    orders_sent: int | None = None
    most_in_a_second: int | None = None
    subscriptions_left: int | None = None
    violations: tuple[str, ...] | None = None
    checks: int = 0
    probe: Probe | None = None


@dataclass(slots=True)
class Seen:
    """An event log that keeps what the verdict needs. One thread at a time."""

    clock: Clock
    counted: Counter[str] = field(default_factory=Counter)
    cycles: list[dict[str, Any]] = field(default_factory=list)
    response_seconds: list[float] = field(default_factory=list)
    minute_bars_min: int | None = None
    within_cycle: bool = False
    timeouts: int = 0
    codes: Counter[int] = field(default_factory=Counter)
    moves: list[tuple[datetime, bool]] = field(default_factory=list)  # When it became ready, or was so no more.
    generations: set[int] = field(default_factory=set)  # Of the connections that became ready.
    unguarded: dict[str, datetime] = field(default_factory=dict)
    unguarded_seconds_most: float = 0.0
    entered: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)

    def emit(self, event: str, /, **fields: Any) -> None:
        """Take one event."""
        self.counted[event] += 1
        match event:
            case "cycle_start":
                self.within_cycle = True
            case "cycle_complete":
                self.within_cycle = False
                self.cycles.append(fields)
            case "historical_success":
                self._answered(fields)
            case "historical_data_timeout":
                self.timeouts += 1
            case "entry_denied":
                self.timeouts += str(fields["found"]).startswith("timed out")
            case "broker_message":
                self.codes[fields["code"]] += 1
            case "connection_state":
                self._moved(ready=fields["state"] == ConnectionPhase.READY.value, generation=fields["generation"])
            case "position_unguarded":
                self.unguarded[fields["intent"]] = self.clock.now()
            case "position_guarded":
                self.unguarded.pop(fields["intent"], None)
                self.unguarded_seconds_most = max(self.unguarded_seconds_most, fields["unguarded_seconds"])
            case "entry_filled":
                self.entered.add(fields["intent"])
            case "position_closed":
                self.unguarded.pop(fields["intent"], None)
                self.closed.add(fields["intent"])
            case _:
                pass

    def _moved(self, *, ready: bool, generation: int) -> None:
        self.moves.append((self.clock.now(), ready))
        if ready:
            self.generations.add(generation)

    def _answered(self, fields: dict[str, Any]) -> None:
        self.response_seconds.append(fields["seconds"])
        if fields["bar_size"] == "1 min":
            least = self.minute_bars_min
            self.minute_bars_min = fields["bars"] if least is None else min(least, fields["bars"])

    @property
    def good_cycles(self) -> int:
        """Return the cycles in which every symbol was looked at in full."""
        return sum(not cycle["failed"] and not cycle["skipped"] for cycle in self.cycles)

    def ready_seconds(self, ended: datetime) -> float:
        """Return for how long the broker was ready."""
        seconds, since = 0.0, None
        for at, ready in [*self.moves, (ended, False)]:
            if since is not None:
                seconds += (at - since).total_seconds()
            since = at if ready else None
        return seconds


def resident_mib() -> float:
    """Return the memory of this process that is in use, in MiB; its highest where the system tells no other."""
    try:
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MIB
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
