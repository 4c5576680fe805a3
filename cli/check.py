"""``./bot check``: could this gateway and account be traded now? It asks, and never places an order.

For people a table; with ``--json`` one object as the last line of stdout. Exit codes: 0 tradable, 1 not, 2 wrong call.

The object: ``tradable`` (true when nothing failed and nothing had to be skipped; what is unknown because the market is
closed does not count), ``symbol``, ``host``, ``port``, ``seconds`` (of all of it), ``events``: one for each question
of FIELDS in ``cli.check_rows``, in that order, always all of them.

Each event has ``event``, ``verdict`` (ok, unknown, failed, skipped), ``seen`` and ``remedy`` (texts for people; remedy
is empty where there is nothing to do), ``seconds`` (how long the answer took), ``failure`` (timed out, disconnected,
pacing, no data, not subscribed, no such contract, refused, bad answer) and ``code`` (the broker's); and its own fields.
Of all these null is not known, or none. Prices are USD, sizes shares or contracts, moments ISO 8601 in UTC.

- connection: ``host``, ``port``, ``client_id``, ``server_version`` (of the protocol, as agreed upon)
- account: ``account`` (letters and last three digits), ``kind`` (paper, live), ``account_type`` (the broker's word),
  ``net_liquidation`` and ``available_funds`` in USD
- clock: ``skew_seconds``, how far the gateway's clock is ahead of ours, good to half a second
- book: ``positions`` and ``open_orders``, how many the account has
- contract: ``con_id`` of the share
- stock_snapshot: ``symbol``, ``bid``, ``ask``, ``bid_size``, ``ask_size``, ``last``, ``market_data_type`` (1 live,
  2 frozen, 3 delayed, 4 delayed and frozen)
- chain: ``expiries`` and ``strikes``, how many the standard class has
- contracts: ``expiry`` (the first after today), ``contracts`` (how many calls it lists), ``increments`` (USD by the
  price from which they hold)
- option_snapshot: as stock_snapshot, of the call at the money of that expiry, with ``contract`` as its symbol
- historical_1m: ``bars`` (how many of one minute of the last hour of trading), ``first`` and ``last`` (their starts)
- servers: ``codes`` of what the gateway said to be broken, by itself, during the check
"""

import asyncio
import json
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from actors.runtime.clock import WallClock
from broker.ib.adapter import IbBroker
from broker.ib.config import IbConfig
from cli.check_rows import Row, Verdict, failed, skipped
from cli.check_steps import Found, Steps, Wanted
from cli.system import calendar_around
from cli.wiring import ib_config
from config.load import load
from config.settings import Settings
from domain.connection_reports import ConnectivityReport
from domain.errors import ConfigError
from domain.ids import Generation, Symbol
from domain.ports import Clock
from domain.reports import (
    RequestFailed,
    StreamReport,
)

TRADABLE, NOT_TRADABLE = 0, 1
_STYLES: Final = {Verdict.OK: "green", Verdict.UNKNOWN: "yellow", Verdict.FAILED: "bold red"}
_WORDS: Final = {Verdict.OK: "ok", Verdict.UNKNOWN: "unknown", Verdict.FAILED: "FAILED"}
_HARMLESS: Final = frozenset({Verdict.OK, Verdict.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The command line; None leaves a setting as it is."""

    settings: Path | None = None
    sets: tuple[str, ...] = ()
    host: str | None = None
    port: int | None = None
    client_id: int | None = None
    timeout_seconds: float = 15.0
    symbol: str | None = None
    as_json: bool = False


def run_check(asked: Asked, clock: Clock | None = None) -> int:
    """Return 0 when tradable, 1 when not. Raises ConfigError for settings that cannot be used."""
    settings = _settings(asked)
    clock = clock or WallClock()
    began = clock.monotonic()
    rows = asyncio.run(_rows(settings, asked.timeout_seconds, clock))
    seconds = clock.monotonic() - began
    tradable = all(row.verdict in _HARMLESS for row in rows)
    if asked.as_json:
        print(json.dumps(_as_object(settings, rows, tradable=tradable, seconds=seconds)))
    else:
        _show(settings, rows, tradable=tradable, seconds=seconds)
    return TRADABLE if tradable else NOT_TRADABLE


def _settings(asked: Asked) -> Settings:
    """Return the settings with the options laid over them; a complaint about an option calls it by its name."""
    given = (
        ("--host", "broker.host", asked.host),
        ("--port", "broker.port", asked.port),
        ("--client-id", "broker.client_id", asked.client_id),
        ("--symbol", "symbols", None if asked.symbol is None else json.dumps([asked.symbol])),
    )
    own = [(option, key, value) for option, key, value in given if value is not None]
    overrides = (*asked.sets, *(f"{key}={value}" for _, key, value in own))
    try:
        return load(environment=os.environ, settings_file=asked.settings, overrides=overrides)
    except ConfigError as error:
        text = str(error)
        for option, key, _ in own:
            text = text.replace(f"--set {key}:", f"{option}:")
        raise ConfigError(text) from error


async def _rows(settings: Settings, limit: float, clock: Clock) -> list[Row]:
    own = ib_config(settings)
    config = replace(
        own,
        read_only=True,
        connect_timeout_seconds=limit,
        request_timeout_seconds=limit,
        completed_timeout_seconds=min(limit, own.completed_timeout_seconds),
    )
    found = Found()
    broker = IbBroker(config, clock, Generation(0), _into(found.notices))
    steps = Steps(broker, clock, _wanted(settings, limit), found)
    began = clock.monotonic()
    with _progress() as status:
        refused = await broker.connect()
        rows = [_connection(config, broker, refused, clock.monotonic() - began)]
        if refused is not None:
            return rows + [skipped(name, event) for name, event, _ in steps.all()]
        try:
            for name, _, step in steps.all():
                if status is not None:
                    status.update(name)
                rows.append(await step())
        finally:
            broker.disconnect()
            await asyncio.sleep(0)
    return rows


def _into(notices: list[ConnectivityReport]) -> Any:
    def take(report: StreamReport) -> None:
        if isinstance(report, ConnectivityReport):
            notices.append(report)

    return take


def _progress() -> AbstractContextManager[Any]:
    """Show on a terminal what is being asked; nothing where nobody looks."""
    return Console(stderr=True).status("connecting") if sys.stderr.isatty() else nullcontext()


def _wanted(settings: Settings, limit: float) -> Wanted:
    def is_open(at: datetime) -> bool:
        session = calendar_around(at.date(), settings.paths.state_dir / "calendar").current_or_next(at)
        return session is not None and session.opens_at <= at < session.closes_at

    return Wanted(
        symbol=Symbol(settings.symbols[0]),
        timeout_seconds=limit,
        clock_skew_seconds_max=settings.broker.clock_skew_seconds_max,
        dry_run=settings.dry_run,
        use_rth=settings.historical.use_rth,
        what_to_show=settings.historical.what_to_show,
        is_open=is_open,
    )


def _connection(config: IbConfig, broker: IbBroker, refused: RequestFailed | None, seconds: float) -> Row:
    version = broker.server_version or None
    fields = {"host": config.host, "port": config.port, "client_id": config.client_id, "server_version": version}
    if refused is not None:
        return replace(failed("connection", "connection", refused, seconds), seen=refused.text, fields=fields)
    return Row(
        name="connection",
        event="connection",
        verdict=Verdict.OK,
        seen=f"{config.host}:{config.port}, client id {config.client_id}, server version {version}",
        seconds=seconds,
        fields=fields,
    )


def _as_object(settings: Settings, rows: Iterable[Row], *, tradable: bool, seconds: float) -> dict[str, object]:
    return {
        "tradable": tradable,
        "symbol": settings.symbols[0],
        "host": settings.broker.host,
        "port": settings.broker.port,
        "seconds": round(seconds, 3),
        "events": [row.as_dict() for row in rows],
    }


def _show(settings: Settings, rows: Sequence[Row], *, tradable: bool, seconds: float) -> None:
    """Print the table: what to do stands under what was seen, so that both have room on 80 columns."""
    console = Console(file=sys.stdout, highlight=False, emoji=False, markup=False)
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(max_width=28)
    table.add_column(overflow="fold")
    for row in rows:
        if row.verdict is not Verdict.SKIPPED:
            seen = Text.assemble(row.seen, *([(f"\n-> {row.remedy}", "bold")] if row.remedy else []))
            table.add_row(Text(_WORDS[row.verdict], style=_STYLES[row.verdict]), row.name, seen)
    console.print(table)
    left_out = [row.name for row in rows if row.verdict is Verdict.SKIPPED]
    if left_out:
        console.print(f"not asked, since what they need failed: {', '.join(left_out)}")
    broken = sum(row.verdict is Verdict.FAILED for row in rows)
    verdict = "tradable" if tradable else f"not tradable: {broken} of {len(rows)} failed"
    where = f"{settings.broker.host}:{settings.broker.port}"
    console.print(Text(f"{where} is {verdict} ({seconds:.1f} s)", style="green" if tradable else "bold red"))
