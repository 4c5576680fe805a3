"""May this intent be opened, and how large: the rules of the day, in the order in which they are asked."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from domain.commands import ReserveRisk
from domain.days_opened import behind_finding
from domain.denials import DenialRule, EntryDenied
from domain.events import RiskReserved
from domain.exposures import ZERO, Exposure
from domain.findings import Finding, denied
from domain.ids import IntentId, Symbol
from domain.ledger import Ledger, Loss, apply, limit, loss
from domain.reports import AccountReport
from domain.sizing import NO_DAY_TRADE_LIMIT, Funds, Sizing, contracts, cost_of_one, funds_of, known


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskLimits:
    """The limits, named like their settings; those that end in ``_pct`` or hold it are fractions in (0, 0.5]."""

    max_daily_loss_pct: Decimal = Decimal("0.15")
    max_risk_pct_per_trade: Decimal = Decimal("0.01")
    max_open_positions: int = 3
    max_contracts_per_order: int = 10
    max_entries_per_day: int = 10
    max_consecutive_losses: int = 4
    pnl_unknown_seconds: int = 60
    account_max_age_seconds: int = 300  # The broker refreshes account values at every trade or about 3 minutes.
    account_lag_seconds: int = 180  # So long a purchase may be missing from AvailableFunds.
    fees_per_contract: Decimal = Decimal("2.00")  # USD for buying and selling; an order costs at least 1.00.
    ramp_contracts: int | None = None  # While real money is new: the most contracts of an order, overrides included.


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The ledger afterwards and the answer; ``sizing`` says what cut the quantity, where it came to sizing."""

    ledger: Ledger
    answer: RiskReserved | EntryDenied
    sizing: Sizing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything a rule may look at."""

    ledger: Ledger
    symbol: Symbol
    request: ReserveRisk | None  # None before an option is chosen
    limits: RiskLimits
    account: AccountReport | None
    funds: Funds | None
    loss: Loss
    day: date
    now: datetime


def overridden(limits: RiskLimits, request: ReserveRisk) -> RiskLimits:
    """Return the limits for this symbol.

    What concerns one order may differ by symbol; the day's limits are the account's, and one symbol cannot move them.
    """
    wanted = request.overrides
    most = int(wanted.get("max_contracts_per_order", limits.max_contracts_per_order))
    return replace(
        limits,
        max_risk_pct_per_trade=wanted.get("max_risk_pct_per_trade", limits.max_risk_pct_per_trade),
        max_contracts_per_order=most if limits.ramp_contracts is None else min(most, limits.ramp_contracts),
    )


def reserve(
    ledger: Ledger, request: ReserveRisk, limits: RiskLimits, account: AccountReport | None, *, day: date, now: datetime
) -> Decision:
    """Return whether the intent may be opened: its risk set aside in the same step, or the first rule against it.

    ``day`` is the trading day by the calendar: a ledger of any other day reserves nothing.
    """
    limits = overridden(limits, request)
    case = Case(
        ledger=ledger,
        symbol=request.symbol,
        request=request,
        limits=limits,
        account=account,
        funds=funds_of(account),
        loss=loss(ledger, now, limits.pnl_unknown_seconds),
        day=day,
        now=now,
    )
    for rule in RULES:
        finding = rule(case)
        if finding is not None:
            return Decision(ledger=ledger, answer=_denied(case, request, finding))
    assert case.funds is not None, "the rule of funds lets no unknown ones pass"
    return _sized(case, request, case.funds)


def forbidden(
    ledger: Ledger, symbol: Symbol, limits: RiskLimits, account: AccountReport | None, *, day: date, now: datetime
) -> EntryDenied | None:
    """Return the first rule that denies every entry in this symbol, whatever the option; None when there is none."""
    case = Case(
        ledger=ledger,
        symbol=symbol,
        request=None,
        limits=limits,
        account=account,
        funds=funds_of(account),
        loss=loss(ledger, now, limits.pnl_unknown_seconds),
        day=day,
        now=now,
    )
    finding = next((found for rule in ANY_ENTRY if (found := rule(case)) is not None), None)
    return None if finding is None else denied(finding, symbol, now)


def loss_budget(ledger: Ledger, max_daily_loss_fraction: Decimal, worst: Decimal) -> Decimal:
    """Return what is left of the day's limit for new risk, USD.

    A gain does not enlarge it. What an open position has lost already counts twice, in the loss and in its premium:
    that errs on the safe side and ends when it is closed.
    """
    return limit(ledger, max_daily_loss_fraction) - max(worst, ZERO) - ledger.at_risk


def unbooked(ledger: Ledger, account_at: datetime, lag_seconds: int) -> Decimal:
    """Return what is spoken for and may not be in the account's funds yet: reservations, and purchases just made."""
    return sum((_unbooked(one, account_at, lag_seconds) for one in ledger.exposures.values()), ZERO)


def _unbooked(exposure: Exposure, account_at: datetime, lag_seconds: int) -> Decimal:
    booked = exposure.bought_at is not None and (account_at - exposure.bought_at).total_seconds() > lag_seconds
    return max(ZERO, exposure.at_risk - exposure.held_cost) if booked else exposure.at_risk


def _sized(case: Case, request: ReserveRisk, funds: Funds) -> Decision:
    limits = case.limits
    assert case.account is not None, "funds are read from it"
    sizing = contracts(
        net_liquidation=funds.net_liquidation,
        available_funds=funds.available - unbooked(case.ledger, case.account.at, limits.account_lag_seconds),
        loss_budget=loss_budget(case.ledger, limits.max_daily_loss_pct, case.loss.worst),
        premium=request.entry_limit,
        multiplier=request.contract.multiplier,
        stop_loss_fraction=request.stop_loss_fraction,
        max_risk_fraction=limits.max_risk_pct_per_trade,
        fees_per_contract=limits.fees_per_contract,
        max_contracts=limits.max_contracts_per_order,
        ask_size=request.ask_size,
    )
    cap = sizing.denied_by
    if cap is not None:
        finding = Finding(rule=cap.rule, found=f"one contract takes {cap.need:f}", limit=f"{cap.have:f} left")
        return Decision(ledger=case.ledger, answer=_denied(case, request, finding), sizing=sizing)
    cost = cost_of_one(request.entry_limit, request.contract.multiplier, limits.fees_per_contract)
    event = RiskReserved(
        at=case.now,
        day=case.day,
        intent=request.intent,
        symbol=request.symbol,
        con_id=request.contract.con_id,
        quantity=sizing.quantity,
        amount=cost * sizing.quantity,
    )
    return Decision(ledger=apply(case.ledger, event), answer=event, sizing=sizing)


def _denied(case: Case, request: ReserveRisk, finding: Finding) -> EntryDenied:
    return denied(finding, request.symbol, case.now, request.contract.label)


def _wrong_day(case: Case) -> Finding | None:
    if case.ledger.day == case.day:
        return None
    behind = behind_finding(case.day, case.ledger.day)
    return behind or Finding(
        rule=DenialRule.PNL_UNKNOWN, found=f"ledger of {case.ledger.day}", limit=f"ledger of {case.day}"
    )


def _loss_reached(case: Case) -> Finding | None:
    most = limit(case.ledger, case.limits.max_daily_loss_pct)
    if case.ledger.latched is None and case.loss.worst < most:
        return None
    lost = case.loss.worst if case.ledger.latched is None else case.ledger.latched.loss
    return Finding(rule=DenialRule.DAILY_LOSS, found=f"{lost:f}", limit=f"{most:f}")


def _pnl_unknown(case: Case) -> Finding | None:
    if case.loss.known:
        return None
    return Finding(
        rule=DenialRule.PNL_UNKNOWN,
        found="unknown for longer",
        limit=f"{case.limits.pnl_unknown_seconds} seconds",
    )


def _losses_in_row(case: Case) -> Finding | None:
    return _too_many(DenialRule.CONSECUTIVE_LOSSES, case.ledger.losses_in_row, case.limits.max_consecutive_losses)


def _entries(case: Case) -> Finding | None:
    return _too_many(DenialRule.MAX_ENTRIES, case.ledger.entries_today, case.limits.max_entries_per_day)


def _positions(case: Case) -> Finding | None:
    count = sum(one.is_open for one in case.ledger.exposures.values())
    return _too_many(DenialRule.MAX_POSITIONS, count, case.limits.max_open_positions)


def _too_many(rule: DenialRule, count: int, most: int) -> Finding | None:
    return None if count < most else Finding(rule=rule, found=str(count), limit=str(most))


def _symbol_busy(case: Case) -> Finding | None:
    """Deny a second one for the symbol, and any second life of an intent."""
    request, ledger = case.request, case.ledger
    others = [one.intent for one in ledger.exposures.values() if one.symbol == case.symbol]
    mine = [request.intent] if request is not None and _known(request.intent, ledger) else []
    if not others and not mine:
        return None
    return Finding(rule=DenialRule.SYMBOL_BUSY, found=(others + mine)[0], limit="one at a time")


def _known(intent: IntentId, ledger: Ledger) -> bool:
    return intent in ledger.closed or intent in ledger.exposures


def _foreign(case: Case) -> Finding | None:
    found = case.ledger.foreign.get(case.symbol)
    if found is not None:
        return Finding(rule=DenialRule.FOREIGN, found=found, limit=f"./bot adopt or ignore {case.symbol}")
    if case.request is None or case.request.contract.con_id not in case.ledger.theirs:
        return None
    # Neither the broker nor we could tell whose of it was sold.
    return Finding(rule=DenialRule.FOREIGN, found="others have this very contract", limit="none of theirs")


def _bad_price(case: Case) -> Finding | None:
    assert case.request is not None, "a price is asked about once there is one"
    premium, stop = known(case.request.entry_limit), known(case.request.stop_loss_fraction)
    if premium is not None and stop is not None and premium > 0 and stop > 0:
        return None
    return Finding(
        rule=DenialRule.PREMIUM_TOO_SMALL,
        found=f"{case.request.entry_limit} at a stop of {case.request.stop_loss_fraction}",
        limit="both above 0",
    )


def _funds_unknown(case: Case) -> Finding | None:
    if case.account is None or case.funds is None:
        return Finding(
            rule=DenialRule.BUYING_POWER_UNKNOWN, found="no account values", limit="net liquidation and funds"
        )
    age = (case.now - case.account.at).total_seconds()
    if age <= case.limits.account_max_age_seconds:
        return None
    most = f"{case.limits.account_max_age_seconds} seconds"
    return Finding(rule=DenialRule.BUYING_POWER_UNKNOWN, found=f"{age:.0f} seconds old", limit=most)


def _day_trades(case: Case) -> Finding | None:
    """Deny an entry that could not be closed today; each one opened today and still open will take a day trade."""
    remaining = None if case.funds is None else case.funds.day_trades_remaining
    if remaining is None or remaining == NO_DAY_TRADE_LIMIT:
        return None
    spoken_for = sum(one.reserved_on == case.day for one in case.ledger.exposures.values())
    if remaining > spoken_for:
        return None
    return Finding(rule=DenialRule.DAY_TRADES, found=f"{remaining:f} left, {spoken_for} spoken for", limit="1 needed")


RULES: Final[tuple[Callable[[Case], Finding | None], ...]] = (
    _wrong_day,
    _loss_reached,
    _pnl_unknown,
    _losses_in_row,
    _entries,
    _symbol_busy,
    _foreign,
    _positions,
    _bad_price,
    _funds_unknown,
    _day_trades,
)
ANY_ENTRY: Final = tuple(rule for rule in RULES if rule is not _bad_price)
"""Those that need no option: asked before any quote."""
