"""Who is started, in which order, restarted how. Read it from top to bottom: that is the order of the start.

root (one_for_one)
├── telling (one_for_one)       who speaks with the operator; may give up, and nothing else ends
│   └── alerts, control, calendar (where trading goes on for longer than a day)
├── guarding (one_for_one)      what is open stays guarded, whatever happens to trading
│   ├── journal                 the one writer of state
│   ├── tripwire                trips the breaker when restarts run out, be it the breaker's own
│   ├── broker                  the one door to the broker
│   ├── ocos (one_for_one)      one OCOActor per open bracket, started as brackets come
│   └── brackets                gives every open intent its OCOActor, again and again
└── trading (rest_for_one)      may die, or give up: then nothing new is opened
    ├── breaker, risk
    ├── strategies              asks a worker process, where a strategy wants frames
    ├── symbols (one_for_one)   one SymbolActor per symbol
    └── scheduler
"""

from collections.abc import Callable
from dataclasses import dataclass

from actors.alerts import AlertActor
from actors.brackets import BracketsActor, GuardsSupervisor, oco_name
from actors.breaker import BreakerActor
from actors.broker import BrokerActor, BrokerParts, BrokerSettings
from actors.calendar import calendar_specs
from actors.control import ControlActor
from actors.foreign import ExitsOf
from actors.journal import JournalActor
from actors.oco import OCOActor
from actors.risk import RiskActor
from actors.runtime.context import Context
from actors.runtime.hosts import Host
from actors.runtime.loop_actor import LoopActor
from actors.runtime.supervisor import Backoff, ChildSpec, Restart, Strategy, Supervisor
from actors.scheduler import SchedulerActor
from actors.strategies import strategies_specs
from actors.symbol import SymbolActor
from actors.tripwire import TripwireActor
from domain.brackets import BracketPolicy
from domain.breaker import BreakerLimits
from domain.control import SwitchPort
from domain.events import BracketPlan
from domain.flattening import FlattenRule
from domain.ids import IntentId
from domain.kept_sessions import AskSessions
from domain.ledger_rules import RiskLimits
from domain.ports import AlertPort, EventLog, JournalPort
from domain.strategies.elsewhere import WorkerPort
from domain.symbol_settings import SymbolSettings
from domain.trading_day import Calendar

RESTARTS_MAX = 5
RESTARTS_PERIOD_SECONDS = 60.0
QUICK = Backoff(first_seconds=0.2, factor=2.0, most_seconds=5.0)
PING_SECONDS = 30.0  # Every handler has a deadline of its own; a ping finds only what is stuck without one.
# History may be given 300 s, and waits for room before that; a symbol's turn waits for it, and more than once.
BROKER_HANDLER_SECONDS = 600.0
SYMBOL_HANDLER_SECONDS = 900.0
START_SECONDS = 60.0  # Each asks the journal, which may wait for its disk.
TURN_SECONDS_MAX = 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """Whose loop serves whom. In virtual time all four are the same."""

    system: Host
    broker: Host
    core: Host
    journal: Host


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything the actors are built from."""

    hosts: Hosts
    log: EventLog
    journal: JournalPort
    alerts: AlertPort
    broker: BrokerParts
    calendar: Calendar
    broker_settings: BrokerSettings
    breaker_limits: BreakerLimits
    risk_limits: RiskLimits
    flatten_on_loss: bool
    policy: BracketPolicy
    flatten: FlattenRule
    symbols: tuple[SymbolSettings, ...]
    interval_seconds: int
    concurrent_max: int
    gave_up: Callable[[str, str], None]
    switch: SwitchPort
    ramp_days: int  # 0 where no real money is traded.
    worker: WorkerPort | None = None  # None: every strategy is asked in this process.
    ask_sessions: AskSessions | None = None  # None: the calendar stays as it is.
    exits: ExitsOf | None = None  # By which rules what others bought is guarded once adopted; None: nothing is.


def root_spec(parts: Parts) -> ChildSpec:
    """Return the whole tree as one child."""
    children = (_telling(parts), _guarding(parts), _trading(parts))
    return _supervisor("root", parts, Strategy.ONE_FOR_ONE, children)


def _telling(parts: Parts) -> ChildSpec:
    core = parts.hosts.core
    children = (
        ChildSpec(
            name="alerts",
            factory=lambda context: AlertActor(context, port=parts.alerts, log=parts.log),
            host=core,
            ping_every_seconds=PING_SECONDS,
            backoff=QUICK,
        ),
        ChildSpec(
            name="control",
            factory=lambda context: ControlActor(context, switch=parts.switch, log=parts.log),
            host=parts.hosts.system,
            ping_every_seconds=PING_SECONDS,
            backoff=QUICK,
        ),
        *calendar_specs(parts.calendar, parts.ask_sessions, parts.hosts.system, parts.log),
    )
    return _supervisor("telling", parts, Strategy.ONE_FOR_ONE, children, restart=Restart.TEMPORARY)


def _guarding(parts: Parts) -> ChildSpec:
    children = (
        ChildSpec(
            name="journal",
            factory=lambda context: JournalActor(context, journal=parts.journal, log=parts.log),
            host=parts.hosts.journal,
            ping_every_seconds=PING_SECONDS,
            backoff=QUICK,
        ),
        ChildSpec(
            name="tripwire",
            factory=TripwireActor,
            host=parts.hosts.system,
            ping_every_seconds=PING_SECONDS,
            backoff=QUICK,
        ),
        ChildSpec(
            name="broker",
            factory=lambda context: _broker(context, parts),
            host=parts.hosts.broker,
            handler_deadline_seconds=BROKER_HANDLER_SECONDS,
            ping_every_seconds=PING_SECONDS,
            backoff=QUICK,
        ),
        _supervisor(
            "ocos", parts, Strategy.ONE_FOR_ONE, (), host=parts.hosts.core, restarts_max=20, kind=GuardsSupervisor
        ),
        ChildSpec(
            name="brackets",
            factory=lambda context: BracketsActor(context, oco_spec=lambda i, p: oco_spec(parts, i, p), log=parts.log),
            host=parts.hosts.core,
            start_timeout_seconds=START_SECONDS,
            ping_every_seconds=PING_SECONDS,
            backoff=QUICK,
        ),
    )
    return _supervisor("guarding", parts, Strategy.ONE_FOR_ONE, children)


def _trading(parts: Parts) -> ChildSpec:
    core = parts.hosts.core
    children = (
        ChildSpec(
            name="breaker",
            factory=lambda context: BreakerActor(context, limits=parts.breaker_limits, log=parts.log),
            host=parts.hosts.system,
            start_timeout_seconds=START_SECONDS,
            ping_every_seconds=PING_SECONDS,
            backoff=QUICK,
        ),
        ChildSpec(
            name="risk",
            factory=lambda context: _risk(context, parts),
            host=core,
            start_timeout_seconds=START_SECONDS,
            ping_every_seconds=PING_SECONDS,
            backoff=QUICK,
        ),
        *strategies_specs(parts.worker, core, parts.log),
        _supervisor(
            "symbols", parts, Strategy.ONE_FOR_ONE, tuple(_symbol_spec(parts, one) for one in parts.symbols), host=core
        ),
        ChildSpec(
            name="scheduler",
            factory=lambda context: _scheduler(context, parts),
            host=parts.hosts.system,
            ping_every_seconds=PING_SECONDS,
            backoff=QUICK,
        ),
    )
    # Never again once it gave up: its sixth surrender would be the root's, and so the guards' end.
    return _supervisor("trading", parts, Strategy.REST_FOR_ONE, children, restart=Restart.TEMPORARY)


def _supervisor(
    name: str,
    parts: Parts,
    strategy: Strategy,
    children: tuple[ChildSpec, ...],
    *,
    host: Host | None = None,
    restarts_max: int = RESTARTS_MAX,
    restart: Restart = Restart.PERMANENT,
    kind: type[Supervisor] = Supervisor,
) -> ChildSpec:
    def build(context: Context) -> LoopActor:
        return kind(
            context,
            strategy=strategy,
            max_restarts=restarts_max,
            period_seconds=RESTARTS_PERIOD_SECONDS,
            children=children,
            gave_up=parts.gave_up,
        )

    return ChildSpec(
        name=name,
        factory=build,
        host=host or parts.hosts.system,
        restart=restart,
        start_timeout_seconds=START_SECONDS,
        ping_every_seconds=PING_SECONDS,
        backoff=QUICK,
    )


def oco_spec(parts: Parts, intent: IntentId, plan: BracketPlan | None) -> ChildSpec:
    """Return the child that guards one intent. It ends by itself when flat; only its death brings it back."""
    return ChildSpec(
        name=oco_name(intent),
        factory=lambda context: OCOActor(
            context, intent=intent, plan=plan, policy=parts.policy, flatten=parts.flatten, log=parts.log
        ),
        host=parts.hosts.core,
        restart=Restart.TRANSIENT,
        start_timeout_seconds=30,
        ping_every_seconds=PING_SECONDS,
        backoff=QUICK,
    )


def _symbol_spec(parts: Parts, settings: SymbolSettings) -> ChildSpec:
    return ChildSpec(
        name=f"symbol:{settings.symbol}",
        factory=lambda context: SymbolActor(context, settings=settings, calendar=parts.calendar, log=parts.log),
        host=parts.hosts.core,
        start_timeout_seconds=30,
        handler_deadline_seconds=SYMBOL_HANDLER_SECONDS,
        ping_every_seconds=PING_SECONDS,
        backoff=QUICK,
    )


def _broker(context: Context, parts: Parts) -> LoopActor:
    return BrokerActor(
        context,
        parts=parts.broker,
        settings=parts.broker_settings,
        log=parts.log,
    )


def _risk(context: Context, parts: Parts) -> LoopActor:
    return RiskActor(
        context,
        limits=parts.risk_limits,
        calendar=parts.calendar,
        flatten_on_loss=parts.flatten_on_loss,
        log=parts.log,
        forbids=parts.switch.forbids,
        ramp_days=parts.ramp_days,
        exits=parts.exits,
        latch=parts.broker.latch,
    )


def _scheduler(context: Context, parts: Parts) -> LoopActor:
    return SchedulerActor(
        context,
        symbols=tuple(one.symbol for one in parts.symbols),
        interval_seconds=parts.interval_seconds,
        concurrent_max=parts.concurrent_max,
        turn_seconds_max=TURN_SECONDS_MAX,
        calendar=parts.calendar,
        log=parts.log,
    )
