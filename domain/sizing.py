"""How many contracts an entry may buy, and which rule cut the number."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from domain.denials import DenialRule
from domain.reports import AccountReport

UNSET_ABOVE: Final = Decimal("1e300")  # The broker writes 1.797e308 where it has no value.
CASH_ACCOUNT: Final = "CASH"
NO_DAY_TRADE_LIMIT: Final = Decimal(-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """One rule's number of contracts: what one contract takes of it (``need``) and what there is (``have``)."""

    rule: DenialRule
    quantity: int
    need: Decimal
    have: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """How many to buy, 0 or more. ``cut_by``: the caps that allowed fewer than the risk per trade did."""

    quantity: int
    cut_by: tuple[Cap, ...]

    @property
    def denied_by(self) -> Cap | None:
        """Return the first cap that allowed none; None when something can be bought."""
        return next((cap for cap in self.cut_by if cap.quantity <= 0), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Funds:
    """What the account says, USD. ``available`` is 0 where the broker did not send the tag."""

    net_liquidation: Decimal
    available: Decimal
    day_trades_remaining: Decimal | None  # None where not reported; -1 is no limit.


def known(value: Decimal | None) -> Decimal | None:
    """Return the value, or None for what the broker means by "no value": NaN, infinite, 1.797e308."""
    if value is None or not value.is_finite() or abs(value) > UNSET_ABOVE:
        return None
    return value


def funds_of(account: AccountReport | None) -> Funds | None:
    """Return what can be spent; None when it is unknown, which is not the same as nothing.

    A missing tag of funds is 0, so that a changed tag name buys nothing. A cash account may spend settled cash alone.
    """
    if account is None:
        return None
    tag = "SettledCash" if CASH_ACCOUNT in account.account_type.upper() else "AvailableFunds"
    net_liquidation = known(account.values.get("NetLiquidation"))
    available = known(account.values.get(tag, Decimal(0)))
    if net_liquidation is None or available is None:
        return None
    return Funds(
        net_liquidation=net_liquidation,
        available=available,
        day_trades_remaining=known(account.values.get("DayTradesRemaining")),
    )


def cost_of_one(premium: Decimal, multiplier: int, fees_per_contract: Decimal) -> Decimal:
    """Return what one contract can lose at most, USD: its whole premium and the fees of buying and selling it."""
    return premium * multiplier + fees_per_contract


def contracts(
    *,
    net_liquidation: Decimal,
    available_funds: Decimal,
    loss_budget: Decimal,
    premium: Decimal,
    multiplier: int,
    stop_loss_fraction: Decimal,
    max_risk_fraction: Decimal,
    fees_per_contract: Decimal,
    max_contracts: int,
    ask_size: int,
) -> Sizing:
    """Return how many contracts to buy: by the risk per trade, then cut by each cap.

    ``premium`` is in USD per share and, like ``stop_loss_fraction`` and ``multiplier``, above 0.
    """
    cost = cost_of_one(premium, multiplier, fees_per_contract)
    wanted = _cap(
        DenialRule.RISK_PER_TRADE, premium * stop_loss_fraction * multiplier, net_liquidation * max_risk_fraction
    )
    caps = (
        wanted,
        _cap(DenialRule.BUYING_POWER, cost, available_funds),
        _cap(DenialRule.LOSS_BUDGET, cost, loss_budget),
        _cap(DenialRule.MAX_CONTRACTS, Decimal(1), Decimal(max_contracts)),
        _cap(DenialRule.QUOTE_SIZE, Decimal(1), Decimal(ask_size)),
    )
    cut_by = tuple(cap for cap in caps if cap.quantity < wanted.quantity or cap.quantity <= 0)
    return Sizing(quantity=min(cap.quantity for cap in caps), cut_by=cut_by)


def _cap(rule: DenialRule, need: Decimal, have: Decimal) -> Cap:
    return Cap(rule=rule, quantity=max(0, int(have // need)), need=need, have=have)
