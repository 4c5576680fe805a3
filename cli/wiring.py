"""From settings to what each room of the house reads: the one place where their names meet."""

from decimal import Decimal
from typing import Any

from actors.broker import BrokerSettings
from actors.broker_link import LinkSettings
from actors.broker_streams import StreamLimits
from broker.ib.config import IbConfig
from config.settings import Settings
from config.settings import SymbolSettings as SymbolSection
from domain.brackets import BracketPolicy
from domain.breaker import BreakerLimits
from domain.chains import ExpiryKind, ExpiryRule, Moneyness
from domain.connection import ResetWindow
from domain.entries import Blackout, EntryLimits
from domain.entry_plan import ExitRules
from domain.errors import ConfigError
from domain.flattening import FlattenRule
from domain.ids import Symbol
from domain.ledger_rules import RiskLimits
from domain.option_choice import OptionFilters
from domain.pacing import PacingLimits
from domain.strategies.protocol import Strategy
from domain.strategies.scalp import Scalp
from domain.strategies.whale import Whale
from domain.symbol_settings import HistorySettings, SymbolSettings
from domain.trading_day import Calendar
from ops.frames import Framed, wants_frames
from ops.strategy_child import made
from ops.strategy_worker import StrategyWorker, says_frames

FEW_SYMBOLS = 100  # Of more, bars are packed between cycles: 300 bytes each become 56.
PER_SYMBOL_RISK = ("max_risk_pct_per_trade", "max_contracts_per_order")


def ib_config(settings: Settings) -> IbConfig:
    """Return what the adapter reads."""
    broker = settings.broker
    return IbConfig(
        host=broker.host,
        port=broker.port,
        client_id=broker.client_id,
        account=broker.account,
        read_only=broker.read_only,
        connect_timeout_seconds=broker.connect_timeout_seconds,
        request_timeout_seconds=broker.contract_timeout_seconds,
    )


def broker_settings(settings: Settings) -> BrokerSettings:
    """Return what the BrokerActor reads."""
    broker, limits = settings.broker, settings.limits
    return BrokerSettings(
        read_only=broker.read_only,
        pacing=PacingLimits(
            messages_per_second=limits.messages_per_second,
            order_reserve=limits.order_reserve_per_second,
            per_symbol_requests_per_second=limits.per_symbol_requests_per_second,
            per_symbol_burst_requests=limits.per_symbol_burst_requests,
            history_in_flight=limits.history_in_flight,
        ),
        link=LinkSettings(
            reset_windows=tuple(ResetWindow(start=w.start, end=w.end) for w in broker.reset_windows),
            book_timeout_seconds=broker.book_timeout_seconds,
            probe_timeout_seconds=broker.health_timeout_seconds,
            clock_skew_seconds_max=broker.clock_skew_seconds_max,
        ),
        probe_every_seconds=broker.health_interval_seconds,
        streams=StreamLimits(warn=limits.subscriptions_warn, skip=limits.subscriptions_skip),
        probe_symbol=Symbol(settings.symbols[0]),
    )


def breaker_limits(settings: Settings) -> BreakerLimits:
    """Return what the CircuitBreaker reads."""
    breaker = settings.breaker
    return BreakerLimits(
        failure_threshold=breaker.failure_threshold, reset_timeout_seconds=int(breaker.reset_timeout_seconds)
    )


def risk_limits(settings: Settings) -> RiskLimits:
    """Return what the RiskActor reads."""
    risk = settings.risk
    return RiskLimits(
        max_daily_loss_pct=risk.max_daily_loss_pct,
        max_risk_pct_per_trade=risk.max_risk_pct_per_trade,
        max_open_positions=risk.max_open_positions,
        max_contracts_per_order=risk.max_contracts_per_order,
        max_entries_per_day=risk.max_entries_per_day,
        max_consecutive_losses=risk.max_consecutive_losses,
    )


def bracket_policy(settings: Settings) -> BracketPolicy:
    """Return how patient brackets are."""
    risk = settings.risk
    return BracketPolicy(
        entry_unfilled_seconds=risk.entry_unfilled_seconds,
        stop_unfilled_seconds=risk.stop_unfilled_seconds,
        allow_market_exit=risk.allow_market_exit,
        data_loss_exit=risk.data_loss_exit_on_backoff,
        unguarded_seconds_max=risk.unguarded_seconds_max,
    )


def flatten_rule(settings: Settings, calendar: Calendar) -> FlattenRule:
    """Return when positions are closed before the session ends."""
    risk = settings.risk
    return FlattenRule(
        calendar=calendar,
        before_close_minutes=risk.flatten_before_close_minutes,
        hold_overnight=risk.hold_overnight,
    )


def symbol_settings(settings: Settings, symbol: str, worker: StrategyWorker | None = None) -> SymbolSettings:
    """Return one symbol's settings with its overrides. Raises ConfigError for a strategy that cannot be made.

    Strategies that want frames are the worker's; without one they are asked in this process.
    """
    own, history = settings.for_symbol(symbol), settings.historical
    return SymbolSettings(
        symbol=Symbol(symbol),
        strategies=tuple(_strategy(own, name, worker) for name in own.strategies.use),
        min_confidence=own.risk.min_confidence,
        entries=_entry_limits(settings, own, symbol),
        expiry=_expiry(own),
        moneyness=Moneyness(own.options.moneyness),
        strike_count=own.options.strike_count,
        filters=OptionFilters(
            max_spread_pct=own.options.max_spread_pct,
            min_volume=own.options.min_volume,
            min_open_interest=own.options.min_open_interest,
            max_quote_age_seconds=own.options.max_quote_age_seconds,
        ),
        exits=exit_rules(settings, symbol),
        history=HistorySettings(
            duration=history.duration,
            bar_size=history.bar_size,
            timeout_seconds=history.timeout,
            retry_delays_seconds=history.retry_delays_seconds,
            cache_max_age_seconds=history.cache_max_age_seconds,
            entry_max_bar_age_seconds=int(history.entry_max_bar_age_seconds),
            entry_max_hour_bar_age_seconds=int(history.entry_max_hour_bar_age_seconds),
            use_rth=history.use_rth,
        ),
        packs_bars=len(settings.symbols) > FEW_SYMBOLS,
        quote_timeout_seconds=settings.broker.quote_timeout_seconds,
        risk_overrides=tuple((name, Decimal(getattr(own.risk, name))) for name in PER_SYMBOL_RISK),
    )


def exit_rules(settings: Settings, symbol: str) -> ExitRules:
    """Return where the exits of this symbol stand, be it one of ours or not."""
    risk = settings.for_symbol(symbol).risk
    return ExitRules(
        take_profit=risk.take_profit_pct,
        stop_loss=risk.stop_loss_pct,
        stop_limit_buffer=risk.stop_limit_buffer_pct,
        native=not settings.dry_run,
    )


def _entry_limits(settings: Settings, own: SymbolSection, symbol: str) -> EntryLimits:
    return EntryLimits(
        cooldown_minutes=int(own.risk.cooldown_minutes),
        no_entry_after_open_minutes=int(own.risk.no_entry_after_open_minutes),
        no_entry_before_close_minutes=int(own.risk.no_entry_before_close_minutes),
        blackouts=tuple(
            Blackout(start=b.start, end=b.end) for b in settings.blackouts if not b.symbols or symbol in b.symbols
        ),
    )


def _expiry(own: SymbolSection) -> ExpiryRule:
    options = own.options
    if options.min_dte is not None and options.max_dte is not None:
        return ExpiryRule(kind=ExpiryKind.DTE_RANGE, min_dte=options.min_dte, max_dte=options.max_dte)
    return ExpiryRule(kind=ExpiryKind(options.expiry))


def _strategy(own: SymbolSection, name: str, worker: StrategyWorker | None) -> Strategy:
    strategies = own.strategies
    if name == "scalp":
        return Scalp(**strategies.scalp.model_dump())
    if name == "whale":
        return Whale(**strategies.whale.model_dump())
    return _own_strategy(name, strategies.own.get(name, {}), worker)


def _own_strategy(path: str, arguments: dict[str, Any], worker: StrategyWorker | None) -> Strategy:
    if worker is not None and says_frames(path):  # Not imported here: it imports pandas.
        return worker.add(path, arguments)
    try:
        found: Strategy = made(path, arguments)
    except (ImportError, AttributeError, TypeError) as error:
        raise ConfigError(f"strategies.use: {path} cannot be made: {error}") from error
    if not wants_frames(found):
        return found
    return Framed(found) if worker is None else worker.add(path, arguments)
