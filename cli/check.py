"""``./bot check``: could this gateway and account be traded now? It asks, and never places an order."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from actors.runtime.clock import WallClock
from broker.ib.adapter import IbBroker
from broker.ib.config import IbConfig
from cli.check_rows import Row, Verdict, failed
from cli.check_steps import Steps
from cli.system import calendar_around
from cli.wiring import ib_config
from config.load import load
from config.settings import Settings
from domain.ids import Generation, Symbol
from domain.reports import RequestFailed

TRADABLE, NOT_TRADABLE = 0, 1
_STYLES: Final = {Verdict.OK: "green", Verdict.UNKNOWN: "yellow", Verdict.FAILED: "red"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The command line; None leaves a setting as it is."""

    settings: Path | None
    sets: tuple[str, ...]
    host: str | None
    port: int | None
    client_id: int | None
    timeout_seconds: float
    symbol: str | None
    as_json: bool


def run_check(asked: Asked) -> int:
    """Return 0 when tradable, 1 when not. Raises ConfigError for settings that cannot be used."""
    settings = load(environment=os.environ, settings_file=asked.settings, overrides=(*asked.sets, *_overrides(asked)))
    symbol = Symbol((asked.symbol or settings.symbols[0]).upper())
    rows = asyncio.run(_rows(settings, symbol, asked))
    tradable = all(row.verdict is not Verdict.FAILED for row in rows)
    if asked.as_json:
        print(json.dumps({"tradable": tradable, "symbol": symbol, "events": [row.as_dict() for row in rows]}))
    else:
        Console(file=sys.stdout).print(_table(settings, rows, tradable=tradable))
    return TRADABLE if tradable else NOT_TRADABLE


def _overrides(asked: Asked) -> Sequence[str]:
    given = (("host", asked.host), ("port", asked.port), ("client_id", asked.client_id))
    return [f"broker.{name}={value}" for name, value in given if value is not None]


async def _rows(settings: Settings, symbol: Symbol, asked: Asked) -> list[Row]:
    clock = WallClock()
    limit = asked.timeout_seconds
    config = replace(ib_config(settings), read_only=True, connect_timeout_seconds=limit, request_timeout_seconds=limit)
    broker = IbBroker(config, clock, Generation(0), lambda _: None)
    began = clock.monotonic()
    with Console(stderr=True).status("connecting") as status:
        refused = await broker.connect()
        first = _connection(config, broker, refused, clock.monotonic() - began)
        if refused is not None:
            return [first]
        try:
            steps = Steps(
                broker=broker,
                clock=clock,
                symbol=symbol,
                timeout_seconds=limit,
                is_open=_is_open(settings, clock),
            )
            rows = [first]
            for step in steps.all():
                status.update(f"{rows[-1].name}: {rows[-1].seen}")
                rows.append(await step())
            return rows
        finally:
            broker.disconnect()
            await asyncio.sleep(0)


def _connection(config: IbConfig, broker: IbBroker, refused: RequestFailed | None, seconds: float) -> Row:
    if refused is not None:
        row = failed("connection", "connection", refused, seconds)
        advice = "start the gateway, check host and port, and trust this machine in its API settings"
        return replace(row, remedy=row.remedy if refused.code else advice)
    version = broker.server_version
    seen = f"{config.host}:{config.port}, client id {config.client_id}, server version {version}"
    return Row(
        name="connection",
        event="connection",
        verdict=Verdict.OK,
        seen=seen,
        seconds=seconds,
        fields={"server_version": version},
    )


def _is_open(settings: Settings, clock: WallClock) -> bool:
    now = clock.now()
    session = calendar_around(now.date(), settings.paths.state_dir / "calendar").current_or_next(now)
    return session is not None and session.opens_at <= now < session.closes_at


def _table(settings: Settings, rows: Sequence[Row], *, tradable: bool) -> Table:
    verdict = "tradable" if tradable else "not tradable"
    table = Table(title=f"{settings.broker.host}:{settings.broker.port} is {verdict}", title_justify="left")
    for name in ("", "what", "seen", "what to do"):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(Text(row.verdict.value, style=_STYLES[row.verdict]), row.name, row.seen, row.remedy)
    return table
