"""Events of the house: the process, its actors, the connection, the breaker, alerts, the log itself."""

from typing import Final

from ops.events.event import Event, Level

HOUSE_EVENTS: Final = (
    Event(
        "started",
        Level.INFO,
        "Stopward {version} started: {mode}, {symbols} symbols",
        ("version", "mode", "symbols"),
        ("symbol_names", "seed", "day", "host", "port"),
    ),
    Event("ready", Level.INFO, "ready to trade", (), ("seconds", "generation")),
    Event("not_ready", Level.ERROR, "not ready: {reason}", ("reason",), ("day",)),
    Event("shutdown", Level.INFO, "stopping: {reason}", ("reason",), ("seconds", "exit_code", "positions_open")),
    Event("actor_started", Level.DEBUG, "{actor} started", ("actor", "epoch"), ("seconds",)),
    Event(
        "actor_failed",
        Level.ERROR,
        "{actor} failed: {error}",
        ("actor", "epoch", "message", "error"),
        ("stack",),
    ),
    Event(
        "actor_restarted",
        Level.WARNING,
        "{actor} restarted: {reason}",
        ("actor", "epoch", "reason"),
        ("seconds", "restarts"),
    ),
    Event("actor_gave_up", Level.CRITICAL, "{actor} gave up: {reason}", ("actor", "epoch", "reason"), ("restarts",)),
    Event(
        "actor_hung",
        Level.ERROR,
        "{actor} hangs: {reason}",
        ("actor", "epoch", "message", "reason"),
        ("seconds", "stack"),
    ),
    Event(
        "loop_hung",
        Level.CRITICAL,
        "the loop of thread {thread} does not turn since {seconds} s; stacks in {file}",
        ("thread", "seconds", "file"),
        ("stack",),
    ),
    Event(
        "fault_injected",
        Level.WARNING,
        "{fault} strikes {actor} on purpose: {reason}",
        ("fault", "actor", "epoch", "reason"),
        ("message",),
    ),
    Event("dead_letter", Level.WARNING, "{message} found no {actor}", ("actor", "message"), ("dropped",)),
    Event("mail_dropped", Level.WARNING, "{actor} is full: {message} dropped", ("actor", "message"), ("dropped",)),
    Event(
        "connection_state",
        Level.INFO,
        "connection is {state}: {reason}",
        ("state", "reason"),
        ("previous_state", "generation", "code", "text", "delay_seconds", "attempt", "host", "port", "seconds"),
    ),
    Event(
        "reconciled",
        Level.INFO,
        "our book and the broker's agree: {positions} positions, {open_orders} open orders",
        ("generation", "positions", "open_orders"),
        ("executions", "adopted", "cancelled", "seconds"),
    ),
    Event(
        "clock_skew",
        Level.WARNING,
        "the gateway's clock is {skew_seconds} s from ours; no entries beyond {limit_seconds} s",
        ("skew_seconds", "limit_seconds"),
    ),
    Event("broker_message", Level.INFO, "broker: {code} {text}", ("code", "text"), ("generation", "ref")),
    Event("subscription_limit", Level.WARNING, "{subscriptions} streaming quotes", ("subscriptions",), ("contract",)),
    Event("unknown_code", Level.WARNING, "code {code} is not in our table: {text}", ("code", "text"), ("generation",)),
    Event("stream_silent", Level.WARNING, "{contract} silent for {seconds} s, asked anew", ("contract", "seconds")),
    Event("stream_resumed", Level.INFO, "quotes of {contract} flow again", ("contract",)),
    Event("entitlement", Level.WARNING, "{data} are {access}", ("data", "access"), ("code",)),
    Event("circuit_breaker_open", Level.ERROR, "circuit breaker open: {reason}", ("reason", "failures"), ("until",)),
    Event(
        "circuit_breaker_half_open", Level.WARNING, "circuit breaker lets one probe through", (), ("reason", "failures")
    ),
    Event("circuit_breaker_closed", Level.INFO, "circuit breaker closed", (), ("reason", "failures")),
    Event("alert", Level.WARNING, "alert, {kind}: {text}", ("kind", "text", "delivered"), ("delay_seconds",)),
    Event("alert_suppressed", Level.INFO, "alert held back, {kind}: {text}", ("kind", "text"), ("reason",)),
    Event("alert_failed", Level.ERROR, "no channel took the alert: {reason}", ("reason",), ("kind", "attempts")),
    Event("control", Level.WARNING, "the operator has it {state}, by {reason}", ("state", "reason")),
    Event("store_error", Level.CRITICAL, "journal, {stream}: {reason}", ("stream", "reason"), ("store_fault",)),
    Event(
        "state_restored",
        Level.WARNING,
        "the state was put back to an earlier moment: {records} records are taken from {file}",
        ("records", "file"),
    ),
    Event(
        "journal_failed",
        Level.CRITICAL,
        "no entry from now on, the journal's disk: {store_fault}: {reason}",
        ("store_fault", "reason"),
    ),
    Event(
        "journal_recovered",
        Level.WARNING,
        "the journal can be written again after {seconds} s: {store_fault} is over",
        ("store_fault", "seconds"),
    ),
    Event("library_message", Level.WARNING, "{logger}: {text}", ("logger", "text"), ("stack",)),
    Event("catalogue_violation", Level.ERROR, "event {violated}: {problem}", ("violated", "problem")),
    Event("log_dropped", Level.ERROR, "{dropped} lines of the log were dropped", ("dropped",)),
)
