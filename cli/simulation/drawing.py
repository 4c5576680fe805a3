"""From a seed to its session: one generator for the world, one for what goes wrong, so that levels share a world."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from cli.day import ACCOUNT
from cli.simulation import set_pieces
from cli.simulation.mishaps import draw_faults
from cli.simulation.script import DAY, Level, Mishap, Script
from domain.trading_day import NEW_YORK
from simgateway.config import ChildrenOnPartial, GatewayConfig

BEFORE_OPEN: Final = time(9, 29, 40)
BEFORE_CLOSE: Final = time(14, 59, 50)
BUSY: Final = 0.15
"""How many of the sessions are."""
WRITES: Final = 0.8
"""How many of the margin accounts may write options: elsewhere nobody can sell beside resting exits."""
SLOW_SNAPSHOT_MS: Final = (300, 11_000)
FIRST, LAST = time(9, 31), time(14, 50)
SETS: Final = (
    "dry_run=false",
    f"broker.account={ACCOUNT}",
    'strategies.use=["cli.simulation.eager.Eager"]',
    "options.max_spread_pct=50",
    "options.min_volume=0",
    "risk.no_entry_after_open_minutes=0",
    "risk.max_consecutive_losses=100",
)


def drawn_script(seed: int, level: Level) -> Script:
    """Return this seed's session."""
    draw = Random(f"{seed}:world")  # noqa: S311 - a simulated world, nothing secret
    starts_at = _start(draw)
    symbols = draw.choices((("SPY",), ("SPY", "QQQ"), ("SPY", "QQQ", "IWM")), (80, 15, 5))[0]
    busy = _busy(Random(f"{seed}:busy"))  # noqa: S311 - as above
    sets, gateway = _sets(draw, symbols), _gateway(seed, draw)
    writes = not gateway.cash_account and Random(f"{seed}:writes").random() < WRITES  # noqa: S311 - as above
    gateway = replace(gateway, writes_options=writes)
    piece = set_pieces.set_piece(seed) if level is Level.ALL else None
    return Script(
        seed=seed,
        level=level,
        starts_at=starts_at,
        symbols=symbols,
        sets=(*sets, *busy, *(set_pieces.SETS if piece else ())),
        gateway=replace(gateway, snapshot_end_ms=SLOW_SNAPSHOT_MS) if busy or piece else gateway,
        mishaps=_mishaps(seed, level, piece, busy=bool(busy)),
    )


def _mishaps(seed: int, level: Level, piece: set_pieces.Piece | None, *, busy: bool) -> tuple[Mishap, ...]:
    if piece is not None:
        return set_pieces.put_together(piece, Random(f"{seed}:piece"))  # noqa: S311 - as above
    return draw_faults(level, Random(f"{seed}:mishaps:{level}"), busy=busy)  # noqa: S311 - as above


def _start(draw: Random) -> datetime:
    kind = draw.random()
    if kind < 0.2:
        return datetime.combine(DAY, BEFORE_OPEN, NEW_YORK)
    if kind < 0.3:
        return datetime.combine(DAY, BEFORE_CLOSE, NEW_YORK)
    first = datetime.combine(DAY, FIRST, NEW_YORK)
    span = datetime.combine(DAY, LAST, NEW_YORK) - first
    return first + timedelta(seconds=int(draw.random() * span.total_seconds()))


def _sets(draw: Random, symbols: tuple[str, ...]) -> tuple[str, ...]:
    named = ",".join(f'"{symbol}"' for symbol in symbols)
    dry = ("dry_run=true",) if draw.random() < 0.03 else ()
    return (
        *SETS,
        f"symbols=[{named}]",
        f"schedule.interval_seconds={draw.choices((60, 180, 300, 600), (5, 15, 50, 30))[0]}",
        f"broker.health_interval_seconds={draw.choice((15, 60, 60, 60))}",
        f"options.expiry={draw.choice(('weekly', 'weekly', '0dte'))}",
        f"risk.take_profit_pct={draw.choice(('0.03', '0.03', '0.08', '0.2', '0.4'))}",
        f"risk.stop_loss_pct={draw.choice(('0.03', '0.03', '0.08', '0.15', '0.4'))}",
        f"risk.max_entries_per_day={draw.choice((1, 2, 3))}",
        f"risk.cooldown_minutes={draw.choice((0, 0, 10))}",
        f"risk.max_daily_loss_pct={draw.choice(('0.15', '0.15', '0.01', '0.004'))}",
        f"risk.flatten_on_daily_loss={draw.choice(('true', 'false'))}",
        f"risk.entry_unfilled_seconds={draw.choice((5, 5, 30))}",
        f"breaker.failure_threshold={draw.choice((1, 3))}",
        f"breaker.reset_timeout_seconds={draw.choice((60, 300))}",
        *dry,
    )


def _busy(draw: Random) -> tuple[str, ...]:
    """Let some sessions trade again and again, until the day has lost what it may, on quotes that are soon too old."""
    if draw.random() >= BUSY:
        return ()
    return (
        "schedule.interval_seconds=60",
        "options.expiry=0dte",
        "options.max_quote_age_seconds=5",
        "historical.entry_max_bar_age_seconds=10",
        f"risk.take_profit_pct={draw.choice(('0.03', '0.08', '0.15'))}",
        f"risk.stop_loss_pct={draw.choice(('0.08', '0.15', '0.15'))}",
        "risk.max_entries_per_day=30",
        "risk.cooldown_minutes=0",
        "risk.max_daily_loss_pct=0.002",
        "risk.entry_unfilled_seconds=30",
        "breaker.failure_threshold=3",
    )


def _gateway(seed: int, draw: Random) -> GatewayConfig:
    return GatewayConfig(
        seed=seed,
        account=ACCOUNT,
        start_cash=Decimal(100_000),
        cash_account=draw.random() < 0.1,
        delay_ms=draw.choice(((1, 300), (1, 300), (1, 20), (100, 300))),
        snapshot_end_ms=draw.choice(((300, 3000), SLOW_SNAPSHOT_MS)),
        children_on_partial=draw.choice(tuple(ChildrenOnPartial)),
        partial_fill_probability=draw.choice((0.0, 0.1, 0.5, 1.0)),
        tick_seconds=draw.choice((1.0, 5.0)),
        greeks_seconds=0.0,
        pnl_seconds=draw.choice((2.0, 10.0)),
        pnl_heartbeat_seconds=30.0,
        tif_preset_notice=draw.random() < 0.1,
    )
