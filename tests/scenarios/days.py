"""Whole days: run once for all tests of a file, and what they left behind, read from disk."""

import json
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from cli.day import DayPlan
from cli.demo import Wanted
from cli.replay import replay_plan
from cli.result import DayResult
from cli.virtual_day import run_virtual_day
from config.new_york import parse_time
from domain.trading_day import NEW_YORK
from tests.house import CHECKOUT

CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """A fill as our journal has it: New York time in whole seconds, USD per share, contracts below 0 when sold."""

    at: datetime
    price: Decimal
    quantity: int
    contract: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A day that ended, and its folder."""

    result: DayResult
    folder: Path

    def events(self, *names: str) -> list[dict[str, Any]]:
        """Return the log's events of these names, in order."""
        with (self.folder / "logs" / "bot.jsonl").open(encoding="utf-8") as lines:
            rows = (json.loads(line) for line in lines)
            return [row for row in rows if row["event"] in names]

    def frame_names(self, direction: str) -> set[str]:
        """Return which messages the gateway saw coming "in" or going "out"."""
        with (self.folder / "frames.jsonl").open(encoding="utf-8") as lines:
            rows = (json.loads(line) for line in lines)
            return {row["name"] for row in rows if row["dir"] == direction}

    def fills(self) -> list[Fill]:
        """Return every fill of the journal, in the order written."""
        plans = {row["plan"]["intent"]: row["plan"]["contract"] for row in self._records("BracketPlanned")}
        return [
            Fill(
                at=datetime.fromisoformat(row["at"]).astimezone(NEW_YORK),
                price=Decimal(row["price"]),
                quantity=row["quantity"] if row["side"] == "BUY" else -row["quantity"],
                contract=plans[row["intent"]],
            )
            for row in self._records("LegFilled")
        ]

    def _records(self, kind: str) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.folder / "state.sqlite")) as connection:
            rows = connection.execute("SELECT body FROM records WHERE kind = ? ORDER BY seq", (kind,))
            return [json.loads(body) for (body,) in rows]


def wanted(
    folder: Path,
    *sets: str,
    seed: int = 7,
    crashes: Sequence[str] = (),
    dry_run: bool = False,
    threads: bool = False,
    speed: float = 1.0,
    until: str | None = None,
) -> Wanted:
    """Return what a command line would ask for, in a folder of its own."""
    return Wanted(
        seed=seed,
        sets=(f"paths.runs_dir={folder}", *sets),
        crashes=tuple(crashes),
        dry_run=dry_run,
        cash=False,
        as_json=False,
        threads=threads,
        speed=speed,
        until=until,
    )


def ran(plan: DayPlan) -> Ran:
    """Run a day in virtual time; a log line that is not in the catalogue fails it."""
    return Ran(result=run_virtual_day(plan, lambda _: None, strict_log=True), folder=plan.run_dir)


def market_data() -> Path:
    """Return the folder of recorded days; skips the test where there is none."""
    folder = Path(os.environ.get("STOPWARD_MARKET_DATA", CHECKOUT.parent / "shared" / "market"))
    if not folder.is_dir():
        pytest.skip(f"no recorded market days in {folder}; name a folder with STOPWARD_MARKET_DATA")
    return folder


def replayed(asked: Wanted, day: str, symbol: str, *, until: str | None = None) -> Ran:
    """Replay a recorded day, or its beginning."""
    plan = replay_plan(asked, data=market_data(), day=day, symbols=symbol)
    if until is not None:
        plan = replace(plan, stops_at=datetime.combine(plan.session.day, parse_time(until), NEW_YORK))
    return ran(plan)


def held_after(fills: Sequence[Fill]) -> dict[int, int]:
    """Return the contracts still held after these fills, by con id."""
    held: dict[int, int] = {}
    for fill in fills:
        con_id = fill.contract["con_id"]
        held[con_id] = held.get(con_id, 0) + fill.quantity
    return {con_id: quantity for con_id, quantity in held.items() if quantity}
