"""One day to be traded against the simulated gateway: what it is made of, and what comes of it."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from cli.crashes import Crash
from cli.result import DayResult
from cli.scenario import BadDay
from cli.tally import Tally
from config.settings import Settings
from domain.events import FeesCharged, FillCorrected, LegFilled
from domain.ports import JournalPort
from domain.reports import Side
from domain.trading_day import Session, new_york
from simgateway.audit import AuditLimits, AuditResult, audit
from simgateway.config import GatewayConfig
from simgateway.frames import FrameLog
from simgateway.market.base import Market

BEFORE_OPEN = timedelta(minutes=5)
AFTER_CLOSE = timedelta(minutes=5)
ACCOUNT = "DU1234567"

Progress = Callable[[datetime], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """A day, its market, its settings, and a folder of its own in which nothing live can be touched.

    ``stops_at`` ends it earlier than its session does, whatever is open then; aware. ``bad_day`` is what goes wrong,
    read from the file ``scenario``; None: nothing.
    """

    settings: Settings
    market: Market
    gateway: GatewayConfig
    session: Session
    seed: int
    crashes: tuple[Crash, ...]
    run_dir: Path
    stops_at: datetime | None = None
    scenario: Path | None = None
    bad_day: BadDay | None = None

    @property
    def starts_at(self) -> datetime:
        """Return when the bot is started."""
        return self.session.opens_at - BEFORE_OPEN

    @property
    def ends_at(self) -> datetime:
        """Return when it is stopped."""
        return self.stops_at or self.session.closes_at + AFTER_CLOSE

    @property
    def frames_path(self) -> Path:
        """Return the gateway's frame log."""
        return self.run_dir / "frames.jsonl"

    @property
    def state_path(self) -> Path:
        """Return the journal."""
        return self.run_dir / "state.sqlite"

    @property
    def mode(self) -> str:
        """Return what the state is bound to."""
        return self.settings.mode.value


def audited(plan: DayPlan) -> AuditResult:
    """Return what the gateway's own log says about the invariants."""
    settings = plan.settings
    limits = AuditLimits(
        start_equity=plan.gateway.start_cash,
        max_daily_loss_fraction=settings.risk.max_daily_loss_pct,
        max_quote_age_seconds=settings.options.max_quote_age_seconds,
        entry_max_bar_age_seconds=settings.historical.entry_max_bar_age_seconds,
        subscriptions_max=settings.limits.subscriptions_skip,
        orders_allowed=not settings.dry_run and not settings.broker.read_only,
    )
    return audit(FrameLog.read(plan.frames_path), limits, plan.state_path, plan.run_dir / "logs" / "bot.jsonl")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnBooks:
    """What our own journal adds up to, USD: cash flow of all fills, fees, contracts still held by con id."""

    flow: Decimal
    fees: Decimal
    held: dict[int, int]


def own_books(store: JournalPort, intents: Iterable[str]) -> OwnBooks:
    """Add up the journal's fills, as they were corrected last."""
    flow, fees, held = Decimal(0), Decimal(0), Counter[int]()
    for intent in intents:
        records = store.read(f"bracket:{intent}")
        fees += sum((one.fees for one in records if isinstance(one, FeesCharged)), Decimal(0))
        news = sorted((one.fill for one in records if isinstance(one, FillCorrected)), key=lambda fill: fill.revision)
        corrected = {fill.exec_id: fill for fill in news}
        for fill in (corrected.get(one.exec_id, one) for one in records if isinstance(one, LegFilled)):
            sign = 1 if fill.side is Side.BUY else -1
            flow -= sign * fill.cash
            held[fill.con_id] += sign * fill.quantity
    return OwnBooks(flow=flow, fees=fees, held={con_id: n for con_id, n in held.items() if n})


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayBooks:
    """What the gateway's own account came to, USD."""

    net_liquidation: Decimal
    positions_value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What a finished run knows besides its logs."""

    tally: Tally
    books: GatewayBooks
    restarts: int
    trace: str
    day_seconds: float


def result_of(plan: DayPlan, store: JournalPort, ending: Ending) -> DayResult:
    """Put the result together: counts from the log, money from the journal, invariants from the gateway's frames."""
    tally, books = ending.tally, ending.books
    own = own_books(store, dict.fromkeys(tally.planned))
    found = audited(plan)
    pnl = own.flow - own.fees + (books.positions_value if own.held else 0)
    trips = tally.round_trips
    return DayResult(
        symbols=list(plan.settings.symbols),
        cycles=tally.cycles,
        cycles_completed=tally.cycles_completed,
        entries=len(tally.entered),
        exits=len(trips),
        exits_by=dict(Counter(str(trip["reason"]) for trip in trips)),
        partial_fills=tally.partial_fills,
        denied=sum(tally.denied.values()),
        denied_by=dict(tally.denied.most_common()),
        pnl=pnl,
        fees=own.fees,
        gateway_pnl=books.net_liquidation - plan.gateway.start_cash,
        positions_open_at_end=len(own.held),
        unguarded_max_seconds=max(tally.unguarded_max_seconds, found.unguarded_max_seconds),
        restarts=ending.restarts,
        gave_up=tally.gave_up,
        invariants={"checked": found.checked, "violated": len(found.violations)},
        violations=[f"{v.invariant}: {v.at:%H:%M:%S} {v.text}" for v in found.violations[:20]],
        trading_day={
            "open": f"{new_york(plan.session.opens_at):%H:%M}",
            "close": f"{new_york(plan.session.closes_at):%H:%M}",
            "date": plan.session.day.isoformat(),
        },
        wall_seconds=0.0,
        day_seconds=round(ending.day_seconds, 3),
        trace=ending.trace,
        seed=plan.seed,
        run_dir=str(plan.run_dir),
        examples=_examples(tally),
    )


def _examples(tally: Tally) -> dict[str, str]:
    found: dict[str, str] = {}
    for denial in tally.denials:
        words = f"{denial['symbol']} {denial.get('candidate', '')}: {denial['found']} against {denial['limit']}"
        found.setdefault(str(denial["rule"]), " ".join(words.split()))
    return found
