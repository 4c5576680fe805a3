"""Which class does what a row of the table of kinds says."""

from collections.abc import Mapping
from typing import Final

from simgateway.faults import frames, links, meaning, orders, outages, refusals
from simgateway.faults.effect import Effect

EFFECTS: Final[Mapping[str, type[Effect]]] = {
    "mute": frames.Mute,
    "delay": frames.Delay,
    "duplicate": frames.Duplicate,
    "reorder": frames.Reorder,
    "cut": frames.Cut,
    "garbage": frames.Garbage,
    "short": frames.Short,
    "unknown": frames.Unknown,
    "drop": links.Drop,
    "half_open": links.HalfOpen,
    "refuse": links.Refuse,
    "restart": links.Restart,
    "id_in_use": links.IdInUse,
    "too_fast": links.TooFast,
    "notice": outages.Notice,
    "connectivity": outages.Connectivity,
    "competing_session": outages.CompetingSession,
    "reject": refusals.Reject,
    "pacing_violation": refusals.PacingViolation,
    "not_subscribed": refusals.NotSubscribed,
    "lose_order": orders.LoseOrder,
    "silent_order": orders.SilentOrder,
    "fill_first": orders.FillFirst,
    "duplicate_execution": orders.DuplicateExecution,
    "correct_execution": orders.CorrectExecution,
    "no_commission": orders.NoCommission,
    "bad_quote": meaning.BadQuote,
    "bad_greeks": meaning.BadGreeks,
    "bad_pnl": meaning.BadProfit,
    "delayed_data": meaning.DelayedData,
    "clock_skew": meaning.ClockSkew,
    "no_time_zone": meaning.NoTimeZone,
    "rollback_ids": meaning.RollbackIds,
}
