"""The days on which a process dies at every point: many brackets in few minutes, over the wire."""

from dataclasses import dataclass, replace
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Final

from cli.day import ACCOUNT
from cli.simulation.drawing import SETS
from cli.simulation.forks import ForkedDay, Forks
from cli.simulation.mortal_day import Death, Lived, MortalDay
from cli.simulation.promises import DOWN_SECONDS
from cli.simulation.script import DAY, ByHand, Level, Mishap, Script
from domain.trading_day import NEW_YORK, Calendar
from simgateway.config import ChildrenOnPartial, GatewayConfig

SYMBOLS: Final = ("SPY", "QQQ", "IWM")
STARTS: Final = datetime.combine(DAY, time(10, 0, 30), NEW_YORK)
BUSY: Final = (
    *SETS,
    'symbols=["SPY","QQQ","IWM"]',
    "schedule.interval_seconds=60",
    "options.expiry=0dte",
    "risk.take_profit_pct=0.03",
    "risk.stop_loss_pct=0.03",
    "risk.cooldown_minutes=0",
    "risk.max_entries_per_day=100",
)
HABITS: Final = GatewayConfig(
    account=ACCOUNT,
    start_cash=Decimal(100_000),
    greeks_seconds=0.0,
    snapshot_end_ms=(300, 3000),
    partial_fill_probability=0.0,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day by its name: how long it is, under which settings and habits of the gateway."""

    name: str
    minutes: int
    sets: tuple[str, ...] = ()
    gateway: GatewayConfig = HABITS
    seed: int = 7
    down_seconds: float = DOWN_SECONDS
    starts_at: datetime = STARTS
    sales: tuple[tuple[float, float], ...] = ()
    """When somebody sells by hand, in seconds of the day, and which part of what is held."""

    def __str__(self) -> str:
        return self.name

    @property
    def script(self) -> Script:
        """Return the day as a session's script, in which nothing goes wrong but what others sell."""
        sales = [ByHand(part=part) for _, part in self.sales]
        return Script(
            seed=self.seed,
            level=Level.NONE,
            starts_at=self.starts_at,
            symbols=SYMBOLS,
            sets=(*BUSY, *self.sets),
            gateway=replace(self.gateway, seed=self.seed),
            mishaps=tuple(
                Mishap(number=number, after=self.sales[number - 1][0], what=sale)
                for number, sale in enumerate(sales, 1)
            ),
        )

    def lived(self, calendar: Calendar, death: Death | None = None, folder: Path | None = None) -> Lived:
        """Live through it, to a death in the middle or without one.

        In a `folder`, one for each life, the journal is on the disk; without one it is in memory.
        """
        state_path = folder / "state.sqlite" if folder is not None else None
        down = self.down_seconds
        return MortalDay(
            self.script, self.minutes, calendar, death=death, state_path=state_path, down_seconds=down
        ).run()

    def forked(self, calendar: Calendar, forks: Forks) -> Lived:
        """Live through it once for each end that is planned, and once to the evening without one."""
        return ForkedDay(self.script, self.minutes, calendar, forks).run()


WHOLE: Final = Day(name="every entry fills at once", minutes=2)
PARTLY: Final = Day(
    name="every entry fills in parts, and its children with it",
    minutes=2,
    gateway=replace(HABITS, partial_fill_probability=1.0),
)
TORN: Final = Day(
    name="every entry fills in parts, is given up, and its children go with the rest",
    minutes=2,
    sets=("risk.entry_unfilled_seconds=5",),
    gateway=replace(
        HABITS, partial_fill_probability=1.0, children_on_partial=ChildrenOnPartial.CANCELLED_WITH_REMAINDER
    ),
)
WAITING: Final = Day(
    name="every entry fills in parts, and its children wait for the last",
    minutes=2,
    sets=("risk.entry_unfilled_seconds=5",),
    gateway=replace(HABITS, partial_fill_probability=1.0, children_on_partial=ChildrenOnPartial.ARMED_WHEN_COMPLETE),
)
PARTS: Final = (WHOLE, PARTLY, TORN, WAITING)
"""Twenty brackets together; in parts, so that a death in the one need not wait for the end of the others."""
LONG: Final = Day(
    name="twenty brackets in one day, some filled in parts",
    minutes=8,
    gateway=replace(HABITS, partial_fill_probability=0.5),
)
SOLD: Final = Day(
    name="somebody sells a part by hand, and then the rest",
    minutes=2,
    sets=("risk.take_profit_pct=0.5", "risk.stop_loss_pct=0.5"),
    gateway=replace(HABITS, writes_options=True),
    sales=((45.0, 0.5), (60.0, 1.0)),
)
EXPIRING: Final = Day(
    name="what is held expires while nobody is there",
    minutes=25,
    starts_at=datetime.combine(DAY, time(15, 52, 30), NEW_YORK),
    sets=(
        "risk.take_profit_pct=0.5",
        "risk.stop_loss_pct=0.5",
        "risk.no_entry_before_close_minutes=1",
        "risk.flatten_before_close_minutes=1",
    ),
    down_seconds=240,
)
DAYS: Final = (*PARTS, LONG)
