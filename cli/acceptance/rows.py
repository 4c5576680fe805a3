"""The verdict: each phase's limits, what was measured against them, and whether it holds. Numbers from behaviour.md."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from cli.acceptance.evidence import LOST_CODE, Evidence, Look
from cli.acceptance.phases import GATEWAY_RESTARTS, RESETS, Phase

COMPLETED_SHARE_MIN: Final = 0.95
RESPONSE_SECONDS_MAX: Final = 2.0
SUBSCRIPTIONS_MAX: Final = 10  # Fewer than so many.
STRESS_SUBSCRIPTIONS_MAX: Final = 51
BUFFER_GROWTH_BYTES_MAX: Final = 50_000
IN_FLIGHT_GROWTH_MAX: Final = 10
MEMORY_GROWTH_MIB_MAX: Final = 8.0
MARKET_MIB_A_SYMBOL: Final = 0.1  # Of prices that the simulated market has drawn, where it is in the same process.
UPTIME_MIN: Final = 0.99
BARS_MIN: Final = 30
CYCLE_SECONDS_MEAN_MAX: Final = 10.0
MESSAGES_IN_A_SECOND_MAX: Final = 50  # Above it the broker closes the connection.
UNGUARDED_SECONDS_MAX: Final = 30.0
SETTLED_SHARE: Final = 0.25  # Of a run; what grows before is what is learnt once.


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table, in words, and whether it holds."""

    what: str
    limit: str
    measured: str
    ok: bool


Judge = Callable[[Phase, Evidence], Row]


def rows_of(phase: Phase, evidence: Evidence) -> tuple[Row, ...]:
    """Return the phase's rows, in the order in which they are to be read."""
    return tuple(judge(phase, evidence) for judge in JUDGES[phase.name])


def _row(what: str, limit: str, measured: str, *, ok: bool) -> Row:
    return Row(what=what, limit=limit, measured=measured, ok=ok)


def _cycles(_: Phase, evidence: Evidence) -> Row:
    wanted, good = evidence.expected_cycles, evidence.seen.good_cycles
    share = good / wanted if wanted else 0.0
    limit = f">= {COMPLETED_SHARE_MIN:.0%} of {wanted}"
    return _row("cycles in full", limit, f"{good} ({share:.1%})", ok=share >= COMPLETED_SHARE_MIN)


def _all_cycles(_: Phase, evidence: Evidence) -> Row:
    wanted, good = evidence.expected_cycles, evidence.seen.good_cycles
    return _row("cycles in full", f"{wanted}", f"{good}", ok=good == wanted)


def _symbols(phase: Phase, evidence: Evidence) -> Row:
    wanted = evidence.expected_cycles * len(phase.symbols)
    done = sum(cycle["completed"] for cycle in evidence.seen.cycles)
    share = done / wanted if wanted else 0.0
    limit = f">= {COMPLETED_SHARE_MIN:.0%} of {wanted}"
    return _row("symbols looked at", limit, f"{done} ({share:.1%})", ok=share >= COMPLETED_SHARE_MIN)


def _timeouts(_: Phase, evidence: Evidence) -> Row:
    return _row("requests timed out", "0", f"{evidence.seen.timeouts}", ok=not evidence.seen.timeouts)


def _response(_: Phase, evidence: Evidence) -> Row:
    seconds = evidence.seen.response_seconds
    limit = f"< {RESPONSE_SECONDS_MAX:g} s"
    if not seconds:
        return _row("mean response to history", limit, "no answer", ok=False)
    mean = fmean(seconds)
    return _row("mean response to history", limit, f"{mean:.3f} s of {len(seconds)}", ok=mean < RESPONSE_SECONDS_MAX)


def _watched(most_allowed: int) -> Judge:
    def judge(_: Phase, evidence: Evidence) -> Row:
        ours = max((look.watched for look in evidence.looks), default=0)
        theirs = [look.subscriptions for look in evidence.looks if look.subscriptions is not None]
        witness = f", {max(theirs)} at the gateway" if theirs else ", by the bot's own book"
        most = max(ours, *theirs) if theirs else ours
        return _row("most subscriptions", f"< {most_allowed}", f"{ours}{witness}", ok=most < most_allowed)

    return judge


def _left(_: Phase, evidence: Evidence) -> Row:
    theirs = evidence.subscriptions_left
    witness = ", by the bot's own book" if theirs is None else f", {theirs} at the gateway"
    beyond = max(0, evidence.watched_left - evidence.guards_left)  # An open paper position is watched, and must be.
    return _row("subscriptions left", "0", f"{beyond}{witness}", ok=not beyond and not theirs)


def _breaker(_: Phase, evidence: Evidence) -> Row:
    opened = evidence.seen.counted["circuit_breaker_open"]
    return _row("breaker opened", "0", f"{opened}", ok=not opened)


def _buffers(_: Phase, evidence: Evidence) -> Row:
    known = [look.buffered_bytes for look in evidence.looks if look.buffered_bytes is not None]
    if known:
        grown = max(known) - known[0]
        limit = f"< {BUFFER_GROWTH_BYTES_MAX / 1000:g} KB"
        ok = grown < BUFFER_GROWTH_BYTES_MAX
        return _row("growth of the gateway's buffers", limit, f"{grown / 1000:.1f} KB", ok=ok)
    ours = [look.watched + look.in_flight for look in evidence.looks]
    grown = ours[-1] - ours[0] if ours else 0
    what = "growth of subscriptions and requests in flight"
    return _row(what, f"< {IN_FLIGHT_GROWTH_MAX}", f"{grown} (buffers unseen)", ok=grown < IN_FLIGHT_GROWTH_MAX)


def _memory(phase: Phase, evidence: Evidence) -> Row:
    settled = _settled(evidence)
    most = MEMORY_GROWTH_MIB_MAX + (MARKET_MIB_A_SYMBOL * len(phase.symbols) if evidence.one_process else 0.0)
    grown = max((look.resident_mib for look in settled), default=0.0) - settled[0].resident_mib if settled else 0.0
    whose = ", the gateway's and its market's included" if evidence.one_process else ""
    measured = f"{grown:.1f} MiB{whose}" if settled else "unknown"
    return _row("growth of memory once settled", f"<= {most:g} MiB", measured, ok=bool(settled) and grown <= most)


def _settled(evidence: Evidence) -> tuple[Look, ...]:
    return evidence.looks[int(len(evidence.looks) * SETTLED_SHARE) :]


def _stop(_: Phase, evidence: Evidence) -> Row:
    said = "in order" if evidence.stop_clean else "not in order or not in time"
    return _row("stop", "in order", said, ok=evidence.stop_clean)


def _deaths(_: Phase, evidence: Evidence) -> Row:
    failed = evidence.seen.counted["actor_failed"]
    gave_up = evidence.seen.counted["actor_gave_up"]
    return _row("actors that failed", "0", f"{failed}, {gave_up} gave up", ok=not failed and not gave_up)


def _bars(_: Phase, evidence: Evidence) -> Row:
    least = evidence.seen.minute_bars_min or 0
    return _row("fewest minute bars", f">= {BARS_MIN}", f"{least}", ok=least >= BARS_MIN)


def _cycle_seconds(_: Phase, evidence: Evidence) -> Row:
    limit = f"<= {CYCLE_SECONDS_MEAN_MAX:g} s"
    return _mean_cycle(evidence, limit, CYCLE_SECONDS_MEAN_MAX)


def _cycle_fits(phase: Phase, evidence: Evidence) -> Row:
    return _mean_cycle(evidence, f"<= {phase.interval_seconds} s", phase.interval_seconds)


def _mean_cycle(evidence: Evidence, limit: str, most: float) -> Row:
    seconds = [cycle["duration_seconds"] for cycle in evidence.seen.cycles]
    if not seconds:
        return _row("mean cycle", limit, "none", ok=False)
    return _row("mean cycle", limit, f"{fmean(seconds):.2f} s", ok=fmean(seconds) <= most)


def _no_order(_: Phase, evidence: Evidence) -> Row:
    said, sent = evidence.seen.counted["order_placement"], evidence.orders_sent
    witness = ", by the bot's own log" if sent is None else f", {sent} at the gateway"
    return _row("orders sent", "0", f"{said}{witness}", ok=not said and not sent)


def _no_bytes(_: Phase, evidence: Evidence) -> Row:
    sent = evidence.orders_sent
    measured = "dry run (unseen)" if sent is None else f"{sent} at the gateway"
    return _row("orders sent in the dry run", "0", measured, ok=not sent)


def _price(_: Phase, evidence: Evidence) -> Row:
    price = evidence.probe.price if evidence.probe else None
    measured = "none" if price is None else f"{price:.2f} USD"
    return _row("price", "above 0", measured, ok=price is not None and price > 0)


def _strike(_: Phase, evidence: Evidence) -> Row:
    probe = evidence.probe
    if probe is None or probe.strike is None:
        return _row("strike at the money", "the nearest listed", "none", ok=False)
    return _row("strike at the money", f"{probe.nearest:g}", f"{probe.strike:g}", ok=probe.strike == probe.nearest)


def _strikes(_: Phase, evidence: Evidence) -> Row:
    strikes, quoted = (evidence.probe.strikes, evidence.probe.quoted) if evidence.probe else (0, 0)
    measured = f"{strikes}, {quoted} with a bid and an ask"
    return _row("strikes chosen", ">= 1, one quoted", measured, ok=strikes >= 1 and quoted >= 1)


def _uptime(_: Phase, evidence: Evidence) -> Row:
    whole = (evidence.ended - evidence.began).total_seconds()
    share = evidence.seen.ready_seconds(evidence.ended) / whole if whole > 0 else 0.0
    return _row("uptime", f">= {UPTIME_MIN:.0%}", f"{share:.3%}", ok=share >= UPTIME_MIN)


def _upsets(_: Phase, evidence: Evidence) -> Row:
    resets = evidence.seen.codes[LOST_CODE]
    restarted = max(0, len(evidence.seen.generations) - 1)
    limit = f">= {RESETS} resets, {GATEWAY_RESTARTS} restart"
    measured = f"{resets} resets, {restarted} restarts"
    if not evidence.ours:  # Nobody can order these of a real gateway: what came is told, and uptime judges.
        return _row("went through", "told", measured, ok=True)
    return _row("went through", limit, measured, ok=resets >= RESETS and restarted >= GATEWAY_RESTARTS)


def _ready_at_end(_: Phase, evidence: Evidence) -> Row:
    last = [ready for at, ready in evidence.seen.moves if at <= evidence.ended]
    ready = bool(last) and last[-1]
    return _row("broker at the end", "ready", "ready" if ready else "not ready", ok=ready)


def _entries(_: Phase, evidence: Evidence) -> Row:
    return _row("positions opened", ">= 1", f"{len(evidence.seen.entered)}", ok=bool(evidence.seen.entered))


def _guarded(_: Phase, evidence: Evidence) -> Row:
    seen = evidence.seen
    measured = f"{seen.unguarded_seconds_most:.3f} s, {len(seen.unguarded)} still bare"
    ok = not seen.unguarded and seen.unguarded_seconds_most <= UNGUARDED_SECONDS_MAX
    return _row("longest without protection", f"<= {UNGUARDED_SECONDS_MAX:g} s, none bare", measured, ok=ok)


def _invariants(_: Phase, evidence: Evidence) -> Row:
    if evidence.violations is None:
        return _row("invariants violated", "0", "unseen: the gateway's frames are not ours", ok=True)
    measured = f"{len(evidence.violations)} in {evidence.checks} checks"
    return _row("invariants violated", "0", measured, ok=not evidence.violations and evidence.checks > 0)


def _busiest(_: Phase, evidence: Evidence) -> Row:
    most = evidence.most_in_a_second
    if most is None:
        return _row("most messages in a second", f"<= {MESSAGES_IN_A_SECOND_MAX}", "unseen", ok=True)
    return _row(
        "most messages in a second", f"<= {MESSAGES_IN_A_SECOND_MAX}", f"{most}", ok=most <= MESSAGES_IN_A_SECOND_MAX
    )


ENDURING: Final = (_timeouts, _response, _breaker, _buffers, _memory)
CLOSING: Final = (_deaths, _stop)
JUDGES: Final[dict[str, tuple[Judge, ...]]] = {
    "1": (_all_cycles, _price, _strike, _strikes, _no_order, _left, *CLOSING),
    "2": (_all_cycles, _symbols, _timeouts, _no_bytes, _left, *CLOSING),
    "3": (_cycles, *ENDURING, _watched(SUBSCRIPTIONS_MAX), _bars, _cycle_seconds, _no_bytes, _left, *CLOSING),
    "4": (_uptime, _upsets, _ready_at_end, _cycles, _invariants, _memory, _no_bytes, _left, *CLOSING),
    "5": (_cycles, _entries, _guarded, _invariants, _breaker, _left, *CLOSING),
    "stress": (
        *(_cycles, _symbols, _cycle_fits, *ENDURING, _watched(STRESS_SUBSCRIPTIONS_MAX)),
        *(_busiest, _no_bytes, _left, *CLOSING),
    ),
}
